"""The worker: one process, one contestant, one work, kept alive over a pipe.

In   "round" on a line of stdin
Out  {"seconds": CPU seconds, "requests": how many} on a line; before the first, {"ready": …}
An {"error": …} instead of either says why there is no figure.

Its collector is settled as a server's is once it has started: what was built lives in the
permanent generation (`gc.freeze`, as gunicorn's and Instagram's pre-fork setups do), and stays
enabled, so that a framework which makes cycles pays for them.
With `--requests N` it answers N requests and ends: that is what valgrind counts.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
from time import process_time
from typing import Any

from .gateway import Application, serve, verify
from .peers import CONTESTANTS, NotOffered
from .works import WORKS, Work

WARM_UP = 200


def settle(application: Application, work: Work) -> None:
    """The application is checked and warm, the garbage of the start collected."""
    verify(application, work)
    serve(application, work, WARM_UP)
    gc.collect()
    gc.freeze()


def timed(application: Application, work: Work, requests: int) -> float:
    """CPU seconds for so many requests; the answer is verified before and after."""
    verify(application, work)
    start = process_time()
    serve(application, work, requests)
    seconds = process_time() - start
    verify(application, work)
    return seconds


def requests_for(application: Application, work: Work, seconds: float) -> int:
    """How many requests take about so long, found by doubling."""
    requests = 8
    while (taken := timed(application, work, requests)) < seconds / 4:
        requests *= 2
    return max(8, round(requests * seconds / taken))


def rounds(application: Application, work: Work, seconds: float) -> None:
    """Answers each line of stdin with one timed round."""
    requests = requests_for(application, work, seconds)
    say({"ready": {"requests": requests}})
    for line in sys.stdin:
        if line.strip() != "round":
            break
        say({"seconds": timed(application, work, requests), "requests": requests})


def say(message: dict[str, Any]) -> None:
    """One JSON line to the parent, on the pipe that stdout was at the start."""
    os.write(PIPE, json.dumps(message).encode() + b"\n")


def main() -> None:
    """Reads its arguments, builds the application, serves."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.worker")
    parser.add_argument("contestant", choices=sorted(CONTESTANTS))
    parser.add_argument("work", choices=sorted(WORKS))
    parser.add_argument("--seconds", type=float, default=0.05, help="CPU time of a round")
    parser.add_argument("--requests", type=int, help="answer so many and end")
    options = parser.parse_args()
    work = WORKS[options.work]
    application = CONTESTANTS[options.contestant].build(work)
    settle(application, work)
    if options.requests is None:
        rounds(application, work, options.seconds)
    else:
        serve(application, work, options.requests)


if __name__ == "__main__":
    PIPE = os.dup(1)
    os.dup2(2, 1)  # what a framework prints must not look like a figure
    try:
        main()
    except NotOffered as error:
        say({"error": str(error)})
    except Exception as error:
        say({"error": f"{type(error).__name__}: {error}"})
        raise
