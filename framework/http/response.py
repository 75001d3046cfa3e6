"""Response: a status, header lines and a body; written once, by `send`.

RFC 9110 §6.4 (which answers have no body), §8.6 (Content-Length), §15.4 (redirects);
PEP 3333 §The start_response() Callable.
In   Response("<h1>Hello</h1>", status=200)
Out  start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), …]), [b"<h1>…"]
A response is plain data: an int, a list of (name, value) pairs in canonical spelling, and
bytes or an iterable of bytes. Every line is checked at the end, whoever wrote it.

Stop 9 of 9.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Unpack
from urllib.parse import quote

from framework.http.cookies import CookieAttributes, dump_cookie
from framework.http.errors import reason_of
from framework.http.headers import check_line, find

HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
JSON = "application/json"
TYPES = frozenset((HTML, TEXT, JSON))
STATUS_LINES = {status: f"{status} {reason_of(status)}" for status in range(200, 600)}
WITHOUT_BODY = frozenset((204, 304))  # RFC 9110 §6.4.1
CANONICAL = frozenset(
    (
        *("Allow", "Cache-Control", "Content-Disposition", "Content-Language", "Content-Type"),
        *("ETag", "Last-Modified", "Location", "Retry-After", "Set-Cookie", "Vary", "X-Request-Id"),
    )
)
URL_SAFE = "/:?#[]@!$&'()*+,;=~%-._"  # RFC 3986 §2.2, and what is quoted already
MAX_LOCATION_LENGTH = 4096

HeaderList = list[tuple[str, str]]


class Response:
    """An answer on its way out; layers may still add header lines."""

    __slots__ = ("body", "constants", "headers", "status")

    def __init__(
        self,
        body: str | bytes | Iterable[bytes] = b"",
        status: int = 200,
        content_type: str = HTML,
        headers: Iterable[tuple[str, str]] = (),
    ) -> None:
        self.status = status
        self.headers: HeaderList = [("Content-Type", content_type)]
        if headers:
            self.headers.extend(headers)
        self.body = body.encode() if isinstance(body, str) else body
        self.constants: HeaderList = NO_HEADERS  # checked at start, joined when written

    def header(self, name: str) -> str | None:
        """The first value of a header line in any spelling, or None."""
        return find([*self.headers, *self.constants], name)

    def add_header(self, name: str, value: str) -> None:
        """One more line; raises ValueError for what is not one line."""
        check_line(name, value)
        self.headers.append((name, value))

    def set_header(self, name: str, value: str) -> None:
        """The only line of this name."""
        check_line(name, value)
        self.remove_header(name)
        self.headers.append((name, value))

    def remove_header(self, name: str) -> None:
        """No line of this name."""
        wanted = name.lower()
        self.headers[:] = [pair for pair in self.headers if pair[0].lower() != wanted]

    def vary(self, name: str) -> None:
        """The answer depends on this request header too (RFC 9110 §12.5.5)."""
        lines = [value for key, value in self.headers if key.lower() == "vary"]
        known = [part.strip() for part in ",".join(lines).split(",") if part.strip()]
        if "*" not in known and name.lower() not in [part.lower() for part in known]:
            self.set_header("Vary", ", ".join([*known, name]))

    def set_cookie(self, name: str, value: str, **attributes: Unpack[CookieAttributes]) -> None:
        """A Set-Cookie line; the attributes are those of `dump_cookie`."""
        self.headers.append(("Set-Cookie", dump_cookie(name, value, **attributes)))

    def delete_cookie(self, name: str, **attributes: Unpack[CookieAttributes]) -> None:
        """A Set-Cookie line that ends the cookie; path and domain as when it was set."""
        attributes["max_age"] = 0
        self.set_cookie(name, "", **attributes)

    def close(self) -> None:
        """Closes a body that holds something open, once (PEP 3333: called in every case)."""
        closing = getattr(self.body, "close", None)
        if closing is not None:
            self.body = ()
            closing()

    def __repr__(self) -> str:
        return f"<Response {STATUS_LINES.get(self.status, self.status)}>"


NO_HEADERS: HeaderList = []


def send(
    response: Response, method: str, start_response: Callable[[str, HeaderList], Any]
) -> Iterable[bytes]:
    """Checks every header line, calls `start_response` once, returns what the server sends.

    A HEAD, 204 or 304 answer loses its body here: many servers would send it.
    """
    status, body = response.status, response.body
    try:
        for name, value in response.headers:
            if name in CANONICAL and (value in TYPES or (value.isascii() and value.isprintable())):
                continue
            _check_unusual(response, method, name, value)
        if method == "HEAD" or status in WITHOUT_BODY:
            return _send_head(response, start_response)
        if isinstance(body, bytes):
            length = ("Content-Length", str(len(body)))
            headers = [*response.headers, length, *response.constants]
            body = (body,)
        else:
            headers = response.headers + response.constants
        start_response(STATUS_LINES[status], headers)
    except BaseException:
        response.close()
        raise
    return body


def _check_unusual(response: Response, method: str, name: str, value: str) -> None:
    """Checks one line; a length beside bytes is dropped, for two that differ split the answer."""
    check_line(name, value)
    if name.lower() == "content-length" and method != "HEAD" and isinstance(response.body, bytes):
        response.headers = [pair for pair in response.headers if pair[0] != name]


def _send_head(response: Response, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Closes the body and sends the lines; a status without a body has none that describe it."""
    response.close()
    headers = response.headers + response.constants
    if response.status in WITHOUT_BODY:
        described = ("content-type", "content-length")
        headers = [pair for pair in headers if pair[0].lower() not in described]
    elif isinstance(response.body, bytes) and response.header("Content-Length") is None:
        headers.append(("Content-Length", str(len(response.body))))
    start_response(STATUS_LINES[response.status], headers)
    return ()


