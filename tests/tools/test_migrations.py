"""Migrations on both databases: up, down, a branch for each app, one lock, no foreign table."""

import importlib
import itertools
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from sqlalchemy import Column, Index, String, func, inspect, text

from framework.mvc.apps import AppConfig, Apps
from framework.mvc.model import Database, Model
from framework.tools import migrations as module
from framework.tools.migrations import Migrations
from framework.tools.project import CommandError

ROOT = Path(__file__).resolve().parents[2]
numbers = itertools.count(1)

BEDS = """
from datetime import datetime
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column
from framework.mvc.model import Model

class Bed(Model):
    __tablename__ = "{label}_bed"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50), unique=True)
    dug: Mapped[datetime]
"""
PLANTS = """
from sqlalchemy import Column, ForeignKey, Table
from sqlalchemy.orm import Mapped, mapped_column
from framework.mvc.model import Model

class Plant(Model):
    __tablename__ = "{label}_plant"
    id: Mapped[int] = mapped_column(primary_key=True)
    bed_id: Mapped[int] = mapped_column(ForeignKey("{bed}_bed.id", ondelete="CASCADE"), index=True)

neighbour = Table(
    "{label}_neighbour",
    Model.metadata,
    Column("left", ForeignKey("{label}_plant.id"), primary_key=True),
    Column("right", ForeignKey("{label}_plant.id"), primary_key=True),
)
"""
SLOW = """
import time

revision = "{label}_0002"
down_revision = "{label}_0001"

def upgrade():
    time.sleep(1.5)
"""


class Garden:
    """Two apps of a test's own, the second with a foreign key to the first, and a database."""

    def __init__(self, folder: Path, url: str) -> None:
        number = next(numbers)
        self.folder, self.bed, self.plant = folder, f"bed{number}", f"plant{number}"
        self._write(self.bed, BEDS)
        self._write(self.plant, PLANTS)
        configs = [AppConfig(importlib.import_module(name)) for name in (self.bed, self.plant)]
        self.apps = Apps(configs)
        self.database = Database(url)
        self.lines: list[str] = []

    def _write(self, label: str, source: str) -> None:
        (self.folder / label).mkdir()
        (self.folder / label / "__init__.py").write_text("")
        models = source.replace("{label}", label).replace("{bed}", self.bed)
        (self.folder / label / "models.py").write_text(models)

    @property
    def migrations(self) -> Migrations:
        return Migrations(self.apps, self.database, report=self.lines.append)

    def write(self, label: str, name: str, source: str) -> None:
        """A migration written by hand."""
        path = self.folder / label / "migrations" / f"{name}.py"
        path.write_text(dedent(source).replace("{label}", label))

    def tables(self) -> set[str]:
        return set(inspect(self.database.engine).get_table_names()) - {"alembic_version"}

    def columns(self, table: str) -> set[str]:
        return {column["name"] for column in inspect(self.database.engine).get_columns(table)}

    def execute(self, statement: str) -> Any:
        with self.database.engine.begin() as connection:
            result = connection.execute(text(statement))
            return result.scalar() if result.returns_rows else None

    def plant_one(self) -> None:
        """A bed with one plant."""
        self.execute(f"INSERT INTO {self.bed}_bed VALUES (1, 'south', '2026-01-01 00:00:00')")
        self.execute(f"INSERT INTO {self.plant}_plant VALUES (1, 1)")

    def close(self) -> None:
        self.database.dispose()
        for table in list(Model.metadata.tables.values()):
            if table.name.startswith((f"{self.bed}_", f"{self.plant}_")):
                Model.metadata.remove(table)


@pytest.fixture
def garden(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Garden]:
    monkeypatch.syspath_prepend(tmp_path)
    garden = Garden(tmp_path, database_url)
    yield garden
    garden.close()


@pytest.fixture
def planted(garden: Garden) -> Garden:
    """A garden whose migrations are written and applied."""
    garden.migrations.make()
    garden.migrations.upgrade()
    return garden


def test_upgrading_builds_the_tables_of_all_apps(planted):
    bed, plant = planted.bed, planted.plant
    assert planted.tables() == {f"{bed}_bed", f"{plant}_plant", f"{plant}_neighbour"}


def test_every_step_is_reported_the_needed_app_first(planted):
    assert planted.lines == [f"  {planted.bed} 0001_initial", f"  {planted.plant} 0001_initial"]


