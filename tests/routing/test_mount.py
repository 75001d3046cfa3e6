"""Foreign WSGI applications below a prefix: real ones, and those that bend PEP 3333.

Each is wrapped in `wsgiref.validate` before it is mounted, so that our half of the contract, the
server's, is checked too: environ, start_response, iteration, one close().
"""

import sys
from types import ModuleType
from urllib.parse import unquote
from wsgiref.validate import validator

import bottle
import flask
import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import clear_url_caches, reverse
from django.urls import path as django_path

from framework.application import Application
from framework.http import response as http_response
from framework.http.response import text_response
from framework.http.signing import Signer
from framework.middleware.chain import default_chain
from framework.middleware.csrf import CsrfMiddleware
from framework.middleware.errors import ErrorPages
from framework.routing.mount import Mounted
from framework.routing.routes import Routes
from framework.tools.client import Client, make_environ


class Chunks:
    """A body that counts how often it was closed."""

    def __init__(self, *chunks):
        self.chunks = chunks
        self.closed = 0

    def __iter__(self):
        return iter(self.chunks)

    def close(self):
        self.closed += 1


def flask_site(streams):
    app = flask.Flask("legacy")

    @app.get("/hello/<name>")
    def hello(name):
        return f"hello {name} at {flask.url_for('hello', name='bob')}"

    @app.post("/form")
    def form():
        return flask.request.form["name"]

    @app.get("/go")
    def go():
        return flask.redirect(flask.url_for("hello", name="gone"))

    @app.get("/stream")
    def stream():
        streams.append(Chunks(b"a", b"b"))
        return flask.Response(streams[-1])

    return app


def bottle_site(streams):
    app = bottle.Bottle()

    @app.get("/hello/<name>", name="hello")
    def hello(name):
        return f"hello {name} at {app.get_url('hello', name='bob')}"

    @app.post("/form")
    def form():
        return bottle.request.forms.name

    @app.get("/go")
    def go():
        bottle.redirect(app.get_url("hello", name="gone"))

    @app.get("/stream")
    def stream():
        streams.append(Chunks(b"a", b"b"))
        return streams[-1]

    return app


def django_site(streams):
    def hello(request, name):
        return HttpResponse(f"hello {name} at {reverse('hello', args=['bob'])}")

    def form(request):
        return HttpResponse(request.POST["name"])

    def go(request):
        return HttpResponseRedirect(reverse("hello", args=["gone"]))

    def stream(request):
        streams.append(Chunks(b"a", b"b"))
        return StreamingHttpResponse(streams[-1])

    urls = ModuleType("legacy_urls")
    urls.urlpatterns = [
        django_path("hello/<name>", hello, name="hello"),
        django_path("form", form),
        django_path("go", go),
        django_path("stream", stream),
    ]
    sys.modules["legacy_urls"] = urls
    clear_url_caches()
    if not settings.configured:
        settings.configure(
            ROOT_URLCONF="legacy_urls", ALLOWED_HOSTS=["*"], SECRET_KEY="k", LOGGING_CONFIG=None
        )
    return get_wsgi_application()


def mounted(application, prefix="/legacy", base_url="http://localhost", layers=()):
    routes = Routes([("/", lambda request: text_response("ours"), "home")])
    routes.mount(prefix, application)
    return Client(Application(routes, layers), base_url)


@pytest.fixture
def streams():
    return []


@pytest.fixture(params=[flask_site, django_site, bottle_site], ids=["flask", "django", "bottle"])
def legacy(request, streams):
    return validator(request.param(streams))


# Real applications


def test_a_page_knows_where_it_is_mounted(legacy):
    answer = mounted(legacy).get("/legacy/hello/ann")
    assert (answer.status, answer.text) == (200, "hello ann at /legacy/hello/bob")


def test_so_it_does_below_a_prefix_of_ours(legacy):
    answer = mounted(legacy, base_url="http://localhost/site").get("/legacy/hello/ann")
    assert answer.text == "hello ann at /site/legacy/hello/bob"


def test_so_it_does_in_a_table_that_is_included(legacy):
    part, site = Routes(), Routes()
    part.mount("/legacy", legacy)
    site.include("/<slug:language>", part)
    answer = Client(Application(site)).get("/de/legacy/hello/ann")
    assert answer.text == "hello ann at /de/legacy/hello/bob"


def test_letters_beyond_ascii_arrive(legacy):
    answer = mounted(legacy, prefix="/café").get("/café/hello/zoë")
    assert answer.text.startswith("hello zoë at /caf")  # how a URL is written is theirs


def test_a_form_arrives_whole(legacy):
    csrf = CsrfMiddleware(Signer(["a secret of the tests"]))
    client = mounted(legacy, layers=default_chain(errors=ErrorPages(), csrf=csrf))
    assert client.post("/legacy/form", data={"name": "Ann é"}).text == "Ann é"


