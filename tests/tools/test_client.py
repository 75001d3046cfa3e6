import json
from urllib.parse import parse_qs

import pytest

from framework.tools.client import Client, make_environ

HTML = ("Content-Type", "text/html; charset=utf-8")
METHODS = ["get", "head", "post", "put", "patch", "delete", "options", "trace"]
LOGIN = """<form id="login" method="post" action="/login">
<input type="hidden" name="csrf_token" value="secret"><input name="user"><button>Go</button></form>
<form id="search" action="/search"><input name="q"></form>"""


def site(environ, start_response):
    """A small site as a plain WSGI callable; what it was asked comes back as JSON."""
    path, query = environ["PATH_INFO"], parse_qs(environ["QUERY_STRING"])
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length).decode()
    if path.startswith("/to/"):
        headers = [HTML, ("Location", query["url"][0])]
        start_response(f"{path[4:]} Elsewhere", headers)
        return []
    if path == "/cookies":
        headers = [HTML, *(("Set-Cookie", text) for text in query.get("set", []))]
        start_response("200 OK", headers)
        return []
    if path == "/page":
        start_response("200 OK", [HTML])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [LOGIN.encode()]
    start_response("200 OK", [("Content-Type", "application/json")])
    facts = {key: value for key, value in environ.items() if isinstance(value, str)}
    answer = json.dumps({**facts, "body": body}).encode()
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer]


@pytest.fixture
def client():
    return Client(site)


@pytest.mark.parametrize("method", METHODS)
def test_each_method_has_its_word(client, method):
    response = getattr(client, method)("/echo")
    assert (response.status, response.method) == (200, method.upper())


def test_any_method_can_be_asked(client):
    assert client.open("PURGE", "/echo").json()["REQUEST_METHOD"] == "PURGE"


def test_a_form_is_sent(client):
    facts = client.post("/echo", data={"name": "Ann", "tag": ["a", "b"]}).json()
    assert facts["body"] == "name=Ann&tag=a&tag=b"
    assert facts["CONTENT_TYPE"] == "application/x-www-form-urlencoded"


def test_json_is_sent(client):
    facts = client.put("/echo", json={"price": 12}).json()
    assert (facts["body"], facts["CONTENT_TYPE"]) == ('{"price": 12}', "application/json")


def test_a_raw_body_is_sent_with_its_type(client):
    facts = client.post("/echo", data="a;b", content_type="text/csv").json()
    assert (facts["body"], facts["CONTENT_TYPE"]) == ("a;b", "text/csv")


def test_a_path_and_a_query_may_be_unicode(client):
    facts = client.get("/café", query={"q": "ü"}).json()
    assert (facts["PATH_INFO"], facts["QUERY_STRING"]) == ("/caf\xc3\xa9", "q=%C3%BC")


def test_the_address_that_was_asked_is_kept(client):
    response = client.get("/café?a=1", query={"q": "ü"}, secure=True)
    assert response.url == "https://localhost/caf%C3%A9?a=1&q=%C3%BC"


def test_headers_of_the_visitor_are_sent_with_each_request():
    client = Client(site, headers={"Accept-Language": "de", "X-A": "always"})
    facts = client.get("/echo", headers={"x-a": "this once"}).json()
    assert (facts["HTTP_ACCEPT_LANGUAGE"], facts["HTTP_X_A"]) == ("de", "this once")
    assert client.get("/echo").json()["HTTP_X_A"] == "always"


def test_cookies_are_kept_and_sent_back(client):
    client.get("/cookies", query={"set": ["sid=9f2c; Path=/; HttpOnly", "old=1"]})
    assert client.cookies["sid"] == "9f2c"
    assert client.get("/echo").json()["HTTP_COOKIE"] == "sid=9f2c; old=1"


def test_two_clients_are_two_visitors(client):
    client.get("/cookies", query={"set": "sid=9f2c"})
    assert "HTTP_COOKIE" not in Client(site).get("/echo").json()


def test_a_secure_cookie_is_sent_over_https_only(client):
    client.get("/cookies", query={"set": "__Host-sid=1; Secure; Path=/"}, secure=True)
    assert "HTTP_COOKIE" not in client.get("/echo").json()
    assert client.get("/echo", secure=True).json()["HTTP_COOKIE"] == "__Host-sid=1"


def test_cookies_end_by_the_clock_of_the_client():
    now = [0.0]
    client = Client(site, clock=lambda: now[0])
    client.get("/cookies", query={"set": "a=1; Max-Age=60"})
    now[0] = 61.0
    assert "a" not in client.cookies


def test_a_cookie_header_by_hand_replaces_those_of_the_jar(client):
    client.cookies.set("sid", "kept")
    assert (
        client.get("/echo", headers={"Cookie": "sid=forged"}).json()["HTTP_COOKIE"] == "sid=forged"
    )


def test_the_answer_tells_what_it_asked_the_browser_to_keep(client):
    response = client.get("/cookies", query={"set": "sid=1; HttpOnly; SameSite=Lax"})
    cookie = response.cookies["sid"]
    assert (cookie.value, cookie.http_only, cookie.same_site) == ("1", True, "Lax")


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [
        (301, "GET", "GET"),
        (301, "POST", "GET"),
        (301, "PUT", "PUT"),
        (302, "POST", "GET"),
        (302, "HEAD", "HEAD"),
        (303, "POST", "GET"),
        (303, "PUT", "GET"),
        (303, "HEAD", "HEAD"),
        (307, "POST", "POST"),
        (308, "PATCH", "PATCH"),
    ],
)
def test_a_redirect_is_followed_as_browsers_do(client, status, method, then):
    response = client.open(method, f"/to/{status}", query={"url": "/echo?a=1"}, follow=True)
    assert (response.method, response.url) == (then, "http://localhost/echo?a=1")
    assert [step.status for step in response.history] == [status]


