"""What the tests of room mvc share: databases with one table, `note`, and visitors.

database    on SQLite and on PostgreSQL     sqlite      on SQLite only
notes(db)   the committed notes, as a connection of their own sees them
visit       one request through a unit of work, by a controller that the test writes
"""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from framework.application import Application
from framework.middleware.errors import ErrorPages
from framework.mvc.model import Database, UnitOfWork
from framework.routing.routes import Routes
from framework.tools.client import Client


def opened(url: str, **options) -> Iterator[Database]:
    database = Database(url, **options)
    with database.transaction() as db:
        db.execute(text("CREATE TABLE note (text VARCHAR(40) UNIQUE)"))
    yield database
    database.dispose()


@pytest.fixture
def database(database_url):
    yield from opened(database_url)


@pytest.fixture
def sqlite(tmp_path):
    yield from opened(f"sqlite:///{tmp_path}/test.db")


@pytest.fixture
def postgres(postgres_url):
    yield from opened(postgres_url)


@pytest.fixture
def notes():
    def read(database):
        with database.transaction() as db:
            return sorted(db.scalars(text("SELECT text FROM note")))

    return read


@pytest.fixture
def visit():
    """`visit(database, controller, *inner)`: POST / with the controller behind the layers."""

    def ask(database, controller, *inner, outer=(), raises=True):
        routes = Routes()
        routes.add("/", controller, methods=("GET", "POST"))
        layers = [ErrorPages(), *outer, UnitOfWork(database), *inner]
        return Client(Application(routes, layers), raise_exceptions=raises).post("/")

    return ask
