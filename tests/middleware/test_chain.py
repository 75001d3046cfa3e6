import pytest

from framework.application import Application
from framework.http.errors import ServiceUnavailable
from framework.http.request import Request
from framework.http.response import Response
from framework.middleware.chain import chain, default_chain
from framework.middleware.errors import ErrorPages
from framework.middleware.security import AllowedHosts, SecurityHeaders
from framework.middleware.static import StaticFiles
from framework.routing.routes import Routes
from framework.sessions.middleware import SessionMiddleware
from framework.sessions.stores.memory import MemoryStore
from framework.tools.client import Client

PLACES = (
    *("log", "headers", "errors", "hosts", "static", "sessions", "locale"),
    *("unit_of_work", "auth", "messages", "csrf"),
)


def mark(name):
    """A layer that writes its name around the answer."""
    return lambda handler: lambda request: f"{name}({handler(request)})"


def site(*layers, controller=lambda request: Response("page")):
    routes = Routes()
    routes.add("/", controller, name="page")
    return Client(Application(routes, layers), raise_exceptions=False)


# The chain


def test_the_first_layer_is_outermost():
    assert chain([mark("a"), mark("b"), mark("c")], str.upper)("page") == "a(b(c(PAGE)))"


def test_without_layers_the_handler_is_the_chain():
    assert chain([], str.upper) is str.upper


def test_layers_are_composed_once_at_start():
    made = []

    def counted(handler):
        made.append(handler)
        return handler

    handle = chain([counted], str.upper)
    assert [handle("a"), handle("b")] == ["A", "B"]
    assert made == [str.upper]


def test_a_layer_may_answer_itself():
    def closed(handler):
        return lambda request: "closed"

    assert chain([mark("a"), closed, mark("b")], str.upper)("page") == "a(closed)"


def test_an_exception_passes_outward_to_the_layer_that_catches_it():
    seen = []

    def catching(handler):
        def handle(request):
            try:
                return handler(request)
            except ZeroDivisionError:
                return "caught"

        return handle

    def watching(handler):
        def handle(request):
            seen.append("in")
            answer = handler(request)
            seen.append("out")
            return answer

        return handle

    assert chain([mark("a"), catching, watching], lambda request: 1 / 0)("page") == "a(caught)"
    assert seen == ["in"]


def test_a_probe_is_put_around_every_layer():
    probed = []

    def probe(layer, handler):
        probed.append(layer)
        return lambda request: f"[{handler(request)}]"

    a, b = mark("a"), mark("b")
    assert chain([a, b], str.upper, probe)("page") == "[a([b(PAGE)])]"
    assert probed == [b, a]


def test_a_layer_that_adds_nothing_costs_nothing():
    def idle(handler):
        return handler

    def never(layer, handler):
        raise AssertionError(layer)

    assert chain([idle], str.upper, never) is str.upper


# Wrong wiring fails at start, with the cure


@pytest.mark.parametrize("returned", [None, "page", Response("page")], ids=repr)
def test_a_layer_that_returns_no_handler_is_named(returned):
    def wrong(handler):
        return returned

    with pytest.raises(TypeError, match=r"layer .*wrong.* must return its handler"):
        chain([wrong], str.upper)


@pytest.mark.parametrize("layer", [None, "sessions", Response("page")], ids=repr)
def test_what_is_no_layer_is_named(layer):
    with pytest.raises(TypeError, match=r"is no layer: .* from handler to handler"):
        chain([layer], str.upper)


def test_an_application_with_a_wrong_layer_does_not_start():
    with pytest.raises(TypeError, match="must return its handler"):
        Application(Routes(), [lambda handler: None])


# The default chain


def test_the_default_chain_has_one_order_whatever_the_order_of_its_arguments():
    layers = {name: mark(name) for name in PLACES}
    wired = default_chain(**dict(reversed(layers.items())))
    assert wired == list(layers.values())


def test_a_place_may_stay_empty():
    headers, csrf = mark("headers"), mark("csrf")
    assert default_chain(csrf=csrf, headers=headers) == [headers, csrf]
    assert default_chain() == []


@pytest.mark.parametrize(
    ("positional", "named"),
    [((mark("a"),), {}), ((), {"session": mark("a")})],
    ids=["bare", "typo"],
)
def test_places_are_filled_by_their_name(positional, named):
    with pytest.raises(TypeError):
        default_chain(*positional, **named)


# Why this order


def test_the_application_alone_has_headers_errors_and_localhost():
    routes = Routes()
    layers = Application(routes).layers
    assert [type(layer) for layer in layers] == [SecurityHeaders, ErrorPages, AllowedHosts]
    assert Client(Application(Routes()), "http://evil.example").get("/").status == 400


def test_security_headers_stand_on_error_pages():
    def away(handler):
        def handle(request):
            raise ServiceUnavailable

        return handle

    layers = default_chain(errors=ErrorPages(), headers=SecurityHeaders(), static=away)
    response = site(*layers).get("/")
    assert response.status == 503
    assert response.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("hosts", "status"),
    [(AllowedHosts(["good.example"]), 400), (None, 200)],
    ids=["refused", "attack: without the layer"],
)
def test_a_foreign_host_is_refused_before_a_file_is_read(tmp_path, hosts, status):
    (tmp_path / "site.css").write_text("a {}")
    static = StaticFiles("/static/", [tmp_path])
    client = site(*default_chain(static=static, hosts=hosts, errors=ErrorPages()))
    assert client.get("http://evil.example/static/site.css").status == status


def test_a_static_file_opens_no_session(tmp_path):
    (tmp_path / "site.css").write_text("a {}")
    layers = default_chain(
        sessions=SessionMiddleware(MemoryStore()), static=StaticFiles("/static/", [tmp_path])
    )
    response = site(*layers).get("/static/site.css", headers={"Cookie": "session=abc"})
    assert (response.status, "Vary" in response.headers) == (200, False)


def test_a_layer_finds_what_the_outer_ones_connected():
    def auth(handler):
        def handle(request: Request) -> Response:
            request.session["user"] = 5
            return handler(request)

        return handle

    layers = default_chain(auth=auth, sessions=SessionMiddleware(MemoryStore()))
    client = site(*layers, controller=lambda request: Response(str(request.session["user"])))
    assert client.get("/").text == "5"
