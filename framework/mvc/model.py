"""Model: rows as objects, and one unit of work per request.

SQLAlchemy behind its door. In a request: `session_of(request)` (or `request.db`).
In   db.add(Comment(…)); the controller answers 303
Out  committed, before the session is saved and before a byte is sent
Below 400 the unit commits; at 400 and above, or when `request.error` is set, it rolls back: a
422 saves nothing. What does not belong to the request's outcome (sessions, throttles) takes a
short `database.transaction()` from a second pool: with one pool, 40 threads that hold a
connection and wait for another deadlock.

Stop 7 of 9; the commit is at stop 9.
"""

import os
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast

from sqlalchemy import MetaData, create_engine, event
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from framework.http.errors import Conflict, NotConnected, ServiceUnavailable
from framework.http.handler import Handler
from framework.http.request import Request
from framework.http.response import Response
from framework.mvc import sqlite
from framework.mvc.columns import INTEGER, UTCDateTime

__all__ = ["Database", "IntegrityError", "Model", "UTCDateTime", "UnitOfWork", "session_of"]


class Model(DeclarativeBase):
    """Base of all models; constraints get names, so that migrations can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UTCDateTime, int: INTEGER}


class Database:
    """One database: a pool for the requests' units of work, a second one for short transactions.

    `url` as SQLAlchemy writes it ("sqlite:///var/site.db", "postgresql+psycopg://…"). Pools
    open at the first use and again after a fork. `pool_timeout_seconds` is how long a request
    waits for a connection before the visitor gets a 503.
    """

    def __init__(
        self, url: str, *, pool_size: int = 10, overflow: int = 20, pool_timeout_seconds: float = 2
    ) -> None:
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite and sqlite.is_in_memory(parsed):
            raise ValueError(f"{url!r}: two pools would be two databases; name a file")
        self._options: dict[str, Any] = {
            "pool_size": pool_size,
            "max_overflow": overflow,
            "pool_timeout": pool_timeout_seconds,
        }
        self.url = parsed
        self._thread = threading.local()
        self.engine = self._engine()
        self._side_engine = self._engine()
        self._new_unit = sessionmaker(self.engine, expire_on_commit=False, close_resets_only=False)
        self._new_side = sessionmaker(self._side_engine, expire_on_commit=False)
        self._watchers: list[Callable[[str, Any], None]] = []
        self._watchers_lock = threading.Lock()
        for engine in (self.engine, self._side_engine):
            event.listen(engine, "before_cursor_execute", self._tell)
        event.listen(self.engine, "before_cursor_execute", self._note_write)
        event.listen(self.engine, "savepoint", self._note_savepoint)
        for ending in ("commit", "rollback"):
            event.listen(self.engine, ending, self._note_end)
        _reopen_after_fork(self)

    def _engine(self) -> Engine:
        engine = create_engine(self.url, hide_parameters=True, **self._options)  # logs: no secrets
        if self.is_sqlite:
            sqlite.prepare(engine)
        return engine

    def _tell(
        self, connection: Connection, cursor: Any, statement: str, parameters: Any, *rest: Any
    ) -> None:
        for callback in self._watchers:
            callback(statement, parameters)

    def _note_write(self, connection: Connection, cursor: Any, statement: str, *rest: Any) -> None:
        if not getattr(self._thread, "writes", False) and sqlite.writes(statement):
            self._thread.writes = True

    def _note_savepoint(self, connection: Connection, name: str) -> None:
        self._thread.writes = True  # on SQLite it takes the write lock

    def _note_end(self, connection: Connection) -> None:
        self._thread.writes = False

    def sessions(self) -> Session:
        """A unit of work of its own (a stream, a command); the caller closes it."""
        return self._new_unit()

    def open_unit(self, request: Request) -> Session:
        """The opener of `request.db`."""
        return self._new_unit()

    @contextmanager
    def transaction(self, *, reading: bool = False) -> Iterator[Session]:
        """A short transaction from the second pool; commits at the end of the block.

        Raises ServiceUnavailable when the database cannot, RuntimeError at once when this
        thread's `request.db` has written: the two would wait for each other (not for `reading`).
        """
        if not reading and getattr(self._thread, "writes", False):
            raise RuntimeError(
                "transaction() inside a unit of work that has written: use request.db, or do it "
                "before the first write"
            )
        try:
            with self._new_side.begin() as session:
                yield session
        except (DBAPIError, PoolTimeoutError) as error:
            if is_outage(error):
                raise ServiceUnavailable from error
            raise

    @contextmanager
    def watch(self, callback: Callable[[str, Any], None]) -> Iterator[None]:
        """Calls back with (statement, parameters) for every statement on both pools."""
        with self._watchers_lock:
            self._watchers = [*self._watchers, callback]  # a new list: other threads read the old
        try:
            yield
        finally:
            with self._watchers_lock:
                at = self._watchers.index(callback)
                self._watchers = self._watchers[:at] + self._watchers[at + 1 :]

    def dispose(self, close: bool = True) -> None:
        """Closes all pooled connections; `close=False` forgets those of the parent process."""
        self.engine.dispose(close=close)
        self._side_engine.dispose(close=close)


_of_the_parent: list[Any] = []  # kept: what nobody keeps is closed (sqlite.org/howtocorrupt §2.6)


def _reopen_after_fork(database: Database) -> None:
    """A child process must not talk on its parent's connections, nor close them."""
    if hasattr(os, "register_at_fork"):
        reference = weakref.ref(database)

        def forget() -> None:
            alive = reference()
            if alive is not None:
                _of_the_parent.extend((alive.engine.pool, alive._side_engine.pool))
                alive.dispose(close=False)

        os.register_at_fork(after_in_child=forget)


def is_outage(error: BaseException) -> bool:
    """Whether the database cannot just now: it is away, locked or out of connections."""
    if isinstance(error, PoolTimeoutError):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, (OperationalError, InterfaceError)) and sqlite.is_outage(error.orig)


class UnitOfWork:
    """The layer that opens `request.db` when asked and ends it: all of it or nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self, handler: Handler) -> Handler:
        point, opener = Request.db, self._database.open_unit

        def unit_of_work(request: Request) -> Response:
            point.connect(request, opener)
            try:
                response = handler(request)
            except BaseException as error:
                _end(request, commit=False)
                if is_outage(error):
                    raise ServiceUnavailable from error
                raise
            if "db" in request.__dict__:
                try:
                    _end(request, commit=response.status < 400 and request.error is None)
                except BaseException:
                    response.close()
                    raise
            else:
                point.connect(request, _over)
            return response

        return unit_of_work


def _end(request: Request, commit: bool) -> None:
    """Commits or rolls back and closes; Conflict when a constraint refuses at the commit."""
    db: Session | None = request.__dict__.pop("db", None)
    Request.db.connect(request, _over)
    if db is None:
        return
    try:
        if commit:
            db.commit()
    except IntegrityError as error:
        raise Conflict from error
    except (DBAPIError, PoolTimeoutError) as error:
        if is_outage(error):
            raise ServiceUnavailable from error
        raise
    finally:
        db.close()  # rolls back what was not committed


def _over(request: Request) -> Session:
    raise NotConnected("the unit of work is over: a stream opens its own, database.sessions()")


def session_of(request: Request) -> Session:
    """`request.db` with its full type, SQLAlchemy's Session."""
    return cast(Session, request.db)
