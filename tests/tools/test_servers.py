"""Servers: each answers, each ends by Ctrl-C and SIGTERM with status 0, and says what is wrong."""

import http.client
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from wsgiref.simple_server import ServerHandler

import pytest

from framework.tools import development_server
from framework.tools.development_server import DevelopmentServer
from framework.tools.project import CommandError
from framework.tools.servers import Place, require_free, serve

TINY = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"{word}"]
"""
SERVERS = ["wsgiref", "waitress", "gunicorn"]


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A folder with an application of three lines."""
    (tmp_path / "tiny.py").write_text(TINY.replace("{word}", "hello"))
    return tmp_path


def command(port: int, server: str, *options: str) -> list[str]:
    words = ["-m", "framework", "--app", "tiny:application", "serve", "--server", server]
    return [sys.executable, *words, "--port", str(port), *options]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("server", SERVERS)
def test_a_server_answers_and_ends_with_status_0(run_server, free_port, tiny, server, number):
    process = run_server(command(free_port, server), free_port, tiny)
    assert get(free_port) == b"hello"
    process.send_signal(number)
    assert process.wait(timeout=20) == 0
    assert f"http://127.0.0.1:{free_port}/ ({server})" in process.printed()
    assert "Traceback" not in process.printed()


@pytest.mark.parametrize("options", [(), ("--workers", "2"), ("--threads", "1")], ids=str)
def test_gunicorn_runs_with_any_number_of_hands(run_server, free_port, tiny, options):
    process = run_server(command(free_port, "gunicorn", *options), free_port, tiny)
    assert get(free_port) == b"hello"
    assert process.press_control_c() == 0


@pytest.mark.parametrize("server", SERVERS)
def test_a_server_listens_on_ipv6(run_server, free_port, tiny, server):
    words = command(free_port, server, "--host", "::1")
    process = run_server(words, free_port, tiny, host="::1")
    assert get(free_port, "::1") == b"hello"
    assert f"http://[::1]:{free_port}/" in process.printed()


def test_a_change_is_served_after_a_reload(run_server, free_port, tiny, until):
    words = command(free_port, "wsgiref", "--reload")
    process = run_server(words, free_port, tiny, PYTHONDONTWRITEBYTECODE="1")
    (tiny / "tiny.py").write_text(TINY.replace("{word}", "again"))

    def is_new() -> bool:
        with suppress(OSError):
            return get(free_port) == b"again"
        return False

    until(is_new)
    assert process.press_control_c() == 0


def test_gunicorn_does_not_reload():
    with pytest.raises(CommandError, match="--reload is for wsgiref and waitress"):
        serve(lambda: lambda environ, start: [], "gunicorn", Place(), reload=True)


def test_gunicorn_where_there_is_none(monkeypatch, free_port):
    monkeypatch.setitem(sys.modules, "gunicorn.app.base", None)
    with pytest.raises(CommandError, match="use --server waitress"):
        serve(lambda: lambda environ, start: [], "gunicorn", Place(port=free_port))


def test_a_port_in_use_is_said_with_the_cure():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} is in use.*--port {port + 1}"):
            require_free(Place(port=port))


def test_a_foreign_address_is_said():
    with pytest.raises(CommandError, match=r"Nothing can listen on 192\.0\.2\.1"):
        require_free(Place(host="192.0.2.1"))


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/"),
        ("0.0.0.0", "http://localhost:8000/"),
        ("::", "http://localhost:8000/"),
        ("::1", "http://[::1]:8000/"),
    ],
)
def test_the_address_to_open(host, url):
    assert Place(host=host).url == url


class TestDevelopmentServer:
    def test_requests_run_side_by_side(self):
        both = threading.Barrier(2, timeout=10)

        def application(environ: Any, start_response: Any) -> list[bytes]:
            both.wait()
            start_response("200 OK", [])
            return [str(environ["wsgi.multithread"]).encode()]

        with serving(application) as port:
            answers: list[bytes] = []
            ask = [threading.Thread(target=lambda: answers.append(get(port))) for _ in range(2)]
            for thread in ask:
                thread.start()
            for thread in ask:
                thread.join()
        assert answers == [b"True", b"True"]

    @pytest.mark.parametrize("defended", [True, False])
    def test_the_process_environment_stays_out_of_environ(self, defended, monkeypatch):
        """HTTP_PROXY of the process would look like a header `Proxy:` that the browser sent."""
        if not defended:
            monkeypatch.setattr(development_server.Gateway, "os_environ", {"HTTP_PROXY": "evil"})
        assert ServerHandler.os_environ  # as wsgiref has it: all of the process's

        with serving(say(lambda environ: environ.get("HTTP_PROXY", "none"))) as port:
            assert get(port) == (b"none" if defended else b"evil")

    def test_an_answer_is_one_line_in_the_log(self, capfd):
        with serving(say(lambda environ: "hello")) as port:
            get(port, path="/blog/?page=2")
        assert "  200  GET /blog/?page=2  " in capfd.readouterr().err

    def test_a_long_address_is_cut_in_the_log(self, capfd):
        with serving(say(lambda environ: "hello")) as port:
            get(port, path="/" + "a" * 9_000)
        assert len(capfd.readouterr().err) < 300

    def test_control_characters_cannot_forge_a_line(self, capfd):
        with serving(say(lambda environ: "hello")) as port:
            raw(port, b"GET /\x1b[2J\x0b\x85 HTTP/1.0\r\n\r\n")
        assert capfd.readouterr().err.isascii()

    def test_an_endless_request_line_is_refused(self):
        with serving(say(lambda environ: "hello")) as port:
            assert b" 414 " in raw(port, b"GET /" + b"a" * 70_000)

    def test_a_browser_that_goes_away_is_not_worth_a_word(self, capfd, until):
        with serving(say(lambda environ: "x" * 10_000_000)) as port:
            with socket.create_connection(("127.0.0.1", port)) as browser:
                browser.sendall(b"GET / HTTP/1.0\r\n\r\n")
                browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            until(lambda: threading.active_count() <= 2)
        assert "Traceback" not in capfd.readouterr().err


def say(what: Callable[[dict[str, Any]], str]) -> Any:
    """An application that answers what a function makes of environ."""

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [what(environ).encode()]

    return application


@contextmanager
def serving(application: Any) -> Iterator[int]:
    """The development server in a thread, on a port of its choice."""
    with DevelopmentServer("127.0.0.1", 0, application) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def get(port: int, host: str = "127.0.0.1", path: str = "/") -> bytes:
    connection = http.client.HTTPConnection(host, port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


def raw(port: int, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as browser:
        browser.sendall(data)
        browser.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: browser.recv(65536), b""))
