"""What the tests of room http share: a response as a server gets it, and a stop watch.

written(response, method="GET")     the status line, the header lines and the bytes
is_linear(function, make)           whether t(4n) / t(n) < 6 at n = 64 kB
"""

import time
import timeit
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from framework.http.response import Response, send

LINEAR = 6  # a linear function takes 4 times as long for 4n, a quadratic one 16 times
BYTES = 64 * 1024
# The processor's time of this thread, so that a busy machine is not taken for a slow parser.
IS_FINE = time.get_clock_info("thread_time").resolution < 1e-6
CLOCK = time.thread_time if IS_FINE else time.perf_counter


class Written(NamedTuple):
    status: str
    headers: list[tuple[str, str]]
    body: bytes

    def lines(self) -> list[str]:
        """The head as it stands on the wire when a server writes what it is given."""
        head = [self.status, *(f"{name}: {value}" for name, value in self.headers)]
        return "\r\n".join(head).split("\r\n")


@pytest.fixture(scope="session")
def written() -> Callable[..., Written]:
    def write(response: Response, method: str = "GET") -> Written:
        calls: list[Any] = []
        body = send(response, method, lambda *arguments: calls.append(arguments))
        (call,) = calls
        return Written(*call, b"".join(body))

    return write


@pytest.fixture(scope="session")
def is_linear() -> Callable[..., bool]:
    def best(function: Callable[[Any], object], argument: Any) -> float:
        return min(timeit.repeat(lambda: function(argument), number=1, repeat=4, timer=CLOCK))

    def measure(
        function: Callable[[Any], object], make: Callable[[int], Any], size: int = BYTES
    ) -> bool:
        small, large = make(size), make(4 * size)
        return any(best(function, large) < LINEAR * best(function, small) for _ in range(6))

    return measure
