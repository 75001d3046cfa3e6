"""Glasshouse, in three forms: alone, as it comes, and with the whole chain of the site.

alone      `Application(routes, layers=())`: what a framework without middleware does
_default   `Application(routes)`: errors, allowed hosts, limits and seven security headers
_full      every layer of `default_chain`, nothing touched by the controller. The user and the
           language have no layer of their own yet: two layers stand in that only connect them.
_without   work i without its ten middlewares: the difference is what they cost
"""

from __future__ import annotations

import atexit
from collections.abc import Callable
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

from framework.application import Application
from framework.http.handler import Handler, Middleware
from framework.http.request import Request
from framework.http.response import Response, text_response
from framework.routing.routes import Routes

from ..works import AREAS, ITEMS, MIDDLEWARES, URLS, collection_rules

KEY = "a key for measuring, 32 characters"


def hello(request: Request) -> Response:
    """The controller of a and i."""
    return text_response("Hello, World!")


def next_number(request: Request, id: int) -> Response:
    """The controller of b and d."""
    return text_response(f"next: {id + 1}")


def hello_routes() -> Routes:
    routes = Routes()
    routes.add("/hello", hello)
    return routes


def plaintext() -> Application:
    return Application(hello_routes(), layers=())


def plaintext_default() -> Application:
    return Application(hello_routes())


def plaintext_full() -> Application:
    return Application(hello_routes(), layers=full_chain())


def dynamic() -> Application:
    table = Routes()
    table.add("/user/<int:id>", next_number)
    return Application(table, layers=())


def routes(count: int) -> Application:
    table = Routes()
    for rule in collection_rules(count):
        table.add(f"{rule}/<int:id>", next_number, rule)
    return Application(table, layers=())


def grouped() -> Application:
    table = Routes()
    for area in range(AREAS):
        part = Routes()
        for item in range(ITEMS):
            part.add(f"/item{item}/<int:id>", next_number, f"item{item}")
        table.include(f"/area{area}", part, f"area{area}")
    return Application(table, layers=())


def nothing(handler: Handler) -> Handler:
    """A middleware that does nothing."""

    def middleware(request: Request) -> Response:
        return handler(request)

    return middleware


def middlewares() -> Application:
    return Application(hello_routes(), layers=[nothing] * MIDDLEWARES)


def middlewares_without() -> Application:
    """What the ten are added to, measured in the same rounds."""
    return plaintext()


def links(request: Request) -> Response:
    """The ten URLs."""
    urls = [request.url_for(name, **arguments) for name, arguments, *_ in URLS]
    return text_response("\n".join(urls))


def reverse() -> Application:
    table = Routes()
    for name, _, rule, _ in URLS:
        table.add(rule, hello_with_values, name)
    table.add("/links", links)
    return Application(table, layers=())


def hello_with_values(request: Request, **values: Any) -> Response:
    """The controller behind the ten rules of k, never called."""
    return hello(request)


def connected(point: Any, opener: Callable[[Request], Any]) -> Middleware:
    """A layer that connects one point and does nothing more."""

    def layer(handler: Handler) -> Handler:
        def connect(request: Request) -> Response:
            point.connect(request, opener)
            return handler(request)

        return connect

    return layer


def full_chain() -> list[Middleware]:
    """The chain of the site, with stores that live in a temporary folder."""
    from framework.contrib.messages import Messages
    from framework.http.signing import Signer
    from framework.middleware.chain import default_chain
    from framework.middleware.csrf import CsrfMiddleware
    from framework.middleware.errors import ErrorPages
    from framework.middleware.request_id import request_id
    from framework.middleware.security import AllowedHosts, SecurityHeaders
    from framework.middleware.static import StaticFiles
    from framework.mvc.model import Database, UnitOfWork
    from framework.sessions.middleware import SessionMiddleware
    from framework.sessions.stores.database import DatabaseStore

    folder = mkdtemp(prefix="bench-")
    atexit.register(rmtree, folder)
    signer = Signer([KEY])
    database = Database(f"sqlite:///{folder}/bench.sqlite3")
    return default_chain(
        log=request_id,
        headers=SecurityHeaders(),
        errors=ErrorPages(),
        hosts=AllowedHosts(["localhost"]),
        static=StaticFiles("/static/", [folder]),
        sessions=SessionMiddleware(DatabaseStore(database)),
        locale=connected(Request.locale, lambda request: None),
        unit_of_work=UnitOfWork(database),
        auth=connected(Request.user, lambda request: None),
        messages=Messages(signer),
        csrf=CsrfMiddleware(signer),
    )
