"""Errors: the one place where an error becomes an answer.

In   an HTTPError (its status and sentence), or any other exception (a 500 that leaks nothing)
Out  a Response with the site's page; plain text when even that page fails
Two ways lead here. Dispatch answers an HTTPError of a controller with `page`, inside the chain,
where user, messages and language are still there. Whatever passes outward through the layers is
answered with `plain`, which uses none of them: they may be what has failed.

Stop 9 of 9, for requests that went wrong. The exception goes to the log and to
environ["framework.error"], where the test client finds it, never to the visitor.
"""

from collections.abc import Callable
from logging import getLogger

from framework.http.errors import HTTPError, InternalServerError, reason_of
from framework.http.handler import Handler
from framework.http.request import Request
from framework.http.response import STATUS_LINES, Response, text_response

logger = getLogger("framework.errors")

Explain = Callable[[Request, Exception], Response]  # tools/debug has one, for developers


class ErrorPages:
    """The errors layer, and the answers of dispatch.

    `page` and `plain` are template names; `explain` answers an exception in development.
    """

    def __init__(
        self, page: str | None = None, plain: str | None = None, explain: Explain | None = None
    ) -> None:
        self._page = page
        self._plain = plain
        self._explain = explain

    def __call__(self, handler: Handler) -> Handler:
        """The layer: nothing passes further out than here."""

        def guarded(request: Request) -> Response:
            try:
                return handler(request)
            except Exception as error:
                abandon(request)
                return self._answer(request, error, self._plain)

        return guarded

    def answer(self, request: Request, error: Exception) -> Response:
        """The answer to an error inside the chain, with the site's layout."""
        return self._answer(request, error, self._page)

    def _answer(self, request: Request, error: Exception, template: str | None) -> Response:
        if not isinstance(error, HTTPError):
            _log(request, error)
            request.environ["framework.error"] = error
            if explained := self._explained(request, error):
                return explained
            error = InternalServerError()
        elif error.status >= 500 or (error.status == 409 and error.__cause__):
            _log(request, error)  # an outage, a refused commit: the cause stands with it
        response = self._render(request, error, template)
        for name, value in error.headers():
            response.add_header(name, value)
        return response

    def _explained(self, request: Request, error: Exception) -> Response | None:
        """The developer's page, if there is one and it does not fail itself."""
        try:
            return self._explain(request, error) if self._explain else None
        except Exception as failure:
            _log(request, failure)
            return None

    def _render(self, request: Request, error: HTTPError, template: str | None) -> Response:
        """The page of an error, or its sentence as plain text."""
        if template is not None:
            context = {"status": error.status, "reason": reason_of(error.status)}
            context["message"] = error.message
            try:
                return Response(request.site.render(request, template, context), error.status)
            except Exception as failure:
                _log(request, failure)
        return text_response(f"{STATUS_LINES[error.status]}\n\n{error.message}\n", error.status)


def abandon(request: Request) -> None:
    """Closes the streamed answer of a controller after an error: no layer will pass it on."""
    unsent, request.unsent = request.unsent, None
    if unsent is not None:
        unsent.close()


def _log(request: Request, error: Exception) -> None:
    """One record with the traceback; method and path escaped, so that it stays one event."""
    environ = request.environ
    logger.error(
        "%r failed: %s (request %s)",
        f"{environ.get('REQUEST_METHOD')} {environ.get('PATH_INFO')}",
        type(error).__name__,
        request.id,
        exc_info=error,
        extra={"request_id": request.id},
    )
