from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest
from sqlalchemy import text

from framework.http.errors import ServiceUnavailable
from framework.mvc.model import Database, Model
from framework.sessions.stores.contract import Store
from framework.sessions.stores.database import DatabaseStore, SessionRow

ID, LATER = "mV3-the-id-in-the-browsers-cookie", 2_000_000_000


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    Model.metadata.create_all(database.engine, tables=[SessionRow.__table__])
    yield database
    database.dispose()


@pytest.fixture
def store(database):
    return DatabaseStore(database)


def at_once(function, times=8):
    """The results of so many calls, in as many threads."""
    with ThreadPoolExecutor(times) as pool:
        return [future.result() for future in [pool.submit(function) for _ in range(times)]]


def bytes_of(database, folder):
    """All that lies on disk, or all that the table says of itself."""
    if database.is_sqlite:
        return b"".join(file.read_bytes() for file in folder.iterdir())
    with database.engine.connect() as connection:
        return str(connection.execute(text("SELECT t::text FROM session t")).all()).encode()


@pytest.mark.parametrize("key", [Store.key, lambda self, cookie: cookie], ids=["hashed", "attack"])
def test_who_steals_the_table_finds_no_id(store, database, tmp_path, key, monkeypatch):
    monkeypatch.setattr(DatabaseStore, "key", key)
    store.save(store.key(ID), {"user": 5}, 0, LATER)
    stolen = bytes_of(database, tmp_path)
    hashed = key is Store.key
    assert (ID.encode() in stolen) is not hashed
    assert (sha256(ID.encode()).hexdigest().encode() in stolen) is hashed


def test_of_many_who_make_one_id_at_once_one_is_taken(store):
    assert sorted(at_once(lambda: store.save("id", {}, 0, LATER))) == [False] * 7 + [True]


def test_of_many_who_save_one_version_at_once_one_is_taken(store):
    store.save("id", {}, 0, LATER)
    assert sorted(at_once(lambda: store.save("id", {}, 1, LATER))) == [False] * 7 + [True]


def test_each_call_is_a_transaction_of_its_own(store, database):
    with database.transaction() as db:
        db.execute(text("SELECT 1"))
        store.save("id", {"a": 1}, 0, LATER)
        assert store.load("id") == ({"a": 1}, 1)


def test_inside_a_unit_of_work_that_writes_the_cure_comes_at_once(store, database):
    unit = database.sessions()
    unit.execute(text("DELETE FROM session"))
    with pytest.raises(RuntimeError, match="before the first write"):
        store.save("id", {}, 0, LATER)
    unit.close()


def test_a_database_that_is_away_is_a_503():
    pytest.importorskip("psycopg")
    database = Database("postgresql+psycopg://postgres@127.0.0.1:1/none")
    store = DatabaseStore(database)
    for call in (
        lambda: store.load("id"),
        lambda: store.save("id", {}, 0, LATER),
        lambda: store.delete("id"),
        store.clear_expired,
    ):
        with pytest.raises(ServiceUnavailable):
            call()
    database.dispose()
