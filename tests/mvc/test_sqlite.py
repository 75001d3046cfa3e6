import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import IntegrityError, OperationalError

from framework.mvc import sqlite as room


@pytest.fixture
def unit(sqlite):
    with sqlite.sessions() as db:
        yield db


@pytest.fixture
def other(sqlite):
    """A second connection, which waits for nobody."""
    with closing(sqlite3.connect(sqlite.url.database, isolation_level=None, timeout=0)) as raw:
        yield raw


def is_locked(other):
    """Whether somebody holds the one write lock."""
    try:
        other.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return True
    other.execute("ROLLBACK")
    return False


def count(db):
    return db.scalar(text("SELECT count(*) FROM note"))


# Two steps: reading locks nothing, the first write takes the lock


def test_reading_takes_no_lock(unit, other):
    count(unit)
    assert not is_locked(other)


WRITES = {
    "insert": "INSERT INTO note VALUES ('x')",
    "update": "UPDATE note SET text = 'y'",
    "delete": "DELETE FROM note",
    "replace": "REPLACE INTO note VALUES ('x')",
    "small letters, on a new line": "\n  insert into note values ('x')",
    "with": "WITH few AS (SELECT 'x')\nINSERT INTO note SELECT * FROM few",
    "a comment first": "/* blog */ -- by hand\nINSERT INTO note VALUES ('x')",
}


@pytest.mark.parametrize("statement", WRITES.values(), ids=WRITES)
def test_the_first_write_takes_the_lock(statement, unit, other):
    count(unit)
    unit.execute(text(statement))
    assert is_locked(other)


def test_a_savepoint_takes_the_lock(unit, other):
    count(unit)
    with unit.begin_nested():
        count(unit)
        assert is_locked(other)


def test_with_the_lock_the_unit_sees_what_was_written_meanwhile(unit, other):
    assert count(unit) == 0
    other.execute("INSERT INTO note VALUES ('theirs')")
    assert count(unit) == 0
    unit.execute(text("INSERT INTO note VALUES ('ours')"))
    assert count(unit) == 2


def test_kept_in_one_snapshot_that_write_would_be_refused(unit, other, monkeypatch):
    monkeypatch.setattr(room, "writes", lambda statement: False)
    count(unit)
    other.execute("INSERT INTO note VALUES ('theirs')")
    with pytest.raises(OperationalError, match="database is locked"):
        unit.execute(text("INSERT INTO note VALUES ('x')"))


def test_the_end_of_the_unit_gives_the_lock_back(sqlite, other):
    for end in ("commit", "rollback", "close"):
        with sqlite.sessions() as db:
            db.execute(text("INSERT INTO note VALUES (:it)"), {"it": end})
            getattr(db, end)()
            assert not is_locked(other)


def test_all_writes_of_a_unit_are_one_transaction(unit, other):
    count(unit)
    for name in ("one", "two"):
        unit.execute(text("INSERT INTO note VALUES (:name)"), {"name": name})
    unit.rollback()
    assert other.execute("SELECT count(*) FROM note").fetchone() == (0,)


def test_a_rolled_back_savepoint_takes_back_its_own_writes_only(unit, other):
    unit.execute(text("INSERT INTO note VALUES ('before')"))
    nested = unit.begin_nested()
    unit.execute(text("INSERT INTO note VALUES ('inside')"))
    nested.rollback()
    unit.commit()
    assert other.execute("SELECT text FROM note").fetchall() == [("before",)]


def test_each_unit_begins_deferred_again(unit, other):
    unit.execute(text("INSERT INTO note VALUES ('x')"))
    unit.commit()
    count(unit)
    assert not is_locked(other)


# The row that was read before the first write


def taken(unit, other, statement):
    """Two visitors take one of the last item; how many are left."""
    other.execute("INSERT INTO note VALUES ('1')")
    stock = int(unit.scalar(text("SELECT text FROM note")))
    other.execute("UPDATE note SET text = text - 1")
    unit.execute(text(statement), {"left": stock - 1})
    unit.commit()
    return other.execute("SELECT text FROM note").fetchone()[0]


def test_a_row_read_before_the_first_write_may_be_stale(unit, other):
    assert taken(unit, other, "UPDATE note SET text = :left") == "0"  # sold twice


