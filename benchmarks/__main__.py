"""`python -m benchmarks`: measures, prints the table, writes JSON and a plot.

In   --works a,d1 --only flask,django --rounds 21      Out  a table, var/bench/latest.json, .svg
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import plot, report
from .peers import CONTESTANTS, Contestant
from .runner import Progress, measure
from .works import WORKS, Work, select

LATEST = Path("var/bench/latest.json")
ROUNDS, SECONDS = 15, 0.1
QUICK_ROUNDS, QUICK_SECONDS = 5, 0.02


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="CPU time per request, side by side.",
        epilog="Works: " + "; ".join(f"{work.key} {work.title}" for work in WORKS.values()),
    )
    parser.add_argument("--works", default="", help="only these, as a,b,d1 or d1-1000")
    parser.add_argument(
        "--only",
        default="",
        metavar="NAMES",
        help="only these contestants and bare: " + ", ".join(CONTESTANTS),
    )
    parser.add_argument("--rounds", type=int, help=f"interleaved rounds (default {ROUNDS})")
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"{QUICK_ROUNDS} short rounds: for a look, not for publishing",
    )
    parser.add_argument(
        "--json",
        type=Path,
        default=LATEST,
        metavar="FILE",
        help=f"default {LATEST}; the plot is written beside it as .svg",
    )
    parser.add_argument("--markdown", action="store_true", help="print tables as Markdown")
    return parser.parse_args(arguments)


def contestants(names: str) -> list[Contestant]:
    """`"flask,django"` → those and bare, which every ratio needs; unknown names raise KeyError."""
    wanted = {name.strip() for name in names.split(",") if name.strip()}
    if unknown := wanted - CONTESTANTS.keys():
        raise KeyError(", ".join(sorted(unknown)))
    return [
        contestant
        for contestant in CONTESTANTS.values()
        if not wanted or contestant.name in wanted or contestant.name == "bare"
    ]


@contextmanager
def progress(works: list[Work]) -> Iterator[Progress]:
    """A rich status line on a terminal, a plain line per work elsewhere."""
    try:
        from rich.console import Console

        console = Console(stderr=True)
    except ImportError:
        console = None
    if console is not None and console.is_terminal:
        with console.status("starting") as status:
            yield status.update
    else:
        yield lambda line: print(line, file=sys.stderr) if line.endswith("starting") else None


def write(path: Path, text: str) -> None:
    """Writes the file, with its folder, and says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    print(f"written: {path}", file=sys.stderr)


def main(arguments: list[str] | None = None) -> int:
    """Measures and reports. 2 for an unknown work or contestant."""
    options = parse(sys.argv[1:] if arguments is None else arguments)
    try:
        works, chosen = select(options.works), contestants(options.only)
    except KeyError as unknown:
        print(f"unknown: {unknown.args[0]}; --help lists what there is", file=sys.stderr)
        return 2
    rounds = options.rounds or (QUICK_ROUNDS if options.quick else ROUNDS)
    seconds = QUICK_SECONDS if options.quick else SECONDS
    with progress(works) as say:
        results = measure(works, chosen, rounds, seconds, say)
    print(report.text(results, report.markdown if options.markdown else report.plain))
    write(options.json, json.dumps(report.as_json(results, rounds), indent=1) + "\n")
    write(options.json.with_suffix(".svg"), plot.svg(results))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
