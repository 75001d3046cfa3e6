"""Gateway: the application called once, as PEP 3333 says, and all that it answered.

In   application, environ
Out  Answer("200 OK", [("Content-Type", "text/html")], b"<p>…")
`checked` puts `wsgiref.validate` around the application, and looks at what that leaves to the
server: a body where HTTP allows none, a Content-Length that lies, hop-by-hop headers.
A breach is an AssertionError that names the request and the rule.
The body is read to its end, then closed, also when something was raised on the way.
"""

import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from wsgiref.types import StartResponse, WSGIApplication
from wsgiref.util import is_hop_by_hop
from wsgiref.validate import WSGIWarning, validator

KNOWN_METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PATCH", "PUT", "DELETE", "TRACE")


class Answer(NamedTuple):
    """What came back: status line without its version, header lines in order, all bytes."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


def run(application: WSGIApplication, environ: dict[str, Any], checked: bool = True) -> Answer:
    """Calls the application and collects its answer; what it raises passes through."""
    if not checked:
        return _collect(application, environ)
    method = environ["REQUEST_METHOD"]
    breaches: list[AssertionError] = []
    try:
        with _unknown_method_allowed(method):
            answer = _collect(validator(_witnessed(application, breaches)), environ)
        _check_end(method, answer)
        if breaches:
            raise breaches[0]
    except AssertionError as error:
        raise explained(error, environ) from error.__cause__
    return answer


def explained(error: BaseException, environ: dict[str, Any]) -> BaseException:
    """A breach of WSGI, with its request and rule; every other error is returned as it is."""
    frames = traceback.extract_tb(error.__traceback__)
    checkers = (__file__, validator.__code__.co_filename)
    if not isinstance(error, AssertionError) or not frames or frames[-1].filename not in checkers:
        return error
    rule = str(error) or [frame.line for frame in frames if frame.name != "assert_"][-1]
    outside = [frame for frame in frames if frame.filename not in checkers]
    where = f", at {outside[-1].filename}:{outside[-1].lineno}" if outside else ""
    breach = AssertionError(
        f"{environ.get('REQUEST_METHOD')} {environ.get('PATH_INFO')}: the application broke "
        f"the contract of WSGI: {rule}{where}"
    )
    breach.__cause__ = error
    return breach


def _collect(application: WSGIApplication, environ: dict[str, Any]) -> Answer:
    """One call, the whole body, one close()."""
    start = _Start()
    iterable = application(environ, start)
    try:
        for chunk in iterable:
            start.write(chunk)
    finally:
        close = getattr(iterable, "close", None)
        if close is not None:
            close()
    if not start.status:
        raise AssertionError("start_response was never called")
    return Answer(start.status, start.headers, b"".join(start.chunks))


class _Start:
    """The start_response of one call, and what it was told."""

    def __init__(self) -> None:
        self.status = ""
        self.headers: list[tuple[str, str]] = []
        self.chunks: list[bytes] = []

    def __call__(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None, /
    ) -> Callable[[bytes], object]:
        """A second call needs exc_info, and comes too late once bytes have left."""
        if exc_info and any(self.chunks):
            raise exc_info[1]
        if self.status and not exc_info:
            raise AssertionError("start_response was called twice without exc_info")
        self.status, self.headers = status, list(headers)
        return self.write

    def write(self, chunk: bytes) -> None:
        """Keeps one chunk of the body."""
        self.chunks.append(chunk)


def _witnessed(application: WSGIApplication, breaches: list[AssertionError]) -> WSGIApplication:
    """An application that catches every exception would swallow the validator's: keep them."""

    def witnessed(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        def start(*arguments: Any, **keywords: Any) -> Callable[[bytes], object]:
            try:
                return start_response(*arguments, **keywords)
            except AssertionError as error:
                breaches.append(error)
                raise

        return application(environ, start)

    return witnessed


def _check_end(method: str, answer: Answer) -> None:
    """What wsgiref.validate leaves to the server, and not every server mends."""
    status, length = int(answer.status[:3]), len(answer.body)
    bodiless = method == "HEAD" or status in (204, 304) or status < 200
    if bodiless and length:
        raise AssertionError(f"{status} to {method} has no body (RFC 9110 §6.4.1), not {length} B")
    for name, value in answer.headers:
        if is_hop_by_hop(name):
            raise AssertionError(f"{name} is the server's, hop by hop (PEP 3333)")
        if name.lower() == "content-length" and not bodiless and value != str(length):
            raise AssertionError(f"Content-Length is {value}, but the body has {length} bytes")


@contextmanager
def _unknown_method_allowed(method: str) -> Iterator[None]:
    """The validator warns of PURGE or PROPFIND, which are no mistake of the application."""
    if method in KNOWN_METHODS:
        yield
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WSGIWarning)
        yield
