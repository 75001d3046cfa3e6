import pytest

from framework.http.request import Request
from framework.http.response import Response
from framework.tools.client import RequestFactory

METHODS = ["get", "head", "post", "put", "patch", "delete", "options"]


@pytest.mark.parametrize("method", METHODS)
def test_each_method_makes_its_request(method):
    request = getattr(RequestFactory(), method)("/x?y=1")
    assert isinstance(request, Request)
    assert (request.method, request.path, request.query["y"]) == (method.upper(), "/x", "1")


def test_a_request_carries_its_body():
    request = RequestFactory().post("/", data={"name": "Ann"})
    assert request.form["name"] == "Ann"


def test_a_factory_has_a_base_and_headers():
    factory = RequestFactory("https://shop.test", headers=iter([("Accept", "text/html")]))
    request = factory.get("/", headers={"Cookie": "a=1"})
    assert factory.get("/").headers["Accept"] == "text/html"
    assert request.url == "https://shop.test/"
    assert (request.headers["Accept"], request.cookies) == ("text/html", {"a": "1"})


def my_middleware(handler):
    def handle(request):
        response = handler(request)
        response.set_header("X-Seen", "yes")
        return response

    return handle


def test_a_middleware_is_tested_in_three_lines():
    handler = my_middleware(lambda request: Response("inner"))
    response = handler(RequestFactory().get("/"))
    assert response.header("X-Seen") == "yes"
