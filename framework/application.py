"""Application, the hall: the WSGI callable that every request crosses.

PEP 3333 §The Application/Framework Side.
In   application(environ, start_response)
Out  start_response called once, then an iterable of bytes; `close` is called in every case

    Request(environ) → chain inwards → dispatch: match, view hooks, controller → chain outwards

`handle` is composed once, at start, from the layers and `dispatch`. Read `__call__` and
`dispatch`: the whole request is on this screen.

Stop 2 of 9; dispatch is stops 5 and 6.
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from logging import getLogger
from typing import TYPE_CHECKING, Any

from framework.http.body import Limits
from framework.http.connection import Site
from framework.http.errors import HTTPError, MethodNotAllowed, NotFound
from framework.http.handler import Handler, Middleware
from framework.http.request import Request, quote_path
from framework.http.response import Response, is_local, json_response, redirect, send
from framework.middleware.chain import Probe, chain
from framework.middleware.errors import ErrorPages, abandon
from framework.middleware.hooks import MiddlewareHooks
from framework.middleware.security import AllowedHosts, SecurityHeaders
from framework.mvc.view import View
from framework.routing.routes import Match, Route, Routes, ViewHook

if TYPE_CHECKING:
    from framework.mvc.apps import Apps
    from framework.mvc.model import Database

logger = getLogger("framework")


class Application:
    """A site as a WSGI callable: routes, the layers around them, a view.

    Without `layers` it has the security headers, error pages and localhost as its only host;
    `layers=()` is the framework alone; a site passes `default_chain(…)`.
    """

    def __init__(
        self,
        routes: Routes,
        layers: Sequence[Middleware] | None = None,
        *,
        view: View | None = None,
        apps: "Apps | None" = None,
        database: "Database | None" = None,
        probe: Probe | None = None,
    ) -> None:
        if layers is None:
            layers = [SecurityHeaders(), ErrorPages(), AllowedHosts()]
        self.apps = apps
        self.database = database
        self.routes = routes
        self.layers = tuple(layers)
        self.errors = next((one for one in layers if isinstance(one, ErrorPages)), ErrorPages())
        self.url_for = routes.url_for
        self.address = routes.address
        self._view = view
        self._match = routes.router.match
        routes.seal()
        self._table = _with_hooks(routes, layers)
        self._site: Site = self
        self.handle: Handler = chain(layers, self.dispatch, probe)

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answers one request."""
        request = Request(environ)
        request.site = self._site
        try:
            return send(self.handle(request), request.method, start_response)
        except Exception:
            abandon(request)
            return _last_resort(environ, start_response)
        finally:
            if request.has_files:
                request.close()

    def dispatch(self, request: Request) -> Response:
        """Match, view hooks, controller; an HTTPError becomes its page here."""
        try:
            found = self._match(request.method, request.path)
            if isinstance(found, list):
                return self._unmatched(request, found)
            request.route, arguments = found
            route, hooks = self._table[request.route]
            for hook in hooks:
                response = hook(request, Match(route, arguments))
                if response is not None:
                    break
            else:
                controller = route.controller
                response = controller(request, **arguments) if arguments else controller(request)
            if response.__class__ is not Response or response.body.__class__ is not bytes:
                request.unsent = response = _answer(response, route)
            return response
        except HTTPError as error:
            return self.answer(request, error)

    def _unmatched(self, request: Request, allowed: list[str]) -> Response:
        """OPTIONS, 405, the missing slash, 404: what no route answers."""
        if allowed:
            methods = allowed if "OPTIONS" in allowed else [*allowed, "OPTIONS"]
            if request.method == "OPTIONS":
                return Response(b"", 204, headers=[("Allow", ", ".join(methods))])
            return self.answer(request, MethodNotAllowed(methods))
        path = request.path + "/"
        if request.method in ("GET", "HEAD") and not isinstance(self._match("GET", path), list):
            query = request.query_string.encode("latin-1").decode("utf-8", "replace")  # raw bytes
            location = request.script_name + quote_path(path) + ("?" + query if query else "")
            if is_local(location):  # "//evil.example/" would be another host to a browser
                return redirect(location, 308)
        return self.answer(request, NotFound())

    def answer(self, request: Request, error: Exception) -> Response:
        """The answer to an error, with the site's layout; what was written is rolled back."""
        return self.errors.answer(request, error)

    def render(self, request: Request, template: str, context: Mapping[str, Any]) -> str:
        """A template's text."""
        if self._view is None:
            raise RuntimeError("no templates: pass view=View(['templates']) to Application")
        return self._view.render(request, template, context)


def _with_hooks(
    routes: Routes, layers: Sequence[Any]
) -> dict[str, tuple[Route, tuple[ViewHook, ...]]]:
    """Each route with its view hooks: those of the hook classes, outermost first, then its own."""
    classes = [layer for layer in layers if isinstance(layer, MiddlewareHooks)]
    shared = tuple(layer.view_hook for layer in classes if layer.view_hook is not None)
    return {
        route.name: (route, (*_limiting(route.limits), *shared, *route.hooks)) for route in routes
    }


def _limiting(limits: Limits | None) -> tuple[ViewHook, ...]:
    """The hook of a route with limits of its own: the first of all, before a form is read."""

    def limit(request: Request, match: Match) -> None:
        if limits is not None:
            request.limits = limits

    return () if limits is None else (limit,)


def _answer(value: Any, route: Route) -> Response:
    """A Response made of what the decorator form may return; anything else is refused."""
    if isinstance(value, Response):
        return value
    if route.answers_values:
        if isinstance(value, str):
            return Response(value)
        if isinstance(value, dict):
            return json_response(value)
        for method in ("__html__", "render"):
            if callable(getattr(value, method, None)):
                return Response(str(getattr(value, method)()))
    kinds = "a Response, a str or a dict" if route.answers_values else "a Response"
    raise TypeError(f"controller or hook of {route.name!r} returned {value!r}: return {kinds}")


def _last_resort(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """A constant 500 for what failed outside the errors layer."""
    logger.exception("%r %r", environ.get("REQUEST_METHOD"), environ.get("PATH_INFO"))
    error = sys.exc_info()
    environ["framework.error"] = error[1]
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(LAST_RESORT))),
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ]
    start_response("500 Internal Server Error", headers, error)
    return [] if environ.get("REQUEST_METHOD") == "HEAD" else [LAST_RESORT]


LAST_RESORT = b"500 Internal Server Error\n\nSomething went wrong on our side.\n"
