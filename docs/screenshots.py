"""Screenshots: the pictures of README.md and of these pages, taken anew.

    make screenshots, or .venv/bin/python docs/screenshots.py [FOLDER]

In   the site on a free port of this machine, with fresh demo data in a folder that is thrown away
Out  docs/pictures/home.png and blog.png, light, 1440 wide
It ends the site and the browser that it started, and nothing else.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
START_SECONDS = 60
VIEWS = {  # file: (path, width, height)
    "home.png": ("/", 1440, 740),
    "blog.png": ("/blog/", 1440, 900),
}


def free_port() -> int:
    """A port of the loopback on which nobody listens just now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def site(folder: str) -> Iterator[str]:
    """The site with fresh demo data, as its base address; ended with the block."""
    port = free_port()
    words = [sys.executable, "serve.py", "serve", "--prepare", "--port", str(port)]
    database = {"DATABASE_URL": f"sqlite:///{folder}/site.db"}
    with (
        (Path(folder) / "log").open("w+") as log,
        subprocess.Popen(
            words, cwd=ROOT, env=os.environ | database, stdout=log, stderr=log
        ) as server,
    ):
        try:
            wait_for(server, f"http://127.0.0.1:{port}/")
            yield f"http://127.0.0.1:{port}"
        except TimeoutError:
            log.seek(0)
            print(log.read(), file=sys.stderr)
            raise
        finally:
            server.terminate()


def wait_for(server: subprocess.Popen[bytes], address: str) -> None:
    """Returns when the site answers; TimeoutError when it does not, or has ended."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"{address} does not answer")


def take(page: Page, base: str, path: str, file: Path) -> None:
    """One picture of what a visitor sees first."""
    answer = page.goto(base + path, wait_until="networkidle")
    if answer is None or answer.status != 200:
        raise RuntimeError(f"{path}: {answer and answer.status}")
    page.evaluate("document.fonts.ready")
    page.screenshot(path=file)
    print(file)


def main(folder: Path = PICTURES) -> None:
    """All pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as scratch,
        site(scratch) as base,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM) as browser,
    ):
        for name, (path, width, height) in VIEWS.items():
            page = browser.new_page(
                viewport={"width": width, "height": height},
                color_scheme="light",
                reduced_motion="reduce",
            )
            take(page, base, path, folder / name)
            page.close()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
