"""Why a Database has two pools: short transactions beside the unit of work, under threads."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import scrypt

import pytest
from sqlalchemy import text
from sqlalchemy.orm import sessionmaker

from framework.http.response import Response, redirect
from framework.mvc import sqlite as sqlite_room
from framework.mvc.model import Database, session_of


def make_table(database):
    with database.transaction() as db:
        db.execute(text("CREATE TABLE note (text VARCHAR(40) UNIQUE)"))


def write(request, note="kept"):
    session_of(request).execute(text("INSERT INTO note VALUES (:note)"), {"note": note})


def write_short(database, note="short"):
    with database.transaction() as db:
        db.execute(text("INSERT INTO note VALUES (:note)"), {"note": note})


# Beside the unit of work


def test_a_short_transaction_is_kept_whatever_becomes_of_the_request(database, visit, notes):
    def controller(request):
        write_short(database)
        return Response("", 422)

    visit(database, controller)
    assert notes(database) == ["short"]


def test_a_short_transaction_that_fails_is_rolled_back(database, notes):
    def half_done():
        with database.transaction() as db:
            db.execute(text("INSERT INTO note VALUES ('half')"))
            raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        half_done()
    assert notes(database) == []


def insert(db):
    db.execute(text("INSERT INTO note VALUES ('x')"))


def savepoint(db):
    db.begin_nested()
    db.execute(text("SELECT 1"))


@pytest.mark.parametrize("way", [insert, savepoint])
def test_a_short_transaction_after_a_write_of_the_request_raises_at_once(way, database, visit):
    def controller(request):
        way(session_of(request))
        write_short(database)

    begin = time.monotonic()
    with pytest.raises(RuntimeError, match=r"use request\.db, or do it before the first write"):
        visit(database, controller)
    assert time.monotonic() - begin < 1


def test_without_that_check_the_two_wait_for_each_other(sqlite, visit):
    def controller(request):
        write(request)
        sqlite._thread.writes = False  # what the check looks at
        with sqlite.transaction() as db:
            db.execute(text("PRAGMA busy_timeout=50"))
            db.execute(text("INSERT INTO note VALUES ('short')"))

    assert visit(sqlite, controller).status == 503


@pytest.mark.parametrize("status", [303, 422])
def test_the_next_request_of_the_thread_may_take_one_again(status, database, visit, notes):
    visit(database, lambda request: write(request) or Response("", status))
    write_short(database)
    assert "short" in notes(database)


def losing_its_connection(request):
    write(request)
    session_of(request).execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


@pytest.mark.services
def test_even_after_its_connection_was_lost(postgres, visit, notes):
    visit(postgres, losing_its_connection)
    write_short(postgres)
    assert notes(postgres) == ["short"]


def test_another_thread_is_not_concerned(postgres):
    with postgres.sessions() as db, ThreadPoolExecutor(1) as pool:
        db.execute(text("INSERT INTO note VALUES ('x')"))
        pool.submit(write_short, postgres).result()


# Under threads


def fire(count, work):
    """The results of `work(number)` in so many threads that start together."""
    start = threading.Barrier(count)

    def run(number):
        start.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def reads_works_writes(request):
    """What a login does: a query, a slow hash, a row."""
    count = session_of(request).scalar(text("SELECT count(*) FROM note"))
    scrypt(b"see-through-1", salt=b"salt", n=2**14, r=8, p=1)
    write(request, f"{count} {threading.get_ident() % 10**6} {time.monotonic_ns() % 10**8}")
    return redirect("/")


def busy(database, visit):
    """The statuses of 8 threads with 5 requests each."""
    rounds = fire(8, lambda _: [visit(database, reads_works_writes).status for _ in range(5)])
    return [status for statuses in rounds for status in statuses]


def test_eight_threads_that_read_work_and_write_all_succeed(sqlite, visit, notes):
    begin = time.monotonic()
    assert busy(sqlite, visit) == [303] * 40
    assert time.monotonic() - begin < 10
    assert len(notes(sqlite)) == 40


def test_a_transaction_deferred_to_its_end_would_find_the_database_locked(
    sqlite, visit, monkeypatch
):
    monkeypatch.setattr(sqlite_room, "writes", lambda statement: False)
    assert 503 in busy(sqlite, visit)


def counting_a_visit(database, together):
    """A controller that holds its connection while it takes a short transaction."""

    def controller(request):
        session_of(request).execute(text("SELECT 1"))
        together()
        write_short(database, str(threading.get_ident()))
        return Response("")

    return controller


@pytest.fixture
def small(database_url):
    """A database of ten connections for each of its two pools."""
    database = Database(database_url, pool_size=5, overflow=5, pool_timeout_seconds=30)
    make_table(database)
    yield database
    database.dispose()


def test_forty_threads_that_hold_one_connection_and_take_another_do_not_deadlock(small, visit):
    controller = counting_a_visit(small, lambda: time.sleep(0.01))
    assert fire(40, lambda _: visit(small, controller).status) == [200] * 40


def fill_the_pool(url, visit, one_pool):
    database = Database(url, pool_size=4, overflow=0, pool_timeout_seconds=0.3)
    if one_pool:
        database._new_side = sessionmaker(database.engine)
    make_table(database)
    controller = counting_a_visit(database, threading.Barrier(4).wait)
    statuses = fire(4, lambda _: visit(database, controller).status)
    database.dispose()
    return statuses


def test_a_full_pool_still_has_the_second_one(database_url, visit):
    assert fill_the_pool(database_url, visit, one_pool=False) == [200] * 4


def test_with_one_pool_they_deadlock(database_url, visit):
    assert 503 in fill_the_pool(database_url, visit, one_pool=True)