def test_a_redirect_stays_below_the_prefix(legacy):
    answer = mounted(legacy).get("/legacy/go", follow=True)
    assert answer.text == "hello gone at /legacy/hello/bob"
    assert answer.history[0].status in (302, 303)


def test_what_it_does_not_know_is_its_own_404(legacy):
    answer = mounted(legacy).get("/legacy/nowhere")
    assert answer.status == 404
    assert "There is no page at this address" not in answer.text


def test_a_stream_is_sent_and_closed(legacy, streams):
    assert mounted(legacy).get("/legacy/stream").body == b"ab"
    assert streams[0].closed == 1


def test_the_head_of_a_stream_is_closed_too(legacy, streams):
    answer = mounted(legacy).head("/legacy/stream")
    assert (answer.status, answer.body) == (200, b"")
    assert all(stream.closed == 1 for stream in streams)


def test_the_prefix_without_its_slash_leads_there(legacy):
    answer = mounted(legacy).get("/legacy?a=1")
    assert (answer.status, answer.location) == (308, "http://localhost/legacy/?a=1")


def test_the_rest_of_the_site_stays_ours(legacy):
    client = mounted(legacy)
    assert client.get("/").text == "ours"
    assert client.get("/legacyx").status == 404


def test_another_application_of_ours_can_be_mounted():
    inner = Routes()
    inner.get("/here/", "here")(lambda request: request.url_for("here"))
    client = mounted(validator(Application(inner)))
    assert client.get("/legacy/here/").text == "/legacy/here/"
    assert client.get("/legacy/here").location == "http://localhost/legacy/here/"


# Applications that use all that PEP 3333 allows


def plain(body, status="200 OK", headers=(("Content-Type", "text/plain"),)):
    """A WSGI application with this answer."""

    def application(environ, start_response):
        start_response(status, list(headers))
        return body

    return application


def ask(application, path="/legacy/", **more):
    return mounted(application, layers=more.pop("layers", ())).get(path, **more)


