"""Django, as its tutorial shows: `path()` with converters, function views, `DEBUG = False`.

https://docs.djangoproject.com/en/5.2/topics/http/urls/ and …/topics/performance/
No middleware where the work asks for none, which is the fastest Django there is; logging as a
production project without LOGGING has it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.urls import reverse as url_for

from ..gateway import Application
from ..works import AREAS, ITEMS, MIDDLEWARES, NOT_FOUND, URLS, collection_rules

TEXT = "text/plain; charset=utf-8"
View = Callable[..., HttpResponse]


def application(urlpatterns: list[Any], middleware: list[str] | None = None) -> Application:
    """A project with this URLconf, which Django wants as a module."""
    urls = ModuleType("benchmark_urls")
    urls.urlpatterns, urls.handler404 = urlpatterns, not_found  # type: ignore[attr-defined]
    sys.modules["benchmark_urls"] = urls
    settings.configure(
        DEBUG=False,
        SECRET_KEY="benchmark",
        ALLOWED_HOSTS=["localhost"],
        USE_TZ=True,
        ROOT_URLCONF="benchmark_urls",
        MIDDLEWARE=middleware or [],
    )
    return get_wsgi_application()


def hello(request: HttpRequest) -> HttpResponse:
    """The view of a and i."""
    return HttpResponse(b"Hello, World!", content_type=TEXT)


def next_number(request: HttpRequest, id: int) -> HttpResponse:
    """The view of b and d."""
    return HttpResponse(f"next: {id + 1}", content_type=TEXT)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler404`."""
    return HttpResponse(NOT_FOUND, content_type=TEXT, status=404)


def plaintext() -> Application:
    return application([path("hello", hello)])


def dynamic() -> Application:
    return application([path("user/<int:id>", next_number)])


def routes(count: int) -> Application:
    return application(
        [path(f"{rule[1:]}/<int:id>", next_number) for rule in collection_rules(count)]
    )


def grouped() -> Application:
    return application(
        [
            path(
                f"area{area}/",
                include([path(f"item{item}/<int:id>", next_number) for item in range(ITEMS)]),
            )
            for area in range(AREAS)
        ]
    )


def nothing(get_response: View) -> View:
    """A middleware that does nothing, as Django's documentation writes one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    return middleware


def middlewares() -> Application:
    return application([path("hello", hello)], [f"{__name__}.nothing"] * MIDDLEWARES)


def links(request: HttpRequest) -> HttpResponse:
    """The ten URLs."""
    urls = [url_for(name, kwargs=arguments) for name, arguments, *_ in URLS]
    return HttpResponse("\n".join(urls), content_type=TEXT)


def reverse() -> Application:
    rules = [path(rule[1:], hello, name=name) for name, _, rule, _ in URLS]
    return application([*rules, path("links", links)])
