"""Body: what a request carries, read no further than it says and no longer than it may be.

RFC 9110 §8.6 (Content-Length), RFC 9112 §7.1 (chunked), the URL standard §5
(application/x-www-form-urlencoded), RFC 8259 (JSON).
In   environ["wsgi.input"], CONTENT_LENGTH        or a query "a=1&b=%C3%A9"
Out  bytes                                        or [("a", "1"), ("b", "é")]
A server has no limits of its own (gunicorn none at all), so they stand here: `Limits`.

Stop 3 of 9: nothing is read before a controller asks.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from re import compile as compile_pattern
from typing import Any, NoReturn
from urllib.parse import unquote

from framework.http.errors import BadRequest, LengthRequired, PayloadTooLarge, UnsupportedMediaType

CHUNK_BYTES = 64 * 1024
SURROGATE = compile_pattern(r"\\u[dD][89A-Fa-f]")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one request may bring; the defaults hold wherever nobody says otherwise."""

    max_body_bytes: int = 16 * 1024 * 1024
    max_file_bytes: int = 10 * 1024 * 1024
    max_form_bytes: int = 1024 * 1024  # all fields that are not files
    max_fields: int = 1_000
    max_files: int = 20
    max_parts: int = 1_000
    max_url_length: int = 8_192  # path and query, in characters
    max_header_length: int = 16_384  # one header's value, in characters


class BodyStream:
    """The body as a stream that ends where Content-Length or the server says it ends.

    Raises LengthRequired (411) for a chunked body whose server does not mark the end: such
    servers would hand it over as an empty one. Raises PayloadTooLarge (413) above the limit,
    BadRequest (400) for a length that is no number and for a body that breaks off.
    """

    def __init__(self, environ: Mapping[str, Any], max_bytes: int) -> None:
        self._read = environ["wsgi.input"].read
        self._max_bytes = max_bytes
        self._taken = 0
        self._is_begun = False
        terminated = bool(environ.get("wsgi.input_terminated"))
        chunked = bool(environ.get("HTTP_TRANSFER_ENCODING"))
        if chunked and not terminated:
            raise LengthRequired
        length = content_length(environ)
        unknown = terminated and (chunked or length is None)  # RFC 9112 §6.3: chunks overrule it
        self._length = None if unknown else length or 0
        if (self._length or 0) > max_bytes:
            raise PayloadTooLarge

    def read(self, size: int = CHUNK_BYTES) -> bytes:
        """At most `size` bytes; b"" at the end of the body."""
        if self._length is not None:
            size = min(size, self._length - self._taken)
        try:
            data: bytes = self._read(size) if size else b""
        except Exception as error:  # the client went away, or sent a chunk its server refuses
            raise BadRequest("The body broke off.") from error
        self._taken += len(data)
        if not data and self._length is not None and self._taken < self._length:
            raise BadRequest("The body is shorter than its Content-Length.")
        if self._taken > self._max_bytes:
            raise PayloadTooLarge
        return data

    def begin(self) -> None:
        """Whoever wants the whole body starts here; BadRequest if somebody has broken off in it."""
        if self._is_begun:
            raise BadRequest("The body could not be read.")
        self._is_begun = True

    def read_all(self) -> bytes:
        """The whole body."""
        self.begin()
        chunks = []
        while data := self.read():
            chunks.append(data)
        return b"".join(chunks)


def content_length(environ: Mapping[str, Any]) -> int | None:
    """The declared length in bytes, None if absent; BadRequest unless it is plain digits.

    `int()` alone would take "+5", "1_0" and " 5", and a proxy in front may read them otherwise.
    """
    text: str = environ.get("CONTENT_LENGTH") or ""
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise BadRequest("Content-Length is not a number.")
    return int(text)


def parse_query(text: str) -> list[tuple[str, str]]:
    """Every name and value of a query or an urlencoded form, in order; never raises.

    >>> parse_query("a=1&b=%C3%A9+x&b=&flag")
    [('a', '1'), ('b', 'é x'), ('b', ''), ('flag', '')]

    Only "&" separates: a parser that also takes ";" disagrees with the caches in front.
    """
    if not text.isascii():  # raw bytes, handed over as latin-1 (PEP 3333)
        text = text.encode("latin-1", "replace").decode("utf-8", "replace")
    pairs = []
    for part in text.split("&"):
        if part:
            name, _, value = part.partition("=")
            pairs.append((_decode(name), _decode(value)))
    return pairs


def _decode(text: str) -> str:
    """The text with + as space and %XX as UTF-8."""
    text = text.replace("+", " ")
    return unquote(text) if "%" in text else text


def parse_form(data: bytes, limits: Limits) -> list[tuple[str, str]]:
    """The fields of an urlencoded form; PayloadTooLarge above the limits."""
    if len(data) > limits.max_form_bytes:
        raise PayloadTooLarge("This form holds too much text.")
    check_fields(data.count(b"&") + 1, limits)
    return parse_query(data.decode("latin-1"))


def check_fields(count: int, limits: Limits) -> None:
    """PayloadTooLarge when there are more fields than a person would fill in."""
    if count > limits.max_fields:
        raise PayloadTooLarge(f"More than {limits.max_fields} fields.")


def parse_json(data: bytes, content_type: str) -> Any:
    """The value of a JSON body: UTF-8 only, no NaN, no nesting that exhausts the stack.

    Raises UnsupportedMediaType (415) for another type, BadRequest (400) for anything broken.
    """
    if media_type(content_type) != "application/json":
        raise UnsupportedMediaType("Send application/json.")
    try:
        text = data.decode("utf-8")
        value = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
        if SURROGATE.search(text):  # half of a pair is no text: nobody could encode it again
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise BadRequest("The body is not valid JSON.") from error
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    """A number that has a value: 1e999 would become the Infinity that JSON does not know."""
    number = float(text)
    return number if isfinite(number) else _no_constant(text)


def check_coding(environ: Mapping[str, Any]) -> None:
    """UnsupportedMediaType for a compressed body: 10 MB may hold 10 GB (RFC 9110 §15.5.16)."""
    if (environ.get("HTTP_CONTENT_ENCODING") or "identity").strip().lower() != "identity":
        raise UnsupportedMediaType("Send the body uncompressed.")


def media_type(content_type: str) -> str:
    """The type without its parameters, in lower case.

    >>> media_type("Text/HTML; charset=utf-8")
    'text/html'
    """
    return content_type.partition(";")[0].strip().lower()
