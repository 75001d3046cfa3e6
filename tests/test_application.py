"""The hall: every call goes through wsgiref.validate, as all calls of the test client do."""

from threading import Barrier, Thread

import dominate
import dominate.tags
import pytest

from framework import application as hall
from framework.application import Application
from framework.http import response as http_response
from framework.http.errors import Conflict, Forbidden
from framework.http.request import Request
from framework.http.response import Response, redirect, stream_response, text_response
from framework.middleware import errors
from framework.middleware.errors import ErrorPages
from framework.middleware.hooks import MiddlewareHooks
from framework.middleware.security import SecurityHeaders
from framework.mvc.controller import Controller
from framework.mvc.view import View, render
from framework.routing.routes import Routes
from framework.tools.client import Client, make_environ

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
}


class Body:
    """Two chunks that count how often they were closed."""

    def __init__(self):
        self.closed = 0

    def __iter__(self):
        return iter([b"a", b"b"])

    def close(self):
        self.closed += 1


class Leaking(Exception):
    """Its name and its words must stay on our side."""


def fail(request):
    raise Leaking("postgresql://ann:pa55@db")


def raising(error):
    """A layer that never answers."""

    def layer(handler):
        def handle(request):
            raise error

        return handle

    return layer


def failing_after(handler):
    """A layer that fails when it has the answer in its hand."""

    def handle(request):
        handler(request)
        raise Leaking("after the controller")

    return handle


def table(controller=lambda request: text_response("page"), pattern="/", **more):
    routes = Routes()
    routes.add(pattern, controller, "page", **more)
    return routes


def site(controller, *layers, pattern="/", **more):
    """A visitor of one page within these layers, who sees errors as pages."""
    application = Application(table(controller, pattern, **more), layers)
    return Client(application, raise_exceptions=False)


# The smallest site


def test_ten_lines_are_a_site():
    routes = Routes()

    @routes.get("/hello/<name>")
    def hello(request, name):
        return f"<h1>Hello {name}</h1>"

    answer = Client(Application(routes)).get("/hello/Ann")
    assert (answer.status, answer.text) == (200, "<h1>Hello Ann</h1>")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Length"] == "18"


# Which answer


def test_what_nobody_has_is_a_404():
    assert site(fail).get("/nowhere").status == 404


@pytest.mark.parametrize("method", ["POST", "TRACE", "CONNECT", "get", "PURGE"])
def test_another_method_is_a_405_that_says_which_there_are(method):
    answer = site(fail).raw(make_environ(method, "/"))
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_options_says_which_there_are():
    answer = site(fail).options("/")
    assert (answer.status, answer.headers["Allow"]) == (204, "GET, HEAD, OPTIONS")
    assert site(fail).options("/nowhere").status == 404


def test_options_of_ones_own_are_listed_once():
    client = site(lambda request: text_response("own"), methods=("OPTIONS", "GET"))
    assert client.options("/").text == "own"
    assert client.post("/").headers["Allow"] == "GET, HEAD, OPTIONS"


def test_head_has_the_headers_of_get_and_no_body():
    client = site(lambda request: text_response("page"))
    get, head = client.get("/"), client.head("/")
    assert (head.status, head.body) == (200, b"")
    assert head.headers.items() == get.headers.items()


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_body_has_none(status):
    answer = site(lambda request: Response("a body", status)).get("/")
    assert (answer.status, answer.body, answer.headers.items()) == (status, b"", [])


def test_a_path_that_is_no_utf8_is_a_400():
    environ = make_environ("GET", "/", environ={"PATH_INFO": "/\xff"})
    assert site(fail).raw(environ).status == 400


def test_an_empty_path_is_the_front_page():
    environ = make_environ("GET", "/", environ={"PATH_INFO": "", "SCRIPT_NAME": "/site"})
    assert Client(Application(table())).raw(environ).text == "page"


# The missing slash


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_missing_slash_is_added(method):
    answer = site(fail, pattern="/posts/").open(method, "/posts")
    assert (answer.status, answer.headers["Location"]) == (308, "/posts/")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_but_not_for_a_method_that_sends_something(method):
    methods = ("GET", "POST", "PUT", "PATCH", "DELETE")
    assert site(fail, pattern="/posts/", methods=methods).open(method, "/posts").status == 404


