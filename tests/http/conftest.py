"""What the tests of room http share: a response as a server gets it.

written(response, method="GET")     the status line, the header lines and the bytes
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from framework.http.response import Response, send


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