def test_upgrading_again_finds_nothing_to_do(planted):
    assert planted.migrations.upgrade() == 0


def test_an_app_brings_the_app_that_it_needs(garden):
    garden.migrations.make()
    assert garden.migrations.migrate(garden.plant) == 2


def test_an_app_alone_leaves_the_others(garden):
    garden.migrations.make()
    assert garden.migrations.migrate(garden.bed) == 1
    assert garden.tables() == {f"{garden.bed}_bed"}


def test_zero_takes_an_app_back_and_what_depends_on_it(planted):
    assert planted.migrations.migrate(planted.bed, "zero") == 2
    assert planted.tables() == set()


def test_zero_of_one_app_leaves_the_other(planted):
    planted.migrations.migrate(planted.plant, "zero")
    assert planted.tables() == {f"{planted.bed}_bed"}


def test_a_named_migration_is_reached_from_above_and_from_below(planted):
    planted.migrations.make([planted.bed], "by_hand", empty=True)
    for name, steps in (("0002_by_hand", 1), ("0001", 1), ("0002", 1), ("0002", 0)):
        assert planted.migrations.migrate(planted.bed, name) == steps


def test_states_say_what_is_applied(planted):
    planted.migrations.make([planted.bed], empty=True)
    states = [(state.label, state.name, state.is_applied) for state in planted.migrations.states()]
    assert states == [
        (planted.bed, "0001_initial", True),
        (planted.bed, "0002_changes", False),
        (planted.plant, "0001_initial", True),
    ]


def test_nothing_is_written_when_nothing_changed(planted):
    assert planted.migrations.make() == []


def test_a_check_writes_nothing(garden):
    paths = garden.migrations.make(write=False)
    assert [path.name for path in paths] == ["0001_initial.py", "0001_initial.py"]
    assert not any(path.exists() for path in paths)


def test_a_new_column_is_found_and_the_rows_stay(planted):
    planted.plant_one()
    table = Model.metadata.tables[f"{planted.bed}_bed"]
    table.append_column(Column("colour", String(20), nullable=True))
    written = planted.migrations.make(name="colour")
    assert [path.parent.parent.name for path in written] == [planted.bed]
    planted.migrations.upgrade()
    assert "colour" in planted.columns(table.name)
    assert planted.execute(f"SELECT count(*) FROM {planted.plant}_plant") == 1


def test_a_column_taken_back_is_gone(planted):
    table = Model.metadata.tables[f"{planted.bed}_bed"]
    table.append_column(Column("colour", String(20), nullable=True))
    planted.migrations.make()
    planted.migrations.upgrade()
    planted.migrations.migrate(planted.bed, "0001")
    assert planted.columns(table.name) == {"id", "name", "dug"}


def test_a_table_whose_model_is_gone_is_dropped(planted):
    Model.metadata.remove(Model.metadata.tables[f"{planted.plant}_neighbour"])
    vars(planted.apps.get_app_config(planted.plant).models).pop("neighbour")
    assert len(planted.migrations.make()) == 1
    planted.migrations.upgrade()
    assert f"{planted.plant}_neighbour" not in planted.tables()


def test_a_table_made_by_plain_sql_is_left_alone(planted):
    planted.write(
        planted.bed,
        "0002_search",
        """
        from alembic import op
        revision = "{label}_0002"
        down_revision = "{label}_0001"
        def upgrade():
            op.execute("CREATE TABLE {label}_search (word TEXT)")
        """,
    )
    assert planted.migrations.make() == []


def test_an_index_on_an_expression_is_written_once(planted):
    table = Model.metadata.tables[f"{planted.bed}_bed"]
    Index(f"ix_{planted.bed}_lower", func.lower(table.c.name))
    Index(f"ix_{planted.bed}_down", table.c.name.desc())
    assert len(planted.migrations.make()) == 1
    planted.migrations.upgrade()
    query = "SELECT count(*) FROM {} WHERE {} IN ('ix_{bed}_lower', 'ix_{bed}_down')"
    names = ("sqlite_master", "name") if planted.database.is_sqlite else ("pg_indexes", "indexname")
    assert planted.execute(query.format(*names, bed=planted.bed)) == 2
    assert planted.migrations.make() == []


