"""The goals: what was promised for each work, and whether this run keeps it.

In   Results                          Out  [Verdict(text, bound, measured, kept)]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from .figures import Results, ratio, timings
from .peers import OURS
from .works import WORKS

DEFAULT, FULL, WITHOUT = f"{OURS} default", f"{OURS} full", f"{OURS} without"


@dataclass(frozen=True)
class Goal:
    """`of` takes at most `bound` times as long as `than`, or is at least `bound` times faster."""

    work: str
    of: str
    than: str
    bound: float
    at_most: bool = False


@dataclass(frozen=True)
class Verdict:
    """One goal, and what this run says to it."""

    text: str
    bound: str
    measured: str
    kept: bool


GOALS = (
    Goal("a", OURS, "bare", 3.8, at_most=True),
    Goal("a", OURS, "flask", 25),
    Goal("a", OURS, "django", 20),
    Goal("a", OURS, "bottle", 4.5),
    Goal("a", OURS, "falcon", 1.7),
    Goal("a", OURS, "wheezy.web", 1.15),
    Goal("a", DEFAULT, "bare", 4.6, at_most=True),
    Goal("a", DEFAULT, "falcon", 1.5),
    Goal("a", DEFAULT, "wheezy.web", 1.0),
    Goal("a", FULL, "bare", 9, at_most=True),
    Goal("a", FULL, "bottle", 2),
    Goal("d1-1000", OURS, "django", 100),
    Goal("d1-1000", OURS, "bottle", 20),
    Goal("d1-1000", OURS, "flask", 20),
    Goal("d1-1000", OURS, "falcon", 6),
    Goal("d2-1000", OURS, "bottle", 20),
)
TEN_MIDDLEWARES_SECONDS = 0.5e-6


def verdicts(results: Results) -> list[Verdict]:
    """Every goal that this run measured."""
    return [*_ratios(results), *_middlewares(results), *_first(results)]


def _ratios(results: Results) -> Iterator[Verdict]:
    for goal in GOALS:
        measured = timings(results, goal.work)
        if not {goal.of, goal.than} <= measured.keys():
            continue
        if goal.at_most:
            value = ratio(measured[goal.of], measured[goal.than])
            yield Verdict(
                f"{goal.work}: {goal.of} / {goal.than}",
                f"≤ {goal.bound:g}",
                f"{value:.2f}",
                value <= goal.bound,
            )
        else:
            value = ratio(measured[goal.than], measured[goal.of])
            yield Verdict(
                f"{goal.work}: {goal.of} faster than {goal.than}",
                f"≥ {goal.bound:g}",
                f"{value:.2f}",
                value >= goal.bound,
            )


def _middlewares(results: Results) -> Iterator[Verdict]:
    """What ten middlewares add, round by round."""
    measured = timings(results, "i")
    if {OURS, WITHOUT} <= measured.keys():
        rounds = zip(measured[OURS].seconds, measured[WITHOUT].seconds, strict=True)
        added = median(layered - plain for layered, plain in rounds)
        yield Verdict(
            "i: ten middlewares add",
            f"< {TEN_MIDDLEWARES_SECONDS * 1e6} µs",
            f"{added * 1e6:.2f} µs",
            added < TEN_MIDDLEWARES_SECONDS,
        )


def _first(results: Results) -> Iterator[Verdict]:
    """Ahead of every peer, on every work."""
    for work in results:
        measured = timings(results, work)
        peers = {
            name: timing
            for name, timing in measured.items()
            if name != "bare" and not name.startswith(OURS)
        }
        if OURS in measured and peers:
            best = min(peers, key=lambda name: peers[name].median)
            lead = ratio(peers[best], measured[OURS])
            yield Verdict(
                f"{work}: first ({WORKS[work].title})", "> 1", f"{lead:.2f} {best}", lead > 1
            )
