from urllib.parse import quote

import pytest

from framework.http import errors, response
from framework.http.headers import RequestHeaders, check_line, find
from framework.http.response import Response, redirect
from framework.tools.client import RequestFactory, make_environ

EVIL = "\r\nSet-Cookie: admin=1"
LINES = [
    pytest.param("X-A", "a" + EVIL, id="CR LF in a value"),
    pytest.param("X-A", "a\nb", id="LF in a value"),
    pytest.param("X-A", "a\rb", id="CR in a value"),
    pytest.param("X-A", "a\0b", id="NUL in a value"),
    pytest.param("X-A", "a\x7fb", id="DEL in a value"),
    pytest.param("X-A", "a\n", id="LF at the end of a value"),
    pytest.param("X-A", "日本", id="a value beyond latin-1"),
    pytest.param("X-A", "a\u2028b", id="a line separator in a value"),
    pytest.param("X-A: 1" + EVIL, "", id="CR LF in a name"),
    pytest.param("X-A\n", "1", id="LF at the end of a name"),
    pytest.param("X A", "1", id="space in a name"),
    pytest.param("X:A", "1", id="colon in a name"),
    pytest.param("", "1", id="no name"),
    pytest.param("Ä", "1", id="a name beyond ASCII"),
    pytest.param("Location", "/" + EVIL, id="CR LF in a usual header"),
    pytest.param("Content-Type", "text/html\0", id="NUL in a usual header"),
]


@pytest.mark.parametrize(("name", "value"), LINES)
def test_what_is_not_one_line_is_refused_wherever_it_is_given(name, value, written):
    for give in (Response().set_header, Response().add_header):
        with pytest.raises(ValueError, match="header"):
            give(name, value)
    with pytest.raises(ValueError, match="header"):
        written(Response(headers=[(name, value)]))


def test_a_header_splits_the_answer_once_it_is_not_checked(written, monkeypatch):
    monkeypatch.setattr(response, "check_line", lambda *_: None)
    answer = Response(headers=[("X-A", "a" + EVIL), ("X-B: 1" + EVIL, "")])
    assert written(answer).lines().count("Set-Cookie: admin=1") == 1
    assert "Set-Cookie: admin=1: " in written(answer).lines()


def test_a_content_type_is_checked_as_every_line(written):
    with pytest.raises(ValueError, match="Content-Type"):
        written(Response(content_type="text/html" + EVIL))


def test_the_reason_phrase_is_not_in_anybodys_hand(written):
    with pytest.raises(KeyError):
        written(Response(status="200 OK" + EVIL))
    assert written(Response(status=418)).status == "418 I'm a Teapot"
    assert written(Response(status=599)).status == "599 Unknown"


def test_a_location_cannot_hold_a_line_end(written, monkeypatch):
    evil = "https://x.example/" + EVIL
    (line,) = [
        line for line in written(redirect(evil, allow_other_host=True)).lines() if "x.ex" in line
    ]
    assert line == "Location: https://x.example/%0D%0ASet-Cookie:%20admin=1"
    monkeypatch.setattr(response, "quote", lambda text, safe: text)
    monkeypatch.setattr(response, "check_line", lambda *_: None)
    assert "Set-Cookie: admin=1" in written(redirect(evil, allow_other_host=True)).lines()


@pytest.mark.parametrize("evil", ['a"\r\nX: 1', "a\0.txt", 'a";.bat\n'])
def test_a_download_name_cannot_hold_a_line_end(evil):
    with pytest.raises(ValueError, match="Content-Disposition"):
        Response().set_header("Content-Disposition", f'attachment; filename="{evil}"')
    Response().set_header("Content-Disposition", f"attachment; filename*=UTF-8''{quote(evil)}")


@pytest.mark.parametrize(
    ("name", "value"), [("X-A", 1), ("X-A", b"1"), (b"X-A", "1"), ("X-A", None)]
)
def test_names_and_values_are_text(name, value):
    with pytest.raises(TypeError, match="must be str"):
        check_line(name, value)


@pytest.mark.parametrize("value", ["", "a", "a b", "a\tb", "caf\xe9", "\x80\xff", '"; ,'])
def test_one_line_of_latin_1_is_a_value(value):
    check_line("X-A", value)


def headers(**variables):
    return RequestHeaders(make_environ("GET", "/", environ=variables), 100)


@pytest.mark.parametrize("name", ["Accept", "accept", "ACCEPT", "aCCEPT"])
def test_a_header_is_found_by_any_spelling(name):
    assert headers(HTTP_ACCEPT="text/html")[name] == "text/html"
    assert name in headers(HTTP_ACCEPT="text/html")


def test_the_two_headers_without_prefix_are_found():
    found = headers(CONTENT_TYPE="a/b", CONTENT_LENGTH="3")
    assert (found["content-type"], found["Content-Length"]) == ("a/b", "3")


def test_a_header_that_is_not_there_is_missing():
    with pytest.raises(KeyError):
        headers()["Accept"]
    assert (headers().get("Accept"), "Accept" in headers()) == (None, False)


@pytest.mark.parametrize("variables", [{"CONTENT_TYPE": "", "CONTENT_LENGTH": ""}, {}])
def test_an_empty_content_type_is_none_at_all(variables):
    found = headers(**variables)
    assert (found.get("Content-Type"), "Content-Length" in found) == (None, False)
    assert dict(found) == {"Host": "localhost"}


def test_all_headers_can_be_listed():
    found = headers(HTTP_X_ONE="1", CONTENT_TYPE="a/b")
    assert dict(found) == {"Host": "localhost", "X-One": "1", "Content-Type": "a/b"}
    assert len(found) == 3


def test_a_header_spelt_as_the_length_is_not_the_length():
    found = headers(HTTP_CONTENT_LENGTH="7", HTTP_CONTENT_TYPE="evil/type")
    assert dict(found) == {"Host": "localhost"}


def test_a_header_cannot_pass_as_a_variable_of_the_server():
    request = RequestFactory().get("/", headers={"Remote-Addr": "6.6.6.6", "Remote-User": "root"})
    assert (request.client_address, "REMOTE_USER" in request.environ) == ("127.0.0.1", False)
    assert request.headers["Remote-User"] == "root"


def test_underscore_and_hyphen_are_one_name_in_the_environ():
    """CGI folds both to "_": only the server can drop the false one, as gunicorn and nginx do."""
    request = RequestFactory().get("/", headers=[("X_Real_IP", "6.6.6.6")])
    assert request.headers["X-Real-IP"] == "6.6.6.6"
    assert request.client_address == "127.0.0.1"


def test_no_forwarded_header_is_believed():
    spoof = {
        "X-Forwarded-For": "6.6.6.6",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": 'host="evil.example;proto=https"',
        "X-Forwarded-Prefix": "/evil",
        "X-HTTP-Method-Override": "DELETE",
    }
    request = RequestFactory().get("/", headers=spoof)
    assert (request.url, request.is_secure) == ("http://localhost/", False)
    assert (request.client_address, request.method) == ("127.0.0.1", "GET")


def test_a_header_is_read_up_to_its_limit():
    assert headers(HTTP_X="a" * 100)["X"] == "a" * 100
    with pytest.raises(errors.HeaderTooLarge) as caught:
        headers(HTTP_X="a" * 101)["X"]
    assert caught.value.status == 431


def test_the_first_line_of_a_name_is_found():
    lines = [("Vary", "a"), ("vary", "b")]
    assert (find(lines, "VARY"), find(lines, "ETag")) == ("a", None)
