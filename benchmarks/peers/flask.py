"""Flask, as its quickstart shows: one `Flask` object, `url_for` inside a view, debug off.

https://flask.palletsprojects.com/en/stable/quickstart/ and …/errorhandling/
A `Response` with its mimetype is the shortest way to text/plain.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, url_for

from ..gateway import Application
from ..works import AREAS, ITEMS, MIDDLEWARES, NOT_FOUND, URLS, collection_rules


def text(body: str | bytes, status: int = 200) -> Response:
    """A text/plain answer."""
    return Response(body, status, mimetype="text/plain")


def next_number(id: int) -> Response:
    """The view of b and d."""
    return text(f"next: {id + 1}")


def plaintext() -> Flask:
    app = Flask(__name__)

    @app.get("/hello")
    def hello() -> Response:
        return text(b"Hello, World!")

    return app


def dynamic() -> Application:
    app = Flask(__name__)
    app.get("/user/<int:id>")(next_number)
    return app


def routes(count: int) -> Application:
    app = Flask(__name__)
    for rule in collection_rules(count):
        app.add_url_rule(f"{rule}/<int:id>", endpoint=rule, view_func=next_number)

    @app.errorhandler(404)
    def not_found(error: Exception) -> Response:
        return text(NOT_FOUND, 404)

    return app


def grouped() -> Application:
    app = Flask(__name__)
    for area in range(AREAS):
        blueprint = Blueprint(f"area{area}", __name__, url_prefix=f"/area{area}")
        for item in range(ITEMS):
            blueprint.add_url_rule(
                f"/item{item}/<int:id>", endpoint=f"item{item}", view_func=next_number
            )
        app.register_blueprint(blueprint)
    return app


def middlewares() -> Application:
    """Flask's idiom around a view: a `before_request` and an `after_request` function."""
    app = plaintext()

    def nothing_before() -> None:
        return None

    def nothing_after(response: Response) -> Response:
        return response

    for _ in range(MIDDLEWARES):
        app.before_request(nothing_before)
        app.after_request(nothing_after)
    return app


def reverse() -> Application:
    app = Flask(__name__)

    def view(**arguments: Any) -> Response:
        return text(b"")

    for name, _, rule, _ in URLS:
        app.add_url_rule(rule.replace("slug:", ""), endpoint=name, view_func=view)

    @app.get("/links")
    def links() -> Response:
        return text("\n".join([url_for(name, **arguments) for name, arguments, *_ in URLS]))

    return app
