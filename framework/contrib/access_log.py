"""Access log: one event, one line, for people or for machines.

In   a request and its answer
Out  203.0.113.9 GET /blog/?page=2 200 5120 3.1 ms 5f0c1a2b-3e1-7
     {"at": "2026-11-20T14:05:00+00:00", "client": "203.0.113.9", "method": "GET", …}
What the visitor sent is escaped, so that a line end in a path starts no second event and an
escape sequence colours nobody's terminal. The query may hold secrets of others (a reset link's
token), so it is left out unless asked for; cookies and bodies are never written.

The layer is the outermost, so that it also sees what the other layers answer.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from logging import INFO, getLogger
from time import perf_counter
from typing import Any

from framework.http.handler import Handler
from framework.http.request import Request
from framework.http.response import Response

logger = getLogger("framework.access")

MAX_CHARACTERS = 500


class AccessLog:
    """The layer; `as_json=True` writes JSON, `query=True` the query too.

    The record's `extra` carries the same facts as attributes, for any logging handler.
    """

    def __init__(
        self,
        *,
        as_json: bool = False,
        query: bool = False,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self._form = as_json_line if as_json else as_text_line
        self._query = query
        self._clock = clock

    def __call__(self, handler: Handler) -> Handler:
        def logged(request: Request) -> Response:
            start = self._clock()
            response = handler(request)
            if isinstance(response.body, bytes):
                self._write(request, response.status, len(response.body), start)
            else:
                response.body = CountedBody(
                    response.body,
                    lambda sent: self._write(request, response.status, sent, start),
                )
            return response

        return logged

    def _write(self, request: Request, status: int, size: int, start: float) -> None:
        environ = request.environ
        target = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        if self._query and environ.get("QUERY_STRING"):
            target += "?" + environ["QUERY_STRING"]
        facts = {
            "client": request.client_address,
            "method": request.method,
            "target": target,
            "status": status,
            "bytes": 0 if request.method == "HEAD" else size,
            "ms": round((self._clock() - start) * 1000, 1),
            "request_id": request.id,
        }
        logger.log(INFO, "%s", self._form(facts), extra={"access": facts})


class CountedBody:
    """A stream that says how many bytes of it were taken, when it is over or given up."""

    def __init__(self, chunks: Iterable[bytes], done: Callable[[int], None]) -> None:
        self._chunks = chunks
        self._done = done
        self._sent = 0
        self._told = False

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._sent += len(chunk)
            yield chunk

    def close(self) -> None:
        """Closes the stream inside; one line, however often it is called."""
        closing = getattr(self._chunks, "close", None)
        try:
            if closing is not None:
                closing()
        finally:
            if not self._told:
                self._told = True
                self._done(self._sent)


def escaped(text: str) -> str:
    r"""The text on one line, without control characters, at most 500 characters of it.

    >>> escaped("/a\nINFO login ok admin\x1b[31m")
    '/a\\nINFO login ok admin\\x1b[31m'
    """
    short = text if len(text) <= MAX_CHARACTERS else text[:MAX_CHARACTERS] + "…"
    return "".join(c if c.isprintable() and c != " " else _escape(c) for c in short)


def _escape(character: str) -> str:
    return " " if character == " " else character.encode("unicode_escape").decode("ascii")


def as_text_line(facts: dict[str, Any]) -> str:
    """The facts for a person, in the order of a conversation."""
    words = [escaped(str(facts[name])) for name in ("client", "method", "target", "status")]
    return f"{' '.join(words)} {facts['bytes']} {facts['ms']} ms {facts['request_id']}"


def as_json_line(facts: dict[str, Any]) -> str:
    """The facts for a machine, with the time in UTC."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    return json.dumps({"at": at, **facts, "target": facts["target"][:MAX_CHARACTERS]})
