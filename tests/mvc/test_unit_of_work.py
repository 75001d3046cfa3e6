import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, PendingRollbackError
from sqlalchemy.orm import Mapped, mapped_column

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
    with closing(sqlite3.connect(impatient.url.database)) as other:
        other.execute("INSERT INTO note VALUES ('theirs')")
        with pytest.raises(ServiceUnavailable), impatient.transaction() as db:
            db.add(Note(text="short"))


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


@pytest.mark.services
def test_so_does_one_that_the_commit_finds(postgres, visit):
    def controller(request):
        session_of(request).add(Note(text="longer than the column" * 9))
        return redirect("/")

    assert visit(postgres, controller, raises=False).status == 500
