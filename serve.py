"""The front door: `application` for every WSGI server, and one command line for you.

    gunicorn serve:application        a server imports the callable from here
    python3 serve.py                  installs, migrates, loads the demo data once, serves
    python3 serve.py test             installs what the tests need and runs them
    python3 serve.py COMMAND --help   the same as python -m framework COMMAND

Stop 1 of 9: the server has turned bytes into `environ` and calls
`application(environ, start_response)`, which site/wiring.py put together.
"""

import os
import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOGINS = "Sign in as admin, tina, otto, alice or bob; the password is see-through-1."

sys.path[:0] = [str(ROOT), str(ROOT / "site")]


def bootstrap(extra: str) -> None:
    """Goes on where the packages of setup.cfg are; else makes .venv and runs this file in it."""
    if sys.version_info < (3, 11):
        sys.exit("Glasshouse needs Python 3.11 or newer: try python3.11 serve.py")
    inside = VENV.exists() and VENV.samefile(sys.prefix)
    if not inside and installed(extra):
        return
    stamp = VENV / f".installed-{extra}"
    newest = max((ROOT / name).stat().st_mtime for name in ("setup.cfg", "constraints.txt"))
    if not stamp.exists() or stamp.stat().st_mtime < newest:
        install(extra)
        for name in {"base", extra}:
            (VENV / f".installed-{name}").touch()
    if not inside:
        restart()


def installed(extra: str) -> bool:
    """Whether this interpreter, an environment of your own, has every package already."""
    from importlib.metadata import PackageNotFoundError, version

    config = ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = config["options"]["install_requires"]
    lines += config["options.extras_require"].get(extra, "")
    try:
        return all(version(name) for name in re.findall(r"^([\w.-]+)(?!.*;)", lines, re.MULTILINE))
    except PackageNotFoundError:
        return False


def install(extra: str) -> None:
    """Makes .venv where it is missing and fills it: by uv where you have it, else by pip."""
    uv = shutil.which("uv")
    if not (PYTHON.exists() and (VENV / "pyvenv.cfg").exists()):
        if not uv and not find_spec("ensurepip"):
            sys.exit("Python's ensurepip is missing. On Debian: sudo apt install python3-venv")
        print(f"Making {VENV}", flush=True)
        python = [uv, "venv", "--seed", "--python", sys.executable] if uv else []
        run(*(python or [sys.executable, "-m", "venv", "--clear"]), str(VENV))
    print("Installing the packages named in setup.cfg (the first time: half a minute)", flush=True)
    pip = [uv, "pip", "install", "--python", str(PYTHON)] if uv else []
    pip = pip or [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
    project = "." if extra == "base" else f".[{extra}]"
    run(*pip, "--quiet", "--constraint", "constraints.txt", "--editable", project)


def run(*command: str) -> None:
    """Runs one step of the installation; a step that fails has said why itself."""
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        sys.exit("The installation stopped here. Mend what it says above, then start again.")


def restart() -> None:
    """Goes on as the Python of .venv. Windows cannot replace a process: there this one waits."""
    command = [str(PYTHON), str(ROOT / "serve.py"), *sys.argv[1:]]
    if os.name != "nt":
        os.execv(PYTHON, command)
    child = subprocess.Popen(command)
    while child.poll() is None:
        with suppress(KeyboardInterrupt):  # Ctrl-C reaches the child too, which ends by itself
            child.wait()
    sys.exit(child.returncode)


if __name__ == "__main__":
    word, *rest = sys.argv[1:] or [""]
    bootstrap({"test": "dev", "install": (rest or ["base"])[0]}.get(word, "base"))
    if word != "install":
        from framework.tools.commands import main

        main(sys.argv[1:], default=("serve", "--prepare"), logins=LOGINS)
else:
    from settings import settings
    from wiring import make_application

    application = make_application(settings)
