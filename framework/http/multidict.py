"""MultiDict: names with one or more values each, in the order in which they were sent.

A query `?tag=a&tag=b` has one name and two values; an ordinary dict would lose one.
In   MultiDict([("tag", "a"), ("tag", "b"), ("page", "2")])
Out  d["tag"] = "a"     the first value
     d.getlist("tag") = ["a", "b"]
     list(d.pairs()) = the pairs as given

Stop 3 of 9: `request.query`, `request.form` and `request.files` are MultiDicts.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, TypeVar

Value = TypeVar("Value")


class MultiDict(Mapping[str, Value], Generic[Value]):
    """A mapping from a name to its first value, which keeps the others too."""

    def __init__(self, pairs: Iterable[tuple[str, Value]] = ()) -> None:
        self._pairs = list(pairs)
        self._values: dict[str, list[Value]] = {}
        for name, value in self._pairs:
            self._values.setdefault(name, []).append(value)

    def __getitem__(self, name: str) -> Value:
        return self._values[name][0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def getlist(self, name: str) -> list[Value]:
        """All values of a name, in order; empty if it was not sent."""
        return list(self._values.get(name, ()))

    def pairs(self) -> list[tuple[str, Value]]:
        """Every (name, value) as sent, repeats included."""
        return list(self._pairs)

    def __repr__(self) -> str:
        return f"MultiDict({self._pairs!r})"