def test_it_is_added_only_where_a_get_would_answer():
    assert site(fail, pattern="/posts/", methods=("POST",)).get("/posts").status == 404
    assert site(fail, pattern="/posts").get("/posts/").status == 404


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/a?page=2&tag=b", "/a/?page=2&tag=b"),
        ("/a?next=//evil.example", "/a/?next=//evil.example"),
        ("/a?q=%C3%A9%20%26", "/a/?q=%C3%A9%20%26"),
        ("/caf%C3%A9", "/caf%C3%A9/"),
        ("/a%3Fb%23c", "/a%3Fb%23c/"),
        ("/a%25b", "/a%25b/"),
    ],
)
def test_path_and_query_are_kept(path, location):
    assert site(fail, pattern="/<x>/").get(path).headers["Location"] == location


def test_a_query_of_raw_bytes_is_kept():
    environ = make_environ("GET", "/a", environ={"QUERY_STRING": "q=\xc3\xa9"})
    assert site(fail, pattern="/<x>/").raw(environ).headers["Location"] == "/a/?q=%C3%A9"


def test_the_prefix_is_kept():
    application = Application(table(pattern="/posts/"))
    client = Client(application, "http://localhost/café")
    assert client.get("/posts").headers["Location"] == "/caf%C3%A9/posts/"
    assert client.get("/posts", follow=True).text == "page"


def test_a_query_too_long_to_be_sent_back_is_a_404():
    client = site(fail, pattern="/posts/")
    assert client.get("/posts", query={"q": "a" * 1900}).status == 308
    assert client.get("/posts", query={"q": "a" * 5000}).status == 404


class Anything:
    """A careless converter of one's own: it takes the empty segment of "//evil.example"."""

    rank = 99

    def to_python(self, text):
        return text

    def to_url(self, value):
        return value


EVIL = {
    "two slashes": "//evil.example",
    "three slashes": "///evil.example",
    "backslash": "/\\evil.example",
    "slash, backslash": "//\\evil.example",
    "encoded": "/%2Fevil.example",
    "encoded backslash": "/%5Cevil.example",
    "tab": "/%09/evil.example",
    "line": "/%0A/evil.example",
}


def careless():
    """A site that has every path with a slash at its end."""
    routes = Routes(converters={"any": Anything()})
    for pattern in ("/<any:a>/", "/<any:a>/<any:b>/", "/<any:a>/<any:b>/<any:c>/"):
        routes.add(pattern, lambda request, **values: text_response("page"), pattern)
    return Client(Application(routes))


def destination(answer):
    """The host to which a browser goes: it drops tabs and line ends, and takes \\ for /."""
    location = answer.headers.get("Location", "").replace("\\", "/")
    location = location.translate({9: None, 10: None, 13: None})
    return location[2:].partition("/")[0] if location.startswith("//") else "localhost"


@pytest.mark.parametrize("path", EVIL.values(), ids=EVIL)
def test_the_slash_never_leads_to_another_host(path):
    answer = careless().get(path)
    assert answer.status in (308, 404)
    assert destination(answer) == "localhost"


def test_attack_without_the_check_it_does(monkeypatch):
    for room in (hall, http_response):
        monkeypatch.setattr(room, "is_local", lambda location: True)
    assert destination(careless().get("//evil.example")) == "evil.example"


def test_a_prefix_never_leads_to_another_host():
    environ = make_environ("GET", "/posts", environ={"SCRIPT_NAME": "//evil.example"})
    assert site(fail, pattern="/posts/").raw(environ).status == 404


# What a controller may return


def answered(value):
    routes = Routes()
    routes.get("/", "page")(lambda request: value)
    return Client(Application(routes)).get("/")


class Html:
    def __html__(self):
        return "<p>html</p>"


class Rendered:
    def render(self):
        return "<p>rendered</p>"


@pytest.mark.parametrize(
    ("value", "text", "content_type"),
    [
        ("<p>é</p>", "<p>é</p>", "text/html; charset=utf-8"),
        ("", "", "text/html; charset=utf-8"),
        ({"é": [1, None]}, '{"é":[1,null]}', "application/json"),
        ({}, "{}", "application/json"),
        (Html(), "<p>html</p>", "text/html; charset=utf-8"),
        (Rendered(), "<p>rendered</p>", "text/html; charset=utf-8"),
        (dominate.tags.p("a <b>"), "<p>a &lt;b&gt;</p>", "text/html; charset=utf-8"),
        (text_response("plain"), "plain", "text/plain; charset=utf-8"),
    ],
)
def test_the_decorator_form_answers_a_value(value, text, content_type):
    answer = answered(value)
    assert (answer.status, answer.text) == (200, text)
    assert answer.headers["Content-Type"] == content_type


