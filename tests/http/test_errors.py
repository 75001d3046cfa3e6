from http import HTTPStatus

import pytest

from framework.http import errors
from framework.http.errors import HTTPError, NotConnected, reason_of

STATUSES = [
    (errors.BadRequest(), 400, []),
    (errors.Forbidden(), 403, []),
    (errors.NotFound(), 404, []),
    (errors.MethodNotAllowed(["GET", "HEAD"]), 405, [("Allow", "GET, HEAD")]),
    (errors.Conflict(), 409, []),
    (errors.LengthRequired(), 411, []),
    (errors.PayloadTooLarge(), 413, []),
    (errors.URITooLong(), 414, []),
    (errors.UnsupportedMediaType(), 415, []),
    (errors.UnprocessableContent(), 422, []),
    (errors.TooManyRequests(30), 429, [("Retry-After", "30")]),
    (errors.HeaderTooLarge("Cookie"), 431, []),
    (errors.InternalServerError(), 500, []),
    (errors.ServiceUnavailable(), 503, [("Retry-After", "5")]),
]


@pytest.mark.parametrize(
    ("error", "status", "headers"), STATUSES, ids=lambda value: str(value)[:40]
)
def test_an_error_knows_its_status_its_lines_and_a_sentence(error, status, headers):
    assert (error.status, error.headers()) == (status, headers)
    assert error.message.endswith(".")
    assert str(error) == error.message


def test_every_error_of_the_room_is_in_the_table():
    classes = {kind for kind in vars(errors).values() if isinstance(kind, type)}
    children = {kind for kind in classes if issubclass(kind, HTTPError)} - {HTTPError}
    assert children == {type(error) for error, _, _ in STATUSES}


@pytest.mark.parametrize(
    "kind", [errors.NotFound, errors.Forbidden, errors.Conflict, errors.BadRequest]
)
def test_an_error_may_have_its_own_sentence(kind):
    assert kind("It was moved.").message == "It was moved."


def test_an_error_keeps_its_evidence():
    assert errors.MethodNotAllowed(["GET"]).allowed == ("GET",)
    assert errors.TooManyRequests(30).retry_after == 30
    assert errors.ServiceUnavailable(60).retry_after == 60


def test_any_status_can_be_raised():
    with pytest.raises(HTTPError, match="I'm a Teapot") as caught:
        raise HTTPError(418)
    assert (caught.value.status, caught.value.message, caught.value.headers()) == (418, "", [])


def test_an_error_names_the_header_and_never_its_value():
    assert "Cookie" in errors.HeaderTooLarge("Cookie").message


@pytest.mark.parametrize("status", [HTTPStatus.NOT_FOUND, 404])
def test_a_status_has_its_standard_phrase(status):
    assert reason_of(status) == "Not Found"


@pytest.mark.parametrize("status", [0, 299, 599, 1000, -1])
def test_a_status_of_our_own_is_unknown(status):
    assert reason_of(status) == "Unknown"


def test_a_missing_layer_is_no_missing_attribute():
    """hasattr and jinja swallow an AttributeError."""
    assert issubclass(NotConnected, RuntimeError)
    assert not issubclass(NotConnected, AttributeError | HTTPError)
