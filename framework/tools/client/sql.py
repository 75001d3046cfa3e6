"""SQL counter: the statements that a block of code sends to its database.

    with count_sql(application.database) as sql:
        client.get("/blog/")
    assert len(sql) <= 4        # when it fails, the message lists the statements

A page whose number of statements grows with its rows has the N+1 problem: `sql.repeated` names
the statement. BEGIN, COMMIT and their like are left out, for they differ between databases.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

OF_THE_TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA", "SET")


class Watchable(Protocol):
    """A database that tells its statements: `framework.mvc.model.Database` is one."""

    def watch(
        self, callback: Callable[[str, object], None], /
    ) -> AbstractContextManager[object]: ...


class SqlLog:
    """What was sent, in order, by any thread."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.parameters: list[object] = []

    def record(self, statement: str, parameters: object) -> None:
        """Keeps one statement, unless it only opens or closes a transaction."""
        if not statement.lstrip().upper().startswith(OF_THE_TRANSACTION):
            self.statements.append(statement)
            self.parameters.append(parameters)

    @property
    def repeated(self) -> dict[str, int]:
        """The statements sent more than once, with how often."""
        return {text: times for text, times in Counter(self.statements).items() if times > 1}

    def __len__(self) -> int:
        return len(self.statements)

    def __iter__(self) -> Iterator[str]:
        return iter(self.statements)

    def __repr__(self) -> str:
        lines = (
            f"\n  {number}. {' '.join(statement.split())}  {parameters!r}"
            for number, (statement, parameters) in enumerate(
                zip(self.statements, self.parameters, strict=True), start=1
            )
        )
        return f"<{len(self)} statements{''.join(lines)}>"


@contextmanager
def count_sql(database: Watchable) -> Iterator[SqlLog]:
    """Listens while the block runs, on every pool of the database; the log stays readable."""
    log = SqlLog()
    with database.watch(log.record):
        yield log
