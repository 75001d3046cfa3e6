"""The page that follows one request: the same request is made, and its values compared."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from framework import middleware

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "the-way-of-a-request.md").read_text("utf-8")
PICTURE = ROOT / "docs" / "pictures" / "way.svg"
PATH = "/blog/2026/7/3/what-a-router-does/"
VISIT = """
import json, sys
from datetime import UTC, datetime
from sqlalchemy import update
from serve import application
from blog.demo.load import load
from blog.models import Post
from framework.tools.client import Client, count_sql, make_environ
from framework.tools.migrations import Migrations

path = sys.argv[1]
Migrations(application.apps, application.database, report=lambda line: None).upgrade()
load(application.database)
moment = datetime(2026, 7, 3, 8, 55, tzinfo=UTC)
with application.database.transaction() as db:
    post = update(Post).where(Post.slug == path.split("/")[-2])
    db.execute(post.values(publish=moment, publish_date=moment.date()))
headers = {"Accept": "text/html", "Cookie": "theme=dark"}
asked = {"base_url": "http://127.0.0.1:8000", "headers": headers}
with count_sql(application.database) as sql:
    response = Client(application, **asked).get(path)
print(json.dumps({
    "environ": {k: v for k, v in make_environ("GET", path, **asked).items() if type(v) is str},
    "layers": [getattr(x, "__name__", type(x).__name__) for x in application.layers],
    "found": application.routes.router.match("GET", path),
    "statements": [" ".join(text.split()) for text in sql.statements],
    "lines": [f"{name}: {value}" for name, value in response.headers.items()],
    "status": f"{response.status} {response.reason}",
}))
"""


def run(words, database):
    environ = {**os.environ, "DATABASE_URL": f"sqlite:///{database}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    return tmp_path_factory.mktemp("way") / "site.db"


@pytest.fixture(scope="module")
def visit(database):
    """The values of the request that the page follows."""
    return json.loads(run(["-c", VISIT, PATH], database))


def stop(number):
    return re.split(r"^## ", PAGE.partition(f"\n## {number}. ")[2], flags=re.MULTILINE)[0]


def fits(shown, real):
    """Whether a text is the one shown, where "…" stands for anything."""
    return re.fullmatch(".*".join(map(re.escape, shown.split("…"))), real) is not None


def test_the_stops_come_in_order():
    assert re.findall(r"^## (\d)\. ", PAGE, re.MULTILINE) == list("123456789")


def test_stop_1_shows_the_environ(visit, blocks):
    (shown,) = blocks(stop(1), "python")
    assert ast.literal_eval(shown).items() <= visit["environ"].items()


def test_stop_1_shows_the_same_request_in_bytes(blocks):
    (shown,) = blocks(stop(1), "http")
    assert shown.splitlines()[0] == f"GET {PATH} HTTP/1.1"


def test_stop_4_lists_the_layers_of_the_site(visit):
    assert re.findall(r"^\| \[(\w+)\]", stop(4), re.MULTILINE) == visit["layers"]


def test_stop_5_shows_what_the_router_finds(visit, blocks):
    shown = next(b for b in blocks(stop(5), "python") if b.startswith("("))
    name, arguments = ast.literal_eval(shown)
    assert [name, arguments] == visit["found"]


def test_stop_5_shows_why(blocks, database):
    (shown,) = blocks(stop(5), "console")
    words = ["serve.py", "routes", "--match", PATH]
    assert shown.splitlines()[0] == "$ python3 " + " ".join(words)
    assert run(words, database).splitlines() == shown.splitlines()[2:]


def test_stop_7_shows_every_statement(visit, blocks):
    (shown,) = blocks(stop(7), "text")
    assert "Four statements" in stop(7)
    assert len(visit["statements"]) == len(shown.splitlines()) == 4
    for line, statement in zip(shown.splitlines(), visit["statements"], strict=True):
        assert fits(line, statement), statement


def test_stop_9_names_every_layer_on_the_way_out(visit):
    rows = re.findall(r"^\| ([A-Z]\w+(?:, \w+)*|request_id) \|", stop(9), re.MULTILINE)
    assert ", ".join(rows).split(", ") == visit["layers"][::-1]


def test_stop_9_shows_every_line_of_the_answer(visit, blocks):
    (shown,) = blocks(stop(9), "http")
    first, *lines = shown.splitlines()
    assert first == f"HTTP/1.1 {visit['status']}"
    assert len(lines) == len(visit["lines"])
    for line, real in zip(lines, visit["lines"], strict=True):
        assert fits(line, real), real


def test_the_picture_shows_the_layers_in_their_order(visit):
    texts = ElementTree.parse(PICTURE).getroot().iter("{http://www.w3.org/2000/svg}text")
    layers = [text.text for text in texts if text.get("class") == "layer"]
    order = (
        " ".join(middleware.__doc__.split())
        .partition("outermost first: ")[2]
        .partition(".")[0]
        .split(", ")
    )
    assert layers == [name for name in order if name not in ("locale", "auth")]
    assert len(layers) == len(visit["layers"])


def test_the_picture_has_only_the_colours_of_the_site():
    colours = set(re.findall(r"#[0-9a-f]{3,6}\b", PICTURE.read_text("utf-8")))
    assert colours <= set(
        re.findall(r"#[0-9a-f]{3,6}\b", (ROOT / "static/style/base.css").read_text())
    )
