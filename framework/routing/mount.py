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

    def __init__(self, application: WSGIApplication) -> None:
        if not callable(application):
            raise TypeError(f"mount: {application!r} is not a WSGI application")
        self._application = application

    def __call__(self, request: Request, mounted: str = "", **prefix: object) -> Response:
        """The application's answer as a Response; all before `mounted` is its SCRIPT_NAME."""
        environ = dict(request.environ)
        path: str = environ["PATH_INFO"]
        cut = len(path) - len(mounted.encode()) - 1  # PATH_INFO has one character for each byte
        environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + path[:cut]
        environ["PATH_INFO"] = path[cut:]
        return call(self._application, environ)


class Started:
    """The start_response of one call: what it was told, and whether it can still be changed."""

    def __init__(self) -> None:
        self.status: str = ""
        self.headers: Iterable[tuple[str, str]] = ()
        self.written: list[bytes] = []
        self.is_sent = False

    def __call__(self, status: str, headers: Any, exc_info: Any = None) -> Callable[[bytes], None]:
        """A second call needs exc_info; raises that error once the first answer is on its way."""
        if exc_info and (self.is_sent or self.written):
            raise exc_info[1]
        if self.status and not exc_info:
            raise RuntimeError("start_response was called twice without exc_info")
        self.status, self.headers = status, headers
        return self.written.append


def call(application: WSGIApplication, environ: dict[str, Any]) -> Response:
    """Runs a WSGI application up to its first chunk, when its status must be known."""
    started = Started()
    chunks = application(environ, started)
    try:
        iterator = iter(chunks)
        first = [] if started.status else [next(iterator, b"")]
        if not started.status:
            raise RuntimeError(f"{application!r} did not call start_response")
        body = Body(chain(started.written, first, iterator), chunks)
        response = Response(body, int(started.status[:3]))
        response.headers[:] = [(name.title(), value) for name, value in started.headers]
    except BaseException:
        Body((), chunks).close()
        raise
    started.is_sent = True
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