def test_a_conditional_update_is_right(unit, other):
    condition = "UPDATE note SET text = text - 1 WHERE text > 0 AND :left = :left"
    assert taken(unit, other, condition) == "0"
    assert unit.execute(text(condition), {"left": 0}).rowcount == 0


# When the lock is not to be had


@pytest.fixture
def impatient(unit):
    unit.connection().exec_driver_sql("PRAGMA busy_timeout=20")
    return unit


def test_who_waits_too_long_is_told(impatient, other):
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError) as caught:
        impatient.execute(text("INSERT INTO note VALUES ('x')"))
    assert room.is_outage(caught.value.orig)


def test_after_that_the_unit_still_commits_or_rolls_back_as_a_whole(impatient, other):
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError):
        impatient.execute(text("INSERT INTO note VALUES ('x')"))
    other.execute("ROLLBACK")
    impatient.execute(text("INSERT INTO note VALUES ('y')"))
    impatient.rollback()
    assert other.execute("SELECT count(*) FROM note").fetchone() == (0,)


# The settings


def pragma(db, name):
    return db.connection().exec_driver_sql(f"PRAGMA {name}").scalar()


@pytest.mark.parametrize(
    ("name", "value"),
    [("journal_mode", "wal"), ("foreign_keys", 1), ("synchronous", 1), ("busy_timeout", 5000)],
)
@pytest.mark.parametrize("pool", ["sessions", "transaction"])
def test_every_connection_of_both_pools_has_the_settings(pool, name, value, sqlite):
    with getattr(sqlite, pool)() as db:
        assert pragma(db, name) == value


def test_a_reference_to_nothing_is_refused(unit):
    unit.execute(text("CREATE TABLE leaf (note TEXT REFERENCES note (text))"))
    with pytest.raises(IntegrityError):
        unit.execute(text("INSERT INTO leaf VALUES ('gone')"))


def test_tables_are_made_in_the_transaction_too(unit, other):
    unit.execute(text("CREATE TABLE leaf (name TEXT)"))
    unit.rollback()
    assert other.execute("SELECT count(*) FROM sqlite_master WHERE name = 'leaf'").fetchone() == (
        0,
    )


# What counts as what


@pytest.mark.parametrize(
    "statement",
    ["SELECT 'INSERT'", "  select 1", "PRAGMA foreign_keys", "WITH few AS (SELECT 1) SELECT 1",
     "BEGIN", "COMMIT", "-- INSERT\nSELECT 1", "/* DELETE */ SELECT 1", ""],
)  # fmt: skip
def test_reading_is_no_write(statement):
    assert not room.writes(statement)


def sqlite_error(statement, setup=""):
    with closing(sqlite3.connect(":memory:")) as raw:
        raw.executescript(setup)
        with pytest.raises(sqlite3.Error) as caught:
            raw.execute(statement)
    return caught.value


def test_a_database_that_cannot_be_written_just_now_is_an_outage():
    setup = "CREATE TABLE t (a); PRAGMA query_only = ON"
    assert room.is_outage(sqlite_error("INSERT INTO t VALUES (1)", setup))


def test_a_full_disk_is_an_outage():
    setup = "CREATE TABLE t (a); PRAGMA max_page_count = 2"
    assert room.is_outage(sqlite_error("INSERT INTO t VALUES (randomblob(9999))", setup))


def test_a_folder_that_is_missing_is_an_outage(tmp_path):
    with pytest.raises(sqlite3.Error) as caught:
        sqlite3.connect(tmp_path / "missing" / "site.db").execute("SELECT 1")
    assert room.is_outage(caught.value)


@pytest.mark.parametrize("statement", ["SELECT * FROM nowhere", "SELEC", "SELECT no_such"])
def test_a_wrong_statement_is_none(statement):
    assert not room.is_outage(sqlite_error(statement))


@pytest.mark.parametrize(
    ("url", "in_memory"),
    [
        ("sqlite://", True),
        ("sqlite:///:memory:", True),
        ("sqlite:///file::memory:?uri=true", True),
        ("sqlite:///file:site?mode=memory&cache=shared&uri=true", True),
        ("sqlite:///site.db", False),
        ("sqlite:////var/site.db", False),
    ],
)
def test_a_database_in_memory_is_known_by_its_address(url, in_memory):
    assert room.is_in_memory(make_url(url)) is in_memory
