"""The house keeps its promises: floors, doors, sizes, door plates. Read with `ast`, not run.

Imports count wherever they stand: at the top, in a function, under TYPE_CHECKING.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = [
    *("http", "routing", "middleware", "mvc", "sessions", "application"),
    *("contrib", "tools"),
]
CORE = FLOORS[: FLOORS.index("contrib")]
READING_PATH = (
    "framework/application.py",
    "framework/http/request.py",
    "framework/http/cookies.py",
    "framework/middleware/chain.py",
    "framework/routing/router.py",
    "framework/mvc/controller.py",
    "framework/mvc/model.py",
    "framework/mvc/view.py",
    "framework/sessions/middleware.py",
    "framework/http/response.py",
)
TOOLS = "framework/tools/*"
DOORS = {
    "werkzeug": ("framework/http/multipart.py", "framework/contrib/auth/passwords.py", TOOLS),
    "itsdangerous": ("framework/http/signing.py",),
    "jinja2": ("framework/mvc/view.py",),
    "markupsafe": ("framework/mvc/view.py",),
    "sqlalchemy": (
        "framework/mvc/model.py",
        *("framework/mvc/sqlite.py", "framework/mvc/columns.py"),
        "*/models.py",
        "*/migrations/*.py",
        *("framework/sessions/stores/database.py", "framework/contrib/pagination/page.py"),
        *("framework/contrib/generic/*.py", "framework/tools/*.py", "site/*/controllers.py"),
        "site/*/demo/load.py",
    ),
    "alembic": ("framework/tools/migration*.py", "*/migrations/*.py"),
    "click": (TOOLS, "*/commands.py"),
    "rich": (TOOLS, "*/commands.py"),
    "wtforms": ("framework/contrib/forms/*.py",),
    "markdown_it": ("framework/contrib/markdown.py",),
    "nh3": ("framework/contrib/markdown.py",),
    "pydantic": ("site/settings.py",),
    "pydantic_settings": ("site/settings.py",),
    "waitress": ("serve.py", TOOLS),
    "gunicorn": ("serve.py", TOOLS),
}
SHELVES = {"generic": {"pagination"}, "gzip": {"negotiation"}}  # which stands on which
SITE_APPS = {"accounts": set(), "blog": {"accounts"}, "home": {"accounts", "blog"}}
MAX_FILE_LINES, MAX_FUNCTION_LINES = 400, 40


def sources(folder: str) -> list[Path]:
    return sorted(p for p in (ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, with the names taken as possible submodules."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name_of(path)}: write imports absolutely"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "framework" and len(parts) > 1 and parts[1] in FLOORS else None


def code_lines(path: Path) -> int:
    """Lines without blanks, comments and docstrings."""
    lines: set[int] = set()
    docstrings: set[int] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.stmt | ast.expr | ast.arg | ast.keyword):
            lines.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        if isinstance(node, ast.Expr) and isinstance(getattr(node.value, "value", None), str):
            docstrings.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    text = path.read_text("utf-8").splitlines()
    kept = lines - docstrings
    return sum(1 for n in kept if text[n - 1].strip() and not text[n - 1].strip().startswith("#"))


def core_files() -> list[Path]:
    rooms = [p for name in CORE if name != "application" for p in sources(f"framework/{name}")]
    return [p for p in rooms if "migrations" not in p.parts] + [ROOT / "framework/application.py"]


FRAMEWORK = sources("framework")
SITE = sources("site")
OURS = [p for p in (*FRAMEWORK, *SITE, ROOT / "serve.py") if "migrations" not in p.parts]


@pytest.mark.parametrize("path", FRAMEWORK, ids=name_of)
def test_imports_only_go_down(path):
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    here = room(module)
    if here is None:
        return  # framework/__init__.py is the door, __main__.py the bell
    above = FLOORS[FLOORS.index(here) + 1 :]
    assert [name for name in imports(path) if room(name) in above] == []


def test_the_door_opens_only_the_core():
    taken = {room(name) for name in imports(ROOT / "framework/__init__.py")} - {None}
    assert taken <= set(CORE)


def test_no_module_of_a_room_imports_in_a_circle():
    known = {".".join(p.relative_to(ROOT).with_suffix("").parts): p for p in FRAMEWORK}
    graph = {name: {i for i in imports(p) if i in known and i != name} for name, p in known.items()}
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " -> ".join((*way, name))
        if name not in done:
            for other in graph[name]:
                visit(other, (*way, name))
            done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_a_foreign_package_enters_by_its_door(path):
    own = {"framework", "serve", "settings", "wiring", "urls", *SITE_APPS}
    for name in imports(path):
        package = name.partition(".")[0]
        if package in sys.stdlib_module_names or package in own:
            continue
        assert package in DOORS, f"{package} has no door"
        assert any(fnmatch(name_of(path), door) for door in DOORS[package]), f"{package} in {path}"


def test_shelves_stand_on_each_other_only_as_listed():
    for path in sources("framework/contrib"):
        here = path.relative_to(ROOT / "framework/contrib").parts[0].removesuffix(".py")
        for name in imports(path):
            parts = name.split(".")
            if parts[:2] == ["framework", "contrib"] and len(parts) > 2 and parts[2] != here:
                assert parts[2] in SHELVES.get(here, set()), f"{here} imports {parts[2]}"


@pytest.mark.parametrize("app", SITE_APPS)
def test_the_apps_of_the_site_import_in_one_direction(app):
    for path in sources(f"site/{app}"):
        others = {name.partition(".")[0] for name in imports(path)} & SITE_APPS.keys()
        assert others - {app} <= SITE_APPS[app]


def test_every_app_of_the_site_is_listed_here():
    assert {p.parent.name for p in (ROOT / "site").glob("*/__init__.py")} == SITE_APPS.keys()


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_every_module_opens_with_its_door_plate(path):
    assert ast.get_docstring(tree(path)), f"{name_of(path)} has no docstring"


def test_the_nine_stops_are_named_on_door_plates():
    plates = " ".join(ast.get_docstring(tree(p)) or "" for p in OURS)
    named = set(re.findall(r"[Ss]tops? (\d)|\bstops? \d and (\d)", plates))
    assert {number for pair in named for number in pair if number} == set("123456789")


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_no_file_and_no_function_is_too_long(path):
    assert len(path.read_text("utf-8").splitlines()) <= MAX_FILE_LINES
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node, clean=False)
            spare = docstring.count("\n") + 1 if docstring else 0
            length = (node.end_lineno or 0) - node.lineno + 1 - spare
            assert length <= MAX_FUNCTION_LINES, f"{node.name} has {length} lines"


def test_the_core_can_be_read_in_an_afternoon():
    assert sum(code_lines(path) for path in core_files()) <= 3_000
    assert sum(len(path.read_text("utf-8").splitlines()) for path in core_files()) <= 4_900


def test_the_reading_path_is_ten_files_of_1600_lines():
    lengths = [len((ROOT / name).read_text("utf-8").splitlines()) for name in READING_PATH]
    assert len(lengths) == 10
    assert sum(lengths) <= 1_600


def its_tests(path: Path) -> Path:
    """http/cookies.py is tested in tests/http/test_cookies.py, every store by the contract's."""
    relative = path.relative_to(ROOT / "framework")
    name = "contract.py" if relative.parent.name == "stores" else relative.name
    return ROOT / "tests" / relative.with_name("test_" + name)


def test_every_module_of_the_core_has_its_test_file():
    exempt = ("__init__.py", "handler.py")  # names and types, nothing that runs
    modules = [path for path in core_files() if path.name not in exempt]
    assert [name_of(path) for path in modules if not its_tests(path).exists()] == []


def fresh(code: str) -> str:
    """What a fresh interpreter prints."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("module", ["framework", "framework.http", "framework.routing"])
def test_importing_a_low_room_does_not_import_sqlalchemy(module):
    code = f"import sys, {module}; print('sqlalchemy' in sys.modules)"
    assert fresh(code).strip() == "False"
