"""Frames: a traceback as plain values, innermost frame last.

In   an exception
Out  [Frame(file="site/blog/controllers.py", line=27, function="get", source=[…], values={…})]
A template's line is a frame like any other: jinja writes the template's name into its traceback.
Values are shown only of types whose text runs no code of anybody: a row that loads itself at the
first look stays `<Post>`.
"""

import linecache
from dataclasses import dataclass, field
from pathlib import Path
from traceback import walk_tb
from types import FrameType
from typing import Any

from framework.tools.debug.secrets import NAMES

AROUND = 5
MAX_FRAMES = 60
MAX_TEXT = 300
PLAIN = (str, bytes, int, float, bool, type(None))


@dataclass(frozen=True, slots=True)
class Frame:
    """One call on the way to the error."""

    file: str
    line: int
    function: str
    source: list[tuple[int, str]]
    values: dict[str, str] = field(default_factory=dict)

    @property
    def is_ours(self) -> bool:
        """Whether it is code of the project: not the standard library's, not a package's."""
        return "site-packages" not in self.file and "/lib/python" not in self.file


def frames_of(error: BaseException) -> list[Frame]:
    """The frames of the error's traceback; of an endless recursion the two ends."""
    found = list(walk_tb(error.__traceback__))
    if len(found) > MAX_FRAMES:
        found = found[: MAX_FRAMES // 2] + found[-MAX_FRAMES // 2 :]
    return [_frame(frame, line) for frame, line in found]


def _frame(frame: FrameType, line: int) -> Frame:
    code = frame.f_code
    values = {
        name: "«hidden»" if NAMES.search(name) else shown(value)
        for name, value in frame.f_locals.items()
        if name[:2] != "__"
    }
    return Frame(
        short(code.co_filename), line, code.co_name, source(code.co_filename, line), values
    )


def source(file: str, line: int) -> list[tuple[int, str]]:
    """The lines around a line, numbered; empty when the file cannot be read."""
    first, last = max(1, line - AROUND), line + AROUND
    lines = [(n, linecache.getline(file, n).rstrip("\n")) for n in range(first, last + 1)]
    return [(number, text) for number, text in lines if text or number <= line]


def short(file: str) -> str:
    """The path as seen from the working folder, where that is shorter."""
    try:
        return Path(file).relative_to(Path.cwd()).as_posix()
    except ValueError:
        return file


def shown(value: Any, depth: int = 2) -> str:
    """A value as text; of an object that is no plain value only its type.

    >>> shown({"page": 2, "user": object()})
    "{'page': 2, 'user': <object>}"
    """
    kind = type(value)
    if kind in PLAIN:
        text = repr(value)
    elif kind in (list, tuple, set, frozenset) and depth:
        text = kind.__name__ + "(" + ", ".join(shown(v, depth - 1) for v in list(value)[:20]) + ")"
    elif kind is dict and depth:
        pairs = [(shown(k, 0), shown(v, depth - 1)) for k, v in list(value.items())[:20]]
        text = "{" + ", ".join(f"{k}: {v}" for k, v in pairs) + "}"
    else:
        text = f"<{kind.__name__}>"
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + "…"
