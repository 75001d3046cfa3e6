import io
import os

import pytest

from framework.application import Application
from framework.http.body import Limits
from framework.http.errors import (
    BadRequest,
    HeaderTooLarge,
    HTTPError,
    PayloadTooLarge,
    UnsupportedMediaType,
)
from framework.http.request import Request, quote_path
from framework.http.response import json_response, text_response
from framework.middleware.errors import ErrorPages
from framework.middleware.security import AllowedHosts
from framework.routing.routes import Routes
from framework.tools.client import Client, RequestFactory, make_environ

FORM = "application/x-www-form-urlencoded"
get, post = RequestFactory().get, RequestFactory().post


def form(data=b"a=1", content_type=FORM, **options):
    return post("/", data=data, content_type=content_type, **options)


def limited(request, **limits):
    request.limits = Limits(**limits)
    return request


def test_a_request_is_made_of_its_method_and_path_alone():
    request = Request({"REQUEST_METHOD": "GET"})
    assert (request.method, request.path) == ("GET", "/")


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/", "/"),
        ("/caf%C3%A9/%F0%9F%98%80", "/café/😀"),
        ("/a%2Fb%5Cc", "/a/b\\c"),
        ("/a%252Fb", "/a%2Fb"),
        ("/a+b%20c", "/a+b c"),
        ("//evil.example/x", "//evil.example/x"),
        ("/a/../b/./c", "/a/../b/./c"),
        ("/a%00b%0D%0A", "/a\0b\r\n"),
        ("/100%25", "/100%"),
    ],
)
def test_a_path_is_decoded_once(address, path):
    assert get(address).path == path


BAD_BYTES = ["/%FF", "/caf%E9", "/%C3", "/%C0%AF", "/%ED%A0%80", "/%F5%80%80%80"]


@pytest.mark.parametrize("address", BAD_BYTES)
def test_a_path_that_is_not_utf_8_is_a_bad_request(address):
    with pytest.raises(UnicodeDecodeError):
        make_environ("GET", address)["PATH_INFO"].encode("latin-1").decode()
    with pytest.raises(BadRequest):
        _ = get(address).path


def test_a_path_beyond_latin_1_is_a_bad_request():
    with pytest.raises(BadRequest):
        _ = Request({"REQUEST_METHOD": "GET", "PATH_INFO": "/日本"}).path


@pytest.mark.parametrize("layers", [None, ()], ids=["default layers", "no layers"])
@pytest.mark.parametrize(
    "address", [*BAD_BYTES, "/%00", "/%0D%0AX:%201", "//", "/%2e%2e/%5c", "/%2F%2F"]
)
def test_no_path_is_the_servers_fault(address, layers):
    status = 400 if address in BAD_BYTES else 404
    assert Client(Application(Routes(), layers)).get(address).status == status


@pytest.mark.parametrize(
    ("base_url", "path", "url"),
    [
        ("http://localhost", "/", "http://localhost/"),
        ("https://x.example:8443", "/a b?q=%20", "https://x.example:8443/a%20b?q=%20"),
        ("http://localhost/caf%C3%A9/", "/é%3F", "http://localhost/caf%C3%A9/%C3%A9%3F"),
    ],
)
def test_the_url_is_the_whole_address(base_url, path, url):
    assert RequestFactory(base_url).get(path).url == url


def test_a_mount_that_is_not_utf_8_is_a_bad_request():
    with pytest.raises(BadRequest):
        _ = get("/", environ={"SCRIPT_NAME": "/\xff"}).script_name


def test_the_host_is_the_servers_name_where_the_visitor_names_none():
    assert get("/", environ={"HTTP_HOST": ""}).host == "localhost"


def test_a_path_is_quoted_for_a_url():
    assert quote_path("/é ?#%;a=b&c") == "/%C3%A9%20%3F%23%25;a=b&c"


def test_the_facts_of_a_request_are_read_when_asked():
    request = get("/?a=1&a=2", secure=True, headers={"Cookie": "sid=1", "X-A": "b"})
    assert (request.scheme, request.is_secure, request.query_string) == ("https", True, "a=1&a=2")
    assert (request.query.getlist("a"), request.cookies) == (["1", "2"], {"sid": "1"})
    assert (request.headers["x-a"], request.client_address) == ("b", "127.0.0.1")
    assert request.query is request.query


@pytest.mark.parametrize(
    "query", ["", "&", "%", "a=%FF", "\xff", "=&=&;", "a=1;b=2", "%00", "a" * 9999]
)
def test_no_query_is_the_servers_fault(query):
    request = get("/", environ={"QUERY_STRING": query})
    assert "b" not in request.query


