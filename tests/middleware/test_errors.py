import logging

import pytest

from framework.application import Application
from framework.http.errors import (
    HTTPError,
    MethodNotAllowed,
    NotFound,
    ServiceUnavailable,
    TooManyRequests,
    UnprocessableContent,
)
from framework.http.request import Request
from framework.http.response import Response
from framework.middleware.errors import ErrorPages
from framework.middleware.security import SecurityHeaders
from framework.mvc.view import View
from framework.routing.routes import Routes
from framework.tools.client import Client, make_environ

PAGES = {
    "page.html": "<h1>{{ status }} {{ reason }}</h1><p>{{ message }}</p>",
    "plain.html": "<p>plain {{ status }}</p>",
    "broken.html": "{{ nobody.name }}",
}


@pytest.fixture
def site(tmp_path):
    """site(error, page=…, plain=…, layers=…): a page that raises this error."""
    for name, text in PAGES.items():
        (tmp_path / name).write_text(text)

    def make(error, page="page.html", plain="plain.html", layers=()):
        def controller(request, rest=""):
            raise error

        routes = Routes()
        routes.add("/", controller, name="page")
        routes.add("/<path:rest>", controller, name="rest")
        chain = [SecurityHeaders(), ErrorPages(page, plain), *layers]
        return Client(Application(routes, chain, view=View([tmp_path])), raise_exceptions=False)

    return make


def raising(error):
    """A layer that never answers."""

    def layer(handler):
        def handle(request):
            raise error

        return handle

    return layer


# Who answers what


def test_an_http_error_of_a_controller_gets_the_sites_page(site):
    response = site(NotFound("This post was moved.")).get("/")
    assert response.status == 404
    assert response.text == "<h1>404 Not Found</h1><p>This post was moved.</p>"
    assert response.error is None


def test_any_other_exception_of_a_controller_gets_the_plain_page(site):
    error = ZeroDivisionError("secret")
    response = site(error).get("/")
    assert (response.status, response.text) == (500, "<p>plain 500</p>")
    assert response.error is error


@pytest.mark.parametrize(
    ("error", "status"), [(ServiceUnavailable(), 503), (NotFound(), 404), (KeyError("k"), 500)]
)
def test_whatever_a_layer_raises_gets_the_plain_page(site, error, status):
    response = site(None, layers=[raising(error)]).get("/")
    assert (response.status, response.text) == (status, f"<p>plain {status}</p>")


def test_a_layer_may_return_the_page_of_an_error_itself(site):
    def layer(handler):
        return lambda request: request.site.answer(request, NotFound("Kept."))

    assert "<p>Kept.</p>" in site(None, layers=[layer]).get("/").text


def test_the_page_inside_has_what_the_layers_connected(site, tmp_path):
    (tmp_path / "who.html").write_text("{{ request.user }}")

    def auth(handler):
        def handle(request):
            Request.user.connect(request, lambda request: "ann")
            return handler(request)

        return handle

    assert site(NotFound(), page="who.html", layers=[auth]).get("/").text == "ann"


def test_without_templates_the_answer_is_plain_text_and_no_event(site, caplog):
    response = site(NotFound("Not <b>here</b>."), page=None).get("/")
    assert response.text == "404 Not Found\n\nNot <b>here</b>.\n"
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert caplog.records == []


@pytest.mark.parametrize(
    ("error", "name", "value"),
    [
        (MethodNotAllowed(["GET", "HEAD"]), "Allow", "GET, HEAD"),
        (TooManyRequests(30), "Retry-After", "30"),
        (ServiceUnavailable(7), "Retry-After", "7"),
    ],
    ids=["405", "429", "503"],
)
@pytest.mark.parametrize("page", ["page.html", "broken.html", None])
def test_the_evidence_of_an_error_is_in_the_header(site, error, name, value, page):
    response = site(error, page=page).get("/")
    assert (response.status, response.headers[name]) == (error.status, value)


def test_a_status_that_no_rfc_lists_is_unknown(site):
    assert site(HTTPError(499), page=None).get("/").text.startswith("499 Unknown")


def test_an_error_page_to_head_has_no_body(site):
    assert site(ZeroDivisionError()).head("/").body == b""


# A page that fails


@pytest.mark.parametrize("page", ["broken.html", "missing.html"])
def test_a_page_that_fails_falls_back_to_plain_text_and_is_logged_once(site, caplog, page):
    response = site(NotFound("Gone."), page=page).get("/")
    assert (response.status, response.text) == (404, "404 Not Found\n\nGone.\n")
    assert len(caplog.records) == 1


def test_a_plain_page_that_fails_falls_back_to_plain_text(site, caplog):
    response = site(ZeroDivisionError("first"), plain="broken.html").get("/")
    assert response.text.startswith("500 Internal Server Error\n\nSomething went wrong")
    assert [record.exc_info[0].__name__ for record in caplog.records] == [
        "ZeroDivisionError",
        "UndefinedError",
    ]
    assert isinstance(response.error, ZeroDivisionError)


