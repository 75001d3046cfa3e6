import threading
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import scrypt

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, PendingRollbackError
from sqlalchemy.orm import Mapped, mapped_column, sessionmaker

from framework.application import Application
from framework.http.errors import HTTPError, NotConnected, NotFound, ServiceUnavailable
from framework.http.response import Response, redirect, stream_response
from framework.middleware.hooks import MiddlewareHooks
from framework.mvc import sqlite as sqlite_module
from framework.mvc.model import Database, Model, UnitOfWork, session_of
from framework.routing.routes import Routes
from framework.sessions.middleware import SessionMiddleware
from framework.sessions.stores.memory import MemoryStore
from framework.tools.client import RequestFactory, count_sql, make_environ


class Note(Model):
    __tablename__ = "note"
    text: Mapped[str] = mapped_column(primary_key=True)


def write(request, note="kept"):
    session_of(request).execute(text("INSERT INTO note VALUES (:note)"), {"note": note})


def writing(status=303):
    def controller(request):
        write(request)
        return Response("", status)

    return controller


# When it commits, and when it rolls back


def test_a_request_that_asks_for_nothing_opens_nothing(database, visit):
    with count_sql(database) as sql:
        visit(database, lambda request: Response("no query"))
    assert (len(sql), database.engine.pool.checkedout()) == (0, 0)


@pytest.mark.parametrize("status", [200, 201, 204, 303, 304, 399])
def test_below_400_the_unit_commits(status, database, notes, visit):
    assert visit(database, writing(status)).status == status
    assert notes(database) == ["kept"]


@pytest.mark.parametrize("status", [400, 404, 409, 422, 500, 503])
def test_at_400_and_above_nothing_is_saved(status, database, notes, visit):
    assert visit(database, writing(status)).status == status
    assert notes(database) == []


@pytest.mark.parametrize("error", [NotFound(), HTTPError(422), ValueError("a bug")])
def test_what_is_raised_rolls_back(error, database, notes, visit):
    def controller(request):
        write(request)
        raise error

    assert visit(database, controller, raises=False).status == getattr(error, "status", 500)
    assert notes(database) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_ends_the_process_rolls_back_too(error, database, notes):
    def handler(request):
        write(request)
        raise error

    with pytest.raises(error):
        UnitOfWork(database)(handler)(RequestFactory().get("/"))
    assert notes(database) == []


class Consoling(MiddlewareHooks):
    def process_exception(self, request, error):
        return Response("never mind", 200)


def test_an_exception_that_a_hook_answers_rolls_back(database, notes, visit):
    def controller(request):
        write(request)
        raise ValueError

    assert visit(database, controller, Consoling()).text == "never mind"
    assert notes(database) == []


def test_an_exception_of_a_layer_inside_rolls_back(database, notes, visit):
    def failing(handler):
        def after(request):
            handler(request)
            raise ValueError

        return after

    assert visit(database, writing(), failing, raises=False).status == 500
    assert notes(database) == []


def test_the_connection_goes_back_in_every_case(database, visit):
    for status in (422, 500, 200):
        visit(database, writing(status))
    assert database.engine.pool.checkedout() == 0


# The order of things


class WatchingStore(MemoryStore):
    def __init__(self, look):
        super().__init__()
        self.look = look

    def save(self, *arguments):
        self.seen = self.look()
        return super().save(*arguments)


def signing_in(request):
    request.session["user"] = 5
    request.session.renew()
    session_of(request).add(Note(text="kept"))
    return redirect("/")


def test_the_commit_comes_before_the_session_is_saved(database, notes, visit):
    store = WatchingStore(lambda: notes(database))
    visit(database, signing_in, outer=[SessionMiddleware(store)])
    assert store.seen == ["kept"]


def test_a_login_whose_commit_fails_signs_nobody_in(database, visit):
    store = WatchingStore(list)
    assert visit(database, signing_in, outer=[SessionMiddleware(store)]).status == 303
    del store.seen
    answer = visit(database, signing_in, outer=[SessionMiddleware(store)], raises=False)
    assert answer.status == 409
    assert not hasattr(store, "seen")
    assert "session" not in answer.cookies


def test_the_commit_comes_before_a_byte_is_sent(database, notes):
    routes, seen = Routes(), []
    routes.add("/", writing(200), methods=("POST",))
    application = Application(routes, [UnitOfWork(database)])
    application(make_environ("POST", "/"), lambda *head: seen.append(notes(database)))
    assert seen == [["kept"]]


@pytest.mark.parametrize("reads_before", [True, False], ids=["opened", "never opened"])
def test_a_stream_is_told_to_open_a_unit_of_its_own(reads_before, database, visit):
    def controller(request):
        reads_before and session_of(request).execute(text("SELECT 1"))
        return stream_response(str(request.db).encode() for _ in range(1))

    with pytest.raises(NotConnected, match=r"the unit of work is over: .* database\.sessions\(\)"):
        visit(database, controller)


