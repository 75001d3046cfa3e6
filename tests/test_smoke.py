"""Smoke: the whole site on every server, each a real process that a browser could visit."""

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = [sys.executable, "serve.py", "serve", "--port", "{port}", "--server"]
GUNICORN = [sys.executable, "-m", "gunicorn", "serve:application", "--bind", "127.0.0.1:{port}"]
WAITRESS = [sys.executable, "-m", "waitress", "--listen", "127.0.0.1:{port}", "serve:application"]
SERVERS = {
    "serve.py wsgiref": [*OURS, "wsgiref"],
    "serve.py waitress": [*OURS, "waitress"],
    "serve.py gunicorn": [*OURS, "gunicorn", "--workers", "2"],
    "gunicorn sync": [*GUNICORN, "--workers", "2"],
    "gunicorn gthread": [*GUNICORN, "--worker-class", "gthread", "--threads", "8"],
    "waitress-serve": WAITRESS,
}
NO_FORK = """
import os, runpy, signal, sys
for name in ("fcntl", "grp", "pwd", "resource", "termios", "gunicorn"):
    sys.modules[name] = None
for name in ("fork", "forkpty", "register_at_fork"):
    delattr(os, name)
for name in ("SIGHUP", "SIGCHLD", "SIGUSR1", "SIGALRM"):
    delattr(signal, name)
sys.argv[0] = "serve.py"
runpy.run_path("serve.py", run_name="__main__")
"""


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str


@dataclass
class Browser:
    """A visitor of one port, who keeps cookies."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, **form: str) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, path, urlencode(form) or None, headers)
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read().decode())
        connection.close()
        for line in response.headers.get_all("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post_page(self) -> tuple[str, str, str]:
        """The newest post: its address, that of its comment form, the token in the form."""
        address = find(r'href="(/blog/\d+/\d+/\d+/[^"]+/)"', self.get("/blog/").text)
        page = self.get(address).text
        form = page[page.index('id="comment-form"') :]
        return address, find(r'action="([^"]+)"', form), find(r'csrf_token" value="([^"]+)"', form)

    def comment(self, words: str) -> Answer:
        """Fills in the comment form and goes where the answer sends."""
        _, action, token = self.post_page()
        fields = {"name": "Ann", "email": "ann@example.com", "body": words}
        answer = self.ask("POST", action, csrf_token=token, **fields)
        assert answer.status == 303, answer.text
        return self.get(answer.headers["Location"].partition("#")[0])


def find(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, f"{pattern} is not in {text}"
    return found[1]


def environ(url: str) -> dict[str, str]:
    return {"DATABASE_URL": url, "SITE_ENV": "development"}


def prepare(url: str) -> None:
    """A database with the demo data, made by the commands themselves."""
    for command in ("migrate", "loaddemo"):
        words = [sys.executable, "serve.py", command]
        subprocess.run(words, cwd=ROOT, env=os.environ | environ(url), check=True)


@pytest.fixture(scope="module")
def demo_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "site.db"
    prepare(f"sqlite:///{path.as_posix()}")
    return path


@pytest.fixture(scope="module", params=SERVERS)
def browser(
    request: Any, run_server: Any, find_port: Any, demo_database: Path, tmp_path_factory: Any
) -> Iterator[Browser]:
    """A visitor of each server in turn; afterwards Ctrl-C ends the server with status 0."""
    database = tmp_path_factory.mktemp("site") / "site.db"
    shutil.copy(demo_database, database)
    port = find_port()
    words = [word.replace("{port}", str(port)) for word in SERVERS[request.param]]
    process = run_server(words, port, ROOT, **environ(f"sqlite:///{database.as_posix()}"))
    yield Browser(port)
    if "serve.py" in words:
        process.press_control_c()
    else:  # gunicorn's own handling locks up when the last answer is only just out
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 0, process.printed()
    assert "framework/" not in process.printed()  # no traceback through our files


@pytest.mark.parametrize("path", ["/", "/blog/", "/blog/?page=2"])
def test_a_page_is_html(browser, path):
    answer = browser.get(path)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "</html>" in answer.text


def test_a_post_can_be_read(browser):
    address, *_ = browser.post_page()
    assert "<h1" in browser.get(address).text


def test_a_style_sheet_is_served(browser):
    path = find(r'href="(/static/[^"]+\.css)"', browser.get("/").text)
    answer = browser.get(path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert "{" in answer.text


def test_a_page_that_is_not_there_is_a_404(browser):
    assert browser.get("/nowhere/").status == 404


def test_head_has_the_headers_of_get_and_no_body(browser):
    head, get = browser.ask("HEAD", "/"), browser.get("/")
    assert (head.status, head.text) == (200, "")
    assert head.headers["Content-Length"] == str(len(get.text.encode()))


def test_a_comment_is_kept_and_the_visitor_is_told(browser):
    page = browser.comment("What a view & so much <b>glass</b>!").text
    assert "Your comment was added." in page
    assert "so much &lt;b&gt;glass" in page or "so much <b>" not in page
    assert "Your comment was added." not in browser.get("/blog/").text


def test_a_comment_without_the_token_is_refused(browser):
    _, action, _ = browser.post_page()
    answer = browser.ask("POST", action, name="Eve", email="eve@example.com", body="forged")
    assert answer.status == 403


@pytest.mark.services
def test_the_site_runs_on_postgresql(postgres_url, run_server, free_port):
    prepare(postgres_url)
    words = [word.replace("{port}", str(free_port)) for word in WAITRESS]
    process = run_server(words, free_port, ROOT, **environ(postgres_url))
    assert "Your comment was added." in Browser(free_port).comment("From the elephant").text
    assert process.press_control_c() == 0


@pytest.mark.parametrize("server", ["wsgiref", "waitress"])
def test_the_site_runs_where_there_is_no_fork(run_server, free_port, demo_database, server):
    words = [sys.executable, "-c", NO_FORK, "serve", "--server", server, "--port", str(free_port)]
    url = f"sqlite:///{demo_database.as_posix()}"
    process = run_server(words, free_port, ROOT, **environ(url))
    assert Browser(free_port).get("/blog/").status == 200
    assert process.press_control_c() == 0
