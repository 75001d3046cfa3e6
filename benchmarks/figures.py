"""Figures: from CPU seconds per request to ratios.

A ratio is the median over the rounds of (one contestant's figure / the other's in the same
round), which a change of the machine's speed between two rounds does not touch.

>>> slow, fast = Timing(100, [4e-6, 5e-6, 8e-6]), Timing(100, [2e-6, 2.5e-6, 4e-6])
>>> ratio(slow, fast)
2.0
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Timing:
    """CPU seconds per request, one figure per round, and how many requests a round had."""

    requests: int
    seconds: list[float]

    @property
    def minimum(self) -> float:
        """The least disturbed round."""
        return min(self.seconds)

    @property
    def median(self) -> float:
        """The usual round."""
        return median(self.seconds)


Results = dict[str, dict[str, "Timing | str"]]  # by work, then contestant; a str says why not


def ratio(one: Timing, other: Timing) -> float:
    """How many times the other's time the one takes: the median over the rounds."""
    return median(mine / its for mine, its in zip(one.seconds, other.seconds, strict=True))


def timings(results: Results, work: str) -> dict[str, Timing]:
    """The contestants that were measured on that work."""
    return {
        name: timing for name, timing in results.get(work, {}).items() if isinstance(timing, Timing)
    }
