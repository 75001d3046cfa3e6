"""What the pages say of the code, held against it."""

import ast
import configparser
import importlib.util
import inspect
import re
from functools import cache
from pathlib import Path

import pytest

from framework.http.connection import ConnectionPoint
from framework.http.request import Request
from framework.middleware.chain import default_chain
from framework.tools.commands import commands
from settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [ROOT / "README.md", *DOCS]
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
QUOTE = re.compile(r"# ((?:framework|site)/[\w/]+\.py)(?:, ([\w.]+))?\n(.*)", re.DOTALL)
SEAM = re.compile(r"^\| `([\w.]+)\((.*?)\)`.*\(\.\./(.+?)\) \|$", re.MULTILINE)
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)


@cache
def house():
    """tests/test_architecture.py: what it holds is what the page may say."""
    path = ROOT / "tests" / "test_architecture.py"
    spec = importlib.util.spec_from_file_location("test_architecture_for_docs", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def section(heading):
    return re.split(r"^## ", ARCHITECTURE.partition(f"\n## {heading}\n")[2], flags=re.MULTILINE)[0]


def column(text, number=0):
    """The cells of one column of the table in a text, without its head."""
    rows = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("| ")]
    return [row[number].strip("` ") for row in rows[1:]]


@every_page
def test_each_link_leads_to_a_file(page, links):
    targets = links(page.read_text("utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@every_page
def test_each_target_of_make_exists(page):
    known = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    words = re.findall(r"(?:`|^\$ |^)make ([\w-]+)", page.read_text("utf-8"), re.MULTILINE)
    assert set(words) <= set(known)


@every_page
def test_each_command_exists(page):
    text = page.read_text("utf-8")
    words = re.findall(r"serve\.py ([a-z]\w+)\b(?=[ `\n])", text)
    words += re.findall(r"-m framework (?:--app \S+ )?([a-z]\w+)", text)
    assert set(words) <= {*commands.commands, "install"}


@every_page
def test_each_extra_exists(page):
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    text = page.read_text("utf-8")
    named = re.findall(r'"\.\[(\w+)\]"', text) + re.findall(r"serve\.py install (\w+)", text)
    assert set(named) <= set(config["options.extras_require"])


@pytest.mark.parametrize("page", DOCS, ids=lambda path: path.name)
def test_what_is_quoted_stands_in_the_code(page, blocks, source_of):
    for block in blocks(page.read_text("utf-8"), "python"):
        quote = QUOTE.fullmatch(block)
        if quote is None:
            continue
        file, name, lines = quote.groups()
        source = source_of(file, name or "")
        assert source is not None, f"{file} has no {name}"
        place = 0
        for line in (line.strip() for line in lines.splitlines()):
            if line and line != "# …":
                found = source.find(line, place)
                assert found >= 0, f"{file}: {line}"
                place = found + len(line)


def test_every_setting_is_in_the_table_with_its_default():
    setup = (ROOT / "docs" / "setup.md").read_text("utf-8").partition("\n## Settings\n")[2]
    fields = Settings.model_fields
    assert column(setup) == [name.upper() for name in fields]
    shown = dict(zip(fields, column(setup, 1), strict=True))
    for name in ("site_env", "site_url", "time_zone", "hsts_seconds"):
        assert shown[name] == str(fields[name].default)


def test_the_floors_stand_in_their_order():
    names = [cell.strip("/").removesuffix(".py") for cell in column(section("Rooms and floors"))]
    assert names == house().FLOORS[::-1]


def test_every_door_is_listed():
    table = "\n".join(column(section("What is ours, what is a library"))).lower()
    assert [name for name in house().DOORS if name.partition("_")[0] not in table] == []


def test_the_places_of_the_chain_are_those_of_default_chain():
    assert column(section("The chain")) == list(inspect.signature(default_chain).parameters)


def test_the_layers_of_the_chain_are_those_of_the_site():
    tree = ast.parse((ROOT / "site" / "wiring.py").read_text("utf-8"))
    (call,) = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "default_chain"
    )
    wired = {
        word.arg: ast.unparse(getattr(word.value, "func", word.value)) for word in call.keywords
    }
    table = dict(zip(column(section("The chain")), column(section("The chain"), 1), strict=True))
    assert {place: layer for place, layer in table.items() if layer} == wired


def test_every_connection_point_is_in_the_table():
    points = {name for name, value in vars(Request).items() if isinstance(value, ConnectionPoint)}
    assert set(column(section("Connection points"))) == {f"request.{name}" for name in points}


def test_every_seam_has_the_signature_that_is_shown(source_of):
    rows = SEAM.findall(section("Seams"))
    assert len(rows) == len(column(section("Seams")))
    for name, arguments, file in rows:
        source = source_of(file, name)
        assert source is not None, f"{file} has no {name}"
        function = ast.parse(source).body[0]
        real = [each.arg for each in function.args.args if each.arg not in ("self", "trace")]
        shown = [each for each in arguments.split(", ") if each and each != "…"]
        assert real[: len(shown)] == shown, f"{name}: {real}"
        assert "…" in arguments or real == shown, f"{name}: {real}"
