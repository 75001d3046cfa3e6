"""Explain: why a pattern takes a path, or why not, as facts and a sentence.

In   Pattern("/blog/<int:id>/"), {"GET": "post"}, "GET", "/blog/light/"
Out  Reason(verdict="no_match", code="converter_rejected", at=2, wanted="<int:id>", got="light")
The same compiled patterns and converters decide here and in `Router.match`; a property test
over random tables holds the two together.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from framework.routing.pattern import Pattern


@dataclass(frozen=True, slots=True)
class Reason:
    """The verdict on one pattern: "match", "almost" (the path fits, or nearly) or "no_match"."""

    pattern: str
    name: str
    verdict: str
    code: str
    at: int = 0  # the segment, counted from 1
    wanted: str = ""
    got: str = ""

    @property
    def sentence(self) -> str:
        """The reason in words."""
        return SENTENCES[self.code].format(at=self.at, wanted=self.wanted, got=self.got)


SENTENCES = {
    "matched": "every segment fits",
    "length_differs": "wanted {wanted} segments, got {got}",
    "segment_differs": 'segment {at}: wanted "{wanted}", got "{got}"',
    "converter_rejected": 'segment {at}: {wanted} does not take "{got}"',
    "method_not_allowed": "the path fits, for {wanted}, not for {got}",
    "missing_slash": 'the path fits with a "/" at its end',
}


def reason(pattern: Pattern, methods: Mapping[str, str], method: str, path: str) -> Reason:
    """The verdict of one pattern on a method and a path."""
    name = methods.get(method) or next(iter(methods.values()))
    code, at, wanted, got = _compare(pattern, path)
    if code == "matched" and method not in methods:
        code, wanted, got = "method_not_allowed", ", ".join(sorted(methods)), method
    elif code == "length_differs" and _compare(pattern, path + "/")[0] == "matched":
        code = "missing_slash"
    almost = code in ("method_not_allowed", "missing_slash")
    verdict = "match" if code == "matched" else "almost" if almost else "no_match"
    return Reason(pattern.text, name, verdict, code, at, wanted, got)


def _compare(pattern: Pattern, path: str) -> tuple[str, int, str, str]:
    """The first difference as (code, segment, wanted, got)."""
    segments = pattern.split(path)
    if segments is None:
        return "length_differs", 0, str(len(pattern.segments) - 1), str(path.count("/"))
    for position in pattern.literals:
        wanted, got = pattern.segments[position], segments[position]
        if wanted != got:
            return "segment_differs", position, wanted, got
    for value in pattern.values:
        got = segments[value.position]
        try:
            value.converter.to_python(got)
        except ValueError:
            return "converter_rejected", value.position, value.wanted, got
    return "matched", 0, "", ""