def text_response(text: str, status: int = 200) -> Response:
    """Plain text."""
    return Response(text, status, TEXT)


def json_response(data: Any, status: int = 200) -> Response:
    """JSON in UTF-8; ValueError for NaN and Infinity, which are not JSON (RFC 8259 §6)."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(text, status, JSON)


def stream_response(chunks: Iterable[bytes], content_type: str = TEXT) -> Response:
    """A body sent as it is made; its `close` runs in every case."""
    return Response(chunks, 200, content_type)


def redirect(location: str, status: int = 303, *, allow_other_host: bool = False) -> Response:
    """Sends the browser on; 303 makes it a GET, whatever it was (post, redirect, get).

    Raises ValueError for another host unless `allow_other_host=True`, so that a `next=` from
    the visitor never leads away from the site.
    """
    if not allow_other_host and not is_local(location):
        raise ValueError(
            f"redirect({location[:80]!r}) leaves the site, or is no path that begins with one '/': "
            "another host needs allow_other_host=True"
        )
    if allow_other_host and not location.startswith(("https://", "http://", "/")):
        raise ValueError(f"redirect({location!r}): only http and https")
    return Response(b"", status, TEXT, [("Location", quote(location, safe=URL_SAFE))])


def is_local(location: str) -> bool:
    r"""Whether a browser stays on this site when it follows the address.

    >>> is_local("/blog/?page=2"), is_local("//evil.example"), is_local("/\\evil.example")
    (True, False, False)

    Browsers take "\" for "/" and drop tabs and line ends, so both are refused.
    """
    return (
        location[:1] == "/"
        and location[1:2] != "/"
        and "\\" not in location
        and location.isprintable()
        and len(location) <= MAX_LOCATION_LENGTH
    )


class FileBody:
    """A file as chunks of bytes; closed when sent, and when the visitor leaves earlier."""

    def __init__(self, path: str, chunk_bytes: int = 64 * 1024) -> None:
        self._file = Path(path).open("rb")
        self._chunk_bytes = chunk_bytes

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self._file.read(self._chunk_bytes):
            yield chunk

    def close(self) -> None:
        """Gives the file back."""
        self._file.close()
