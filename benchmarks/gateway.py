"""The gateway: the WSGI server's side of a request (PEP 3333), without a network.

Each request gets a fresh environ, `start_response` checks what a careful server checks, the
iterable is read to its end and closed. What this costs is in every figure, bare's too.

In   application, Work                Out   the answer, or WrongAnswer saying what differed
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from .works import Work

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class WrongAnswer(Exception):
    """The application did not answer what the work asks for."""


@dataclass(frozen=True)
class Answer:
    """What came back, as a client would see it."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """The first header of that name, or ""."""
        return next((value for key, value in self.headers if key.lower() == name), "")


def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
    """Checks its arguments: a list of pairs of str, in latin-1, none with CR or LF."""
    if status.__class__ is not str or headers.__class__ is not list:
        raise WrongAnswer(f"status must be a str, headers a list: {status!r}, {headers!r}")
    for name, value in headers:
        field = name + value
        if not field.isascii():
            field.encode("latin-1")
        if "\n" in field or "\r" in field:
            raise WrongAnswer(f"CR or LF in {field!r}")


def serve(application: Application, work: Work, requests: int) -> None:
    """Answers the work's request so many times; a body of another length raises."""
    prepared, length = work.environ(), len(work.body)
    for _ in repeat(None, requests):
        iterable = application(prepared.copy(), start_response)
        body = b"".join(iterable)
        if hasattr(iterable, "close"):
            iterable.close()
        if len(body) != length:
            raise WrongAnswer(f"{len(body)} bytes instead of {length}")


def ask(application: Application, work: Work) -> Answer:
    """One request, everything recorded."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def record(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        start_response(status, headers, exc_info)
        started[:] = [(status, headers)]

    iterable = application(work.environ(), record)
    body = b"".join(iterable)
    if hasattr(iterable, "close"):
        iterable.close()
    if not started:
        raise WrongAnswer("start_response was not called")
    return Answer(*started[0], body)


def verify(application: Application, work: Work) -> None:
    """Raises WrongAnswer unless status, type and body are the work's, byte for byte."""
    answer = ask(application, work)
    if answer.status.split(" ")[0] != str(work.status):
        raise WrongAnswer(f"status {answer.status!r} instead of {work.status}")
    if not answer.header("content-type").startswith("text/plain"):
        raise WrongAnswer(f"content type {answer.header('content-type')!r}, not text/plain")
    if answer.body != work.body:
        raise WrongAnswer(f"body {answer.body[:200]!r} instead of {work.body[:200]!r}")
