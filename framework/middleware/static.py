"""Static: files as they lie on disk, and nothing outside their folder.

RFC 9110 §13 (304 for a copy that is still good), §8.8.3 (ETag).
In   GET /static/style/site.css, roots [static/, a shelf's static/]
Out  the bytes with ETag and Last-Modified; 304; 404
Small files are read whole, larger ones go out in chunks. In production a server in front, or
hashed names with a long life, does this faster; the answers are the same.

Stop 4 of 9: a file is answered here and goes no further in.
"""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import formatdate
from functools import lru_cache
from mimetypes import guess_type
from pathlib import Path
from re import IGNORECASE
from re import compile as compile_pattern
from stat import S_ISREG

from framework.http.conditional import evaluate
from framework.http.errors import MethodNotAllowed, NotFound
from framework.http.handler import Handler
from framework.http.request import Request
from framework.http.response import FileBody, Response

METHODS = ("GET", "HEAD", "OPTIONS")
SMALL_BYTES = 64 * 1024
DEVICE = compile_pattern(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", IGNORECASE)
TEXT_TYPES = ("text/", "application/javascript", "application/json", "image/svg+xml")


def resolve(root: str, path: str) -> str | None:
    """The file below the root that a path names, links followed; None if there is none.

    Refuses what leads outside: "..", a link out of the root, an absolute path, a backslash,
    a NUL, a drive letter, a device name of Windows. Hidden files (".git") are not served.
    """
    parts = path.split("/")
    if any(not part or part.startswith(".") or part.endswith((".", " ")) for part in parts):
        return None
    if any("\\" in part or ":" in part or DEVICE.fullmatch(part) for part in parts):
        return None
    if not path.isprintable():
        return None
    top = Path(root).resolve()
    file = Path(os.path.realpath(top.joinpath(*parts)))  # unlike resolve() quiet on a link's loop
    return str(file) if file.is_relative_to(top) and file != top else None


class StaticFiles:
    """The layer that answers everything below `prefix` from the roots, the first one first."""

    def __init__(self, prefix: str, roots: Sequence[str | Path], max_age_seconds: int = 0) -> None:
        if not (prefix.startswith("/") and prefix.endswith("/")):
            raise ValueError(f"prefix {prefix!r} must start and end with '/'")
        missing = [str(root) for root in roots if not Path(root).is_dir()]
        if missing:
            raise ValueError(f"StaticFiles: no folder {missing}")
        self.prefix = prefix
        self.roots = [str(Path(root).resolve()) for root in roots]
        self._cache_control = f"max-age={max_age_seconds}" if max_age_seconds else "no-cache"

    def __call__(self, handler: Handler) -> Handler:
        prefix = self.prefix

        def static(request: Request) -> Response:
            if request.path.startswith(prefix):
                return self.answer(request, request.path[len(prefix) :])
            return handler(request)

        return static

    def answer(self, request: Request, path: str) -> Response:
        """The file, a 304, or NotFound."""
        if request.method == "OPTIONS":
            return Response(b"", 204, headers=[("Allow", ", ".join(METHODS))])
        if request.method not in METHODS:
            raise MethodNotAllowed(METHODS)
        for root in self.roots:
            file = resolve(root, path)
            response = file and self._file(request, file)
            if response:
                return response
        raise NotFound

    def _file(self, request: Request, file: str) -> Response | None:
        """The answer for a file that exists."""
        try:
            facts = os.stat(file)
        except OSError:
            return None
        if not S_ISREG(facts.st_mode):
            return None
        etag = f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"'
        headers = [
            ("ETag", etag),
            ("Last-Modified", _date(int(facts.st_mtime))),
            ("Cache-Control", self._cache_control),
        ]
        modified = datetime.fromtimestamp(int(facts.st_mtime), UTC)
        status = evaluate(request.method, _conditions(request), etag, modified)
        if status != 200:
            return Response(b"", status, content_type(file), headers)
        if facts.st_size <= SMALL_BYTES:
            return Response(_read(file), 200, content_type(file), headers)
        headers.append(("Content-Length", str(facts.st_size)))
        return Response(FileBody(file), 200, content_type(file), headers)


def _conditions(request: Request) -> dict[str, str]:
    """The preconditions of the request by lower-case name."""
    names = ("if-match", "if-none-match", "if-modified-since", "if-unmodified-since")
    return {name: request.headers[name] for name in names if name in request.headers}


def _read(file: str) -> bytes:
    """The bytes of a small file, in one system call each way."""
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        return os.read(descriptor, SMALL_BYTES)
    finally:
        os.close(descriptor)


@lru_cache(1024)
def _date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)


@lru_cache(1024)
def content_type(file: str) -> str:
    """The type by the file's ending, text with its charset.

    >>> content_type("site.css"), content_type("leaf.png"), content_type("unknown")
    ('text/css; charset=utf-8', 'image/png', 'application/octet-stream')
    """
    kind = FONTS.get(Path(file).suffix) or guess_type(file)[0] or "application/octet-stream"
    return kind + "; charset=utf-8" if kind.startswith(TEXT_TYPES) else kind


FONTS = {".woff2": "font/woff2", ".woff": "font/woff"}  # not known to every system's table
