"""Bare: a hand-written WSGI callable that does just the work, with the standard library.

The floor under every ratio: no request, no router that anybody would want to keep using.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..gateway import Application, Environ
from ..works import AREAS, ITEMS, MIDDLEWARES, NOT_FOUND, URLS, collection_rules

StartResponse = Callable[..., Any]


def text(start_response: StartResponse, body: bytes, status: str = "200 OK") -> list[bytes]:
    """A text/plain answer."""
    start_response(
        status,
        [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(body))),
        ],
    )
    return [body]


def next_number(start_response: StartResponse, number: str) -> list[bytes]:
    """The answer of b and d: the integer of the path plus one."""
    if not (number.isascii() and number.isdecimal()):
        return text(start_response, NOT_FOUND, "404 Not Found")
    return text(start_response, f"next: {int(number) + 1}".encode())


def plaintext() -> Application:
    def application(environ: Environ, start_response: StartResponse) -> list[bytes]:
        if environ["PATH_INFO"] != "/hello":
            return text(start_response, NOT_FOUND, "404 Not Found")
        return text(start_response, b"Hello, World!")

    return application


def dynamic() -> Application:
    def application(environ: Environ, start_response: StartResponse) -> list[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith("/user/"):
            return text(start_response, NOT_FOUND, "404 Not Found")
        return next_number(start_response, path[6:])

    return application


def last_segment(handlers: dict[str, Callable[[StartResponse, str], list[bytes]]]) -> Application:
    """The handler is looked up by all but the last segment of the path."""

    def application(environ: Environ, start_response: StartResponse) -> list[bytes]:
        prefix, _, number = environ["PATH_INFO"].rpartition("/")
        handler = handlers.get(prefix)
        if handler is None:
            return text(start_response, NOT_FOUND, "404 Not Found")
        return handler(start_response, number)

    return application


def routes(count: int) -> Application:
    return last_segment(dict.fromkeys(collection_rules(count), next_number))


def grouped() -> Application:
    return last_segment(
        {f"/area{area}/item{item}": next_number for area in range(AREAS) for item in range(ITEMS)}
    )


def nothing(application: Application) -> Application:
    """A WSGI middleware that does nothing."""

    def middleware(environ: Environ, start_response: StartResponse) -> Any:
        return application(environ, start_response)

    return middleware


def middlewares() -> Application:
    application = plaintext()
    for _ in range(MIDDLEWARES):
        application = nothing(application)
    return application


def reverse() -> Application:
    def user(id: int) -> str:
        return f"/user/{id}"

    def user_edit(id: int) -> str:
        return f"/user/{id}/edit"

    def image(id: int) -> str:
        return f"/images/{id}"

    def tag(slug: str) -> str:
        return f"/blog/tag/{slug}"

    def post(year: int, slug: str) -> str:
        return f"/blog/{year}/{slug}"

    def product(id: int, slug: str) -> str:
        return f"/shop/{id}/{slug}"

    def lesson(course: str, number: int) -> str:
        return f"/courses/{course}/{number}"

    builders: dict[str, Callable[..., str]] = {
        "home": lambda: "/",
        "about": lambda: "/about/",
        "search": lambda: "/search/",
        "user": user,
        "user_edit": user_edit,
        "image": image,
        "tag": tag,
        "post": post,
        "product": product,
        "lesson": lesson,
    }

    def application(environ: Environ, start_response: StartResponse) -> list[bytes]:
        if environ["PATH_INFO"] != "/links":
            return text(start_response, NOT_FOUND, "404 Not Found")
        urls = [builders[name](**arguments) for name, arguments, *_ in URLS]
        return text(start_response, "\n".join(urls).encode())

    return application
