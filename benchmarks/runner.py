"""The runner: all contestants of a work alive at once, measured in interleaved rounds.

In every round each worker has its turn, in a new order, and only one works at a time: what the
machine does meanwhile (a neighbour, a slower clock) falls on all alike, and the ratio of two
figures of one round is not touched by it.

In   works, contestants, number of rounds     Out  {work: {contestant: Timing or reason}}
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from .figures import Results, Timing
from .peers import Contestant
from .works import Work

ROOT = Path(__file__).resolve().parents[1]
Progress = Callable[[str], None]


class Worker:
    """One process of `worker.py` and the pipe to it."""

    def __init__(self, contestant: Contestant, work: Work, seconds: float) -> None:
        self.contestant, self.work = contestant, work
        self.error = ""
        self.timing = Timing(0, [])
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "benchmarks.worker",
                contestant.name,
                work.key,
                "--seconds",
                str(seconds),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def wait_until_ready(self) -> bool:
        """True once it has built, verified and warmed its application; else `error` says why."""
        message = self._read()
        self.error = message.get("error", "")
        if self.error:
            self.stop()
            return False
        self.timing = Timing(message["ready"]["requests"], [])
        return True

    def round(self) -> None:
        """One more figure."""
        assert self._process.stdin is not None
        self._process.stdin.write("round\n")
        self._process.stdin.flush()
        message = self._read()
        if "error" in message:
            raise RuntimeError(f"{self.contestant.name}, {self.work.key}: {message['error']}")
        self.timing.seconds.append(message["seconds"] / message["requests"])

    def stop(self) -> None:
        """Closes the pipe, at whose end the process ends, and waits for it."""
        if self._process.returncode is None:
            self._process.communicate()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.stop()
            return {"error": f"it ended with code {self._process.returncode}"}
        message: dict[str, Any] = json.loads(line)
        return message


def measure(
    works: Iterable[Work],
    contestants: list[Contestant],
    rounds: int,
    seconds: float,
    progress: Progress,
) -> Results:
    """Every work in turn, with all its contestants."""
    return {work.key: _measure_work(work, contestants, rounds, seconds, progress) for work in works}


def _measure_work(
    work: Work,
    contestants: list[Contestant],
    rounds: int,
    seconds: float,
    progress: Progress,
) -> dict[str, Timing | str]:
    progress(f"{work.key}: starting")
    workers = [
        Worker(contestant, work, seconds) for contestant in contestants if contestant.offers(work)
    ]
    try:
        ready = [worker for worker in workers if worker.wait_until_ready()]
        for number in range(rounds):
            progress(f"{work.key}: round {number + 1} of {rounds}")
            for worker in random.sample(ready, len(ready)):
                worker.round()
    finally:
        for worker in workers:
            worker.stop()
    return {worker.contestant.name: worker.error or worker.timing for worker in workers}
