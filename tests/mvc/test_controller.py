import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from framework.application import Application
from framework.http.response import Response
from framework.mvc.controller import VERBS, Controller
from framework.routing.routes import Routes
from framework.tools.client import Client, RequestFactory, make_environ


class Tea(Controller):
    def get(self, request, id):
        return Response(f"tea {id}")

    def put(self, request, id):
        return Response(f"put {id}")


class ReadOnlyTea(Tea):
    put = None


class Heads(Controller):
    def head(self, request):
        return Response("", headers=[("X-Way", "head")])

    def get(self, request):
        return Response("", headers=[("X-Way", "get")])


def client(controller, pattern="/teas/<int:id>"):
    routes = Routes()
    routes.add(pattern, controller, name="tea")
    return Client(Application(routes))


def test_a_controller_is_a_call_with_the_values_of_the_route():
    assert Tea()(RequestFactory().get("/teas/5"), id=5).body == b"tea 5"


@pytest.mark.parametrize(("method", "text"), [("GET", "tea 5"), ("PUT", "put 5")])
def test_the_method_of_the_request_is_the_method_of_the_class(method, text):
    assert client(Tea).open(method, "/teas/5").text == text


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_of_http_may_be_one(verb):
    kind = type("One", (Controller,), {verb: lambda self, request: Response("", 204)})
    assert kind.methods == (verb.upper(),)
    assert client(kind, "/").open(verb.upper(), "/").status == 204


def test_a_head_is_answered_by_get_without_its_body():
    answer = client(Tea).head("/teas/5")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Content-Length"] == "5"


def test_unless_the_class_has_a_head_of_its_own():
    assert client(Heads, "/").head("/").headers["X-Way"] == "head"
    assert client(Heads, "/").get("/").headers["X-Way"] == "get"


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "BREW"])
def test_a_method_that_is_absent_is_405(method):
    answer = client(Tea).open(method, "/teas/5")
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD, PUT, OPTIONS"


def test_a_subclass_may_take_a_method_away():
    assert ReadOnlyTea.methods == ("GET",)
    assert client(ReadOnlyTea).put("/teas/5").status == 405


@pytest.mark.parametrize("word", ["methods", "METHODS", "__init__", "__CALL__", "get", "Get"])
def test_only_the_verbs_of_http_can_be_asked_for(word):
    assert client(Tea).raw(make_environ(word, "/teas/5")).status == 405


def test_a_class_without_any_method_is_refused_at_the_start():
    with pytest.raises(TypeError, match="has no get"):
        Routes().add("/", Controller)


def test_one_object_is_made_and_shared_by_all_threads():
    seen, made = set(), []

    class Shared(Controller):
        def __init__(self):
            made.append(self)

        def get(self, request):
            seen.add((id(self), threading.get_ident()))
            return Response("")

    visitor = client(Shared, "/")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: visitor.get("/"), range(40)))
    assert len(made) == 1
    assert {it for it, _ in seen} == {id(made[0])}


def test_an_object_made_with_values_can_be_a_route_too():
    class Greeting(Controller):
        def __init__(self, word):
            self.word = word

        def get(self, request):
            return Response(self.word)

    assert client(Greeting("Hello"), "/").get("/").text == "Hello"
