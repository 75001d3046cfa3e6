import io

import pytest

from framework.http.request import Request
from framework.tools.client import make_environ
from framework.tools.client.environ import address


def test_an_environ_is_what_pep_3333_asks_for():
    environ = make_environ("GET", "/blog/?page=2")
    asked = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/blog/",
        "QUERY_STRING": "page=2",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
    }
    assert asked.items() <= environ.items()


@pytest.mark.parametrize(
    ("path", "path_info", "read"),
    [
        pytest.param("/café", "/caf\xc3\xa9", "/café", id="as written"),
        pytest.param("/caf%C3%A9", "/caf\xc3\xa9", "/café", id="escaped"),
        pytest.param("/a%2Fb", "/a/b", "/a/b", id="a slash is decoded, as servers do"),
        pytest.param("/%F0%9F%8C%B1", "/\xf0\x9f\x8c\xb1", "/🌱", id="beyond the BMP"),
        pytest.param("/100%25", "/100%", "/100%", id="percent"),
        pytest.param("//evil.example/x", "//evil.example/x", "//evil.example/x", id="no host"),
        pytest.param("/a#top", "/a", "/a", id="a fragment stays in the browser"),
    ],
)
def test_a_path_travels_as_bytes_in_latin_1_and_is_read_back(path, path_info, read):
    environ = make_environ("GET", path)
    assert environ["PATH_INFO"] == path_info
    assert Request(environ).path == read


def test_the_query_of_the_path_and_the_given_one_are_joined():
    environ = make_environ("GET", "/?a=ü", query={"b": ["1", "2"]})
    assert environ["QUERY_STRING"] == "a=%C3%BC&b=1&b=2"


def test_a_length_is_sent_only_with_a_body():
    assert "CONTENT_LENGTH" not in make_environ("POST", "/")
    assert make_environ("POST", "/", data=b"")["CONTENT_LENGTH"] == "0"
    assert make_environ("POST", "/", data="ü", content_type="text/plain")["CONTENT_LENGTH"] == "2"


def test_the_input_ends_where_the_body_ends():
    stream = make_environ("POST", "/", data=b"abc")["wsgi.input"]
    assert (stream.read(2), stream.read(100), stream.read(100)) == (b"ab", b"c", b"")


@pytest.mark.parametrize(
    ("headers", "variables"),
    [
        pytest.param({"Accept": "text/html"}, {"HTTP_ACCEPT": "text/html"}, id="prefixed"),
        pytest.param({"content-type": "a/b"}, {"CONTENT_TYPE": "a/b"}, id="of the body"),
        pytest.param([("X-A", "1"), ("x-a", "2")], {"HTTP_X_A": "1, 2"}, id="repeated"),
        pytest.param([("Cookie", "a=1"), ("Cookie", "b=2")], {"HTTP_COOKIE": "a=1; b=2"}, id="c"),
        pytest.param({"Host": "evil.example"}, {"HTTP_HOST": "evil.example"}, id="by hand wins"),
    ],
)
def test_headers_stand_under_their_names(headers, variables):
    assert variables.items() <= make_environ("GET", "/", headers=headers).items()


def test_a_header_beyond_latin_1_is_refused():
    with pytest.raises(ValueError, match="Latin-1"):
        make_environ("GET", "/", headers={"X-Name": "日本"})


@pytest.mark.parametrize(
    ("base_url", "host", "name", "port"),
    [
        ("http://shop.test", "shop.test", "shop.test", "80"),
        ("https://shop.test", "shop.test", "shop.test", "443"),
        ("http://shop.test:8000", "shop.test:8000", "shop.test", "8000"),
        ("http://[::1]:8000", "[::1]:8000", "[::1]", "8000"),
    ],
)
def test_the_base_url_says_who_is_asked(base_url, host, name, port):
    environ = make_environ("GET", "/", base_url=base_url)
    asked = (environ["HTTP_HOST"], environ["SERVER_NAME"], environ["SERVER_PORT"])
    assert asked == (host, name, port)
    assert address(environ) == f"{base_url}/"


def test_secure_asks_over_https():
    environ = make_environ("GET", "/", secure=True)
    assert (environ["wsgi.url_scheme"], environ["SERVER_PORT"]) == ("https", "443")


def test_a_whole_address_overrules_the_base():
    environ = make_environ("GET", "https://pay.test/x?y=1")
    assert address(environ) == "https://pay.test/x?y=1"


@pytest.mark.parametrize("path", ["/", "http://localhost/app", "http://localhost/app/"])
def test_the_path_of_the_base_is_where_the_application_is_mounted(path):
    environ = make_environ("GET", path, base_url="http://localhost/app/")
    assert (environ["SCRIPT_NAME"], environ["PATH_INFO"]) == ("/app", "/")


def test_an_address_outside_of_the_mount_is_refused():
    with pytest.raises(ValueError, match="outside of /app"):
        make_environ("GET", "http://localhost/apples", base_url="http://localhost/app")


@pytest.mark.parametrize("path", ["", "blog/", "?page=2", "ftp://localhost/"])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(ValueError, match="starts with '/'"):
        make_environ("GET", path)


def test_variables_by_hand_overrule_the_rest():
    stream = io.BytesIO(b"x")
    environ = make_environ("GET", "/", environ={"REMOTE_ADDR": "::1", "wsgi.input": stream})
    assert (environ["REMOTE_ADDR"], environ["wsgi.input"]) == ("::1", stream)
