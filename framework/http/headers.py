"""Header lines: those of a request read from environ, those of a response checked.

RFC 9110 §5.1 (names are case-insensitive), §5.5 (values), §5.6.2 (token).
In   {"HTTP_ACCEPT": "text/html", "CONTENT_TYPE": "application/json"}
Out  headers["accept"] = "text/html"; headers["Content-Type"] = "application/json"
A CR, LF or NUL in an answer's header line would let an attacker write lines of his own
(response splitting), so `check_line` refuses it: many WSGI servers put it on the wire.

Stop 3 of 9 (reading), stop 9 of 9 (checking).
"""

from collections.abc import Iterable, Iterator, Mapping
from re import compile as compile_pattern
from typing import Any

from framework.http.errors import HeaderTooLarge

TOKEN = compile_pattern(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
VALUE = compile_pattern(r"[\t\x20-\x7e\x80-\xff]*")
UNPREFIXED = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


class RequestHeaders(Mapping[str, str]):
    """The header lines of a request, by any spelling of their name.

    Reading one that is longer than `max_header_length` characters raises HeaderTooLarge (431).
    """

    def __init__(self, environ: Mapping[str, Any], max_header_length: int) -> None:
        self._environ = environ
        self._max_header_length = max_header_length

    def __getitem__(self, name: str) -> str:
        key = UNPREFIXED.get(name.lower())
        if key and not self._environ.get(key):  # PEP 3333: "may be empty or missing"
            raise KeyError(name)
        value: str = self._environ[key or "HTTP_" + name.upper().replace("-", "_")]
        if len(value) > self._max_header_length:
            raise HeaderTooLarge(name)
        return value

    def __iter__(self) -> Iterator[str]:
        for key, value in self._environ.items():
            name = key.removeprefix("HTTP_")
            own_key = name if name in UNPREFIXED.values() else "HTTP_" + name
            if key == own_key and (value or key != name):
                yield name.replace("_", "-").title()

    def __len__(self) -> int:
        return sum(1 for _ in self)


def check_line(name: str, value: str) -> None:
    """Raises unless the pair is one header line and nothing more.

    >>> check_line("Location", "/next")
    >>> check_line("Location", "/next\\r\\nSet-Cookie: admin=1")
    Traceback (most recent call last):
    ValueError: header Location: '/next\\r\\nSet-Cookie: admin=1' is not one line of latin-1 text
    """
    if not isinstance(name, str) or not isinstance(value, str):
        raise TypeError(f"header {name!r}: {value!r}: name and value must be str")
    if not TOKEN.fullmatch(name):
        raise ValueError(f"header name {name!r} is not a token (RFC 9110 §5.6.2)")
    if not VALUE.fullmatch(value):
        raise ValueError(f"header {name}: {value!r} is not one line of latin-1 text")


def find(headers: Iterable[tuple[str, str]], name: str) -> str | None:
    """The first value of a name in any spelling, or None."""
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)