def test_the_session_itself_is_closed_for_good(database, visit):
    kept = []
    visit(database, lambda request: kept.append(session_of(request)) or Response(""))
    with pytest.raises(Exception, match="permanently closed"):
        kept[0].execute(text("SELECT 1"))


def test_objects_can_be_read_after_the_commit(database, visit):
    kept = []

    def controller(request):
        kept.append(Note(text="kept"))
        session_of(request).add(kept[0])
        return redirect("/")

    visit(database, controller)
    assert kept[0].text == "kept"


def test_the_body_is_closed_when_the_commit_fails(database):
    class Body(list):
        closed = False

        def close(self):
            self.closed = True

    def handler(request):
        session_of(request).add_all([Note(text="twice")])
        return Response(body)

    body = Body()
    with database.transaction() as db:
        db.add(Note(text="twice"))
    with pytest.raises(HTTPError):
        UnitOfWork(database)(handler)(RequestFactory().get("/"))
    assert body.closed


# Conflicts


def test_a_constraint_that_refuses_at_the_commit_is_409(database, visit, notes):
    def controller(request):
        session_of(request).add(Note(text="taken"))
        return redirect("/")

    assert visit(database, controller).status == 303
    assert visit(database, controller).status == 409
    assert notes(database) == ["taken"]


def take(request):
    session_of(request).add(Note(text="taken"))
    session_of(request).flush()


def test_a_conflict_flushed_in_a_savepoint_leaves_a_page_to_show(database, visit, notes):
    def controller(request):
        write(request, "before")
        try:
            with request.db.begin_nested():
                take(request)
        except IntegrityError:
            return Response(", ".join(session_of(request).scalars(text("SELECT * FROM note"))), 422)

    with database.transaction() as db:
        db.add(Note(text="taken"))
    answer = visit(database, controller)
    assert (answer.status, set(answer.text.split(", "))) == (422, {"taken", "before"})
    assert notes(database) == ["taken"]


def test_a_conflict_in_a_savepoint_need_not_be_an_error(database, visit, notes):
    def controller(request):
        write(request, "before")
        with pytest.raises(IntegrityError), request.db.begin_nested():
            take(request)
        write(request, "after")
        return redirect("/")

    with database.transaction() as db:
        db.add(Note(text="taken"))
    visit(database, controller)
    assert notes(database) == ["after", "before", "taken"]


def test_without_the_savepoint_the_unit_is_lost(database, visit):
    def controller(request):
        with pytest.raises(IntegrityError):
            take(request)
        session_of(request).execute(text("SELECT 1"))

    with database.transaction() as db:
        db.add(Note(text="taken"))
    with pytest.raises(PendingRollbackError):
        visit(database, controller)


# When the database cannot


def retry_after(answer):
    return answer.status, answer.headers.get("Retry-After")


def losing_its_connection(request):
    """The server ends this very connection, as it does when it is shut down."""
    write(request)
    session_of(request).execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


@pytest.mark.services
def test_a_lost_connection_is_503_and_the_next_request_has_a_new_one(postgres, visit, notes):
    assert retry_after(visit(postgres, losing_its_connection)) == (503, "5")
    assert visit(postgres, writing()).status == 303
    assert notes(postgres) == ["kept"]


@pytest.mark.services
def test_a_connection_lost_before_the_commit_is_503(postgres, visit, notes):
    def controller(request):
        write(request)
        backend = session_of(request).scalar(text("SELECT pg_backend_pid()"))
        with postgres._new_side.begin() as other:
            other.execute(text("SELECT pg_terminate_backend(:it, 5000)"), {"it": backend})
        return redirect("/")

    assert retry_after(visit(postgres, controller)) == (503, "5")
    assert notes(postgres) == []


@pytest.mark.services
def test_a_server_that_is_not_there_is_503(find_port, postgres_url, visit):
    away = Database(f"postgresql+psycopg://postgres@127.0.0.1:{find_port()}/test")
    assert retry_after(visit(away, writing())) == (503, "5")


@pytest.mark.services
def test_a_row_locked_for_too_long_is_503(postgres, visit):
    def controller(request):
        session_of(request).execute(text("SET lock_timeout = '50ms'"))
        session_of(request).execute(text("LOCK TABLE note"))

    with postgres._new_side.begin() as other:
        other.execute(text("LOCK TABLE note"))
        assert retry_after(visit(postgres, controller)) == (503, "5")


@pytest.fixture
def impatient(tmp_path, monkeypatch):
    """A SQLite database that waits 50 ms for its lock."""
    pragmas = ("busy_timeout=50", *sqlite_module.PRAGMAS[1:])
    monkeypatch.setattr(sqlite_module, "PRAGMAS", pragmas)
    database = Database(f"sqlite:///{tmp_path}/test.db")
    Note.__table__.create(database.engine)
    yield database
    database.dispose()


