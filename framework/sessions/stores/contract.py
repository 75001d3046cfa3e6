"""Contract: what a place must do that keeps sessions.

In   save("9f2c…", {"cart": …}, version=3, expires=1764000000)
Out  True, and load("9f2c…") → ({"cart": …}, 4); False when somebody saved version 4 before
A version lets two requests of one visitor change different keys without losing either: the
second save is refused, and the middleware merges. A store never sees the id that the browser
holds, only its hash: who steals the table cannot use it.

Stores: memory, database, cookie; the file store is on its shelf.
"""

from abc import ABC, abstractmethod
from hashlib import sha256
from typing import Any

Data = dict[str, Any]


class Store(ABC):
    """Keeps data under a key; safe to use from many threads."""

    merges = True  # whether a conflict can be noticed at all

    @abstractmethod
    def load(self, id: str) -> tuple[Data, int] | None:
        """The data and its version (from 1 up); None if there is none or it has expired."""

    @abstractmethod
    def save(self, id: str, data: Data, version: int, expires: int) -> bool:
        """Keeps the data as `version + 1` until `expires` (seconds since 1970).

        `version` 0: there must be nothing under the id yet; n: it must be at n. False if not.
        """

    @abstractmethod
    def delete(self, id: str) -> None:
        """Forgets the id; nothing happens if there is none."""

    @abstractmethod
    def clear_expired(self) -> int:
        """Forgets all that has expired; says how many."""

    def key(self, cookie: str) -> str:
        """What the store is given for a cookie: the hash of the id in it."""
        return sha256(cookie.encode("utf-8", "replace")).hexdigest()

    def cookie(self, id: str, data: Data) -> str:
        """What the browser is given: the id."""
        return id
