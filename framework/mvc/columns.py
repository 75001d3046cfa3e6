"""Columns: the types that are the same on every database.

In   Mapped[datetime], Mapped[int]
Out  a moment in UTC, aware; 64 bits, as many as `<int:id>` in an address takes
SQLite has no time zones and counts rows by its own 64-bit integer; PostgreSQL has both.
"""

from datetime import UTC, datetime

from sqlalchemy import Dialect
from sqlalchemy.types import BigInteger, DateTime, Integer, TypeDecorator

INTEGER = BigInteger().with_variant(Integer(), "sqlite")


class UTCDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC on every database; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone: use datetime.now(UTC)")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
