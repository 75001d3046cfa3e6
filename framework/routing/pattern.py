"""Pattern: the text of a route, compiled once for both directions.

In   "/blog/<int:year>/<slug>/"
Out  match  ["", "blog", "2026", "light", ""]  → {"year": 2026, "slug": "light"}
     build  {"year": 2026, "slug": "light"}    → "/blog/2026/light/"
`<name>` is a text; `<kind:name>` one of the converters. A segment may mix text and one value
(`v<int:n>.json`). `<path:rest>` takes the rest of the path and stands last.
A pattern's *shape* is its number of segments and the positions of the literal ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from re import compile as compile_pattern
from typing import Any
from urllib.parse import quote

from framework.routing.converters import CONVERTERS, Converter, PathConverter

VALUE = compile_pattern(r"<(?:(?P<kind>[a-z_][a-z0-9_]*):)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)>")
LITERAL_SAFE = "/:@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True)
class Mixed:
    """A converter of a whole segment that has literal text around its value."""

    before: str
    converter: Converter
    after: str

    @property
    def rank(self) -> int:
        """That of the value; `Value.rank` counts the text around it."""
        return self.converter.rank

    def to_python(self, text: str) -> Any:
        """The value between the literal ends."""
        inner = text.removeprefix(self.before).removesuffix(self.after)
        if len(inner) + len(self.before + self.after) != len(text):
            raise ValueError(f"wanted {self.before}…{self.after}")
        return self.converter.to_python(inner)

    def to_url(self, value: Any) -> str:
        """The segment with its literal ends."""
        before, after = (quote(end, safe=LITERAL_SAFE) for end in (self.before, self.after))
        return before + self.converter.to_url(value) + after


@dataclass(frozen=True, slots=True)
class Value:
    """A dynamic segment: where it stands, its name, its converter."""

    position: int
    name: str
    converter: Converter
    wanted: str  # as written: "<int:id>"
    rank: tuple[int, int]  # text around it is more special, then the narrower kind


class Pattern:
    """One compiled pattern; raises ValueError, with the cure, for a text that is none."""

    def __init__(self, text: str, converters: Mapping[str, Converter] = CONVERTERS) -> None:
        if not text.startswith("/") or text.startswith("//"):  # "//host" is another site
            raise ValueError(f"pattern {text!r} must start with one '/'")
        self.text = text
        self.segments = text.split("/")
        self.values = [
            _compile_segment(self, position, converters)
            for position, segment in enumerate(self.segments)
            if "<" in segment or ">" in segment
        ]
        dynamic = {value.position for value in self.values}
        self.literals = [n for n in range(len(self.segments)) if n not in dynamic]
        self.is_tail = bool(self.values) and isinstance(self.values[-1].converter, PathConverter)
        self.names = [value.name for value in self.values]
        self.form = VALUE.sub(lambda value: f"<{value['kind'] or 'str'}>", text)
        self._check()
        literal = [quote(piece, safe=LITERAL_SAFE).replace("%", "%%") for piece in self.segments]
        self._template = "/".join(
            "%s" if position in dynamic else piece for position, piece in enumerate(literal)
        )
        self._to_pythons = [(v.name, v.position, v.converter.to_python) for v in self.values]
        self._to_urls = [(value.name, value.converter.to_url) for value in self.values]

    def _check(self) -> None:
        if len(set(self.names)) != len(self.names):
            raise ValueError(f"pattern {self.text!r} uses a name twice")
        tails = [v for v in self.values if isinstance(v.converter, PathConverter)]
        if tails and (len(tails) > 1 or tails[0].position != len(self.segments) - 1):
            raise ValueError(f"pattern {self.text!r}: <path:…> must be the last segment")

    def match(self, segments: Sequence[str]) -> dict[str, Any] | None:
        """The values of a split path whose literals fit already; None if a converter refuses."""
        arguments = {}
        try:
            for name, position, to_python in self._to_pythons:
                arguments[name] = to_python(segments[position])
        except ValueError:
            return None
        return arguments

    def build(self, arguments: Mapping[str, object]) -> str:
        """The path for these values, quoted; ValueError unless they are just the names."""
        pieces = []
        for name, to_url in self._to_urls:
            if name in arguments:
                pieces.append(to_url(arguments[name]))
        if not len(pieces) == len(arguments) == len(self._to_urls):
            raise ValueError(f"{self.text} takes {self.names}, not {sorted(arguments)}")
        return self._template % tuple(pieces)

    def split(self, path: str) -> list[str] | None:
        """The path in as many segments as this pattern has; None if it has another number."""
        count = len(self.segments)
        segments = path.split("/", count - 1) if self.is_tail else path.split("/")
        return segments if len(segments) == count else None


def _compile_segment(pattern: Pattern, position: int, converters: Mapping[str, Converter]) -> Value:
    """The value of a segment such as `<int:id>` or `v<int:n>.json`."""
    segment = pattern.segments[position]
    found = VALUE.search(segment)
    rest = VALUE.sub("", segment, count=1)
    if not found or "<" in rest or ">" in rest:
        raise ValueError(f"pattern {pattern.text!r}: {segment!r} should be like <int:id>")
    kind = found["kind"] or "str"
    if kind not in converters:
        raise ValueError(f"pattern {pattern.text!r}: no kind {kind!r} in {sorted(converters)}")
    before, after = segment[: found.start()], segment[found.end() :]
    converter = converters[kind]
    rank = (-len(before + after), converter.rank)
    if before or after:
        if isinstance(converter, PathConverter):
            raise ValueError(f"pattern {pattern.text!r}: <path:…> stands alone in its segment")
        converter = Mixed(before, converter, after)
    return Value(position, found["name"], converter, segment, rank)
