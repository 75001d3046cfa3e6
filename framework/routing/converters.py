"""Converters: one segment of a path becomes a Python value, and back.

In   "42"  by <int:id>     Out  42
Back 42                    Out  "42"
`to_python` raises ValueError for a text that is not its kind; the sentence is what
`router.explain` and the X-ray show. The most special kind is tried first (`rank`).
Own kinds: any object with rank, to_python and to_url, in `Router(converters={…})`.
"""

from re import compile as compile_pattern
from typing import Any, Protocol
from urllib.parse import quote
from uuid import UUID

SLUG = compile_pattern(r"[-\w]+")
UUID_TEXT = compile_pattern(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
UNRESERVED = compile_pattern(r"[A-Za-z0-9_.~-]+")
MAX_INT = 2**63 - 1  # what a database column holds: a longer number is no id
DOTS = frozenset((".", ".."))  # a browser resolves these itself, "%2e" too (WHATWG URL §4.4)


class Converter(Protocol):
    """A kind of segment: `to_python(unquote(to_url(value))) == value` for every value it takes."""

    @property
    def rank(self) -> int: ...  # lower is more special and tried first
    def to_python(self, text: str) -> Any: ...
    def to_url(self, value: Any) -> str: ...


class IntConverter:
    """Digits 0 to 9, without sign; `int()` alone would take Arabic digits too."""

    rank = 10

    def to_python(self, text: str) -> int:
        if not (text.isdecimal() and text.isascii()) or len(text) > 19:
            raise ValueError("wanted digits")
        if (number := int(text)) > MAX_INT:
            raise ValueError("wanted a number below 2**63")
        return number

    def to_url(self, value: Any) -> str:
        if not isinstance(value, int) or not 0 <= value <= MAX_INT:
            raise ValueError(f"{value!r} is not a number from 0 to 2**63 - 1")
        return str(value) if value.__class__ is int else str(int(value))


class UuidConverter:
    """A UUID in lower case with hyphens (RFC 9562 §4)."""

    rank = 20

    def to_python(self, text: str) -> UUID:
        if not UUID_TEXT.fullmatch(text):
            raise ValueError("wanted a UUID in lower case")
        return UUID(text)

    def to_url(self, value: Any) -> str:
        return str(value if isinstance(value, UUID) else UUID(str(value)))


class SlugConverter:
    """Letters, digits, "-" and "_" of any script."""

    rank = 30

    def to_python(self, text: str) -> str:
        if not SLUG.fullmatch(text):
            raise ValueError("wanted letters, digits, '-' or '_'")
        return text

    def to_url(self, value: Any) -> str:
        text = self.to_python(str(value))
        return text if text.isascii() else quote(text, safe="")


class StrConverter:
    """Any text without a slash that is not empty, "." or "..": no browser would ask for those.

    A NUL, which no database takes, is refused too.
    """

    rank = 40

    def to_python(self, text: str) -> str:
        if not text or text in DOTS or "\0" in text:
            raise ValueError("wanted a text")
        return text

    def to_url(self, value: Any) -> str:
        text = self.to_python(str(value))
        if "/" in text:
            raise ValueError(f"{text!r} holds a slash: use <path:…>")
        return quoted(text)


class PathConverter:
    """The rest of the path, slashes included; only as the last segment of a pattern.

    It begins with no slash, else a link could be "//evil.example" and a join "/etc/passwd", and
    no segment of it is "." or "..".
    """

    rank = 50

    def to_python(self, text: str) -> str:
        if not text or text[0] == "/" or "\0" in text or not DOTS.isdisjoint(text.split("/")):
            raise ValueError("wanted a path")
        return text

    def to_url(self, value: Any) -> str:
        return quote(self.to_python(str(value)), safe="/")


def quoted(text: str) -> str:
    """A text as one segment of a URL (RFC 3986 §2.3); most need no quoting, and that is quick."""
    return text if UNRESERVED.fullmatch(text) else quote(text, safe="")


CONVERTERS: dict[str, Converter] = {
    "int": IntConverter(),
    "str": StrConverter(),
    "slug": SlugConverter(),
    "uuid": UuidConverter(),
    "path": PathConverter(),
}