def test_the_decorator_form_answers_a_document():
    document = dominate.document(title="Glass & house")
    document.add(dominate.tags.h1("Hello"))
    text = answered(document).text
    assert text.startswith("<!DOCTYPE html>")
    assert "<title>Glass &amp; house</title>" in text


class Special(Response):
    """A kind of answer of one's own."""


def test_a_response_of_ones_own_class_is_one():
    assert site(lambda request: Special("special")).get("/").text == "special"


@pytest.mark.parametrize(
    "value",
    [None, [1], ("a", 200), 5, True, b"bytes", object],
    ids=lambda value: type(value).__name__,
)
def test_anything_else_is_refused_with_the_cure(value):
    with pytest.raises(TypeError, match=r"'page' returned .*: return a Response, a str or a dict$"):
        answered(value)


@pytest.mark.parametrize(
    "value", [None, "text", {"a": 1}, Html()], ids=lambda value: type(value).__name__
)
def test_a_controller_of_the_table_returns_a_response(value):
    with pytest.raises(TypeError, match=r"'page' returned .*: return a Response$"):
        Client(Application(table(lambda request: value))).get("/")


def test_json_that_is_none_is_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        answered({"a": float("nan")})


# Errors


@pytest.fixture
def pages(tmp_path):
    """pages(controller, *layers): a site with a page for errors inside and a plain one outside."""
    (tmp_path / "page.html").write_text("<p>page {{ status }} {{ message }}</p>")
    (tmp_path / "plain.html").write_text("<p>plain {{ status }}</p>")
    (tmp_path / "hello.html").write_text("<p>{{ name }}</p>")

    def make(controller, *layers, **more):
        errors = ErrorPages("page.html", "plain.html")
        application = Application(
            table(controller, **more), [errors, *layers], view=View([tmp_path])
        )
        return Client(application, raise_exceptions=False)

    return make


def refuse(request, *match):
    raise Forbidden("Members only.")


def test_an_http_error_of_a_controller_has_the_sites_page(pages):
    assert pages(refuse).get("/").text == "<p>page 403 Members only.</p>"


def test_an_http_error_of_a_hook_has_the_sites_page(pages):
    answer = pages(lambda request: text_response("secret"), hooks=(refuse,)).get("/")
    assert (answer.status, answer.text) == (403, "<p>page 403 Members only.</p>")


def test_an_http_error_of_a_layer_has_the_plain_page(pages):
    answer = pages(fail, raising(Conflict())).get("/")
    assert (answer.status, answer.text) == (409, "<p>plain 409</p>")


def test_404_and_405_have_the_sites_page(pages):
    assert pages(fail).get("/nowhere").text.startswith("<p>page 404")
    assert pages(fail).post("/").text.startswith("<p>page 405")


def test_any_other_exception_has_the_plain_page(pages):
    assert pages(fail).get("/").text == "<p>plain 500</p>"


def test_templates_are_rendered(pages):
    client = pages(lambda request: render(request, "hello.html", name="<Ann>"))
    assert client.get("/").text == "<p>&lt;Ann&gt;</p>"


def test_without_a_view_the_cure_is_told():
    client = Client(Application(table(lambda request: render(request, "hello.html"))))
    with pytest.raises(RuntimeError, match=r"pass view=View\(\['templates'\]\) to Application"):
        client.get("/")


def test_an_exception_is_kept_where_the_test_client_finds_it():
    for layers in ((), (ErrorPages(),)):
        environ = make_environ("GET", "/")
        Application(table(fail), layers)(environ, lambda *_: None)
        assert isinstance(environ["framework.error"], Leaking)


def test_an_http_error_is_not_kept():
    environ = make_environ("GET", "/")
    Application(table(refuse))(environ, lambda *_: None)
    assert "framework.error" not in environ


LAYERS = {"alone": (), "as it comes": None, "with pages": (ErrorPages(),)}


def leaked(answer):
    """What an answer tells of the inside, or says back of what was asked."""
    sent = answer.text + str(answer.headers.items())
    secrets = ("Leaking", "pa55", "Traceback", "framework", "test_application", "evil.example")
    return [secret for secret in secrets if secret in sent]


def provoke(application):
    client = Client(application, raise_exceptions=False)
    headers = {"User-Agent": "evil.example", "Referer": "http://evil.example/", "X-A": "<evil>"}
    return client.get("/see%20evil.example%20now?evil.example", headers=headers)


