"""Falcon, as its tutorial and its own benchmark (`falcon.bench`) show.

https://falcon.readthedocs.io/en/stable/user/quickstart.html, …/api/middleware.html
Constant bytes go into `resp.data`, text into `resp.text`; the media type is the application's.
Falcon has no way back from a name to a URL, and no include: its router is a tree by itself.
The wheel on PyPI is used, with whatever Falcon chose to compile in it.
"""

from __future__ import annotations

import falcon
from falcon import Request, Response

from ..gateway import Application
from ..works import AREAS, ITEMS, MIDDLEWARES, NOT_FOUND, collection_rules


class Hello:
    """The resource of a and i."""

    def on_get(self, req: Request, resp: Response) -> None:
        resp.data = b"Hello, World!"


class NextNumber:
    """The resource of b and d."""

    def on_get(self, req: Request, resp: Response, id: int) -> None:
        resp.text = f"next: {id + 1}"


class Nothing:
    """A middleware component that does nothing before and nothing after."""

    def process_request(self, req: Request, resp: Response) -> None:
        return None

    def process_response(
        self,
        req: Request,
        resp: Response,
        resource: object,
        req_succeeded: bool,
    ) -> None:
        return None


def plaintext() -> Application:
    app = falcon.App(media_type=falcon.MEDIA_TEXT)
    app.add_route("/hello", Hello())
    return app


def dynamic() -> Application:
    app = falcon.App(media_type=falcon.MEDIA_TEXT)
    app.add_route("/user/{id:int}", NextNumber())
    return app


def not_found(req: Request, resp: Response) -> None:
    """A sink, which takes what no route matched; an error handler is a third slower."""
    resp.status = falcon.HTTP_404
    resp.data = NOT_FOUND


def routes(count: int) -> Application:
    app = falcon.App(media_type=falcon.MEDIA_TEXT)
    for rule in collection_rules(count):
        app.add_route(f"{rule}/{{id:int}}", NextNumber())
    app.add_sink(not_found)
    return app


def grouped() -> Application:
    app = falcon.App(media_type=falcon.MEDIA_TEXT)
    for area in range(AREAS):
        for item in range(ITEMS):
            app.add_route(f"/area{area}/item{item}/{{id:int}}", NextNumber())
    return app


def middlewares() -> Application:
    app = falcon.App(
        media_type=falcon.MEDIA_TEXT, middleware=[Nothing() for _ in range(MIDDLEWARES)]
    )
    app.add_route("/hello", Hello())
    return app