@pytest.mark.parametrize(("status", "body"), [(303, ""), (307, "name=Ann"), (308, "name=Ann")])
def test_the_body_goes_on_where_the_method_does(client, status, body):
    response = client.post(
        f"/to/{status}", query={"url": "/echo"}, data={"name": "Ann"}, follow=True
    )
    assert response.json()["body"] == body
    assert ("CONTENT_TYPE" in response.json()) is bool(body)


def test_without_follow_the_redirect_is_the_answer(client):
    response = client.get("/to/303", query={"url": "echo"})
    assert (response.status, response.location) == (303, "http://localhost/to/echo")
    assert response.history == ()


def test_a_cookie_of_the_redirect_is_sent_to_its_target():
    def application(environ, start_response):
        seen = environ.get("HTTP_COOKIE", "")
        target = [] if seen else [("Location", "/"), ("Set-Cookie", "a=1")]
        start_response("200 OK" if seen else "303 See Other", [HTML, *target])
        return [seen.encode()]

    assert Client(application).get("/", follow=True).text == "a=1"


def test_a_circle_of_redirects_is_left(client):
    circle = "/to/302?url=/to/302%3Furl%3D/echo"

    def application(environ, start_response):
        start_response("302 Found", [HTML, ("Location", circle)])
        return []

    with pytest.raises(RuntimeError, match="more than 20 redirects"):
        Client(application).get("/", follow=True)


def test_a_redirect_within_the_site_changes_host_and_scheme(client):
    response = client.get("/to/301", query={"url": "https://www.localhost/echo"}, follow=True)
    assert response.json()["HTTP_HOST"] == "www.localhost"
    assert response.json()["wsgi.url_scheme"] == "https"


def test_a_redirect_to_another_site_is_not_answered_by_this_one(client):
    with pytest.raises(RuntimeError, match=r"redirects to https://pay.example/, another site"):
        client.get("/to/303", query={"url": "https://pay.example/"}, follow=True)


def test_a_password_is_not_sent_to_another_host(client):
    headers = {"Authorization": "Basic YTpi", "Accept": "text/html"}
    query = {"url": "http://www.localhost/echo"}
    facts = client.get("/to/302", query=query, headers=headers, follow=True).json()
    assert "HTTP_AUTHORIZATION" not in facts
    assert facts["HTTP_ACCEPT"] == "text/html"


def test_a_form_is_submitted_as_a_visitor_would(client):
    facts = client.submit(client.get("/page"), "#login", user="ann").json()
    assert facts["body"] == "csrf_token=secret&user=ann"
    assert facts["HTTP_ORIGIN"] == "http://localhost"
    assert facts["HTTP_REFERER"] == "http://localhost/page"


def test_a_search_form_is_submitted_as_a_query(client):
    facts = client.submit(client.get("/page"), "/search", {"q": "green tea"}).json()
    assert (facts["REQUEST_METHOD"], facts["QUERY_STRING"]) == ("GET", "q=green+tea")
    assert "HTTP_ORIGIN" not in facts


def test_a_form_is_submitted_with_headers_of_its_own(client):
    origin = {"Origin": "https://evil.example"}
    facts = client.submit(client.get("/page"), headers=origin, user="ann").json()
    assert facts["HTTP_ORIGIN"] == "https://evil.example"


def test_a_form_that_is_not_there_is_an_error(client):
    with pytest.raises(LookupError, match="no form 0 in <TestResponse 200 OK, GET"):
        client.submit(client.get("/echo"))


def test_raw_calls_the_application_with_what_no_server_would_send(client):
    environ = make_environ("GET", "/echo", environ={"CONTENT_LENGTH": "0", "PATH_INFO": "no slash"})
    assert client.raw(environ).json()["PATH_INFO"] == "no slash"
    with pytest.raises(AssertionError, match="doesn't start with /"):
        client.get("/echo", environ={"PATH_INFO": "no slash"})


def fails(environ, start_response):
    """An application that answers 500 itself, as the errors layer does."""
    environ["framework.error"] = ZeroDivisionError("in the controller")
    start_response("500 Internal Server Error", [HTML, ("Set-Cookie", "seen=1")])
    return [b"Sorry."]


def test_an_error_is_raised_again_when_the_answer_is_complete():
    client = Client(fails)
    with pytest.raises(ZeroDivisionError, match="in the controller"):
        client.get("/")
    assert client.cookies["seen"] == "1"


def test_an_error_can_be_looked_at_instead():
    response = Client(fails, raise_exceptions=False).get("/")
    assert (response.status, response.text) == (500, "Sorry.")
    assert isinstance(response.error, ZeroDivisionError)


@pytest.mark.parametrize("raise_exceptions", [True, False])
def test_what_escapes_the_application_is_raised_in_any_case(raise_exceptions):
    def application(environ, start_response):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Client(application, raise_exceptions=raise_exceptions).get("/")


def test_a_mounted_application_keeps_its_mount():
    client = Client(site, "https://uni.test:8443/shop/")
    facts = client.get("/cart").json()
    assert (facts["SCRIPT_NAME"], facts["PATH_INFO"]) == ("/shop", "/cart")
    response = client.get("/to/303", query={"url": "/shop/echo"}, follow=True)
    assert response.url == "https://uni.test:8443/shop/echo"