def test_a_page_that_raises_an_http_error_falls_back_too(site, tmp_path):
    (tmp_path / "asks.html").write_text("{{ request.session }}")

    def busy(request):
        raise ServiceUnavailable

    def sessions(handler):
        def handle(request):
            Request.session.connect(request, busy)
            return handler(request)

        return handle

    response = site(NotFound(), page="asks.html", layers=[sessions]).get("/")
    assert (response.status, response.content_type) == (404, "text/plain")


# The log


def test_an_http_error_is_no_event(site, caplog):
    site(UnprocessableContent()).get("/")
    assert caplog.records == []


def test_an_outage_is_one_record_with_its_cause(site, caplog):
    outage = ServiceUnavailable()
    outage.__cause__ = OSError("the database is away")
    site(outage).get("/")
    (record,) = caplog.records
    assert str(record.exc_info[1].__cause__) == "the database is away"


def test_an_exception_is_one_record_with_its_traceback_and_the_requests_id(site, caplog):
    site(ZeroDivisionError("why")).get("/teas/5")
    (record,) = caplog.records
    assert record.getMessage().startswith("'GET /teas/5' failed: ZeroDivisionError")
    assert (record.name, record.levelno) == ("framework.errors", logging.ERROR)
    assert str(record.exc_info[1]) == "why"
    assert record.request_id in record.getMessage()


FORGED = {
    "line feed": "/%0aINFO login ok admin",
    "carriage return": "/%0d%0aINFO login ok admin",
    "escape sequence": "/%1b[31mINFO login ok admin",
    "delete": "/%7fINFO login ok admin",
    "next line": "/%c2%85INFO login ok admin",
    "line separator": "/%e2%80%a8INFO login ok admin",
    "bidi": "/%e2%80%aeINFO login ok admin",
}


@pytest.mark.parametrize("path", FORGED.values(), ids=FORGED)
def test_a_path_cannot_forge_a_line_of_the_log(site, caplog, path):
    site(ZeroDivisionError()).get(path)
    (record,) = caplog.records
    message = record.getMessage()
    assert "INFO login ok admin" in message
    assert message.isprintable()


@pytest.mark.parametrize("path", FORGED.values(), ids=FORGED)
def test_attack_without_escaping_the_path_breaks_the_line(path):
    written = make_environ("GET", path)["PATH_INFO"]
    assert not f"GET {written} failed".isprintable()


def test_a_method_cannot_forge_a_line_of_the_log(site, caplog):
    environ = make_environ("GET", "/")
    environ["REQUEST_METHOD"] = "GET\nINFO login ok admin"
    site(None, layers=[raising(ZeroDivisionError())]).raw(environ)
    (record,) = caplog.records
    assert record.getMessage().isprintable()


# Nothing leaks


class Leaking(Exception):
    """Its name and text must stay on our side."""


@pytest.mark.parametrize("plain", ["plain.html", "broken.html", None])
def test_nothing_of_the_exception_is_in_the_answer(site, plain):
    response = site(Leaking("postgresql://ann:pa55@db"), plain=plain).get(
        "/see%20evil.example%20now"
    )
    sent = response.text + str(response.headers)
    for secret in ("Leaking", "pa55", "Traceback", __file__, "evil.example"):
        assert secret not in sent


def test_a_404_does_not_echo_the_path(site):
    client = site(NotFound())
    assert "evil" not in client.get("/see%20evil.example%20now").text
    assert "evil" not in site(NotFound(), page=None).get("/see%20evil.example%20now").text


def test_attack_a_sentence_with_markup_stays_text_in_the_page(site, tmp_path):
    error = NotFound("<script>alert(1)</script>")
    assert "<script>" not in site(error).get("/").text
    (tmp_path / "unsafe.html").write_text("{{ message | safe }}")
    assert "<script>" in site(error, page="unsafe.html").get("/").text


# What passes further out


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_ends_the_process_is_not_answered(error):
    def stop(request):
        raise error

    with pytest.raises(error):
        ErrorPages()(stop)(None)


def test_the_last_resort_answers_what_fails_outside_the_errors_layer(caplog):
    application = Application(Routes(), [raising(Leaking("outside")), ErrorPages()])
    response = Client(application, raise_exceptions=False).get("/")
    assert (response.status, response.content_type) == (500, "text/plain")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert "outside" not in response.text
    assert len(caplog.records) == 1


def test_a_header_line_that_is_two_is_answered_by_the_last_resort(caplog):
    routes = Routes()
    attack = [("X-Next", "/\r\nSet-Cookie: admin=1")]
    routes.add("/", lambda request: Response("page", headers=attack), name="page")
    response = Client(Application(routes, [ErrorPages()]), raise_exceptions=False).get("/")
    assert (response.status, "Set-Cookie" in response.headers) == (500, False)
