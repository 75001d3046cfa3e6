"""Hooks: middleware as a class with Django's four words.

    class Timing(MiddlewareHooks):
        def process_request(self, request): …               # on the way in; a Response ends it
        def process_view(self, request, match): …           # the route is known, before the call
        def process_exception(self, request, error): …      # a Response instead of the exception
        def process_response(self, request, response): …    # on the way out

Only the words that a subclass defines are wired; the others cost nothing. All process_request
run before any process_view (the route is known only then); process_response runs in reverse,
also after the layer's own short cut. process_exception catches at its own layer, does not see
HTTPErrors (Django's does) and sets `request.error`, so that the unit of work rolls back.

Stop 4 of 9; process_view at stop 5, called by dispatch.
"""

from framework.http.errors import HTTPError
from framework.http.handler import Handler
from framework.http.request import Request
from framework.http.response import Response
from framework.middleware.errors import abandon
from framework.routing.routes import Match, ViewHook


class MiddlewareHooks:
    """A layer made of hooks; an instance is the layer."""

    def process_request(self, request: Request) -> Response | None:
        """On the way in; a Response ends the way here."""
        return None

    def process_view(self, request: Request, match: Match) -> Response | None:
        """Between the match and the call; a Response ends the way here."""
        return None

    def process_exception(self, request: Request, error: Exception) -> Response | None:
        """An exception of something inside; a Response answers it."""
        return None

    def process_response(self, request: Request, response: Response) -> Response:
        """On the way out; returns the answer, this one or another."""
        return response

    def __call__(self, handler: Handler) -> Handler:
        """Wires the words that the class defines around the handler."""
        if self._defines("process_exception"):
            handler = self._catching(handler)
        if self._defines("process_request"):
            handler = self._entering(handler)
        if self._defines("process_response"):
            handler = self._leaving(handler)
        return handler

    @property
    def view_hook(self) -> ViewHook | None:
        """process_view, if the class defines it."""
        return self.process_view if self._defines("process_view") else None

    def _defines(self, word: str) -> bool:
        return getattr(type(self), word) is not getattr(MiddlewareHooks, word)

    def _entering(self, handler: Handler) -> Handler:
        enter = self.process_request

        def entering(request: Request) -> Response:
            return enter(request) or handler(request)

        return entering

    def _leaving(self, handler: Handler) -> Handler:
        leave = self.process_response

        def leaving(request: Request) -> Response:
            response = handler(request)
            try:
                return leave(request, response)
            except BaseException:
                response.close()
                raise

        return leaving

    def _catching(self, handler: Handler) -> Handler:
        def catching(request: Request) -> Response:
            try:
                return handler(request)
            except HTTPError:
                raise
            except Exception as error:
                response = self.process_exception(request, error)
                if response is None:
                    raise
                abandon(request)
                request.error = error
                return response

        return catching
