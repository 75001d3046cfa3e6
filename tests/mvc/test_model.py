import gc
import os
import subprocess
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import CheckConstraint, ForeignKey, inspect, text
from sqlalchemy.orm import Mapped, mapped_column

from framework.http.request import Request
from framework.http.response import stream_response
from framework.mvc.model import Database, Model, session_of
from framework.tools.client import RequestFactory


class Leaf(Model):
    __tablename__ = "model_leaf"
    __table_args__ = (CheckConstraint("size > 0", name="size"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(default="", index=True)
    fell: Mapped[datetime | None] = mapped_column(unique=True)
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("model_leaf.id"))


@pytest.fixture
def leaves(database):
    """A database with the table of leaves."""
    Leaf.__table__.create(database.engine)
    return database


def test_constraints_have_names_so_that_migrations_can_change_them(leaves):
    table = inspect(leaves.engine)
    names = [table.get_pk_constraint("model_leaf")["name"]]
    for kind in ("indexes", "unique_constraints", "foreign_keys", "check_constraints"):
        names += [each["name"] for each in getattr(table, f"get_{kind}")("model_leaf")]
    assert set(names) == {
        "pk_model_leaf",
        "ix_model_leaf_name",
        "uq_model_leaf_fell",
        "fk_model_leaf_branch_id_model_leaf",
        "ck_model_leaf_size",
    }


# The database


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "sqlite:///x?mode=memory&uri=1"]
)
def test_a_database_in_memory_is_refused_with_the_cure(url):
    with pytest.raises(ValueError, match="two pools would be two databases; name a file"):
        Database(url)


def test_nothing_is_opened_before_the_first_use(tmp_path):
    Database(f"sqlite:///{tmp_path}/site.db")
    Database("postgresql+psycopg://nobody@127.0.0.1:1/nowhere")
    assert list(tmp_path.iterdir()) == []


def test_watch_sees_both_pools(database):
    seen = []
    with database.watch(lambda statement, parameters: seen.append((statement, parameters))):
        with database.transaction() as db:
            db.execute(text("SELECT 1"))
        with database.sessions() as db:
            db.execute(text("SELECT 2"))
    with database.transaction() as db:
        db.execute(text("SELECT 3"))
    selects = [statement[:8] for statement, _ in seen if statement.startswith("SELECT")]
    assert selects == ["SELECT 1", "SELECT 2"]


def test_watching_disturbs_no_other_thread(sqlite, monkeypatch):
    def ask():
        while not enough.is_set():
            with sqlite.sessions() as db:
                db.execute(text("SELECT 1"))

    enough, switch = threading.Event(), sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask) for _ in range(4)]
        for _ in range(2_000):
            with sqlite.watch(lambda *_: None):
                pass
        enough.set()
    sys.setswitchinterval(switch)
    assert [each.exception() for each in asking] == [None] * 4


def test_two_may_watch_at_once_and_each_stops_for_itself(sqlite):
    first, second = [], []
    with sqlite.watch(lambda *sql: first.append(sql)), sqlite.sessions() as db:
        with sqlite.watch(lambda *sql: second.append(sql)):
            db.execute(text("SELECT 1"))
        db.execute(text("SELECT 2"))
    assert len(first) == len(second) + 1


def test_a_stream_opens_a_unit_of_its_own(database):
    def rows():
        with database.sessions() as db:
            for note in db.scalars(text("SELECT text FROM note")):
                yield note.encode()

    with database.transaction() as db:
        db.execute(text("INSERT INTO note VALUES ('sent')"))
    assert list(stream_response(rows()).body) == [b"sent"]
    assert database.engine.pool.checkedout() == 0


def test_session_of_is_the_unit_of_the_request(database):
    request = RequestFactory().get("/")
    Request.db.connect(request, database.open_unit)
    assert session_of(request) is request.db


def test_disposed_pools_open_again_when_asked(database):
    database.dispose()
    with database.sessions() as db:
        assert db.scalar(text("SELECT 1")) == 1


def test_a_database_that_nobody_needs_is_forgotten(tmp_path):
    reference = weakref.ref(Database(f"sqlite:///{tmp_path}/site.db"))
    gc.collect()
    assert reference() is None


# After a fork

FORK = """
import gc, os, sys
from sqlalchemy import text
from framework.mvc import model
LINUX = sys.platform == "linux"
if sys.argv[2] == "off":
    model._reopen_after_fork = lambda database: None
database = model.Database(sys.argv[1])

def connection(db):
    if database.is_sqlite:
        return str(id(db.connection().connection.dbapi_connection))
    return str(db.scalar(text("SELECT pg_backend_pid()")))

def files():
    folder = "/proc/self/fd"
    links = [os.path.join(folder, name) for name in os.listdir(folder)] if LINUX else []
    return sum(os.path.exists(at) and os.readlink(at).endswith(".db") for at in links)

def use(word):
    for opened in (database.sessions, database.transaction):
        with opened() as db:
            print(word, connection(db), flush=True)
            db.execute(text("INSERT INTO note VALUES (:word)"), {"word": word + opened.__name__})
            db.commit()

use("parent")
before = files()
if child := os.fork():
    os.waitpid(child, 0)
    use("again")
else:
    gc.collect()
    print("kept", files() - before, flush=True)
    use("child")
    os._exit(0)
"""


def forked(database, reopens="on"):
    """Which connections parent and child used: {"parent": {…}, "child": {…}, "again": {…}}."""
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", FORK, url, reopens]
    root = Path(__file__).resolve().parents[2]
    environ = os.environ | {"PYTHONPATH": str(root)}
    done = subprocess.run(
        command, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    used = {}
    for line in done.stdout.splitlines():
        word, connection = line.split()
        used.setdefault(word, set()).add(connection)
    return used


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


@needs_fork
def test_a_child_process_has_connections_of_its_own(database, notes):
    used = forked(database)
    assert used["parent"].isdisjoint(used["child"])
    assert used["again"] == used["parent"]
    assert len(notes(database)) == 6


@needs_fork
def test_a_child_process_does_not_even_close_those_of_its_parent(sqlite):
    assert forked(sqlite)["kept"] == {"0"}


@needs_fork
def test_otherwise_it_would_talk_on_those_of_its_parent(database):
    used = forked(database, reopens="off")
    assert used["parent"] == used["child"]
