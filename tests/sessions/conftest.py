"""What the tests of room sessions share: a clock, a small site, and its visitor.

site(store, *layers, page=…)    a Window: a visitor of the site, more pages by name
window.another()                a second window of the same browser: the same cookies
clock.now += 60                 the clock that the layer and the store share
"""

import json
from time import time

import pytest
from sqlalchemy import func, select

from framework.application import Application
from framework.http.errors import Conflict
from framework.http.response import Response
from framework.middleware.errors import ErrorPages
from framework.mvc.model import Database, Model
from framework.routing.routes import Routes
from framework.sessions.middleware import SessionMiddleware
from framework.sessions.stores.database import SessionRow
from framework.sessions.stores.memory import MemoryStore
from framework.tools.client import Client


class Clock:
    """A clock that a test moves."""

    def __init__(self):
        self.now = 1_800_000_000.0

    def __call__(self):
        return self.now


class Window(Client):
    """A visitor who sees error pages, and may open another window."""

    def another(self):
        twin = Window(self.application, self.base_url, raise_exceptions=False)
        for cookie in self.cookies.kept():
            twin.cookies.set(cookie.name, cookie.value, secure=cookie.secure)
        return twin


class Pages:
    """Pages that show and change the session."""

    @staticmethod
    def plain(request):
        return Response("plain")

    @staticmethod
    def read(request):
        return Response(json.dumps(dict(request.session), sort_keys=True))

    @staticmethod
    def set(request):
        """`/set?cart=2` sets cart to "2"; `/set?cart=` deletes it."""
        for name, value in request.query.pairs():
            if value:
                request.session[name] = value
            else:
                del request.session[name]
        return Response("changed")

    @staticmethod
    def count(request):
        request.session.setdefault("cart", {"5": 0})["5"] += 1
        return Response("counted")

    @staticmethod
    def login(request):
        request.session["user"] = 7
        request.session.renew()
        return Response("welcome", int(request.query.get("status", "200")))

    @staticmethod
    def logout(request):
        request.session.flush()
        return Response("bye", int(request.query.get("status", "200")))

    @staticmethod
    def fail(request):
        request.session["a"] = 1
        raise ZeroDivisionError

    @staticmethod
    def refuse(request):
        request.session["a"] = 1
        raise Conflict


NAMES = ("plain", "read", "set", "count", "login", "logout", "fail", "refuse")


def visitor_of(store, *layers, clock=None, base_url="http://localhost", **pages):
    clock = clock or getattr(store, "_clock", time)
    sessions = SessionMiddleware(store, idle_seconds=1_000, absolute_seconds=3_000, clock=clock)
    pages = {name: getattr(Pages, name) for name in NAMES} | pages
    routes = Routes((f"/{name}", page, name) for name, page in pages.items())
    application = Application(routes, [ErrorPages(), sessions, *layers])
    return Window(application, base_url, raise_exceptions=False)


@pytest.fixture
def site():
    return visitor_of


@pytest.fixture
def pages():
    return Pages


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(clock):
    return MemoryStore(clock=clock)


@pytest.fixture
def client(store):
    return visitor_of(store)


@pytest.fixture
def database(database_url):
    """A database with the table of sessions."""
    database = Database(database_url)
    Model.metadata.create_all(database.engine, tables=[SessionRow.__table__])
    yield database
    database.dispose()


@pytest.fixture
def rows(database):
    """rows(): how many sessions the database keeps."""

    def count():
        with database.transaction() as db:
            return db.scalar(select(func.count()).select_from(SessionRow))

    return count