@pytest.mark.parametrize("layers", LAYERS.values(), ids=LAYERS)
def test_a_500_leaks_nothing(layers):
    answer = provoke(Application(table(lambda request, x: fail(request), "/<x>"), layers))
    assert (answer.status, leaked(answer)) == (500, [])


@pytest.mark.parametrize("layers", LAYERS.values(), ids=LAYERS)
def test_a_404_says_nothing_back(layers):
    answer = provoke(Application(table(), layers))
    assert (answer.status, leaked(answer)) == (404, [])


def test_attack_a_page_that_shows_its_error_leaks_all_of_it():
    def telling(handler):
        def handle(request):
            try:
                return handler(request)
            except Leaking as error:
                return text_response(f"{error!r} at {request.path}", 500)

        return handle

    answer = provoke(Application(table(lambda request, x: fail(request), "/<x>"), [telling]))
    assert leaked(answer) == ["Leaking", "pa55", "evil.example"]


# The last resort


@pytest.mark.parametrize("layers", [(), (raising(Leaking("x")), ErrorPages())], ids=["0", "outer"])
def test_what_no_layer_answers_is_a_constant_500(layers):
    answer = site(fail, *layers).get("/")
    assert (answer.status, answer.reason) == (500, "Internal Server Error")
    assert answer.text == "500 Internal Server Error\n\nSomething went wrong on our side.\n"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    csp = answer.headers["Content-Security-Policy"]
    assert csp == "default-src 'none'; frame-ancestors 'none'"


def test_the_last_resort_to_head_has_no_body():
    answer = site(fail).head("/")
    assert (answer.status, answer.body) == (500, b"")


def test_the_last_resort_is_one_record_that_no_path_can_forge(caplog):
    site(lambda request, x: fail(request), pattern="/<x>").get("/%0aINFO login ok")
    (record,) = caplog.records
    assert record.exc_info[0] is Leaking
    assert "\n" not in record.getMessage()


@pytest.mark.parametrize(
    "response",
    [
        Response("page", headers=[("X-Next", "/\r\nSet-Cookie: admin=1")]),
        Response("page", headers=[("X-Next\r\nSet-Cookie", "admin=1")]),
        Response("page", 999),
    ],
    ids=["value", "name", "status"],
)
def test_what_cannot_be_written_is_answered_by_the_last_resort(response):
    answer = site(lambda request: response, ErrorPages()).get("/")
    assert (answer.status, "Set-Cookie" in answer.headers) == (500, False)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_ends_the_process_is_not_answered(error):
    def stop(request):
        raise error

    with pytest.raises(error):
        Application(table(stop))(make_environ("GET", "/"), lambda *_: None)


# PEP 3333: start_response once, close in every case


class Server:
    """The other half: what it was told, and when it refuses."""

    def __init__(self, refuses=0):
        self.calls = []
        self.refuses = refuses

    def __call__(self, status, headers, exc_info=None):
        self.calls.append((status, exc_info))
        if len(self.calls) <= self.refuses:
            raise BrokenPipeError("the visitor has gone")


def serve(application, server, method="GET"):
    """What a server does, a close at the end included."""
    chunks = application(make_environ(method, "/"), server)
    try:
        return b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()


@pytest.mark.parametrize(
    ("controller", "status"),
    [
        (lambda request: text_response("page"), "200 OK"),
        (lambda request: stream_response([b"a"]), "200 OK"),
        (refuse, "403 Forbidden"),
        (fail, "500 Internal Server Error"),
    ],
    ids=["page", "stream", "refused", "failed"],
)
@pytest.mark.parametrize("layers", LAYERS.values(), ids=LAYERS)
def test_start_response_is_called_once(controller, status, layers):
    server = Server()
    serve(Application(table(controller), layers), server)
    assert [called for called, _ in server.calls] == [status]


def test_only_a_second_call_of_start_response_replaces_the_first():
    server = Server(refuses=1)
    assert b"500" in serve(Application(table()), server)
    (_, first), (status, second) = server.calls
    assert (first, status) == (None, "500 Internal Server Error")
    assert second[0] is BrokenPipeError


def streaming(body, status=200):
    return lambda request: Response(body, status)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("status", [200, 204, 304, 404])
def test_a_body_is_closed_once_when_it_was_sent(method, status):
    body = Body()
    serve(Application(table(streaming(body, status))), Server(), method)
    assert body.closed == 1


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("refuses", [1, 2])
def test_a_body_is_closed_once_when_the_answer_cannot_start(method, refuses):
    body, server = Body(), Server(refuses)
    if refuses == 1:
        serve(Application(table(streaming(body))), server, method)
    else:
        with pytest.raises(BrokenPipeError):
            serve(Application(table(streaming(body))), server, method)
    assert body.closed == 1


