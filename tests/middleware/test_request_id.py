import logging

import pytest

from framework.application import Application
from framework.http.errors import NotFound
from framework.http.response import Response
from framework.middleware.chain import default_chain
from framework.middleware.errors import ErrorPages
from framework.middleware.request_id import request_id
from framework.routing.routes import Routes
from framework.tools.client import Client

routes = Routes()


@routes.get("/")
def page(request):
    return Response(request.id)


@routes.get("/gone")
def gone(request):
    raise NotFound


@routes.get("/broken")
def broken(request):
    raise ZeroDivisionError


@pytest.fixture
def client():
    layers = default_chain(log=request_id, errors=ErrorPages())
    return Client(Application(routes, layers), raise_exceptions=False)


def test_the_answer_carries_the_requests_own_id(client):
    response = client.get("/")
    assert response.headers["X-Request-Id"] == response.text


@pytest.mark.parametrize(("path", "status"), [("/gone", 404), ("/nowhere", 404), ("/broken", 500)])
def test_an_error_page_carries_it_too(client, path, status):
    response = client.get(path)
    assert response.status == status
    assert len(response.headers["X-Request-Id"]) > 8


def test_every_request_has_another_id(client):
    assert len({client.get("/").text for _ in range(100)}) == 100


def test_the_id_of_an_answer_leads_to_its_line_in_the_log(client, caplog):
    with caplog.at_level(logging.ERROR):
        response = client.get("/broken")
    assert [record.request_id for record in caplog.records] == [response.headers["X-Request-Id"]]


@pytest.mark.parametrize("sent", ["abc", "5f0c1a2b-1-1", pytest.param("a" * 1000, id="long")])
def test_an_id_sent_by_the_visitor_is_not_taken_over(client, sent):
    response = client.get("/", headers={"X-Request-Id": sent})
    assert response.headers.getlist("X-Request-Id") == [response.text]
    assert response.text != sent
