"""When a session cannot be kept: what stands, what does not, and what the log says."""

import logging
from datetime import UTC, datetime
from random import Random

import pytest
from sqlalchemy import text

from framework.http.errors import ServiceUnavailable
from framework.http.request import Request
from framework.http.response import Response
from framework.http.signing import Signer
from framework.mvc.model import UnitOfWork, session_of
from framework.sessions.stores.cookie import CookieStore
from framework.sessions.stores.database import DatabaseStore, SessionRow
from framework.sessions.stores.memory import MemoryStore
from framework.tools.client import Client

# When saving fails after the commit


class Failing(MemoryStore):
    """A store that from some moment on can only be read."""

    error = None

    def save(self, *arguments):
        if self.error:
            raise self.error
        return super().save(*arguments)

    def delete(self, id):
        if self.error:
            raise self.error
        super().delete(id)


@pytest.fixture(params=[ServiceUnavailable(5), OSError("disk full")], ids=["503", "other"])
def away(request, site):
    """A visitor whose session can be read, and no more written."""
    store = Failing()
    client = site(store)
    client.get("/set?a=1")
    store.error = request.param
    return client


def test_an_answer_with_a_changed_session_stands_and_it_is_logged(away, caplog):
    response = away.get("/set?a=2")
    assert (response.status, response.text) == (200, "changed")
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("framework.sessions", logging.ERROR)
    assert record.getMessage().startswith("session not saved (request ")
    assert record.request_id


def test_a_store_may_say_when_to_come_back(site):
    store = Failing()
    client = site(store)
    store.error = ServiceUnavailable(9)
    assert client.get("/login").headers["Retry-After"] == "9"


@pytest.mark.parametrize("path", ["/login", "/logout"])
def test_a_login_or_logout_that_cannot_be_kept_is_a_503(away, path):
    response = away.get(path)
    assert response.status == 503
    assert "Retry-After" in response.headers
    assert "Set-Cookie" not in response.headers


def test_a_session_that_others_change_without_end_is_logged_and_the_answer_stands(caplog, site):
    class Busy(MemoryStore):
        def save(self, id, data, version, expires):
            return version == 0 and super().save(id, data, version, expires)

    client = site(Busy())
    client.get("/set?a=1")
    assert client.get("/set?a=2").text == "changed"
    assert client.get("/read").json() == {"a": "1"}
    (record,) = caplog.records
    assert record.getMessage().startswith("session not saved (request ")


def test_a_store_that_cannot_be_read_is_a_503(caplog, site):
    class Unreadable(MemoryStore):
        def load(self, id):
            raise ServiceUnavailable(9)

    client = site(Unreadable())
    response = client.get("/read", headers={"Cookie": "session=abc"})
    assert (response.status, response.headers["Retry-After"]) == (503, "9")
    assert client.get("/plain", headers={"Cookie": "session=abc"}).status == 200


def test_a_session_that_another_layer_connected_is_left_alone(store, site):
    def own(handler):
        def handle(request):
            Request.session.connect(request, lambda request: {"own": 1})
            return handler(request)

        return handle

    response = site(store, own).get("/set?a=1")
    assert (response.text, "Set-Cookie" in response.headers) == ("changed", False)


def test_a_session_that_is_only_read_needs_no_save(away):
    assert away.get("/read").json() == {"a": "1"}


def test_a_first_session_that_cannot_be_kept_sets_no_cookie(away):
    assert "Set-Cookie" not in Client(away.application).get("/set?a=2").headers


def test_a_cookie_that_is_too_large_is_logged_and_the_answer_stands(caplog, site):
    def page(request):
        request.session["noise"] = Random(1).randbytes(4_000).hex()
        return Response("page")

    response = site(CookieStore(Signer(["k" * 32])), page=page).get("/page")
    assert (response.text, "Set-Cookie" in response.headers) == ("page", False)
    assert "browsers drop it above 4096" in caplog.text


@pytest.mark.parametrize(("use", "status"), [("count", 200), ("login", 503), ("logout", 503)])
def test_a_table_that_goes_before_the_saving_is_such_a_failure(
    database, use, status, caplog, site, pages
):
    def page(request):
        request.session.get("a")
        with database.transaction() as db:
            db.execute(text("DROP TABLE session"))
        return getattr(pages, use)(request)

    client = site(DatabaseStore(database), page=page)
    client.get("/set?a=1")
    assert client.get("/page").status == status
    (record,) = caplog.records
    assert record.name == ("framework.sessions" if status == 200 else "framework.errors")


# Order: after the unit of work


def test_the_session_is_saved_after_the_commit(database, site):
    seen = []

    class Watching(DatabaseStore):
        def save(self, *arguments):
            with database.transaction() as db:
                seen.append(db.scalar(text("SELECT count(*) FROM note")))
            return super().save(*arguments)

    def write(request):
        session_of(request).execute(text("INSERT INTO note VALUES ('kept')"))
        request.session["a"] = 1
        return Response("written")

    with database.transaction() as db:
        db.execute(text("CREATE TABLE note (text VARCHAR(9))"))
    client = site(Watching(database), UnitOfWork(database), write=write)
    assert (client.get("/write").status, seen) == (200, [1])


def test_a_commit_that_fails_saves_no_session(database, site, pages, rows):
    def once():
        return SessionRow(
            key="once", data="{}", version=1, expires=datetime(2030, 1, 1, tzinfo=UTC)
        )

    def conflict(request):
        session_of(request).add(once())
        return pages.login(request)

    with database.transaction() as db:
        db.add(once())
    client = site(DatabaseStore(database), UnitOfWork(database), conflict=conflict)
    response = client.get("/conflict")
    assert (response.status, "Set-Cookie" in response.headers) == (409, False)
    assert rows() == 1


# The log


@pytest.mark.parametrize("path", ["/read", "/set?a=2", "/login", "/logout", "/fail", "/refuse"])
def test_the_id_never_reaches_the_log(database, path, caplog, site):
    client = site(DatabaseStore(database))
    with caplog.at_level(logging.DEBUG):
        before = client.get("/set?a=1").cookies["session"].value
        answer = client.get(path)
        logging.getLogger("test").info("%r", answer)
    after = answer.cookies["session"].value if "session" in answer.cookies else before
    for record in caplog.records:
        written = record.getMessage() + str(vars(record)) + (record.exc_text or "")
        assert before not in written
        assert not after or after not in written
