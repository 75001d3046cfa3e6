"""Client: a visitor without a browser, who calls the application directly.

    client = Client(application)
    page = client.get("/login")
    answer = client.submit(page, "#login", username="ann", password="…", follow=True)

Each call makes an environ, goes through the checks of `gateway`, and gives a TestResponse.
Cookies are kept between calls. What the application kept in environ["framework.error"] is
raised again, so that a test fails where the bug is; `raise_exceptions=False` looks at the
error page instead, as the visitor would. What escapes the application is raised in any case.
"""

import time
from collections.abc import Mapping
from typing import Any, Unpack
from urllib.parse import urlsplit
from wsgiref.types import WSGIApplication

from framework.tools.client.cookie_jar import Clock, CookieJar
from framework.tools.client.environ import (
    Headers,
    Options,
    address,
    header_pairs,
    make_environ,
    merged,
)
from framework.tools.client.gateway import explained, run
from framework.tools.client.redirect import (
    REDIRECTS,
    RedirectError,
    check_stays,
    next_method,
    next_options,
)
from framework.tools.client.response import TestResponse


class Client:
    """One visitor, with one cookie jar. The methods take what `environ.Options` lists."""

    max_redirects = 20  # where Fetch gives up

    def __init__(
        self,
        application: WSGIApplication,
        base_url: str = "http://localhost",
        *,
        raise_exceptions: bool = True,
        headers: Headers | None = None,
        clock: Clock = time.time,
    ) -> None:
        self.application = application
        self.base_url = base_url
        self.raise_exceptions = raise_exceptions
        self.headers = header_pairs(headers)
        self.cookies = CookieJar(urlsplit(base_url).hostname or "", clock)

    def get(self, path: str, *, follow: bool = False, **options: Unpack[Options]) -> TestResponse:
        """Asks for a page."""
        return self.open("GET", path, follow=follow, **options)

    def head(self, path: str, *, follow: bool = False, **options: Unpack[Options]) -> TestResponse:
        """Asks for the head of a page; a body in the answer is an error."""
        return self.open("HEAD", path, follow=follow, **options)

    def post(self, path: str, *, follow: bool = False, **options: Unpack[Options]) -> TestResponse:
        """Sends a body."""
        return self.open("POST", path, follow=follow, **options)

    def put(self, path: str, *, follow: bool = False, **options: Unpack[Options]) -> TestResponse:
        """Puts a body there."""
        return self.open("PUT", path, follow=follow, **options)

    def patch(self, path: str, *, follow: bool = False, **options: Unpack[Options]) -> TestResponse:
        """Changes a part."""
        return self.open("PATCH", path, follow=follow, **options)

    def delete(
        self, path: str, *, follow: bool = False, **options: Unpack[Options]
    ) -> TestResponse:
        """Removes it."""
        return self.open("DELETE", path, follow=follow, **options)

    def options(
        self, path: str, *, follow: bool = False, **options: Unpack[Options]
    ) -> TestResponse:
        """Asks what is allowed."""
        return self.open("OPTIONS", path, follow=follow, **options)

    def trace(self, path: str, *, follow: bool = False, **options: Unpack[Options]) -> TestResponse:
        """Asks for an echo, which no site should give."""
        return self.open("TRACE", path, follow=follow, **options)

    def open(
        self, method: str, path: str, *, follow: bool = False, **options: Unpack[Options]
    ) -> TestResponse:
        """Any method. `follow=True` goes on to the last answer; the others are its history."""
        options["headers"] = merged(self.headers, options.get("headers"))
        response = self._ask(method, path, options)
        history: list[TestResponse] = []
        while follow and response.status in REDIRECTS and response.location:
            history.append(response)
            if len(history) > self.max_redirects:
                way = " → ".join(step.url for step in history[-3:])
                raise RedirectError(f"more than {self.max_redirects} redirects: … {way}")
            response, options = self._go_on(response, options)
        response.history = tuple(history)
        return response

    def submit(
        self,
        page: TestResponse,
        selector: int | str = 0,
        fields: Mapping[str, object] | None = None,
        /,
        *,
        button: str | None = None,
        follow: bool = False,
        headers: Headers | None = None,
        **values: object,
    ) -> TestResponse:
        """Fills in a form of the page and sends it, hidden fields and all, as a visitor would.

        `selector` is the form's position, "#id" or action; `fields` is for names that are no
        Python word, or that this method uses itself. Raises LookupError for what is not there.
        """
        form = page.form(selector)
        form.fill({**(fields or {}), **values})
        method, url, options = form.submission(button)
        place = urlsplit(page.url)
        sent = [("Referer", page.url)]
        sent += [("Origin", f"{place.scheme}://{place.netloc}")] if method == "POST" else []
        options["headers"] = merged(sent, headers)
        return self.open(method, url, follow=follow, **options)

    def raw(self, environ: dict[str, Any]) -> TestResponse:
        """Calls the application with this environ as it is: no checks, no cookies."""
        return self._call(environ, checked=False)

    def _go_on(self, response: TestResponse, options: Options) -> tuple[TestResponse, Options]:
        """The request after a redirect, and what it was asked with."""
        there = response.location or ""
        check_stays(response.url, there)
        method = next_method(response.status, response.method)
        keeps_host = urlsplit(response.url).hostname == urlsplit(there).hostname
        options = next_options(options, method == response.method, keeps_host)
        return self._ask(method, there, options), options

    def _ask(self, method: str, path: str, options: Options) -> TestResponse:
        """One request, with the cookies that a browser sends, unless a test gives its own."""
        environ = make_environ(method, path, base_url=self.base_url, **options)
        cookies = self.cookies.header(address(environ))
        if cookies and "HTTP_COOKIE" not in environ:
            environ["HTTP_COOKIE"] = cookies
        return self._call(environ, checked=True)

    def _call(self, environ: dict[str, Any], checked: bool) -> TestResponse:
        """The call, its cookies kept, its error raised once the answer is complete."""
        url = address(environ)
        answer = run(self.application, environ, checked)
        error = environ.get("framework.error")
        response = TestResponse(answer, str(environ.get("REQUEST_METHOD", "")), url, error)
        if checked:
            self.cookies.receive(response.headers.getlist("Set-Cookie"), url)
        if error is not None and self.raise_exceptions:
            raise explained(error, environ)
        return response
