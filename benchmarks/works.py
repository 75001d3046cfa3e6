"""The works: what is asked of every framework, and the bytes that must come back.

A work names the function (`builder`) that each module of `peers/` offers for it; a peer without
that function is left out of the table. The same request and the same answer hold for all.

In   Work("b", …, builder="dynamic", path="/user/12345")
Out  status 200, text/plain, b"next: 12346"
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from io import BytesIO
from typing import Any

SIZES = (10, 100, 1_000, 10_000)
MIDDLEWARES = 10
AREAS, ITEMS = 100, 10  # d3: a hundred parts of a site with ten routes each
NOT_FOUND = b"404 Not Found\n\nThere is no page at this address.\n"  # as ours says it; d2


@dataclass(frozen=True)
class Work:
    """One request, one expected answer, and the function that builds the application for it."""

    key: str
    title: str
    builder: str
    path: str
    body: bytes
    status: int = 200
    arguments: tuple[int, ...] = ()

    @property
    def group(self) -> str:
        """`d1-1000` belongs to `d1`."""
        return self.key.partition("-")[0]

    def environ(self) -> dict[str, Any]:
        """The environ as a WSGI server on localhost builds it for a browser's GET (PEP 3333)."""
        return {**SERVER, **BROWSER, "PATH_INFO": self.path, "RAW_URI": self.path}


SERVER: dict[str, Any] = {
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "http",
    "wsgi.input": BytesIO(),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": False,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    "wsgi.input_terminated": True,
    "SERVER_SOFTWARE": "benchmark",
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "8000",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": "127.0.0.1",
    "REMOTE_PORT": "50123",
    "REQUEST_METHOD": "GET",
    "SCRIPT_NAME": "",
    "QUERY_STRING": "",
    "CONTENT_TYPE": "",
    "CONTENT_LENGTH": "",
}
BROWSER = {
    "HTTP_HOST": "localhost:8000",
    "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "HTTP_ACCEPT": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "HTTP_ACCEPT_LANGUAGE": "en-US,en;q=0.5",
    "HTTP_ACCEPT_ENCODING": "gzip, deflate, br, zstd",
    "HTTP_CONNECTION": "keep-alive",
}

# k: the ten URLs to build, and what each must become: name, arguments, rule, URL.
# A rule is written as ours; `peers/` translate the two converters they need.
URLS: tuple[tuple[str, dict[str, Any], str, str], ...] = (
    ("home", {}, "/", "/"),
    ("about", {}, "/about/", "/about/"),
    ("search", {}, "/search/", "/search/"),
    ("user", {"id": 7}, "/user/<int:id>", "/user/7"),
    ("user_edit", {"id": 7}, "/user/<int:id>/edit", "/user/7/edit"),
    ("image", {"id": 12345}, "/images/<int:id>", "/images/12345"),
    ("tag", {"slug": "glass"}, "/blog/tag/<slug:slug>", "/blog/tag/glass"),
    (
        "post",
        {"year": 2026, "slug": "first-light"},
        "/blog/<int:year>/<slug:slug>",
        "/blog/2026/first-light",
    ),
    ("product", {"id": 31, "slug": "lamp"}, "/shop/<int:id>/<slug:slug>", "/shop/31/lamp"),
    (
        "lesson",
        {"course": "wsgi", "number": 3},
        "/courses/<slug:course>/<int:number>",
        "/courses/wsgi/3",
    ),
)


def collection_rules(count: int) -> list[str]:
    """The route table of d1 and d2: `count` rules side by side, each with one integer."""
    return [f"/collection{number}" for number in range(count)]


def _last(count: int) -> Work:
    title, path = f"the last of {count:,} routes", f"/collection{count - 1}/12345"
    return Work(f"d1-{count}", title, "routes", path, b"next: 12346", arguments=(count,))


def _missing(count: int) -> Work:
    title, path = f"404 among {count:,} routes", f"/collection{count}/12345"
    return Work(f"d2-{count}", title, "routes", path, NOT_FOUND, 404, (count,))


_WORKS = (
    Work("a", "plaintext at a static route", "plaintext", "/hello", b"Hello, World!"),
    Work("b", "a route with an integer", "dynamic", "/user/12345", b"next: 12346"),
    *map(_last, SIZES),
    *map(_missing, SIZES),
    Work(
        "d3",
        f"the last of {AREAS} parts' {ITEMS} routes, each part included",
        "grouped",
        f"/area{AREAS - 1}/item{ITEMS - 1}/12345",
        b"next: 12346",
    ),
    Work(
        "i",
        f"plaintext through {MIDDLEWARES} middlewares that do nothing",
        "middlewares",
        "/hello",
        b"Hello, World!",
    ),
    Work(
        "k",
        f"building {len(URLS)} URLs by name",
        "reverse",
        "/links",
        "\n".join(url for *_, url in URLS).encode(),
    ),
)
WORKS = {work.key: work for work in _WORKS}


def select(names: str) -> list[Work]:
    """`"a,d1,d2-10"` → those works, in the order of this file; unknown names raise KeyError."""
    wanted = {name.strip() for name in names.split(",") if name.strip()}
    unknown = wanted - {key for work in _WORKS for key in (work.key, work.group)}
    if unknown:
        raise KeyError(", ".join(sorted(unknown)))
    return [work for work in _WORKS if not wanted or wanted & {work.key, work.group}]