def test_a_query_keeps_within_its_limit():
    assert len(limited(get("/?" + "a=1&" * 9), max_fields=10).query.pairs()) == 9
    with pytest.raises(PayloadTooLarge):
        _ = limited(get("/?" + "a=1&" * 10), max_fields=10).query
    with pytest.raises(PayloadTooLarge):
        _ = get("/", environ={"QUERY_STRING": "&" * 100_000}).query


def test_a_header_keeps_within_its_limit():
    cookie = {"Cookie": "a=" + "x" * 98}
    assert limited(get("/", headers=cookie), max_header_length=100).cookies["a"] == "x" * 98
    with pytest.raises(HeaderTooLarge):
        _ = limited(get("/", headers=cookie), max_header_length=99).cookies


def test_an_address_keeps_within_its_limit():
    routes = Routes()
    routes.get("/<path:rest>")(lambda request, rest: text_response("ok"))
    client = Client(
        Application(routes, [ErrorPages(), AllowedHosts(limits=Limits(max_url_length=20))])
    )
    assert [client.get(path).status for path in ("/" + "a" * 19, "/" + "a" * 20)] == [200, 414]
    assert client.get("/a?" + "b" * 19).status == 414
    assert Client(Application(routes)).get("/a?" + "b" * 19).status == 200


def test_a_form_is_read():
    request = form(b"a=1&a=2&b=%C3%A9")
    assert (request.form.pairs(), len(request.files)) == ([("a", "1"), ("a", "2"), ("b", "é")], 0)
    assert request.body == b"a=1&a=2&b=%C3%A9"


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/json", "multipart/mixed; boundary=b"]
)
def test_a_body_of_another_type_is_no_form(content_type):
    request = form(b"a=1", content_type)
    assert (len(request.form), len(request.files), request.body) == (0, 0, b"a=1")


def test_a_form_keeps_within_its_limits():
    limits = {"max_form_bytes": 9, "max_fields": 2}
    assert limited(form(b"a=1&b=2"), **limits).form["b"] == "2"
    for data in (b"a=12345678", b"a=1&b=2&c"):
        with pytest.raises(PayloadTooLarge):
            _ = limited(form(data), **limits).form
        assert "a" in form(data).form


def test_a_form_that_announces_too_much_is_refused_unread():
    request = form(environ={"CONTENT_LENGTH": "1048577"})
    with pytest.raises(PayloadTooLarge):
        _ = request.form
    assert request.environ["wsgi.input"].tell() == 0


def test_the_limits_hold_for_a_body_without_a_length():
    chunked = {
        "HTTP_TRANSFER_ENCODING": "chunked",
        "CONTENT_LENGTH": "",
        "wsgi.input_terminated": True,
    }
    for content_type in (FORM, "multipart/form-data; boundary=b", "application/json"):
        data = b"[" + b" " * 20 * 1024 * 1024
        request = form(data, content_type, environ=chunked)
        with pytest.raises(PayloadTooLarge):
            _ = request.json if "json" in content_type else request.form


def upload(data=b"xyz", **options):
    return post(
        "/", data={"title": "Leaf"}, files={"photo": ("a.png", data, "image/png")}, **options
    )


def test_a_form_with_files_is_read():
    request = upload()
    assert (request.form["title"], request.files["photo"].read()) == ("Leaf", b"xyz")
    request.close()


def test_a_form_with_files_is_read_from_a_body_that_was_read_before():
    request = upload()
    assert b"Leaf" in request.body
    assert (request.form["title"], request.files["photo"].read()) == ("Leaf", b"xyz")
    request.close()


def test_the_body_of_a_form_with_files_is_gone_once_the_form_is_read():
    request = upload()
    assert request.form["title"] == "Leaf"
    with pytest.raises(RuntimeError, match=r"use request\.form and request\.files"):
        _ = request.body
    request.close()


@pytest.mark.parametrize("limits", [{"max_file_bytes": 2}, {"max_form_bytes": 3}, {"max_files": 0}])
def test_after_a_failure_nobody_reads_on_from_the_middle(limits):
    request = limited(upload(b"x" * 200_000), **limits)
    with pytest.raises(PayloadTooLarge):
        _ = request.form
    taken = request.environ["wsgi.input"].tell()
    for name in ("form", "files", "body"):
        with pytest.raises(BadRequest):
            getattr(request, name)
    assert request.environ["wsgi.input"].tell() == taken


def test_a_form_with_two_boundaries_is_a_bad_request():
    with pytest.raises(BadRequest):
        _ = form(b"", "multipart/form-data; boundary=a; boundary=b").form


