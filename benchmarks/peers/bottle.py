"""Bottle, as its tutorial shows: one `Bottle` object, the shared `response`, debug off.

https://bottlepy.org/docs/stable/tutorial.html and …/plugins/
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bottle import Bottle, response

from ..gateway import Application
from ..works import AREAS, ITEMS, MIDDLEWARES, NOT_FOUND, URLS, collection_rules

TEXT = "text/plain; charset=UTF-8"


def next_number(id: int) -> str:
    """The view of b and d."""
    response.content_type = TEXT
    return f"next: {id + 1}"


def plaintext() -> Bottle:
    app = Bottle()

    @app.get("/hello")
    def hello() -> bytes:
        response.content_type = TEXT
        return b"Hello, World!"

    return app


def dynamic() -> Application:
    app = Bottle()
    app.get("/user/<id:int>", callback=next_number)
    return app


def routes(count: int) -> Application:
    app = Bottle()
    for rule in collection_rules(count):
        app.get(f"{rule}/<id:int>", callback=next_number)

    @app.error(404)
    def not_found(error: Exception) -> bytes:
        response.content_type = TEXT
        return NOT_FOUND

    return app


def grouped() -> Application:
    app = Bottle()
    for area in range(AREAS):
        part = Bottle()
        for item in range(ITEMS):
            part.get(f"/area{area}/item{item}/<id:int>", callback=next_number)
        app.merge(part)
    return app


def nothing(callback: Callable[..., Any]) -> Callable[..., Any]:
    """A plugin, Bottle's idiom around a callback, that does nothing."""

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return callback(*args, **kwargs)

    return wrapper


def middlewares() -> Application:
    app = plaintext()
    for number in range(MIDDLEWARES):

        def plugin(callback: Callable[..., Any], number: int = number) -> Callable[..., Any]:
            return nothing(callback)

        app.install(plugin)
    return app


def reverse() -> Application:
    app = Bottle()
    for name, _, rule, _ in URLS:
        bottles_rule = re.sub(r"<(int|slug):(\w+)>", swap, rule)
        app.get(bottles_rule, name=name, callback=next_number)

    @app.get("/links")
    def links() -> str:
        response.content_type = TEXT
        return "\n".join([app.get_url(name, **arguments) for name, arguments, *_ in URLS])

    return app


def swap(found: re.Match[str]) -> str:
    """`<int:id>` → `<id:int>`, `<slug:slug>` → `<slug>`."""
    converter, name = found.groups()
    return f"<{name}:int>" if converter == "int" else f"<{name}>"
