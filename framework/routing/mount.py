"""Mount: a foreign WSGI application answers everything below a prefix.

PEP 3333, the server's half: we make the environ, take its start_response and its iterable.
In   Mounted("/legacy", flask_application), GET /legacy/a/b
Out  it sees SCRIPT_NAME="/legacy", PATH_INFO="/a/b"; its answer goes out through our chain
Its status, header lines and body pass through; its `close` runs when the body is sent.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from framework.http.request import Request
from framework.http.response import Response

WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Mounted:
    """A controller that hands the request on to a WSGI application."""

    def __init__(self, prefix: str, application: WSGIApplication) -> None:
        if not callable(application):
            raise TypeError(f"mount({prefix!r}): {application!r} is not a WSGI application")
        self._prefix = prefix
        self._application = application

    def __call__(self, request: Request, mounted: str = "") -> Response:
        """The application's answer as a Response."""
        environ = dict(request.environ)
        prefix = self._prefix.encode().decode("latin-1")
        environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix
        environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix(prefix)
        return call(self._application, environ)


def call(application: WSGIApplication, environ: dict[str, Any]) -> Response:
    """Runs a WSGI application up to its first chunk, when its status must be known."""
    started: list[tuple[str, list[tuple[str, str]]]] = []
    written: list[bytes] = []

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Callable[[bytes], None]:
        started.append((status, list(headers)))
        return written.append

    chunks = application(environ, start_response)
    try:
        iterator = iter(chunks)
        first = [next(iterator, b"")] if not started else []
        if not started:
            raise RuntimeError(f"{application!r} did not call start_response")
    except BaseException:
        Body((), chunks).close()
        raise
    status, headers = started[-1]
    response = Response(Body(chain(written, first, iterator), chunks), int(status[:3]))
    response.headers[:] = [(name.title(), value) for name, value in headers]
    return response


class Body:
    """The chunks of a mounted application; closing it closes what the application returned."""

    def __init__(self, chunks: Iterable[bytes], source: Any) -> None:
        self._chunks = chunks
        self._source = source

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._chunks)

    def close(self) -> None:
        """Calls the application's own close, if it has one."""
        if hasattr(self._source, "close"):
            self._source.close()
