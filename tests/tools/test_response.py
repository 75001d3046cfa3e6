import pytest

from framework.tools.client.gateway import Answer
from framework.tools.client.response import TestResponse


def answer(body=b"", status="200 OK", headers=(("Content-Type", "text/html"),)):
    return TestResponse(Answer(status, list(headers), body), "GET", "http://localhost/a/b")


def test_the_status_is_a_number_with_a_reason():
    response = answer(status="404 Not Found")
    assert (response.status, response.reason) == (404, "Not Found")


def test_headers_are_found_by_any_spelling():
    headers = answer(headers=[("Vary", "Cookie"), ("vary", "Accept"), ("X-A", "1")]).headers
    assert (headers["VARY"], headers.get("Vary"), headers.get("X-B", "-")) == ("Cookie",) * 2 + (
        "-",
    )
    assert headers.getlist("vary") == ["Cookie", "Accept"]
    assert headers.items() == [("Vary", "Cookie"), ("vary", "Accept"), ("X-A", "1")]
    assert ("x-a" in headers, "X-B" in headers, list(headers), len(headers)) == (
        True,
        False,
        ["Vary", "vary", "X-A"],
        3,
    )


def test_a_header_that_is_not_there_is_a_key_error():
    with pytest.raises(KeyError, match="ETag"):
        answer().headers["ETag"]


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/html; charset=utf-8", b"gr\xc3\xbcn", "grün"),
        ('text/plain; charset="ISO-8859-1"', b"gr\xfcn", "grün"),
        ("text/html", b"gr\xc3\xbcn", "grün"),
    ],
)
def test_text_is_read_by_its_charset(content_type, body, text):
    assert answer(body, headers=[("Content-Type", content_type)]).text == text


def test_what_is_not_text_is_not_read_as_text():
    with pytest.raises(UnicodeDecodeError):
        _ = answer(b"\x89PNG\xff").text


def test_json_is_read():
    assert answer(b'{"a": [1]}').json() == {"a": [1]}


def test_what_is_not_json_says_what_it_is():
    with pytest.raises(ValueError, match=r"404 Not Found, GET .* is not JSON: b'<p>Sorry'"):
        answer(b"<p>Sorry", "404 Not Found").json()


@pytest.mark.parametrize(
    ("location", "whole"),
    [
        ("/next", "http://localhost/next"),
        ("c", "http://localhost/a/c"),
        ("?page=2", "http://localhost/a/b?page=2"),
        ("https://pay.example/", "https://pay.example/"),
    ],
)
def test_a_location_is_a_whole_address(location, whole):
    assert answer(headers=[("Location", location)]).location == whole


def test_without_a_location_there_is_none():
    assert answer().location is None


def test_an_answer_of_no_type_has_none():
    assert answer(headers=[]).content_type == ""


def test_the_last_of_two_cookies_of_a_name_is_told():
    response = answer(headers=[("Set-Cookie", "a=1"), ("Set-Cookie", "a=2"), ("Set-Cookie", "x")])
    assert {name: cookie.value for name, cookie in response.cookies.items()} == {"a": "2"}


def test_its_repr_is_the_answer_in_short():
    response = answer(
        b"x" * 1234, "303 See Other", [("Location", "/"), ("Content-Type", "text/html")]
    )
    assert repr(response) == (
        "<TestResponse 303 See Other, GET http://localhost/a/b, text/html, 1,234 bytes, "
        "to http://localhost/>"
    )


def test_the_repr_names_the_redirects_before_it():
    response = answer()
    response.history = (answer(), answer())
    assert repr(response).endswith("0 bytes, after 2 redirects>")
