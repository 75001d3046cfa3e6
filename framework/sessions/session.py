"""Session: a dict that knows whether it was changed, emptied or renewed.

In   session["cart"] = {"5": 2}      as on any dict; values are those of JSON
Out  session.state = CHANGED         UNTOUCHED, CHANGED, EMPTIED or RENEWED
Change is found by comparing the text with the one that was loaded, so a change deep inside a
value counts too. `renew()` gives the same data a new id (at login, so that an id planted before
is worth nothing), `flush()` throws data and id away (at logout).
"""

import json
from collections.abc import Iterator, MutableMapping
from enum import Enum
from secrets import token_urlsafe
from typing import Any

Data = dict[str, Any]

CREATED, SEEN, SECRET = "_created", "_seen", "_secret"
HIDDEN = (CREATED, SEEN, SECRET)


class State(Enum):
    """How a request leaves its session."""

    UNTOUCHED = "untouched"  # nothing to save
    CHANGED = "changed"
    EMPTIED = "emptied"  # the row goes, the cookie ends
    RENEWED = "renewed"  # the same data under a new id


class Session(MutableMapping[str, Any]):
    """`request.session`; made by the middleware at the first reading."""

    def __init__(self, data: Data, id: str = "", version: int = 0, now: int = 0) -> None:
        self.id = id  # "" while the visitor has none
        self.version = version
        self.now = now
        self.loaded: Data = json.loads(dump(data))
        self.renewed = False
        self.flushed = False
        self._loaded_text = dump(data)
        self.data = data

    def __getitem__(self, key: str) -> Any:
        return self.data[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.data[key] = value

    def __delitem__(self, key: str) -> None:
        del self.data[key]

    def __iter__(self) -> Iterator[str]:
        return iter([key for key in self.data if key not in HIDDEN])

    def __len__(self) -> int:
        return len(list(iter(self)))

    def renew(self) -> None:
        """The same data under a new id and with a new CSRF secret: at login, new rights, logout."""
        self.renewed = True
        self.data[SECRET] = token_urlsafe(32)

    def flush(self) -> None:
        """Nothing of it is left: data and id are gone (logout)."""
        self.data.clear()
        self.renewed = self.flushed = True

    def stamp(self) -> None:
        """Writes down when it began and that it was seen now."""
        self.data.setdefault(CREATED, self.now)
        self.data[SEEN] = self.now

    @property
    def is_new(self) -> bool:
        """Whether the visitor came without a valid session."""
        return not self.id

    def state(self, idle_seconds: int) -> State:
        """How the request leaves it; one that was last seen long ago counts as changed."""
        if self.flushed and not self.data:
            return State.EMPTIED
        if self.renewed:
            return State.RENEWED
        if dump(self.data) != self._loaded_text:
            return State.CHANGED
        stale = self.id and self.now - self.data.get(SEEN, self.now) > idle_seconds // 10
        return State.CHANGED if stale else State.UNTOUCHED

    def changes(self) -> tuple[Data, list[str]]:
        """What this request set, and which keys it deleted: what a conflict reapplies."""
        changed = {k: v for k, v in self.data.items() if self.loaded.get(k, ABSENT) != v}
        return changed, [key for key in self.loaded if key not in self.data]

    def merged(self, data: Data) -> Data:
        """What another request left, with the changes of this one on top."""
        changed, deleted = self.changes()
        return {key: value for key, value in data.items() if key not in deleted} | changed


ABSENT = object()


def dump(data: Data) -> str:
    """The data as JSON; TypeError, with the cure, for what JSON cannot hold."""
    try:
        return json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    except TypeError as error:
        raise TypeError(f"a session keeps only what JSON can hold: {error}") from error
