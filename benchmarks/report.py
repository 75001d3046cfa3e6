"""The report: the same results as a table on the terminal, as JSON, as Markdown.

In   Results                          Out  lines of text, a dict for json.dump
"""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from typing import Any

from .figures import Results, Timing, ratio, timings
from .goals import Verdict, verdicts
from .peers import CONTESTANTS
from .works import WORKS

Row = list[str]


def microseconds(seconds: float) -> str:
    """Three significant places, from 0.412 to 1,234."""
    value = seconds * 1e6
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def times(value: float) -> str:
    """A ratio: 3.62, 25.1, 124."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def work_rows(results: Results, work: str) -> list[Row]:
    """A heading, then a row per contestant: minimum, median, / bare, / each form of ours."""
    measured = timings(results, work)
    forms = [name for name in measured if CONTESTANTS[name].is_ours]
    rows = [["", "min µs", "median µs", "/ bare", *[f"/ {form}" for form in forms]]]
    for name, outcome in results[work].items():
        if isinstance(outcome, Timing):
            rows.append(
                [
                    name,
                    microseconds(outcome.minimum),
                    microseconds(outcome.median),
                    *[
                        times(ratio(outcome, measured[other])) if other in measured else "-"
                        for other in ["bare", *forms]
                    ],
                ]
            )
        else:
            rows.append([name, "-", "-", "-", *["-"] * len(forms)])
    return rows


def summary_rows(results: Results, against: str) -> list[Row]:
    """A row per work: how many times as long as `against` each contestant takes."""
    names = [name for name in CONTESTANTS if any(name in row for row in results.values())]
    rows = [["", *names]]
    for work in results:
        measured = timings(results, work)
        if against in measured:
            rows.append(
                [
                    work,
                    *[
                        times(ratio(measured[name], measured[against])) if name in measured else "-"
                        for name in names
                    ],
                ]
            )
    return rows


def goal_rows(judged: list[Verdict]) -> list[Row]:
    """A row per goal."""
    return [
        ["goal", "bound", "measured", ""],
        *[
            [verdict.text, verdict.bound, verdict.measured, "kept" if verdict.kept else "MISSED"]
            for verdict in judged
        ],
    ]


def plain(rows: list[Row]) -> str:
    """Columns aligned with spaces: the first to the left, figures to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def markdown(rows: list[Row]) -> str:
    """The same as a Markdown table."""
    head, *body = rows
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, rule, *body])


def text(results: Results, layout: Any = plain) -> str:
    """Everything: a table per work, the summary, the goals, and what could not be measured."""
    parts = [
        f"{work}  {WORKS[work].title}\n\n{layout(work_rows(results, work))}" for work in results
    ]
    parts.append(
        "Time / glasshouse (the framework alone)\n\n" + layout(summary_rows(results, "glasshouse"))
    )
    judged = verdicts(results)
    if judged:
        parts.append(f"Goals\n\n{layout(goal_rows(judged))}")
    reasons = [
        f"{work}, {name}: {outcome}"
        for work, row in results.items()
        for name, outcome in row.items()
        if isinstance(outcome, str)
    ]
    if reasons:
        parts.append("Not measured\n\n" + "\n".join(reasons))
    return "\n\n".join(parts) + "\n"


def machine() -> dict[str, str]:
    """Where it was measured: absolute times hold only there."""
    return {
        "python": platform.python_version(),
        "compiler": platform.python_compiler(),
        "system": platform.platform(),
        "processor": _processor(),
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.partition(":")[2].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):
        return platform.processor()


def as_json(results: Results, rounds: int) -> dict[str, Any]:
    """The results with every round, and the ratios drawn from them."""
    names = dict.fromkeys(name for row in results.values() for name in row)
    return {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": {name: CONTESTANTS[name].version() for name in names},
        "rounds": rounds,
        "works": {
            work: {"title": WORKS[work].title, "contestants": _contestants(results, work)}
            for work in results
        },
        "goals": [verdict.__dict__ for verdict in verdicts(results)],
    }


def _contestants(results: Results, work: str) -> dict[str, Any]:
    measured = timings(results, work)
    return {
        name: outcome
        if isinstance(outcome, str)
        else {
            "requests": outcome.requests,
            "minimum": outcome.minimum,
            "median": outcome.median,
            "times": {other: ratio(outcome, timing) for other, timing in measured.items()},
            "seconds": outcome.seconds,
        }
        for name, outcome in results[work].items()
    }
