"""Database: one row a session, in the site's own database; the default.

When not to use it: when sessions are written on most requests and the database is the
bottleneck; then the cached database on its shelf reads from memory first.
Each call is a short transaction of its own, from the second pool (`Database.transaction`).
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from time import time
from typing import Any, cast

from sqlalchemy import CursorResult, String, Text, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from framework.mvc.model import Database, IntegrityError, Model
from framework.sessions.stores.contract import Data, Store


class SessionRow(Model):
    """A session: the hash of its id, its data as JSON, its version, its end."""

    __tablename__ = "session"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    expires: Mapped[datetime] = mapped_column(index=True)


class DatabaseStore(Store):
    """Sessions in the table `session`."""

    def __init__(self, database: Database, clock: Callable[[], float] = time) -> None:
        self._database = database
        self._clock = clock

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)

    def load(self, id: str) -> tuple[Data, int] | None:
        columns = select(SessionRow.data, SessionRow.version)
        with self._database.transaction(reading=True) as db:
            row = db.execute(
                columns.where(SessionRow.key == id, SessionRow.expires > self._now())
            ).first()
        return (json.loads(row.data), row.version) if row else None

    def save(self, id: str, data: Data, version: int, expires: int) -> bool:
        end = datetime.fromtimestamp(expires, UTC)
        values: dict[str, Any] = {"data": json.dumps(data), "version": version + 1, "expires": end}
        if version == 0:
            return self._insert(id, values)
        change = update(SessionRow).where(
            SessionRow.key == id, SessionRow.version == version, SessionRow.expires > self._now()
        )
        with self._database.transaction() as db:
            return cast(CursorResult[Any], db.execute(change.values(values))).rowcount == 1

    def _insert(self, id: str, values: dict[str, Any]) -> bool:
        """A new row; False if there is one that has not expired."""
        expired = SessionRow.expires <= self._now()
        try:
            with self._database.transaction() as db:
                db.execute(delete(SessionRow).where(SessionRow.key == id, expired))
                db.add(SessionRow(key=id, **values))
        except IntegrityError:
            return False
        return True

    def delete(self, id: str) -> None:
        with self._database.transaction() as db:
            db.execute(delete(SessionRow).where(SessionRow.key == id))

    def clear_expired(self) -> int:
        gone = delete(SessionRow).where(SessionRow.expires <= self._now())
        with self._database.transaction() as db:
            return cast(CursorResult[Any], db.execute(gone)).rowcount
