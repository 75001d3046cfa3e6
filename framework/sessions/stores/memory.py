"""Memory: sessions in a dict of this process.

When not to use it: with more than one worker process (each has its own sessions), or when a
restart must not sign everybody out. It is for tests and for one process.
"""

import json
from collections.abc import Callable
from threading import Lock
from time import time

from framework.sessions.stores.contract import Data, Store


class MemoryStore(Store):
    """Keeps at most `max_sessions`; above that the ones that expire first go."""

    def __init__(self, max_sessions: int = 100_000, clock: Callable[[], float] = time) -> None:
        self._rows: dict[str, tuple[str, int, int]] = {}  # id → data as JSON, version, expires
        self._lock = Lock()
        self._max_sessions = max_sessions
        self._clock = clock

    def load(self, id: str) -> tuple[Data, int] | None:
        row = self._rows.get(id)
        if row is None or row[2] <= self._clock():
            return None
        return json.loads(row[0]), row[1]

    def save(self, id: str, data: Data, version: int, expires: int) -> bool:
        text = json.dumps(data)
        with self._lock:
            row = self._rows.get(id)
            current = row[1] if row and row[2] > self._clock() else 0
            if current != version:
                return False
            self._rows[id] = (text, version + 1, expires)
            if len(self._rows) > self._max_sessions:
                self._shrink()
        return True

    def _shrink(self) -> None:
        """Drops a tenth, the ones that expire first."""
        oldest = sorted(self._rows, key=lambda id: self._rows[id][2])
        for id in oldest[: max(1, self._max_sessions // 10)]:
            del self._rows[id]

    def delete(self, id: str) -> None:
        with self._lock:
            self._rows.pop(id, None)

    def clear_expired(self) -> int:
        now = self._clock()
        with self._lock:
            expired = [id for id, row in self._rows.items() if row[2] <= now]
            for id in expired:
                del self._rows[id]
        return len(expired)