def test_a_body_is_closed_when_the_visitor_has_gone():
    body = Body()
    chunks = Application(table(streaming(body)))(make_environ("GET", "/"), Server())
    assert next(iter(chunks)) == b"a"
    chunks.close()
    assert body.closed == 1


class Spoiling(MiddlewareHooks):
    """A hook class that fails on the way out."""

    def process_response(self, request, response):
        raise Leaking("on the way out")


class Saving(MiddlewareHooks):
    """A hook class that answers every exception."""

    def process_exception(self, request, error):
        return text_response("saved", 503)


FAILING = {
    "alone": (500, [failing_after]),
    "within the errors layer": (500, [ErrorPages(), failing_after]),
    "two of them": (500, [failing_after, ErrorPages(), failing_after]),
    "without it": (500, [SecurityHeaders(), failing_after]),
    "a hook": (500, [ErrorPages(), Spoiling()]),
    "a hook that is saved": (503, [Saving(), Spoiling()]),
    "saved": (503, [ErrorPages(), Saving(), failing_after]),
}


@pytest.mark.parametrize(("status", "layers"), FAILING.values(), ids=FAILING)
def test_a_body_is_closed_once_when_a_layer_fails_after_the_controller(status, layers):
    body = Body()
    assert site(streaming(body), *layers).get("/").status == status
    assert body.closed == 1


def test_attack_a_body_is_left_open_when_nobody_looks_after_it(monkeypatch):
    for room in (hall, errors):
        monkeypatch.setattr(room, "abandon", lambda request: None)
    body = Body()
    assert site(streaming(body), ErrorPages(), failing_after).get("/").status == 500
    assert body.closed == 0


def test_the_body_of_a_hooks_answer_is_closed_too():
    body = Body()
    client = site(fail, ErrorPages(), failing_after, hooks=(lambda *_: Response(body),))
    assert (client.get("/").status, body.closed) == (500, 1)


def test_a_body_that_a_layer_wraps_is_not_closed_too_early():
    body, seen = Body(), []

    def wrapping(handler):
        def handle(request):
            response = handler(request)
            seen.append(body.closed)
            response.body = iter([b"<", *response.body, b">"])
            return response

        return handle

    assert site(streaming(body), ErrorPages(), wrapping).get("/").body == b"<ab>"
    assert seen == [0]


# Security headers, on every kind of answer


def kinds():
    """One page of each kind."""
    routes = Routes()
    routes.add("/page", lambda request: text_response("page"), "page")
    routes.add("/empty", lambda request: Response(b"", 204), "empty")
    routes.add("/same", lambda request: Response(b"", 304), "same")
    routes.add("/stream", lambda request: stream_response(iter([b"a"])), "stream")
    routes.add("/away", lambda request: redirect("/page"), "away")
    routes.add("/slash/", fail, "slash")
    routes.add("/refused", refuse, "refused")
    routes.add("/failed", fail, "failed")
    routes.mount("/mounted", Application(table()))
    return routes


KINDS = [
    ("GET", "/page", 200),
    ("HEAD", "/page", 200),
    ("GET", "/stream", 200),
    ("GET", "/mounted/", 200),
    ("OPTIONS", "/page", 204),
    ("GET", "/empty", 204),
    ("GET", "/away", 303),
    ("GET", "/same", 304),
    ("GET", "/slash", 308),
    ("GET", "http://evil.example/page", 400),
    ("GET", "/%ff", 400),
    ("GET", "/refused", 403),
    ("GET", "/nowhere", 404),
    ("POST", "/page", 405),
    ("GET", "/page?" + "a" * 20_000, 414),
    ("GET", "/failed", 500),
]


def headers_of(application, method, path):
    answer = Client(application, raise_exceptions=False).open(method, path)
    return answer.status, {name: answer.headers.getlist(name) for name in HEADERS}


@pytest.mark.parametrize(("method", "path", "status"), KINDS, ids=lambda value: str(value)[:20])
def test_an_application_has_the_seven_headers_on_every_answer(method, path, status):
    once = {name: [value] for name, value in HEADERS.items()}
    assert headers_of(Application(kinds()), method, path) == (status, once)


def test_attack_the_framework_alone_has_none():
    _, found = headers_of(Application(kinds(), layers=()), "GET", "/page")
    assert found == {name: [] for name in HEADERS}


# View hooks