def test_json_is_read():
    request = post("/", json={"a": ["é"]})
    assert (request.json, request.content_type) == ({"a": ["é"]}, "application/json")
    assert request.content_length == len(request.body)


@pytest.mark.parametrize("content_type", ["", "text/plain", FORM, "text/plain;application/json"])
def test_json_of_another_type_is_refused(content_type):
    with pytest.raises(UnsupportedMediaType):
        _ = form(b"{}", content_type).json


@pytest.mark.parametrize(
    ("data", "content_type"),
    [(b"a=1", FORM), (b"[1]", "application/json"), (b"x", "multipart/form-data; boundary=b")],
)
def test_a_compressed_body_is_refused_unread(data, content_type):
    request = form(data, content_type, headers={"Content-Encoding": "gzip"})
    with pytest.raises(UnsupportedMediaType):
        _ = request.json if "json" in content_type else request.form
    assert request.environ["wsgi.input"].tell() == 0
    assert request.body == data


@pytest.fixture
def echo():
    """An application that reads whatever was sent."""
    routes = Routes()

    @routes.post("/<kind>")
    def read(request, kind):
        value = getattr(request, kind)
        return json_response(
            str(value) if kind == "body" else dict(value) if kind == "form" else value
        )

    return Client(Application(routes))


UPLOAD = "multipart/form-data; boundary=b"
DEEP = b"[" * 100_000


@pytest.mark.parametrize(
    ("address", "data", "content_type", "environ", "status"),
    [
        pytest.param("/json", DEEP, "application/json", {}, 400, id="deep JSON"),
        pytest.param("/json", b"9" * 5000, "application/json", {}, 400, id="5,000 digits"),
        pytest.param("/json", b'"\xe9"', "application/json", {}, 400, id="latin-1 JSON"),
        pytest.param("/json", b"1e999", "application/json", {}, 400, id="a number without end"),
        pytest.param("/json", b'"\\ud800"', "application/json", {}, 400, id="half a character"),
        pytest.param("/json", b"{}", "text/plain", {}, 415, id="JSON as text"),
        pytest.param("/form", b"&" * 2000, FORM, {}, 413, id="2,000 fields"),
        pytest.param("/form", b"a=\xff%FF%", FORM, {}, 200, id="form of raw bytes"),
        pytest.param("/form", b"--b", UPLOAD, {}, 400, id="cut multipart"),
        pytest.param("/body", b"x", "", {"CONTENT_LENGTH": "+1"}, 400, id="length +1"),
        pytest.param("/body", b"x", "", {"CONTENT_LENGTH": "1_0"}, 400, id="length 1_0"),
        pytest.param("/body", b"x", "", {"CONTENT_LENGTH": " 1"}, 400, id="length with a space"),
        pytest.param("/body", b"x", "", {"CONTENT_LENGTH": "-1"}, 400, id="length -1"),
        pytest.param("/body", b"x", "", {"CONTENT_LENGTH": "9" * 12}, 413, id="huge length"),
        pytest.param("/body", b"x", "", {"CONTENT_LENGTH": "9" * 5000}, 400, id="absurd length"),
        pytest.param("/body", b"x", "", {"CONTENT_LENGTH": "5"}, 400, id="short body"),
        pytest.param("/body", b"x", "", {"HTTP_TRANSFER_ENCODING": "chunked"}, 411, id="chunked"),
    ],
)
def test_no_body_is_the_servers_fault(echo, address, data, content_type, environ, status):
    asked = make_environ("POST", address, data=data, content_type=content_type, environ=environ)
    assert echo.raw(asked).status == status


def test_a_connection_that_breaks_is_answered_with_400(echo):
    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise OSError("request data read error")

    environ = {"wsgi.input": Broken(), "CONTENT_LENGTH": "5"}
    assert echo.raw(make_environ("POST", "/body", environ=environ)).status == 400


def test_every_request_has_a_name_of_its_own():
    first, second = get("/"), get("/")
    assert first.id == first.id != second.id
    assert f"-{os.getpid():x}-" in first.id


def test_a_nonce_is_random_and_stays_for_the_request():
    first, second = get("/"), get("/")
    assert first.csp_nonce() == first.csp_nonce() != second.csp_nonce()
    assert len(first.csp_nonce()) >= 20


def test_a_request_shows_its_method_and_path():
    assert repr(get("/a%0Ab")) == "<Request GET '/a\\nb'>"


def test_closing_a_request_that_read_no_form_reads_none():
    request = form(environ={"CONTENT_LENGTH": "broken"})
    request.close()
    with pytest.raises(HTTPError):
        _ = request.form
