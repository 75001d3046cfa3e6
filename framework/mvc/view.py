"""View: templates. Values become HTML, and what a visitor wrote stays text.

Jinja2 behind its only door: autoescape is on for every template, a missing value is an error.
In   render(request, "blog/post_list.html", page=page)
Out  Response("<!doctype html>…")
Every template knows `request`, `url_for("post_list")`, `static("style/site.css")`,
`csrf_input()`, `csrf_token()` and `querystring(page=2)` (this query with changes).

Stop 8 of 9.
"""

from collections.abc import Callable, Mapping, Sequence
from json import dumps
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import (
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    StrictUndefined,
    pass_context,
)
from jinja2.runtime import Context
from markupsafe import Markup, escape

from framework.http.request import Request
from framework.http.response import Response

__all__ = ["Context", "Markup", "View", "escape", "json_script", "pass_context", "render"]

Processor = Callable[[Request], Mapping[str, Any]]


class View:
    """The templates of a site: folders to look in, the first one first.

    `processors` are functions of the request whose values every template gets; `debug` reads
    changed templates again; `bytecode` is a folder that keeps compiled templates.
    """

    def __init__(
        self,
        roots: Sequence[str | Path],
        *,
        static_url: str = "/static/",
        names: Mapping[str, Any] | None = None,
        filters: Mapping[str, Callable[..., Any]] | None = None,
        processors: Sequence[Processor] = (),
        bytecode: str | Path | None = None,
        debug: bool = False,
    ) -> None:
        missing = [str(root) for root in roots if not Path(root).is_dir()]
        if missing:
            raise ValueError(f"View: no folder {missing}")
        self.environment = Environment(
            loader=FileSystemLoader([str(root) for root in roots]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=debug,
            cache_size=-1,
            bytecode_cache=FileSystemBytecodeCache(str(bytecode)) if bytecode else None,
        )
        self.environment.globals.update(GLOBALS, static=_static(static_url), **(names or {}))
        self.environment.filters.update(filters or {}, json_script=json_script)
        self._processors = tuple(processors)

    def render(self, request: Request, template: str, context: Mapping[str, Any]) -> str:
        """The template's text for these values."""
        values = {"request": request}
        for processor in self._processors:
            values.update(processor(request))
        values.update(context)
        return self.environment.get_template(template).render(values)


def render(request: Request, template: str, status: int = 200, /, **context: Any) -> Response:
    """An HTML answer from a template of the site."""
    return Response(request.site.render(request, template, context), status)


@pass_context
def url_for(context: Context, target: Any, query: Any = None, /, **arguments: Any) -> str:
    """The address of a route or an object, below the request's prefix."""
    address: str = context["request"].url_for(target, query, **arguments)
    return address


@pass_context
def querystring(context: Context, /, **changes: Any) -> str:
    """The query of this page with changes; None takes a name out: "?tag=wsgi&page=2"."""
    pairs = [(k, v) for k, v in context["request"].query.pairs() if k not in changes]
    pairs += [(name, value) for name, value in changes.items() if value is not None]
    return "?" + urlencode(pairs, doseq=True)


@pass_context
def csrf_token(context: Context) -> str:
    """A token for a script's X-CSRF-Token header."""
    token: str = context["request"].csrf.token()
    return token


@pass_context
def csrf_input(context: Context) -> Markup:
    """The hidden field that every form with method="post" carries."""
    field = Markup('<input type="hidden" name="csrf_token" value="{}">')
    return field.format(context["request"].csrf.token())


@pass_context
def csp_nonce(context: Context) -> str:
    """For the nonce attribute of an inline script; the answer becomes uncacheable."""
    nonce: str = context["request"].csp_nonce()
    return nonce


def _static(prefix: str) -> Callable[..., str]:
    @pass_context
    def static(context: Context, path: str) -> str:
        """The address of a static file."""
        return f"{context['request'].script_name}{prefix}{path}"

    return static


def json_script(value: Any, element_id: str) -> Markup:
    """A value for scripts as an inert JSON element that no text can break out of.

    >>> json_script("</script>", "data")
    Markup('<script type="application/json" id="data">"\\\\u003c/script\\\\u003e"</script>')
    """
    text = dumps(value, ensure_ascii=False, allow_nan=False).translate(JSON_ESCAPES)
    element = Markup('<script type="application/json" id="{}">{}</script>')
    return element.format(element_id, Markup(text))


JSON_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}
GLOBALS = {
    "url_for": url_for,
    "querystring": querystring,
    "csrf_token": csrf_token,
    "csrf_input": csrf_input,
    "csp_nonce": csp_nonce,
}
