"""Pages: an exception as a developer sees it.

In   ErrorPages("errors/page.html", "errors/plain.html", explain)
Out  for an exception the page with its frames; for an HTTPError the site's own page, as ever
When this page itself fails, the errors layer answers as in production: it makes nothing worse.
"""

from pathlib import Path
from typing import Any

from framework.http.request import Request
from framework.http.response import Response, text_response
from framework.mvc.view import View
from framework.tools.debug.frames import Frame, frames_of
from framework.tools.debug.hints import hint
from framework.tools.debug.secrets import hidden, secrets_of

HERE = Path(__file__).parent
STATIC = HERE / "static"


VIEW = View([HERE / "templates"])


def explain(request: Request, error: Exception) -> Response:
    """What happened, as a page; as text for whoever does not ask for HTML."""
    frames, secrets = frames_of(error), secrets_of(request)
    if "text/html" not in request.headers.get("Accept", ""):
        title = f"{type(error).__name__}: {error}"
        return text_response(hidden(as_text(title, hint(error), frames), secrets), 500)
    context = {
        "kind": type(error).__name__,
        "sentence": str(error),
        "hint": hint(error),
        "frames": frames,
        "layers": layers_of(request, frames),
        "facts": facts_of(request),
    }
    response = Response(hidden(VIEW.render(request, "debug/page.html", context), secrets), 500)
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
