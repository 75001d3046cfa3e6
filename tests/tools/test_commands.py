"""Commands: what they print, and that an error is a sentence and an exit status."""

import importlib
import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from framework.mvc.model import Model
from framework.tools import servers
from framework.tools.command_line import with_default
from framework.tools.commands import commands, main

ROOT = Path(__file__).resolve().parents[2]
numbers = itertools.count(1)
Call = Callable[..., tuple[int, str, str]]

SITE = """
import {pots}
from framework import sessions
from framework.application import Application
from framework.mvc.apps import AppConfig, Apps
from framework.mvc.model import Database
from framework.routing.routes import Routes
from framework.sessions.middleware import SessionMiddleware
from framework.sessions.stores.memory import MemoryStore

routes = Routes()

@routes.get("/pots/<int:id>/", name="pot")
def pot(request, id):
    return "pot"

@routes.post("/login/", name="login")
def login(request):
    return "in"

database = Database("sqlite:///{folder}/site.db")
apps = Apps([AppConfig({pots})])
layers = [SessionMiddleware(MemoryStore())]
application = Application(routes, layers, apps=apps, database=database)
"""
MODELS = """
from sqlalchemy.orm import Mapped, mapped_column
from framework.mvc.model import Model

class Pot(Model):
    __tablename__ = "{pots}_pot"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
COMMANDS = """
import click

@click.command("water")
@click.argument("name")
@click.pass_obj
def water(project, name):
    "Water one pot."
    if name == "desert":
        raise KeyError("no water\\nanywhere")
    click.echo(f"{name} of {len(project.apps.get_models())} kind is wet")
"""
DEMO = """
from sqlalchemy import select
from {pots}.models import Pot

def load(database):
    with database.transaction() as db:
        if db.scalar(select(Pot.id)):
            return False
        db.add(Pot(id=1))
        return True
