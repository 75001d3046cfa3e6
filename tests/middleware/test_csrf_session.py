"""The secret and the session: no row for a form, a new secret at login and logout."""

import pytest
from sqlalchemy import func, select

from framework.http.errors import ServiceUnavailable
from framework.middleware.csrf import unmask
from framework.mvc.model import Database, Model
from framework.sessions.session import Session
from framework.sessions.stores.database import DatabaseStore, SessionRow
from framework.sessions.stores.memory import MemoryStore

HTTPS = "https://localhost"


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    Model.metadata.create_all(database.engine, tables=[SessionRow.__table__])
    yield database
    database.dispose()


def rows(database):
    with database.transaction() as db:
        return db.scalar(select(func.count()).select_from(SessionRow))


def test_a_page_with_a_form_and_its_post_write_no_session_row(database, visitor_of):
    visitor = visitor_of(store=DatabaseStore(database))
    token = visitor.token()
    assert visitor.send(token=token).status == 200
    assert (rows(database), list(visitor.cookies)) == (0, ["csrf"])


def test_a_login_writes_one_row(database, visitor_of):
    visitor = visitor_of(store=DatabaseStore(database))
    visitor.send("/login", visitor.token())
    assert rows(database) == 1
    assert visitor.send(token=visitor.token()).status == 200


def test_a_login_ends_the_cookie_and_gives_a_new_secret(visitor):
    before = visitor.token()
    response = visitor.send("/login", before)
    assert response.cookies[visitor.cookie_name].max_age == 0
    after = visitor.token()
    assert unmask(before) != unmask(after)
    assert visitor.cookie_name not in visitor.cookies
    assert visitor.send(token=after).status == 200


@pytest.mark.parametrize(
    ("renew", "status"),
    [(Session.renew, 403), (lambda self: None, 200)],
    ids=["refused", "attack: without renew"],
)
def test_a_token_from_before_the_login_is_refused_after_it(visitor, renew, status, monkeypatch):
    monkeypatch.setattr(Session, "renew", renew)
    token = visitor.token()
    visitor.send("/login", token)
    assert visitor.send(token=token).status == status


def test_a_token_planted_before_the_login_is_refused_after_it(visitor):
    value, token = visitor.planted()
    visitor.cookies.set(visitor.cookie_name, value, secure=visitor.base_url == HTTPS)
    visitor.send("/login", token)
    visitor.cookies.set(visitor.cookie_name, value, secure=visitor.base_url == HTTPS)
    assert visitor.send(token=token).status == 403


def forget_the_user_only(session):
    session.pop("user", None)


@pytest.mark.parametrize(
    ("flush", "status"),
    [(Session.flush, 403), (forget_the_user_only, 200)],
    ids=["refused", "attack: without flush"],
)
def test_a_token_from_before_the_logout_is_refused_after_it(visitor, flush, status, monkeypatch):
    monkeypatch.setattr(Session, "flush", flush)
    visitor.send("/login", visitor.token())
    token = visitor.token()
    assert visitor.send("/logout", token).status == 200
    assert visitor.send(token=token).status == status


def test_a_form_on_the_page_of_a_logout_has_a_new_token(visitor):
    visitor.send("/login", visitor.token())
    page = visitor.send("/logout-form", visitor.token())
    assert list(visitor.cookies) == [visitor.cookie_name]
    assert visitor.submit(page).status == 200


def test_a_form_on_the_page_of_a_logout_does_not_use_the_cookie_that_ends(visitor):
    visitor.get("/remember")
    before = visitor.token()
    page = visitor.send("/logout-form", before)
    assert visitor.submit(page).status == 200
    assert visitor.send(token=before).status == 403


def test_a_login_without_the_cookie_ends_none(visitor):
    visitor.send("/login", visitor.token())
    response = visitor.send("/login", visitor.token())
    assert (response.status, visitor.cookie_name in response.cookies) == (200, False)


def test_without_a_session_layer_the_cookie_does_it_alone(visitor_of):
    visitor = visitor_of(sessions=False)
    page = visitor.get("/form")
    assert page.headers["Vary"] == "Cookie"
    assert visitor.submit(page).status == 200
    assert visitor.send(token=visitor.stranger().token()).status == 403


def test_a_session_store_that_is_away_lets_no_post_in(visitor_of):
    class Unreadable(MemoryStore):
        def load(self, id):
            raise ServiceUnavailable

    visitor = visitor_of(store=Unreadable())
    token = visitor.token()
    visitor.cookies.set("session", "abc")
    assert visitor.send(token=token).status == 503
