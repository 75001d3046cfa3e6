"""The tutorial, done: its files are written as they stand and visited in a fresh process."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "ten-minutes.md").read_text("utf-8")
FILE = re.compile(r"(?:# |\{# )([\w/.]+)(?: #\})?\n(.*)", re.DOTALL)
HELLO = """
from hello import application
from framework.tools.client import Client
client = Client(application)
print(client.get("/hello/Ann").text, client.get("/hello/Ann").headers["X-Content-Type-Options"])
print(client.get("/hello/Ann/Lee").status, client.post("/hello/Ann").status)
print(client.get("/hello/Ann", headers={"Host": "evil.example"}).status)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory, blocks):
    """The folder of somebody who has followed the page to its end."""
    folder = tmp_path_factory.mktemp("notes")
    for block in blocks(PAGE, "python", "jinja"):
        name, text = FILE.fullmatch(block).groups()
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def run(folder, *words):
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""}
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_hello_keeps_its_four_promises(folder):
    done = run(folder, "-c", HELLO)
    assert done.stdout == "<h1>Hello, Ann</h1> nosniff\n404 405\n400\n", done.stderr


def test_the_tests_of_the_page_pass(folder):
    done = run(folder, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{PAGE.count('def test_')} passed" in done.stdout


def test_the_routes_are_those_on_the_page(folder, blocks):
    shown = next(b for b in blocks(PAGE, "console") if "routes\n" in b).splitlines()
    done = run(folder, "-m", "framework", "--app", "notes:application", "routes")
    assert shown[0].startswith("$ ")
    assert done.stdout.splitlines() == shown[3:], done.stderr


def test_a_missing_layer_is_named(folder, tmp_path):
    broken = (folder / "notes.py").read_text("utf-8").replace("sessions=Session", "locale=Session")
    without = re.sub(r"^ +locale=SessionMiddleware.*\n", "", broken, flags=re.MULTILINE)
    assert without != broken
    for file in folder.rglob("*.*"):
        target = tmp_path / file.relative_to(folder)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(file.read_bytes())
    (tmp_path / "notes.py").write_text(without, "utf-8")
    code = "from notes import application; from framework.tools.client import Client; "
    done = run(tmp_path, "-c", code + "Client(application, raise_exceptions=False).get('/')")
    assert "it is set by SessionMiddleware" in done.stderr
