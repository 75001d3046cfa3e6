import re

import pytest

from framework.http.connection import ConnectionPoint, lazy
from framework.http.errors import NotConnected
from framework.http.request import Request
from framework.tools.client import RequestFactory

POINTS = ("session", "user", "db", "messages", "locale", "csrf", "site")


@pytest.fixture
def request_():
    return RequestFactory().get("/")


@pytest.fixture
def openings():
    return []


@pytest.fixture
def opener(openings):
    def open_value(request):
        openings.append(request)
        return object()

    return open_value


def test_a_request_has_seven_points():
    points = [name for name, value in vars(Request).items() if isinstance(value, ConnectionPoint)]
    assert tuple(points) == POINTS


@pytest.mark.parametrize("name", POINTS)
def test_a_point_that_nobody_filled_raises_the_cure(name, request_):
    cure = getattr(Request, name).cure
    with pytest.raises(NotConnected, match=re.escape(f"request.{name} is not connected: {cure}")):
        getattr(request_, name)
    assert "it is set by" in cure
    assert name == "site" or "site/wiring.py" in cure or "chain" in cure


def test_hasattr_does_not_hide_a_missing_layer(request_):
    with pytest.raises(NotConnected):
        hasattr(request_, "session")


def test_a_point_is_opened_at_its_first_reading_and_once(request_, opener, openings):
    Request.db.connect(request_, opener)
    assert openings == []
    assert request_.db is request_.db
    assert openings == [request_]


@pytest.mark.parametrize("name", POINTS)
def test_asking_whether_a_point_is_connected_never_opens_it(name, request_, opener, openings):
    assert not request_.is_connected(name)
    getattr(Request, name).connect(request_, opener)
    assert request_.is_connected(name)
    assert getattr(Request, name).opened(request_) is None
    assert openings == []


def test_what_was_opened_is_seen_without_opening(request_, opener):
    Request.user.connect(request_, opener)
    user = request_.user
    assert Request.user.opened(request_) is user


def test_an_opener_that_fails_is_asked_again(request_, opener, openings):
    def failing(request):
        openings.append("failed")
        raise OSError("away")

    Request.db.connect(request_, failing)
    for _ in range(2):
        with pytest.raises(OSError, match="away"):
            _ = request_.db
    assert openings == ["failed", "failed"]
    assert Request.db.opened(request_) is None


def test_requests_do_not_share_what_was_opened(opener):
    first, second = RequestFactory().get("/"), RequestFactory().get("/")
    Request.session.connect(first, opener)
    Request.session.connect(second, opener)
    assert first.session is not second.session


def test_a_layer_further_in_replaces_an_opener(request_, opener):
    Request.locale.connect(request_, lambda request: "de")
    Request.locale.connect(request_, lambda request: "fr")
    assert request_.locale == "fr"


def test_a_test_may_set_a_point_by_hand(request_):
    request_.session = {"cart": 1}
    assert (request_.session["cart"], request_.is_connected("session")) == (1, True)


@pytest.mark.parametrize("name", ["path", "query", "limits", "url_for"])
def test_what_is_no_point_is_not_connected(name, request_):
    assert not request_.is_connected(name)


def test_a_name_that_does_not_exist_is_a_mistake(request_):
    with pytest.raises(AttributeError):
        request_.is_connected("sesion")


def test_a_lazy_value_is_computed_once_and_shows_its_docstring():
    class Circle:
        computed = 0

        @lazy
        def area(self):
            """The area."""
            self.computed += 1
            return 3

    circle = Circle()
    assert (circle.area, circle.area, circle.computed) == (3, 3, 1)
    assert Circle.area.__doc__ == "The area."