def test_status_headers_and_body_pass_through():
    headers = [("content-type", "text/x"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
    answer = ask(plain([b"a", b"", b"b"], "418 Whatever", headers))
    assert (answer.status, answer.body) == (418, b"ab")
    assert answer.headers.items() == [("Content-Type", "text/x"), *headers[1:]]


def test_it_sees_its_part_of_the_path_and_nothing_of_ours_is_changed():
    seen = {}

    def application(environ, start_response):
        seen.update(environ)
        environ.clear()
        start_response("200 OK", [("Content-Type", "text/plain")])
        return []

    assert mounted(application).get("/legacy/a%2Fb/?c=d").status == 200
    assert (seen["SCRIPT_NAME"], seen["PATH_INFO"]) == ("/legacy", "/a/b/")
    assert seen["QUERY_STRING"] == "c=d"


@pytest.mark.parametrize("outer", ["", "/é", "/a%20b"])
def test_prefix_and_rest_are_bytes_dressed_as_latin_1(outer):
    seen = {}

    def application(environ, start_response):
        seen.update(environ)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return []

    client = mounted(validator(application), "/café", f"http://localhost{outer}")
    assert client.get("/café/zoë/€").status == 200
    assert seen["PATH_INFO"].encode("latin-1").decode() == "/zoë/€"
    assert seen["SCRIPT_NAME"].encode("latin-1").decode() == unquote(outer) + "/café"


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_every_usual_method_is_passed_on(method):
    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain"), ("X", environ["REQUEST_METHOD"])])
        return []

    assert mounted(application).open(method, "/legacy/a").headers["X"] == method


def test_another_method_is_told_the_usual_ones_once():
    answer = mounted(plain([])).open("PURGE", "/legacy/a")
    assert answer.status == 405
    assert sorted(answer.headers["Allow"].split(", ")).count("OPTIONS") == 1


def test_start_response_may_be_called_as_late_as_the_first_chunk():
    def application(environ, start_response):
        start_response("201 Created", [("Content-Type", "text/plain")])
        yield b"late"
        yield b" but there"

    answer = ask(validator(application))
    assert (answer.status, answer.text) == (201, "late but there")


def test_what_is_written_stands_before_what_is_returned():
    def application(environ, start_response):
        write = start_response("200 OK", [("Content-Type", "text/plain")])
        write(b"a")
        write(b"b")
        return [b"c"]

    assert ask(validator(application)).body == b"abc"


def test_an_error_before_the_first_chunk_replaces_the_answer():
    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            start_response("500 Oh", [("Content-Type", "text/plain")], sys.exc_info())
        return [b"sorry"]

    answer = ask(validator(application))
    assert (answer.status, answer.body) == (500, b"sorry")


def test_an_error_after_the_first_chunk_is_raised_for_it_is_too_late():
    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield b"half of the answ"
        try:
            raise ZeroDivisionError("too late")
        except ZeroDivisionError:
            start_response("500 Oh", [("Content-Type", "text/plain")], sys.exc_info())
        yield b"an error page in the middle of it"

    with pytest.raises(ZeroDivisionError, match="too late"):
        ask(validator(application))


def test_an_error_after_something_was_written_is_raised():
    def application(environ, start_response):
        write = start_response("200 OK", [("Content-Type", "text/plain")])
        write(b"half of the answ")
        try:
            raise ZeroDivisionError("too late")
        except ZeroDivisionError:
            start_response("500 Oh", [("Content-Type", "text/plain")], sys.exc_info())
        return []

    with pytest.raises(ZeroDivisionError, match="too late"):
        ask(application, layers=[ErrorPages()])


# Applications that break it: an error of ours, and the body is closed


def twice(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    start_response("200 OK", [("Content-Type", "text/plain")])
    return []


@pytest.mark.parametrize(
    ("application", "error"),
    [
        pytest.param(twice, "called twice without exc_info", id="twice"),
        pytest.param(lambda *_: [b"a"], "did not call start_response", id="never"),
        pytest.param(lambda *_: None, "not iterable", id="no body"),
        pytest.param(plain([], "OK"), "invalid literal for int", id="no status"),
        pytest.param(plain([], "999 OK"), "999", id="a status that is none"),
        pytest.param(plain([], headers=[("A b", "c")]), "is not a token", id="a name that is none"),
    ],
)
def test_a_broken_application_is_an_error_of_the_server(application, error):
    with pytest.raises((TypeError, ValueError, RuntimeError, KeyError), match=error):
        ask(application)
    client = mounted(application)
    client.raise_exceptions = False
    assert client.get("/legacy/").status == 500


class Refusing(Chunks):
    """Fails at the first chunk."""

    def __iter__(self):
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("status", "headers"),
    [("200 OK", [("A", 5)]), ("200 OK", [(5, "a")]), ("oh", []), ("200 OK", None)],
)
def test_whatever_is_broken_its_body_is_closed(status, headers):
    body = Chunks(b"a")

    def application(environ, start_response):
        start_response(status, headers)
        return body

    client = mounted(application, layers=[ErrorPages()])
    client.raise_exceptions = False
    assert (client.get("/legacy/").status, body.closed) == (500, 1)


@pytest.mark.parametrize("body", [Refusing(), Chunks(b"a")], ids=["fails", "never starts"])
def test_a_body_that_does_not_start_is_closed(body):
    with pytest.raises((ZeroDivisionError, RuntimeError)):
        ask(lambda environ, start_response: body, layers=[ErrorPages()])
    assert body.closed == 1


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_an_answer_without_body_is_closed(status):
    body = Chunks(b"never sent")
    assert ask(plain(body, status, [])).body == b""
    assert body.closed == 1


@pytest.mark.parametrize(
    "application", [None, "legacy:app", Routes()], ids=lambda value: type(value).__name__
)
def test_what_is_no_application_does_not_start(application):
    with pytest.raises(TypeError, match="is not a WSGI application"):
        Mounted(application)


# Attack: a foreign application that lets a visitor write into its head


SPLIT = "x\r\nSet-Cookie: admin=1"


def wire(answer):
    """The head as a careless server writes it, in small letters."""
    lines = [f"{name}: {value}" for name, value in answer.headers.items()]
    return "\r\n".join([answer.reason, *lines]).lower()


SPLITTING = {
    "value": plain([], headers=[("X-Next", SPLIT)]),
    "name": plain([], headers=[(SPLIT, "a")]),
    "location": plain([], "302 Found", [("Location", SPLIT)]),
    "nul": plain([], headers=[("X-Next", "a\0b")]),
}


def split(application):
    client = mounted(application)
    client.raise_exceptions = False
    return client.raw(make_environ("GET", "/legacy/"))


@pytest.mark.parametrize("application", SPLITTING.values(), ids=SPLITTING)
def test_lines_that_are_two_never_reach_the_wire(application):
    answer = split(application)
    assert answer.status == 500
    assert "set-cookie" not in wire(answer)
    assert "\0" not in wire(answer)


@pytest.mark.parametrize("application", SPLITTING.values(), ids=SPLITTING)
def test_attack_without_the_check_they_do(application, monkeypatch):
    monkeypatch.setattr(http_response, "check_line", lambda name, value: None)
    head = wire(split(application))
    assert "\nset-cookie: admin=1" in head or "\0" in head


def test_the_words_of_a_status_are_ours():
    answer = split(plain([], "200 OK\r\nSet-Cookie: admin=1"))
    assert (answer.status, wire(answer)) == (200, "ok\r\ncontent-type: text/plain")
