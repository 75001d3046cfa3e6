"""What the tests of the site share: the whole site, as site/wiring.py builds it.

site           on SQLite and on PostgreSQL, migrated and empty     sqlite_site   on SQLite only
demo_site      on SQLite, with the demo data; made once, for reading
write_post     `write_post(site, title="…")`: a published post of ann's, unless told otherwise
read_page      the page of an answer as elements and visible text, with all that is wrong in it
"""

import shutil
from collections import Counter
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from sqlalchemy import NullPool, create_engine, select

import wiring
from accounts.models import User
from blog.demo.load import load
from blog.models import Post
from framework.tools.migrations import Migrations
from settings import Settings

KEY = "a secret key of the tests, 32 long"
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
EMPTY = "TRUNCATE accounts_user, blog_tag, session RESTART IDENTITY CASCADE"
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@pytest.fixture(scope="session")
def make_site(tmp_path_factory):
    """`make_site(url, **settings)`, with a key and a var/ of the tests."""
    made = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "VAR", tmp_path_factory.mktemp("var"))

        def make(url, **changes):
            values = {
                "site_env": "development",
                "secret_keys": [KEY],
                "allowed_hosts": ["localhost"],
            }
            settings = Settings(_env_file=None, database_url=url, **(values | changes))
            made.append(application := wiring.make_application(settings))
            return application

        yield make
    for application in made:
        application.database.dispose()


def migrate(application):
    Migrations(application.apps, application.database, report=lambda line: None).upgrade()
    return application


@pytest.fixture(scope="session")
def empty_file(make_site, tmp_path_factory):
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "site.db"
    migrate(make_site(f"sqlite:///{path}")).database.dispose()
    return path


@pytest.fixture
def sqlite_site(make_site, empty_file, tmp_path):
    application = make_site(f"sqlite:///{shutil.copy(empty_file, tmp_path / 'site.db')}")
    yield application
    application.database.dispose()


@pytest.fixture(scope="session")
def postgres_site(make_site, postgres_database):
    """A PostgreSQL database beside that of the other tests, migrated once."""
    url = postgres_database.set(database=f"{postgres_database.database}_site")
    server = create_engine(postgres_database, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {url.database} TEMPLATE template0")
        connection.exec_driver_sql(f"ALTER DATABASE {url.database} SET synchronous_commit = off")
    yield migrate(make_site(url.render_as_string(hide_password=False)))
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {url.database} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.services)])
def site(request):
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_site")
    else:
        application = request.getfixturevalue("postgres_site")
        yield application
        with application.database.engine.begin() as connection:
            connection.exec_driver_sql(EMPTY)


@pytest.fixture(scope="session")
def demo_site(make_site, empty_file, tmp_path_factory):
    path = shutil.copy(empty_file, tmp_path_factory.mktemp("demo") / "site.db")
    application = make_site(f"sqlite:///{path}")
    load(application.database)
    return application


@pytest.fixture(scope="session")
def write_post():
    def write(site, **values):
        values = {
            "slug": "first",
            "title": "First",
            "body": "Text.",
            "status": "published",
        } | values
        values.setdefault("publish", datetime(2026, 11, 2, 12, tzinfo=UTC))
        with site.database.transaction() as db:
            ann = db.scalar(select(User).where(User.username == "ann"))
            post = Post(**{"author": ann or User(username="ann", first_name="Ann")} | values)
            db.add(post)
        return post

    return write


class Page(HTMLParser):
    """A page as a strict browser sees it; `problems` is empty for a page that is well made."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.problems, self.words = [], [], []
        self._open = []
        self.feed(html)
        self.close()
        self.text = " ".join("".join(self.words).split())
        if not html.startswith("<!DOCTYPE html>\n<html lang="):
            self.problems.append("no doctype or no language")
        self.problems += [f"<{tag}> is never closed" for tag in self._open]
        self._check_outline()
        self._check_references()
        self._check_fields()

    def all(self, tag, **attributes):
        """The attributes of every such element."""
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        return [own for name, own in self.elements if name == tag and wanted.items() <= own.items()]

    def handle_starttag(self, tag, pairs):
        attributes = dict(pairs)
        tag = "svg title" if tag == "title" and "svg" in self._open else tag
        self.elements.append((tag, attributes))
        if tag not in VOID:
            self._open.append(tag.rpartition(" ")[2])
        if len(attributes) != len(pairs):
            self.problems.append(f"<{tag}> has an attribute twice")
        for name in attributes:
            if name.startswith("on") or name == "style":
                self.problems.append(f"<{tag} {name}=…>: the CSP forbids it")
        if tag == "style" or (tag == "script" and "src" not in attributes):
            self.problems.append(f"an inline <{tag}>: the CSP forbids it")

    def handle_startendtag(self, tag, pairs):
        self.handle_starttag(tag, pairs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag):
        if not self._open or self._open[-1] != tag:
            self.problems.append(f"</{tag}> where {self._open[-3:]} are open")
        else:
            self._open.pop()

    def handle_data(self, data):
        if "head" not in self._open:
            self.words.append(data)

    def _check_outline(self):
        for tag in ("title", "main", "h1"):
            if len(self.all(tag)) != 1:
                self.problems.append(f"{len(self.all(tag))} of <{tag}>")
        levels = [int(tag[1]) for tag, _ in self.elements if tag in HEADINGS]
        if any(after > before + 1 for before, after in pairwise(levels)):
            self.problems.append(f"headings skip a level: {levels}")
        self.problems += [
            f"an image without alt: {own}" for own in self.all("img") if "alt" not in own
        ]

    def _check_references(self):
        ids = Counter(own["id"] for _, own in self.elements if "id" in own)
        self.problems += [
            f"id {name} is there {count} times" for name, count in ids.items() if count > 1
        ]
        for tag, own in self.elements:
            named = [
                own.get("for", ""),
                own.get("aria-describedby", ""),
                own.get("aria-labelledby", ""),
            ]
            if own.get("href", "").startswith("#"):
                named.append(own["href"][1:])
            for name in " ".join(named).split():
                if name not in ids:
                    self.problems.append(f"<{tag}> names #{name}, which is not there")

    def _check_fields(self):
        labelled = {own.get("for") for own in self.all("label")}
        for tag in ("input", "select", "textarea"):
            for own in self.all(tag):
                hidden = own.get("type") in ("hidden", "submit", "button")
                if not hidden and own.get("id") not in labelled and "aria-label" not in own:
                    self.problems.append(f"<{tag} name={own.get('name')}> has no label")


@pytest.fixture(scope="session")
def read_page():
    return lambda response: Page(response.text)
