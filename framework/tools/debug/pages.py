"""Pages: the errors layer of a developer's machine.

In   the same places as ErrorPages, whose subclass it is
Out  for an exception the page with its frames; for an HTTPError the site's own page, as ever
When the debug page itself fails, the ordinary one answers: it never makes things worse.
"""

from pathlib import Path
from typing import Any

from framework.http.errors import HTTPError
from framework.http.request import Request
from framework.http.response import Response, text_response
from framework.middleware.errors import ErrorPages, log
from framework.mvc.view import View
from framework.tools.debug.frames import Frame, frames_of
from framework.tools.debug.hints import hint
from framework.tools.debug.secrets import hidden, secrets_of

HERE = Path(__file__).parent
STATIC = HERE / "static"


class DebugPages(ErrorPages):
    """ErrorPages for development: shows what happened instead of hiding it."""

    def __init__(self, page: str | None = None, plain: str | None = None) -> None:
        super().__init__(page, plain)
        self._view = View([HERE / "templates"])

    def _answer(self, request: Request, error: Exception, template: str | None) -> Response:
        if isinstance(error, HTTPError):
            return super()._answer(request, error, template)
        log(request, error)
        request.environ["framework.error"] = error
        try:
            return self._explain(request, error)
        except Exception as failure:
            log(request, failure)
            return super()._answer(request, error, template)

    def _explain(self, request: Request, error: Exception) -> Response:
        """The page, or text for whoever does not ask for HTML."""
        frames = frames_of(error)
        secrets = secrets_of(request)
        title = f"{type(error).__name__}: {error}"
        if "text/html" not in request.headers.get("Accept", ""):
            return text_response(hidden(as_text(title, hint(error), frames), secrets), 500)
        context = {
            "kind": type(error).__name__,
            "sentence": str(error),
            "hint": hint(error),
            "frames": frames,
            "layers": layers_of(request, frames),
            "facts": facts_of(request),
        }
        html = self._view.render(request, "debug/page.html", context)
        response = Response(hidden(html, secrets), 500)
        response.set_header("Cache-Control", "no-store")
        return response


def as_text(title: str, advice: str, frames: list[Frame]) -> str:
    """The error for a terminal."""
    lines = [title, *([advice] if advice else []), ""]
    for frame in frames:
        lines.append(f"{frame.file}:{frame.line} in {frame.function}")
        lines += [f"    {text.strip()}" for number, text in frame.source if number == frame.line]
    return "\n".join(lines) + "\n"


def layers_of(request: Request, frames: list[Frame]) -> list[tuple[str, bool]]:
    """The chain, outermost first, and whether the request had passed each layer on its way in."""
    layers = getattr(request.site, "layers", ())
    names = [getattr(layer, "__name__", type(layer).__name__) for layer in layers]
    inside = any(frame.function == "dispatch" for frame in frames)
    return [(name, inside) for name in [*names, "dispatch"]]


def facts_of(request: Request) -> dict[str, dict[str, Any]]:
    """The request in groups, as far as it has been read."""
    environ = request.environ
    cgi = {key: environ[key] for key in sorted(environ) if key.isupper() and key[:5] != "HTTP_"}
    wsgi = {k: environ[k] for k in sorted(environ) if k[:5] == "wsgi." and k[5:6] not in "ief"}
    form = request.__dict__.get("_form")
    return {
        "Request": {"method": request.method, "path": request.path, "route": request.route},
        "Query": dict(request.query.pairs()),
        "Form": dict(form.fields.pairs()) if form else {},
        "Cookies": dict(request.cookies),
        "Headers": dict(request.headers),
        "Environ": {key: str(value) for key, value in (cgi | wsgi).items()},
    }