class Named(MiddlewareHooks):
    def __init__(self, name, steps):
        self.name, self.steps = name, steps

    def process_view(self, request, match):
        self.steps.append(self.name)


def test_view_hooks_run_from_the_outermost_class_to_the_routes_own():
    steps = []

    def own(name):
        return lambda request, match: steps.append(name)

    def controller(request):
        steps.append("controller")
        return text_response("page")

    layers = [Named("outer", steps), ErrorPages(), Named("inner", steps)]
    site(controller, *layers, hooks=(own("first"), own("second"))).get("/")
    assert steps == ["outer", "inner", "first", "second", "controller"]


def test_a_response_of_a_hook_ends_the_way():
    steps = []
    closed = [lambda request, match: text_response("closed", 503), lambda *_: steps.append("next")]
    answer = site(fail, hooks=tuple(closed)).get("/")
    assert (answer.status, answer.text, steps) == (503, "closed", [])


def test_a_hook_is_told_the_route_and_its_values():
    told = []

    def hook(request, match):
        told.append((match.route.name, match.route.options, match.arguments, request.route))

    site(
        lambda request, id: text_response("page"),
        pattern="/<int:id>",
        hooks=(hook,),
        options={"throttle": 5},
    ).get("/7")
    assert told == [("page", {"throttle": 5}, {"id": 7}, "page")]


@pytest.mark.parametrize("value", [True, "text", {"a": 1}], ids=lambda value: type(value).__name__)
def test_a_hook_that_answers_no_response_is_refused_with_the_cure(value):
    client = Client(Application(table(hooks=(lambda *_: value,))))
    with pytest.raises(TypeError, match=r"controller or hook of 'page' returned .*: return a Resp"):
        client.get("/")


def test_no_hook_runs_without_a_match():
    steps = []
    client = site(fail, Named("class", steps), hooks=(lambda *_: steps.append("own"),))
    assert [client.get("/nowhere").status, client.post("/").status, steps] == [404, 405, []]


def test_an_included_route_has_the_hooks_of_the_classes_too():
    steps, outer = [], Routes()
    outer.include("/in", table(hooks=(lambda *_: steps.append("own"),)), "in")
    Client(Application(outer, [Named("class", steps)])).get("/in/")
    assert steps == ["class", "own"]


# The chain


def test_the_chain_is_composed_once():
    made = []

    def layer(handler):
        made.append(handler)
        return handler

    client = site(lambda request: text_response("page"), layer)
    assert [client.get("/").status for _ in range(3)] == [200, 200, 200]
    assert len(made) == 1


def test_a_probe_sees_every_layer_and_what_crosses_it():
    seen = []

    def layer(name):
        return lambda handler: lambda request: seen.append(name) or handler(request)

    def probe(layer, handler):
        return lambda request: seen.append(layer) or handler(request)

    layers = [layer("outer"), layer("inner")]
    Client(Application(table(), layers, probe=probe)).get("/")
    assert seen == [layers[0], "outer", layers[1], "inner"]


def test_a_request_knows_its_site():
    def controller(request):
        assert request.site is application
        return text_response(request.url_for("page"))

    application = Application(table(controller, "/here"))
    assert Client(application).get("/here").text == application.url_for("page") == "/here"


def test_the_handler_can_be_called_without_a_server():
    response = Application(table()).handle(Request(make_environ("GET", "/")))
    assert (response.status, response.body) == (200, b"page")


def test_no_route_is_added_once_the_application_is_made():
    application = Application(table())
    with pytest.raises(RuntimeError, match=r"add it before Application\(routes\)"):
        application.routes.add("/late", fail)


# Threads


def test_two_visitors_at_once_do_not_mix():
    meet = Barrier(2, timeout=10)

    class Page(Controller):
        def get(self, request, name):
            meet.wait()  # both are in here now
            answer = f"{name} {request.query['n']} {request.route} {request.headers['X-Name']}"
            meet.wait()
            return text_response(answer)

    def layer(handler):
        def handle(request):
            before = request.path
            response = handler(request)
            assert request.path == before
            response.set_header("X-Path", before)
            return response

        return handle

    client = site(Page, layer, pattern="/<name>")
    wrong = []

    def visit(name):
        for n in range(50):
            answer = Client(client.application).get(f"/{name}?n={n}", headers={"X-Name": name})
            if (answer.text, answer.headers["X-Path"]) != (f"{name} {n} page {name}", f"/{name}"):
                wrong.append(answer.text)

    threads = [Thread(target=visit, args=(name,)) for name in ("ann", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
