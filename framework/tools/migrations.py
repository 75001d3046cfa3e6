"""Migrations: Alembic behind its door, without alembic.ini and without env.py.

Each app and shelf has a branch of its own, whose label is the app's: <app>/migrations/NNNN_name.py.
In   Apps (they say where the migrations lie) and a Database
Out  tables brought up or down, a line for each step; new migrations in the right folder
All steps of a call are one transaction under one lock: two processes that migrate at once come one
after the other, and the second finds nothing to do. What is still to be written is found by
comparing the models with a scratch database that the migrations build, whatever yours is like.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, MigrationInfo, RevisionStep
from alembic.script import Script, ScriptDirectory
from alembic.util import CommandError as AlembicError
from alembic.util import to_tuple
from sqlalchemy.engine import Connection

from framework.mvc.apps import AppConfig, Apps
from framework.mvc.model import Database
from framework.tools.migration_difference import difference
from framework.tools.migration_text import Body, migration_text
from framework.tools.project import CommandError
from framework.tools.tables import owners

Steps = Callable[[Any, MigrationContext], list[RevisionStep]]  # from the heads there are


@dataclass(frozen=True)
class State:
    """One migration of an app, and whether the database has it."""

    label: str
    name: str
    is_applied: bool


class Migrations:
    """The migrations of all apps, against one database."""

    def __init__(
        self, apps: Apps, database: Database, report: Callable[[str], None] = print
    ) -> None:
        self._apps = apps
        self._database = database
        self._report = report
        self._script = read(apps)

    def upgrade(self, target: str = "heads") -> int:
        """Brings the database up to the target; how many steps that took."""
        return self._run(lambda heads, _: self._script._upgrade_revs(target, heads))

    def downgrade(self, target: str) -> int:
        """Takes back what came after the target, and all that depends on it."""
        return self._run(lambda heads, _: self._script._downgrade_revs(target, heads))

    def migrate(self, label: str, name: str | None = None) -> int:
        """Brings one app to its last migration, or up or down to a named one; "zero": to none."""
        own = self._of(self._app(label))
        if not own:
            raise CommandError(f"{label} has no migrations: makemigrations {label} writes them.")
        if name is None:
            return self.upgrade(f"{label}@head")
        if name == "zero":
            return self.downgrade(f"{label}@base")
        found = [script for script in own if f"{stem(script)}_".startswith(f"{name}_")]
        if not found:
            raise CommandError(f"{label} has no migration {name!r}: {', '.join(map(stem, own))}.")
        revision = found[0].revision
        return self.downgrade(revision) if revision in self._applied() else self.upgrade(revision)

    def states(self) -> list[State]:
        """Every migration of every app, in order."""
        applied = self._applied()
        return [
            State(app.label, stem(script), script.revision in applied)
            for app in self._apps
            for script in self._of(app)
        ]

    def make(
        self, labels: Sequence[str] = (), name: str = "", empty: bool = False, write: bool = True
    ) -> list[Path]:
        """Writes what the models of these apps (none named: of all) have and no migration builds.

        One file for each app that lacks something; `empty` gives one to fill by hand. With
        `write=False` the paths are told and nothing is written.
        """
        apps = [self._app(label) for label in labels] or list(self._apps)
        written = []
        with scratch(self._apps) as connection:
            for app in apps:
                body = difference(connection, app.label, owners(self._apps))
                if body is not None or empty:
                    written.append(self._write(app, body or Body(), name, write))
        return written

    def _write(self, app: AppConfig, body: Body, name: str, write: bool) -> Path:
        """Writes the next migration of an app and reads the graph anew."""
        own = self._of(app)
        number = f"{int(stem(own[-1])[:4]) + 1 if own else 1:04d}"
        path = app.path / "migrations" / f"{number}_{name or ('changes' if own else 'initial')}.py"
        if write:
            path.parent.mkdir(exist_ok=True)
            before = own[-1].revision if own else None
            heads = self._heads_named_in(body, app.label)
            text = migration_text(app.label, path.stem, before, heads, body)
            path.write_text(text, encoding="utf-8")
            self._script = read(self._apps)
        return path

    def _heads_named_in(self, body: Body, label: str) -> tuple[str, ...]:
        """The last migrations of the other apps whose tables this one refers to."""
        others = {
            owner
            for table, owner in owners(self._apps).items()
            if owner != label and f"'{table}." in body.upgrade
        }
        return tuple(self._of(self._app(other))[-1].revision for other in sorted(others))

    def _app(self, label: str) -> AppConfig:
        try:
            return self._apps.get_app_config(label)
        except LookupError as error:
            raise CommandError(f"{error.args[0]}.") from error

    def _of(self, app: AppConfig) -> list[Script]:
        """The migrations of one app, the oldest first."""
        folder = (app.path / "migrations").resolve()
        own = [s for s in self._script.walk_revisions() if Path(s.path).resolve().parent == folder]
        return sorted(own, key=stem)

    def _applied(self) -> set[str]:
        """The revisions that the database has: its heads and all below them."""
        with self._database.engine.connect() as connection:
            todo = list(MigrationContext.configure(connection).get_current_heads())
        found: set[str] = set()
        while todo:
            script = self._script.get_revision(todo.pop())
            if script.revision not in found:
                found.add(script.revision)
                todo += [*to_tuple(script.down_revision, ()), *to_tuple(script.dependencies, ())]
        return found

    def _run(self, steps: Steps) -> int:
        """Runs steps: all of them, or none."""
        done: list[str] = []

        def note(*, step: MigrationInfo, **_: Any) -> None:
            script = self._script.get_revision(step.up_revision_id or "")
            label = Path(script.path).parent.parent.name
            done.append(f"{label} {stem(script)}{'' if step.is_upgrade else ' taken back'}")
            self._report(f"  {done[-1]}")

        options = {"script": self._script, "fn": steps, "on_version_apply": (note,)}
        try:
            with exclusive(self._database) as connection:
                context = MigrationContext.configure(connection, opts=options)
                with Operations.context(context):
                    context.run_migrations()
                if done and self._database.is_sqlite:
                    require_references(connection)
        except AlembicError as error:
            raise CommandError(f"{error}.") from error
        return len(done)


def read(apps: Apps) -> ScriptDirectory:
    """All migrations of all apps as one graph."""
    folders = [path for app in apps if (path := app.migrations_path) is not None]
    for folder in folders:
        numbers = sorted(path.name[:4] for path in folder.glob("[0-9]*.py"))
        twice = {number for number in numbers if numbers.count(number) > 1}
        if twice:
            raise CommandError(
                f"{folder} has two migrations numbered {min(twice)}: give one of them the next "
                "number, as its name, its revision and with the other as its down_revision."
            )
    return ScriptDirectory(Path(__file__).parent, version_locations=folders)


def stem(script: Script) -> str:
    """0001_initial"""
    return Path(script.path).stem


@contextmanager
def exclusive(database: Database) -> Iterator[Connection]:
    """A connection in one transaction, while no other process migrates the same database."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            connection.detach()  # what is set here goes with the connection
            raw = connection.connection.cursor()
            # SQLite changes a table by making a new one and dropping the old: with the foreign
            # keys on, the drop would delete every row that refers to it.
            raw.execute("PRAGMA foreign_keys=OFF")
            raw.execute("PRAGMA busy_timeout=60000")
        with connection.begin():
            if database.is_sqlite:  # a write that changes nothing takes the one write lock
                connection.exec_driver_sql("DROP TABLE IF EXISTS _migrating")
            else:
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(390741)")
            yield connection


def require_references(connection: Connection) -> None:
    """Raises when a row refers to one that is not there: SQLite was not looking meanwhile."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise CommandError(
            f"Taken back: a row of {broken[0]} would refer to no row of {broken[2]}."
        )


@contextmanager
def scratch(apps: Apps) -> Iterator[Connection]:
    """A new database as the migrations build it."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/scratch.db")
        try:
            Migrations(apps, database, report=lambda line: None).upgrade()
            with database.engine.connect() as connection:
                yield connection
        finally:
            database.dispose()
