"""wheezy.web, as its documentation and its author's own benchmarks show.

https://wheezyweb.readthedocs.io/ and https://github.com/akornatskyy/py-helloworld
Function handlers, the two middlewares of its tutorial, bytes written as bytes. Its routes have
no leading slash and hand over text: the handler of b and d makes the integer.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from wheezy.http import HTTPRequest, HTTPResponse, WSGIApplication
from wheezy.routing import url
from wheezy.web.handlers import BaseHandler
from wheezy.web.middleware import bootstrap_defaults, path_routing_middleware_factory

from ..gateway import Application
from ..works import AREAS, ITEMS, MIDDLEWARES, NOT_FOUND, URLS, collection_rules

TEXT = "text/plain; charset=UTF-8"
Following = Callable[[HTTPRequest], HTTPResponse]


def application(
    urls: list[Any],
    before: Sequence[Any] = (),
    after: Sequence[Any] = (),
) -> Application:
    """The application of its tutorial, with middlewares around and behind the router."""
    warnings.filterwarnings("ignore", message="Bootstrap|Ticket")
    main: Application = WSGIApplication(
        middleware=[
            bootstrap_defaults(url_mapping=urls),
            *before,
            path_routing_middleware_factory,
            *after,
        ],
        options={},
    )
    return main


def hello(request: HTTPRequest) -> HTTPResponse:
    """The handler of a and i."""
    response = HTTPResponse(TEXT)
    response.write_bytes(b"Hello, World!")
    return response


def next_number(request: HTTPRequest) -> HTTPResponse:
    """The handler of b and d."""
    response = HTTPResponse(TEXT)
    response.write(f"next: {int(request.environ['route_args']['id']) + 1}")
    return response


def plaintext() -> Application:
    return application([url("hello", hello, name="hello")])


def dynamic() -> Application:
    return application([url("user/{id:i}", next_number, name="user")])


def not_found(request: HTTPRequest, following: Following | None) -> HTTPResponse:
    """The middleware behind the router, which is reached by what no route matched."""
    response = HTTPResponse(TEXT)
    response.status_code = 404
    response.write_bytes(NOT_FOUND)
    return response


def routes(count: int) -> Application:
    rules = [
        url(f"{rule[1:]}/{{id:i}}", next_number, name=rule) for rule in collection_rules(count)
    ]
    return application(rules, after=[lambda options: not_found])


def grouped() -> Application:
    return application(
        [
            url(
                f"area{area}/",
                [
                    url(f"item{item}/{{id:i}}", next_number, name=f"area{area}_item{item}")
                    for item in range(ITEMS)
                ],
            )
            for area in range(AREAS)
        ]
    )


def nothing(request: HTTPRequest, following: Following) -> HTTPResponse:
    """A middleware that does nothing."""
    return following(request)


def middlewares() -> Application:
    return application(
        [url("hello", hello, name="hello")], before=[lambda options: nothing] * MIDDLEWARES
    )


class LinksHandler(BaseHandler):
    """The ten URLs: a class handler, because `path_for` is its method."""

    def get(self) -> HTTPResponse:
        response = HTTPResponse(TEXT)
        urls = [self.path_for(name, **arguments) for name, arguments, *_ in URLS]
        response.write("\n".join(urls))
        return response


def reverse() -> Application:
    rules = [
        url(re.sub(r"<(int|slug):(\w+)>", curly, rule[1:]), hello, name=name)
        for name, _, rule, _ in URLS
    ]
    return application([*rules, url("links", LinksHandler, name="links")])


def curly(found: re.Match[str]) -> str:
    """`<int:id>` → `{id:i}`, `<slug:slug>` → `{slug}`."""
    converter, name = found.groups()
    return f"{{{name}:i}}" if converter == "int" else f"{{{name}}}"
