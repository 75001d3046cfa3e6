"""The front door: what it does before there is anything, and the source root that it opens."""

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WITHOUT = """
import runpy, sys
sys.modules[{module!r}] = None
sys.argv = ["serve.py", *{words!r}]
runpy.run_path("serve.py", run_name="__main__")
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the front door and the lists that it reads."""
    for name in ("serve.py", "setup.cfg", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def run(folder: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=os.environ | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_ensurepip_it_says_what_to_install(checkout):
    code = WITHOUT.format(module="ensurepip", words=[])
    done = run(checkout, "-S", "-c", code, PATH="")  # -S: an interpreter without any package
    assert done.returncode == 1
    assert (
        done.stderr == "Python's ensurepip is missing. On Debian: sudo apt install python3-venv\n"
    )


def test_an_installation_that_fails_ends_with_a_sentence(checkout):
    (checkout / "uv").write_text("#!/bin/sh\necho no network >&2; exit 3\n")
    (checkout / "uv").chmod(0o755)
    done = run(checkout, "-S", "serve.py", PATH=str(checkout))
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == "no network"
    assert "The installation stopped here" in done.stderr


def test_an_environment_of_your_own_is_used_as_it_is(checkout):
    done = run(checkout, "serve.py", "version", PYTHONPATH=str(ROOT))
    assert done.stdout.startswith("Glasshouse ")
    assert not (checkout / ".venv").exists()


def test_a_command_that_needs_no_site_builds_none():
    done = run(ROOT, "serve.py", "version", DATABASE_URL="nonsense://")
    assert (done.returncode, done.stderr) == (0, "")


def test_production_names_all_settings_that_are_missing():
    done = run(
        ROOT, "serve.py", "routes", SITE_ENV="production", SECRET_KEYS="[]", ALLOWED_HOSTS="[]"
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "SECRET_KEYS is not set" in done.stderr
    assert "ALLOWED_HOSTS is not set" in done.stderr


def test_the_application_is_made_at_the_import():
    code = "import serve; print(type(serve.application).__name__)"
    assert run(ROOT, "-c", code).stdout == "Application\n"


def test_every_package_of_setup_cfg_is_pinned():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {line.partition("==")[0].lower().replace("_", "-") for line in lines if "==" in line}
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    lists = [config["options"]["install_requires"], *config["options.extras_require"].values()]
    names = re.findall(r"^[\w.-]+", "\n".join(lists), re.MULTILINE)
    assert {name.lower() for name in names} - pinned == set()


class TestSourceRoot:
    """site/ shares its name with a module of the stdlib, so it must never be a package."""

    def test_site_is_no_package(self):
        assert not (ROOT / "site" / "__init__.py").exists()
        assert not (ROOT / "site" / "site.py").exists()

    def test_no_app_is_named_like_a_module_of_the_stdlib(self):
        names = {path.stem for path in (ROOT / "site").iterdir() if path.name != "__pycache__"}
        assert names & sys.stdlib_module_names == set()

    def test_the_stdlib_module_wins_also_where_debuggers_unfreeze_it(self):
        words = ("-X", "frozen_modules=off", "-c", "import gunicorn, site; print(site.__file__)")
        done = run(ROOT, *words, PYTHONPATH=".")
        assert done.stdout.strip().endswith("site.py"), done.stderr