"""


class Site:
    """A module with an application, an app with one model, one command and demo data."""

    def __init__(self, folder: Path) -> None:
        number = next(numbers)
        self.name, self.pots, self.folder = f"site{number}", f"pots{number}", folder
        for path, source in (
            (f"{self.name}.py", SITE),
            (f"{self.pots}/__init__.py", ""),
            (f"{self.pots}/models.py", MODELS),
            (f"{self.pots}/commands.py", COMMANDS),
            (f"{self.pots}/demo/load.py", DEMO),
        ):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            text = source.replace("{pots}", self.pots).replace("{folder}", folder.as_posix())
            (folder / path).write_text(text)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.syspath_prepend(tmp_path)
    site = Site(tmp_path)
    yield site
    if site.name in sys.modules:
        importlib.import_module(site.name).database.dispose()
        Model.metadata.remove(Model.metadata.tables[f"{site.pots}_pot"])


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], site: Site) -> Call:
    """`call("migrate", app)` → exit status, stdout, stderr."""

    def call(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["--app", f"{site.name}:application", *words], logins="Sign in as ann.")
        captured = capsys.readouterr()
        return int(ended.value.code or 0), captured.out, captured.err

    return call


def fresh(code: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """A Python program in a process of its own."""
    words = [sys.executable, "-c", dedent(code)]
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        words, cwd=folder, env=environ, capture_output=True, text=True, check=False
    )


def test_version_says_which_glasshouse_this_is(call):
    assert call("version")[:2] == (0, f"Glasshouse 0.1.0, Python {sys.version.split()[0]}\n")


def test_a_command_imports_only_what_it_needs():
    code = """
        import sys
        from framework.tools.commands import main
        try:
            main(["version"])
        finally:
            heavy = ("sqlalchemy", "alembic", "rich", "waitress", "gunicorn", "serve", "settings")
            print([name for name in heavy if name in sys.modules])
    """
    assert fresh(code).stdout.endswith("\n[]\n")


@pytest.mark.parametrize("name", sorted(commands.commands))
def test_every_command_has_help(call, name):
    status, out, _ = call(name, "--help")
    assert status == 0
    assert out.startswith("Usage: ")
    assert "--debug" in out
    assert commands.commands[name].help.splitlines()[0] in out


def test_the_help_lists_our_commands_and_those_of_the_apps(call):
    out = call("--help")[1]
    assert "  makemigrations  Write the migrations that the models lack." in out
    assert "  water           Water one pot." in out


def test_the_help_is_there_without_a_site(tmp_path):
    done = fresh("from framework.tools.commands import main; main(['--help'])", tmp_path)
    assert done.returncode == 0
    assert "migrate" in done.stdout
    assert "There is no serve.py" in done.stderr


def test_an_app_brings_its_own_command(call):
    assert call("water", "basil")[:2] == (0, "basil of 1 kind is wet\n")


def test_an_error_is_one_sentence_and_status_1(call):
    status, _, err = call("water", "desert")
    assert (status, err.count("\n")) == (1, 1)
    assert err.startswith("Error: KeyError: ")
    assert err.endswith("(--debug shows where)\n")


@pytest.mark.parametrize("words", [("--debug", "water", "desert"), ("water", "--debug", "desert")])
def test_debug_shows_the_traceback_wherever_it_stands(site, words):
    with pytest.raises(KeyError):
        main(["--app", f"{site.name}:application", *words])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["routes"], "There is no serve.py in "),
        (["--app", "nowhere:application", "routes"], "There is no nowhere.py in "),
        (["--app", "nowhere", "routes"], "write module:name"),
        (["--app", "sys:application", "routes"], "sys has no application named 'application'"),
        (["--app", "sys:exit", "routes"], "sys:exit is no framework.application.Application"),
        (["flourish"], "There is no serve.py in "),
    ],
    ids=["no serve.py", "no module", "no name", "no attribute", "another callable", "unknown"],
)
def test_what_is_missing_is_said_with_the_cure(tmp_path, words, sentence):
    done = fresh(f"from framework.tools.commands import main; main({words!r})", tmp_path)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words", [["flourish"], ["migrate", "--upwards"], ["serve", "--port", "x"]]
)
def test_words_that_are_not_understood_end_with_status_2(call, words):
    assert call(*words)[0] == 2


def test_the_migrations_are_written_applied_and_shown(call, site):
    assert call("makemigrations", "--check")[0] == 1
    written = site.folder / site.pots / "migrations" / "0001_initial.py"
    assert call("makemigrations")[:2] == (0, f"Written: {written}\n")
    assert call("makemigrations", "--check")[0] == 0
    assert call("migrate")[1] == f"  {site.pots} 0001_initial\n"
    assert call("migrate")[1] == "Nothing to migrate.\n"
    assert call("showmigrations")[1] == f"x        {site.pots}  0001_initial\n"
    assert call("migrate", site.pots, "zero")[1] == f"  {site.pots} 0001_initial taken back\n"


def test_an_empty_migration_wants_its_app(call, site):
    call("makemigrations")
    assert call("makemigrations", "--empty")[2] == (
        "Error: --empty writes one migration: name its app.\n"
    )
    assert "0002_by_hand.py" in call("makemigrations", site.pots, "--empty", "-n", "by_hand")[1]


def test_the_demo_data_is_loaded_once(call, site):
    call("makemigrations")
    call("migrate")
    assert call("loaddemo")[1] == f"  {site.pots}: demo data loaded\n"
    assert call("loaddemo")[1].startswith("Nothing to load")


def test_production_gets_no_accounts_with_a_known_password(call, site, monkeypatch):
    monkeypatch.setattr(servers, "serve", lambda load, server, place, reload: load())
    path = site.folder / f"{site.name}.py"
    settings = "class settings:\n    development = False\n"
    path.write_text(path.read_text() + settings)
    call("makemigrations")
    assert "demo data" not in call("serve", "--prepare")[1]
    assert call("loaddemo")[0] == 1


def test_the_routes_are_listed(call, site):
    out = call("routes")[1]
    assert out.splitlines() == [
        f"GET      /pots/<int:id>/  pot    {site.name}.pot",
        f"POST     /login/          login  {site.name}.login",
    ]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["/pots/7/"], "match     /pots/<int:id>/  pot    every segment fits"),
        (["/pots/x/"], 'no match  /pots/<int:id>/  pot    segment 2: <int:id> does not take "x"'),
        (["/pots/7"], 'almost    /pots/<int:id>/  pot    the path fits with a "/" at its end'),
        (["/login/"], "almost    /login/          login  the path fits, for POST, not for GET"),
        (["/login/", "--method", "post"], "match     /login/"),
    ],
)
def test_a_path_is_explained_route_by_route(call, words, line):
    assert line[:5] in call("routes", "--match", *words)[1]
    assert " ".join(line.split()) in " ".join(call("routes", "--match", *words)[1].split())


def test_expired_sessions_are_forgotten(call):
    assert call("clearsessions")[:2] == (0, "Expired sessions forgotten: 0.\n")


def test_serving_prepares_and_greets(call, site, monkeypatch):
    """Here `serve` is told to load the application, and not to listen."""
    monkeypatch.setattr(servers, "serve", lambda load, server, place, reload: load())
    call("makemigrations")
    assert call("serve", "--prepare", "--port", "9000")[1].splitlines() == [
        f"  {site.pots} 0001_initial",
        f"  {site.pots}: demo data loaded",
        "Glasshouse on http://127.0.0.1:9000/ (wsgiref). Ctrl-C ends it.",
        "Sign in as ann.",
    ]


def test_no_logins_are_shown_where_nobody_can_sign_in(call, site, monkeypatch):
    monkeypatch.setattr(servers, "serve", lambda load, server, place, reload: load())
    path = site.folder / f"{site.name}.py"
    path.write_text(path.read_text().replace('name="login"', 'name="search"'))
    assert "Sign in" not in call("serve", "--prepare")[1]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ([], ["serve", "--prepare"]),
        (["--port", "9000"], ["serve", "--prepare", "--port", "9000"]),
        (["--port=9000"], ["serve", "--prepare", "--port=9000"]),
        (["--help"], ["--help"]),
        (["migrate"], ["migrate"]),
    ],
    ids=str,
)
def test_an_empty_line_stands_for_the_default_command(words, meant):
    assert with_default(commands, words, ["serve", "--prepare"]) == meant


def test_the_tests_run_with_what_pytest_is_told(tmp_path):
    (tmp_path / "test_it.py").write_text("def test_one(): pass\ndef test_two(): assert False\n")
    code = "from framework.tools.commands import main; main(['test', '-k', 'one', 'test_it.py'])"
    done = fresh(code, tmp_path)
    assert done.returncode == 0
    assert "1 passed, 1 deselected" in done.stdout
