"""Servers: three ways to put the application on the wire.

PEP 3333 (the contract), RFC 9112 (what they read and write).
In   load() → the application, the name of a server, a Place to listen at
Out  nothing: each serves until Ctrl-C or SIGTERM and returns, so that the exit status is 0
wsgiref is the stdlib's own, a thread and a log line for each request: enough to learn on.
waitress is pure Python and runs everywhere. gunicorn forks workers; it knows no Windows.
Each is imported when it is asked for.

Stop 1 of 9: here bytes become `environ`.
"""

import errno
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn
from wsgiref.types import WSGIApplication

from framework.tools.project import CommandError

MAX_BODY_BYTES = 64 * 1024 * 1024  # above what the site takes: it refuses first, with its page
Load = Callable[[], WSGIApplication]


@dataclass(frozen=True)
class Place:
    """Where a server listens, and with how many hands."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    threads: int = 8

    @property
    def url(self) -> str:
        """The address to open: what listens everywhere is found on localhost."""
        host = "localhost" if self.host in {"0.0.0.0", "::"} else self.host
        return f"http://{bracketed(host)}:{self.port}/"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        return self.host in {"localhost", "127.0.0.1", "::1"}


def bracketed(host: str) -> str:
    """The host as it stands before a port: an IPv6 address in brackets (RFC 3986 §3.2.2)."""
    return f"[{host}]" if ":" in host else host


def serve(load: Load, server: str, place: Place, reload: bool = False) -> None:
    """Serves what `load` gives until Ctrl-C or SIGTERM; with `reload` anew after each change."""
    if reload:
        serve_reloading(load, server, place)
        return
    require_free(place)
    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGINT, interrupt)  # a shell leaves it ignored in the background
    with suppress(KeyboardInterrupt):
        SERVERS[server](load(), place)


def serve_reloading(load: Load, server: str, place: Place) -> None:
    """werkzeug's reloader: this process starts another, again and again, and that one serves."""
    from werkzeug._reloader import run_with_reloader
    from werkzeug.serving import is_running_from_reloader

    if server == "gunicorn":
        raise CommandError("--reload is for wsgiref and waitress.")

    def attempt() -> None:
        try:
            SERVERS[server](load(), place)
        except CommandError as error:  # any other shows its traceback: this is a developer's loop
            print(f"Error: {error}\nWaiting for a change.", file=sys.stderr)

    if not is_running_from_reloader():
        require_free(place)
    run_with_reloader(attempt)


def interrupt(number: int, frame: object) -> NoReturn:
    """Both signals end a server in the same way."""
    raise KeyboardInterrupt


def require_free(place: Place) -> None:
    """Raises a CommandError with the cure when nothing can listen at this place."""
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    with socket.socket(family) as probe:
        if os.name != "nt":  # there it would let two servers share a port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((place.host, place.port))
        except OSError as error:
            raise CommandError(cure(error, place)) from error


def cure(error: OSError, place: Place) -> str:
    """What is wrong with this place, and what to do."""
    if error.errno == errno.EADDRINUSE:
        return f"Port {place.port} is in use: end that program, or try --port {place.port + 1}."
    if error.errno == errno.EACCES:
        return f"Port {place.port} needs more rights than yours: try --port 8000."
    return f"Nothing can listen on {place.host}, port {place.port}: {error.strerror}."


def serve_wsgiref(application: WSGIApplication, place: Place) -> None:
    """The stdlib's server, with a thread for each request."""
    from framework.tools.development_server import DevelopmentServer

    with DevelopmentServer(place.host, place.port, application) as server:
        server.serve_forever()


def serve_waitress(application: WSGIApplication, place: Place) -> None:
    """One process with a pool of threads; it reads each request whole before it calls us."""
    from waitress.server import create_server

    options = {"host": place.host, "port": place.port, "threads": place.threads, "ident": None}
    options["max_request_body_size"] = MAX_BODY_BYTES  # its own limit, 1 GB, is no limit
    create_server(application, **options).run()


def serve_gunicorn(application: WSGIApplication, place: Place) -> None:
    """Forked workers, each with threads (gthread) when there are several, else without (sync)."""
    try:
        from gunicorn.app.base import BaseApplication
    except ImportError as error:
        raise CommandError("gunicorn is not here (Windows?): use --server waitress.") from error

    class Gunicorn(BaseApplication):
        def load_config(self) -> None:
            self.cfg.set("bind", f"{bracketed(place.host)}:{place.port}")
            self.cfg.set("workers", place.workers)
            self.cfg.set("threads", place.threads)  # more than one makes it gthread
            self.cfg.set("loglevel", "warning")
            self.cfg.set("control_socket_disable", True)  # it would write into the home folder
            self.cfg.set("post_worker_init", finish_first)

        def load(self) -> WSGIApplication:
            return application

    Gunicorn().run()


def finish_first(worker: Any) -> None:
    """After Ctrl-C a worker of gunicorn finishes what it is at, as it does after SIGTERM.

    It gets Ctrl-C from the terminal and SIGQUIT from its master. Its own handler of these, in
    gunicorn 27, may wait for a lock that the thread under it holds, and is killed 30 s later.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGQUIT, worker.handle_exit)


SERVERS: dict[str, Callable[[WSGIApplication, Place], None]] = {
    "wsgiref": serve_wsgiref,
    "waitress": serve_waitress,
    "gunicorn": serve_gunicorn,
}
