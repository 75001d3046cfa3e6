"""Development server: wsgiref's own, with a thread and a tidy log line for each request.

PEP 3333, RFC 1945 (wsgiref speaks HTTP/1.0: one request, one connection).
In   GET /blog/ HTTP/1.1 and header lines
Out  environ → application → status, headers, bytes; on stderr "12:03:55  200  GET /blog/  3.1 ms"
When not to use it: for visitors. It has no limits on connections and hardly any on time.
"""

import os
import socket
import sys
import time
from socketserver import TCPServer, ThreadingMixIn
from typing import IO, Any, cast
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer
from wsgiref.types import WSGIApplication

MAX_CHARACTERS = 200  # of an address in the log


class DevelopmentServer(ThreadingMixIn, WSGIServer):
    """One thread per request; those that still run end with the process."""

    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = os.name != "nt"  # there it would let two servers share a port

    def __init__(self, host: str, port: int, application: WSGIApplication) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.wsgi = application
        super().__init__((host, port), RequestHandler)

    def server_bind(self) -> None:
        """Binds without asking a name server who we are, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of a browser that went away."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Gateway(ServerHandler):
    """One call of the application; the process's own environment stays out of `environ`."""

    os_environ: dict[str, str] = {}
    request_handler: "RequestHandler"  # wsgiref's close() logs through it


class RequestHandler(WSGIRequestHandler):
    """One connection: a request read, the application called, a line logged."""

    server: DevelopmentServer
    timeout = 30

    def handle(self) -> None:
        """As wsgiref does it, except that `wsgi.multithread` is true."""
        self.started = time.perf_counter()
        self.raw_requestline = self.rfile.readline(65537)
        if len(self.raw_requestline) > 65536:
            self.requestline = self.request_version = self.command = ""
            self.send_error(414)
        elif self.parse_request():
            streams = cast(IO[bytes], self.rfile), cast(IO[bytes], self.wfile)
            gateway = Gateway(*streams, sys.stderr, self.get_environ(), multithread=True)
            gateway.request_handler = self
            gateway.run(self.server.wsgi)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """One line per answer; control characters cannot forge a second one."""
        line = self.requestline.rpartition(" ")[0].encode("unicode_escape").decode("ascii")
        line = line if len(line) <= MAX_CHARACTERS else line[:MAX_CHARACTERS] + "..."
        took = (time.perf_counter() - self.started) * 1000
        print(f"{time.strftime('%H:%M:%S')}  {code}  {line}  {took:.1f} ms", file=sys.stderr)

    def log_message(self, format: str, *arguments: object) -> None:
        """Only answers are logged."""
