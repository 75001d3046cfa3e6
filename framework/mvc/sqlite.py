"""SQLite: the settings and the locking that make it a database for a site.

sqlite.org/lang_transaction.html, sqlite.org/wal.html.
In   an engine on a file
Out  WAL, foreign keys, and a transaction that locks only from its first write on
A request begins deferred: reading takes no lock, so slow work (a password hash, a download)
holds none. Before the first write the read snapshot ends and BEGIN IMMEDIATE queues for the
one write lock. (IMMEDIATE from the start would hold it during the slow work; deferred to the
end, a reader that turns writer finds "database is locked": tests/mvc/test_two_pools.py shows it.)
A row read before the first write may be stale, as under READ COMMITTED: counters and stock use
conditional UPDATEs.
"""

import sqlite3
from re import IGNORECASE
from re import compile as compile_pattern
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import OperationalError

PRAGMAS = (
    "busy_timeout=5000",
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "mmap_size=134217728",
)
WRITE = compile_pattern(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:INSERT|UPDATE|DELETE|REPLACE|MERGE|CREATE|DROP|ALTER|TRUNCATE"
    r"|WITH\b.*\b(?:INSERT|UPDATE|DELETE)\b)",
    IGNORECASE | 16,  # DOTALL
)
OUTAGES = (
    *("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN"),
    "SQLITE_READONLY",
)


def prepare(engine: Engine) -> None:
    """Hangs the settings and the two-step transaction onto an engine."""
    event.listen(engine, "connect", _connect)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "before_cursor_execute", _before_statement)
    event.listen(engine, "savepoint", _before_savepoint)


def is_in_memory(url: URL) -> bool:
    """Whether the database has no file: every connection, or process, would have its own."""
    return not url.database or ":memory:" in url.database or url.query.get("mode") == "memory"


def writes(statement: str) -> bool:
    """Whether a statement changes something."""
    return WRITE.match(statement) is not None


def is_outage(error: BaseException | None) -> bool:
    """Whether the database cannot just now; a wrong statement is a fault of ours instead."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorname", "").startswith(OUTAGES)
    return True  # other drivers keep OperationalError for what the server cannot


def _connect(connection: sqlite3.Connection, record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in PRAGMAS:
        connection.execute("PRAGMA " + pragma)


def _begin(connection: Connection) -> None:
    connection.info["writes"] = False
    connection.exec_driver_sql("BEGIN")


def _before_statement(connection: Connection, cursor: Any, statement: str, *rest: Any) -> None:
    if not connection.info.get("writes", True) and writes(statement):
        _lock(connection)


def _before_savepoint(connection: Connection, name: str) -> None:
    if not connection.info.get("writes", True):
        _lock(connection)


def _lock(connection: Connection) -> None:
    """Ends the read snapshot and waits for the write lock, at most busy_timeout."""
    connection.exec_driver_sql("COMMIT")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError:
        connection.exec_driver_sql("BEGIN")  # without it a later write would commit itself
        raise
    connection.info["writes"] = True