def test_a_type_of_our_own_is_imported_by_the_migration(garden):
    path = garden.migrations.make([garden.bed])[0]
    assert "from framework.mvc.columns import UTCDateTime" in path.read_text()


def test_a_migration_that_fails_takes_back_those_before_it(garden):
    garden.migrations.make()
    garden.migrations.make([garden.bed], empty=True)
    path = garden.folder / garden.bed / "migrations" / "0002_changes.py"
    path.write_text(path.read_text().replace("pass", "op.drop_table('nowhere')", 1))
    with pytest.raises(Exception, match="nowhere"):
        garden.migrations.upgrade()
    assert garden.tables() == set()


@contextmanager
def without_defence(database: Database) -> Iterator[Any]:
    """A transaction without lock and with SQLite's foreign keys on."""
    with database.engine.begin() as connection:
        yield connection


@pytest.mark.parametrize("defended", [True, False])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_remaking_a_table_does_not_delete_what_refers_to_it(planted, defended, monkeypatch):
    planted.plant_one()
    table = Model.metadata.tables[f"{planted.bed}_bed"]
    table.c.name.type = String(20)
    table.c.name.nullable = True
    planted.migrations.make()
    if not defended:
        monkeypatch.setattr(module, "exclusive", without_defence)
    assert planted.migrations.upgrade() == 1
    assert planted.execute(f"SELECT count(*) FROM {planted.plant}_plant") == int(defended)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_rows_that_would_refer_to_nothing_stop_a_migration(planted):
    planted.plant_one()
    planted.write(
        planted.bed,
        "0002_weed",
        """
        from alembic import op
        revision = "{label}_0002"
        down_revision = "{label}_0001"
        def upgrade():
            op.execute("DELETE FROM {label}_bed")
        """,
    )
    with pytest.raises(CommandError, match=r"a row of plant\w+ would refer to no row"):
        planted.migrations.upgrade()
    assert planted.execute(f"SELECT count(*) FROM {planted.bed}_bed") == 1


@pytest.mark.parametrize("defended", [True, False])
def test_two_processes_that_migrate_at_once_do_not_collide(garden, database_url, defended):
    garden.migrations.make()
    garden.write(garden.bed, "0002_slow", SLOW)
    code = f"""
        import sys, time
        from pathlib import Path
        folder = Path({str(garden.folder)!r})
        sys.path.insert(0, str(folder))
        import {garden.bed}, {garden.plant}
        from framework.mvc.apps import AppConfig, Apps
        from framework.mvc.model import Database
        from framework.tools import migrations
        if not {defended}:
            migrations.exclusive = lambda database: database.engine.begin()
        apps = Apps([AppConfig({garden.bed}), AppConfig({garden.plant})])
        (folder / sys.argv[1]).touch()
        while not ((folder / "one").exists() and (folder / "two").exists()):
            time.sleep(0.01)
        print(migrations.Migrations(apps, Database({database_url!r}), repr).upgrade())
    """
    command = [sys.executable, "-c", dedent(code)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    started = [subprocess.Popen([*command, it], cwd=ROOT, **pipes) for it in ("one", "two")]
    outputs = sorted(process.communicate(timeout=60)[0].decode().strip() for process in started)
    assert outputs == (["0", "3"] if defended else ["", "3"])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestSentences:
    def test_an_unknown_app(self, planted):
        with pytest.raises(CommandError, match="no app 'tree'; there are bed"):
            planted.migrations.migrate("tree")

    def test_an_unknown_migration(self, planted):
        with pytest.raises(CommandError, match="has no migration '0009': 0001_initial"):
            planted.migrations.migrate(planted.bed, "0009")

    def test_an_app_without_migrations(self, garden):
        with pytest.raises(CommandError, match=f"makemigrations {garden.bed} writes them"):
            garden.migrations.migrate(garden.bed)

    def test_two_migrations_of_one_number(self, planted):
        planted.write(planted.bed, "0001_again", "revision = 'x'\ndown_revision = None")
        with pytest.raises(CommandError, match="two migrations numbered 0001"):
            planted.migrations.upgrade()

    def test_a_database_that_is_ahead_of_the_files(self, planted):
        (planted.folder / planted.plant / "migrations" / "0001_initial.py").unlink()
        with pytest.raises(CommandError, match=r"plant\d+_0001"):
            planted.migrations.upgrade()
