"""File sessions: one small file a session.

When not to use it: with workers on more than one machine, or with millions of sessions on a file
system that minds; the database store is the default. It needs nothing but a folder.
A file is written beside its place and renamed, so a reader sees the old one or the new one and
never a half; a lock file for each first letter of the key keeps two writers apart.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from re import compile as compile_pattern
from secrets import token_hex
from time import sleep, time

from framework.http.errors import ServiceUnavailable
from framework.sessions.stores.contract import Data, Store

KEY = compile_pattern(r"[0-9a-f]{64}")
LOCK_SECONDS = 5.0
STALE_SECONDS = 10.0  # a writer that died leaves its lock behind


class FileStore(Store):
    """Sessions below `folder` (made with mode 0700), in 256 folders by the key's first letters."""

    def __init__(self, folder: str | Path, clock: Callable[[], float] = time) -> None:
        self._folder = Path(folder)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._clock = clock

    def _path(self, id: str) -> Path:
        if not KEY.fullmatch(id):
            raise ValueError(f"{id!r} is no key: it becomes the name of a file")
        return self._folder / id[:2] / id[2:]

    def load(self, id: str) -> tuple[Data, int] | None:
        row = self._read(self._path(id))
        return (row["data"], row["version"]) if row and row["expires"] > self._clock() else None

    def save(self, id: str, data: Data, version: int, expires: int) -> bool:
        path = self._path(id)
        with self._locked(path):
            row = self._read(path)
            current = row["version"] if row and row["expires"] > self._clock() else 0
            if current != version:
                return False
            text = json.dumps({"data": data, "version": version + 1, "expires": expires})
            fresh = path.with_suffix("." + token_hex(4))
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            fresh.replace(path)
        return True

    def delete(self, id: str) -> None:
        path = self._path(id)
        with self._locked(path), suppress(FileNotFoundError):
            path.unlink()

    def clear_expired(self) -> int:
        now, count = self._clock(), 0
        for path in self._folder.glob("??/*"):
            row = self._read(path) if len(path.name) == 62 else None
            if row and row["expires"] <= now:
                with suppress(FileNotFoundError):
                    path.unlink()
                    count += 1
        return count

    @staticmethod
    def _read(path: Path) -> Data | None:
        """What lies in a file; None for a missing or a broken one."""
        try:
            row = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return (
            row if isinstance(row, dict) and {"data", "version", "expires"} <= row.keys() else None
        )

    @contextmanager
    def _locked(self, path: Path) -> Iterator[None]:
        """Keeps other writers, of this and other processes, away from the folder of the path."""
        path.parent.mkdir(mode=0o700, exist_ok=True)
        lock = path.parent / "lock"
        end = time() + LOCK_SECONDS
        while not _taken(lock):
            if time() > end:
                raise ServiceUnavailable
            sleep(0.002)
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


def _taken(lock: Path) -> bool:
    """Whether the lock is ours now; one that is older than any writer's work is broken."""
    try:
        os.close(os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        with suppress(FileNotFoundError):
            if time() - lock.stat().st_mtime > STALE_SECONDS:
                lock.unlink()
        return False
    return True
