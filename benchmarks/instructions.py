"""Instructions: how many machine instructions a request takes, counted under valgrind.

A count knows no noisy neighbour, so a change of 3 % is a change of the code. Each work runs twice,
for few and for many requests; the difference, divided, is one request (start-up falls away). The
hash seed is fixed, the gateway's own instructions are in every figure, bare's too.

In   --works a,b       Out  a table beside benchmarks/instructions.json; exit code 1 above 3 %
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .goals import DEFAULT, FULL
from .peers import OURS
from .report import plain
from .works import WORKS

ROOT = Path(__file__).resolve().parents[1]
STORED = Path(__file__).with_name("instructions.json")
FEW, MANY = 200, 1_200
TOLERANCE = 1.03
COLLECTED = re.compile(r"Collected : (\d+)")

CASES = (
    ("a", "bare"),
    ("a", OURS),
    ("a", DEFAULT),
    ("a", FULL),
    ("b", OURS),
    ("d1-10", OURS),
    ("d1-1000", OURS),
    ("i", OURS),
)
GOALS = {f"a {OURS}": 23_000, f"a {DEFAULT}": 28_500, f"a {FULL}": 58_000}


class Valgrind(Exception):
    """It is missing, or the worker failed under it."""


@dataclass(frozen=True)
class Count:
    """One figure, beside the one in the repository (None: never stored)."""

    case: str
    instructions: int
    stored: int | None

    @property
    def change(self) -> float:
        """1.03 = three per cent more than stored."""
        return self.instructions / self.stored if self.stored else 1.0

    @property
    def has_risen(self) -> bool:
        """True above the tolerance."""
        return self.change > TOLERANCE


def collected(work: str, contestant: str, requests: int) -> int:
    """The instructions of one whole process that answers so many requests."""
    finished = subprocess.run(
        [
            "valgrind",
            "--tool=callgrind",
            "--callgrind-out-file=/dev/null",
            sys.executable,
            "-m",
            "benchmarks.worker",
            contestant,
            work,
            "--requests",
            str(requests),
        ],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"},
    )
    found = COLLECTED.search(finished.stderr)
    if finished.returncode or not found:
        raise Valgrind(f"{work}, {contestant}: {finished.stdout or finished.stderr[-2000:]}")
    return int(found[1])


def count(work: str, contestant: str) -> int:
    """Instructions per request."""
    few, many = (collected(work, contestant, requests) for requests in (FEW, MANY))
    return round((many - few) / (MANY - FEW))


def build() -> str:
    """What must be the same for two counts to be comparable."""
    return f"{platform.python_version()} {platform.python_compiler()} {platform.machine()}"


def stored() -> dict[str, Any]:
    """The figures in the repository; empty if there are none, or of another Python build."""
    figures: dict[str, Any] = json.loads(STORED.read_text()) if STORED.exists() else {}
    return figures.get("instructions", {}) if figures.get("build") == build() else {}


def store(counts: list[Count]) -> None:
    """Writes the figures into the repository; those not counted now stay as they were."""
    figures = {**stored(), **{counted.case: counted.instructions for counted in counts}}
    STORED.write_text(json.dumps({"build": build(), "instructions": figures}, indent=2) + "\n")


def rows(counts: list[Count]) -> list[list[str]]:
    """A row per figure: counted, / bare, stored, change, goal."""
    bare = next((counted.instructions for counted in counts if counted.case == "a bare"), 0)
    table = [["", "instructions", "/ bare", "stored", "change", "goal", ""]]
    for counted in counts:
        goal = GOALS.get(counted.case)
        table.append(
            [
                counted.case,
                f"{counted.instructions:,}",
                f"{counted.instructions / bare:.2f}" if bare else "-",
                f"{counted.stored:,}" if counted.stored else "-",
                f"{(counted.change - 1) * 100:+.1f} %" if counted.stored else "-",
                f"≤ {goal:,}" if goal else "",
                verdict(counted, goal),
            ]
        )
    return table


def verdict(counted: Count, goal: int | None) -> str:
    """What to say about one figure."""
    if counted.has_risen:
        return "RISEN"
    return "MISSED" if goal and counted.instructions > goal else ""


def select(names: str) -> list[tuple[str, str]]:
    """`"a,i"` → the cases of those works; "" → all."""
    wanted = {name.strip() for name in names.split(",") if name.strip()}
    return [case for case in CASES if not wanted or wanted & {case[0], WORKS[case[0]].group}]


def main(arguments: list[str] | None = None) -> int:
    """Counts, compares, stores if asked. 1 if a figure has risen, 2 if it could not count."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.instructions")
    parser.add_argument("--works", default="", help="only these, as a,i")
    parser.add_argument("--store", action="store_true", help=f"keep the figures in {STORED.name}")
    options = parser.parse_args(arguments)
    if not shutil.which("valgrind"):
        print("valgrind is not installed (Debian: apt-get install valgrind)", file=sys.stderr)
        return 2
    known = stored()
    if STORED.exists() and not known:
        print(f"the stored figures are not of this Python ({build()}): no comparison")
    try:
        counts = count_all(select(options.works), known)
    except Valgrind as error:
        print(error, file=sys.stderr)
        return 2
    print(plain(rows(counts)))
    if options.store:
        store(counts)
        return 0
    return int(any(counted.has_risen for counted in counts))


def count_all(cases: list[tuple[str, str]], known: dict[str, int]) -> list[Count]:
    """All cases, two at a time: a count does not mind company."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        counts = pool.map(lambda case: count(*case), cases)
        return [
            Count(f"{work} {contestant}", instructions, known.get(f"{work} {contestant}"))
            for (work, contestant), instructions in zip(cases, counts, strict=True)
        ]


if __name__ == "__main__":
    raise SystemExit(main())