def test_a_locked_file_is_503(impatient, visit, notes):
    with impatient._side_engine.connect() as other:
        other.execute(text("INSERT INTO note VALUES ('theirs')"))
        assert retry_after(visit(impatient, writing())) == (503, "5")
        other.commit()
    assert visit(impatient, writing()).status == 303
    assert notes(impatient) == ["kept", "theirs"]


def test_reading_does_not_wait_for_the_lock(impatient, visit):
    def controller(request):
        return Response(str(session_of(request).scalar(text("SELECT count(*) FROM note"))))

    with impatient._side_engine.connect() as other:
        other.execute(text("INSERT INTO note VALUES ('theirs')"))
        assert visit(impatient, controller).text == "0"


def test_a_short_transaction_that_finds_the_file_locked_is_503(impatient):
    with impatient.engine.connect() as other:
        other.execute(text("INSERT INTO note VALUES ('theirs')"))
        with ThreadPoolExecutor(1) as pool, pytest.raises(ServiceUnavailable):
            pool.submit(lambda: write_short(impatient)).result()


def write_short(database, note="short"):
    with database.transaction() as db:
        db.execute(text("INSERT INTO note VALUES (:note)"), {"note": note})


def test_no_connection_left_in_the_pool_is_503(database_url, visit):
    small = Database(database_url, pool_size=1, overflow=0, pool_timeout_seconds=0.05)
    with small.sessions() as other:
        other.execute(text("SELECT 1"))
        assert retry_after(visit(small, writing())) == (503, "5")
    small.dispose()


@pytest.mark.parametrize("sql", ["SELECT * FROM nowhere", "SELEC 1", "SELECT no_such FROM note"])
def test_a_fault_of_ours_stays_a_500(sql, database, visit):
    answer = visit(database, lambda request: session_of(request).execute(text(sql)), raises=False)
    assert answer.status == 500
    assert "Retry-After" not in answer.headers
    assert isinstance(answer.error, DBAPIError)
    assert answer.error.__cause__ is not answer.error


# Two pools


def test_a_short_transaction_is_kept_whatever_becomes_of_the_request(database, visit, notes):
    def controller(request):
        write_short(database)
        return Response("", 422)

    visit(database, controller)
    assert notes(database) == ["short"]


def insert(db):
    db.execute(text("INSERT INTO note VALUES ('x')"))


def savepoint(db):
    db.begin_nested()
    db.execute(text("SELECT 1"))


def test_a_short_transaction_that_fails_is_rolled_back(database, notes):
    def half_done():
        with database.transaction() as db:
            db.execute(text("INSERT INTO note VALUES ('half')"))
            raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        half_done()
    assert notes(database) == []


@pytest.mark.parametrize("way", [insert, savepoint])
def test_a_short_transaction_after_a_write_of_the_request_raises_at_once(way, database, visit):
    def controller(request):
        way(session_of(request))
        write_short(database)

    begin = time.monotonic()
    with pytest.raises(RuntimeError, match=r"use request\.db, or do it before the first write"):
        visit(database, controller)
    assert time.monotonic() - begin < 1


def test_without_that_check_the_two_wait_for_each_other(impatient, visit):
    def controller(request):
        write(request)
        impatient._thread.writes = False  # what the check looks at
        write_short(impatient)

    assert visit(impatient, controller).status == 503


@pytest.mark.parametrize("status", [303, 422])
def test_the_next_request_of_the_thread_may_take_one_again(status, database, visit, notes):
    visit(database, writing(status))
    write_short(database)
    assert "short" in notes(database)


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
    monkeypatch.setattr(sqlite_module, "writes", lambda statement: False)
    assert 503 in busy(sqlite, visit)


def counting_a_visit(database, together):
    """A controller that holds its connection while it takes a short transaction."""

    def controller(request):
        session_of(request).execute(text("SELECT 1"))
        together()
        write_short(database, str(threading.get_ident()))
        return Response("")

    return controller


def test_forty_threads_that_hold_one_connection_and_take_another_do_not_deadlock(database, visit):
    controller = counting_a_visit(database, lambda: time.sleep(0.02))
    assert fire(40, lambda _: visit(database, controller).status) == [200] * 40


def fill_the_pool(url, visit, one_pool):
    database = Database(url, pool_size=4, overflow=0, pool_timeout_seconds=0.3)
    if one_pool:
        database._new_side = sessionmaker(database.engine)
    Note.__table__.create(database.engine)
    controller = counting_a_visit(database, threading.Barrier(4).wait)
    statuses = fire(4, lambda _: visit(database, controller).status)
    database.dispose()
    return statuses


def test_a_full_pool_still_has_the_second_one(database_url, visit):
    assert fill_the_pool(database_url, visit, one_pool=False) == [200] * 4


def test_with_one_pool_they_deadlock(database_url, visit):
    assert 503 in fill_the_pool(database_url, visit, one_pool=True)
