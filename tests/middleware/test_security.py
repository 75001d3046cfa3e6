import pytest

from framework.application import Application
from framework.http.body import Limits
from framework.http.errors import Forbidden
from framework.http.response import Response, json_response, redirect, stream_response
from framework.http.signing import Signer
from framework.middleware.chain import default_chain
from framework.middleware.csrf import CsrfMiddleware
from framework.middleware.errors import ErrorPages
from framework.middleware.security import AllowedHosts, SecurityHeaders
from framework.middleware.static import StaticFiles
from framework.routing.routes import Routes
from framework.tools.client import Client, make_environ

HOSTS = ["good.example", ".example.org", "127.0.0.1", "[::1]"]


def legacy(environ, start_response):
    """A mounted application with a header of its own, spelled its own way."""
    start_response("200 OK", [("content-type", "text/plain"), ("x-frame-options", "SAMEORIGIN")])
    return [b"legacy"]


def broken(request):
    raise ZeroDivisionError


def refused(request):
    raise Forbidden


routes = Routes()
routes.add("/", lambda request: Response("page"), name="page")
routes.add("/slash/", lambda request: Response("page"), name="slash")
routes.add("/json", lambda request: json_response({}), name="json")
routes.add("/stream", lambda request: stream_response(iter([b"a", b"b"])), name="stream")
routes.add("/redirect", lambda request: redirect("/"), name="redirect")
routes.add("/empty", lambda request: Response(b"", 204), name="empty")
routes.add("/refused", refused, name="refused")
routes.add("/broken", broken, name="broken")
routes.add("/post", lambda request: Response("posted"), name="post", methods=("POST",))
routes.mount("/legacy", legacy)


@pytest.fixture
def application(tmp_path):
    (tmp_path / "small.css").write_text("a {}")
    (tmp_path / "large.bin").write_bytes(b"x" * 200_000)
    layers = default_chain(
        headers=SecurityHeaders(),
        errors=ErrorPages(),
        hosts=AllowedHosts(["localhost"]),
        static=StaticFiles("/static/", [tmp_path]),
        csrf=CsrfMiddleware(Signer(["k" * 32])),
    )
    return Application(routes, layers)


@pytest.fixture
def client(application):
    return Client(application, raise_exceptions=False)


def guarded(*layers):
    """A site of one page that says under which host it was asked."""
    own = Routes()
    own.add("/", lambda request: Response(request.host), name="page")
    return Client(Application(own, [ErrorPages(), *layers]), raise_exceptions=False)


def ask(client, host):
    """The answer to a request whose Host header is exactly this text."""
    environ = make_environ("GET", "/")
    environ["HTTP_HOST"] = host
    return client.raw(environ)


# Headers, on every kind of answer

ANSWERS = {
    "a page": ("GET", "/", 200),
    "a HEAD": ("HEAD", "/", 200),
    "OPTIONS": ("OPTIONS", "/", 204),
    "JSON": ("GET", "/json", 200),
    "a stream": ("GET", "/stream", 200),
    "a redirect": ("GET", "/redirect", 303),
    "a missing slash": ("GET", "/slash", 308),
    "no content": ("GET", "/empty", 204),
    "a small file": ("GET", "/static/small.css", 200),
    "a large file": ("GET", "/static/large.bin", 200),
    "no file": ("GET", "/static/none.css", 404),
    "a mounted application": ("GET", "/legacy/", 200),
    "403": ("GET", "/refused", 403),
    "403 of the CSRF check": ("POST", "/post", 403),
    "404": ("GET", "/nowhere", 404),
    "405": ("POST", "/", 405),
    "414": ("GET", "/?" + "a" * 9_000, 414),
    "500": ("GET", "/broken", 500),
    "an unknown method": ("BREW", "/", 405),
}
LINES = dict(SecurityHeaders().lines)


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS.values(), ids=ANSWERS)
def test_every_answer_carries_every_line_once(client, method, path, status):
    response = client.open(method, path)
    assert response.status == status
    for name, value in LINES.items():
        if (path, name) != ("/legacy/", "X-Frame-Options"):
            assert response.headers.getlist(name) == [value]


def test_a_304_carries_every_line(client):
    etag = client.get("/static/small.css").headers["ETag"]
    response = client.get("/static/small.css", headers={"If-None-Match": etag})
    assert response.status == 304
    assert all(response.headers.getlist(name) == [value] for name, value in LINES.items())


def test_a_refused_host_carries_every_line(client):
    response = ask(client, "evil.example")
    assert response.status == 400
    assert all(response.headers.getlist(name) == [value] for name, value in LINES.items())


def test_attack_without_the_layer_no_line_is_there():
    response = guarded().get("/")
    assert not any(name in response.headers for name in LINES)


def test_a_page_cannot_be_framed_by_an_old_browser_nor_by_a_new_one(client):
    headers = client.get("/").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_scripts_and_styles_come_from_files_of_our_own():
    policy = LINES["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy


@pytest.mark.parametrize("spelling", ["X-Frame-Options", "x-frame-options", "X-FRAME-OPTIONS"])
def test_a_line_that_the_answer_has_itself_stays(spelling):
    own = Routes()
    own.add("/", lambda r: Response("", headers=[(spelling, "SAMEORIGIN")]), name="page")
    response = Client(Application(own, [SecurityHeaders()])).get("/")
    assert response.headers.getlist("X-Frame-Options") == ["SAMEORIGIN"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_line_of_a_mounted_application_stays(client):
    assert client.get("/legacy/").headers.getlist("X-Frame-Options") == ["SAMEORIGIN"]


def test_one_answers_own_line_changes_no_other_answer(client):
    client.get("/legacy/")
    assert client.get("/").headers["X-Frame-Options"] == "DENY"


def test_strict_transport_security_must_be_asked_for():
    name = "Strict-Transport-Security"
    assert name not in guarded(SecurityHeaders()).get("/").headers
    with_hsts = guarded(SecurityHeaders(hsts_seconds=31_536_000))
    assert with_hsts.get("https://localhost/").headers[name] == "max-age=31536000"


def test_a_directive_is_replaced_added_or_removed():
    changes = {"form-action": "'self' https://pay.example", "frame-src": "https://v.example"}
    lines = dict(SecurityHeaders({**changes, "base-uri": ""}).lines)
    policy = lines["Content-Security-Policy"].split("; ")
    assert "form-action 'self' https://pay.example" in policy
    assert "frame-src https://v.example" in policy
    assert not any(directive.startswith("base-uri") for directive in policy)


@pytest.mark.parametrize("value", ["'self'\r\nSet-Cookie: a=b", "\n", "\0", "https://ü€.example"])
def test_a_line_that_is_none_fails_at_start(value):
    with pytest.raises(ValueError, match="is not one line"):
        SecurityHeaders({"form-action": value})


# A nonce, for those who ask


def nonce_site():
    own = Routes()
    own.add("/", lambda request: Response(request.csp_nonce()), name="inline")
    own.add("/other", lambda request: Response("page"), name="other")
    return Client(Application(own, [SecurityHeaders({"form-action": "'none'"})]))


def test_a_nonce_is_in_the_policy_of_its_own_answer_alone():
    client = nonce_site()
    response = client.get("/")
    policy = response.headers.getlist("Content-Security-Policy")
    assert len(policy) == 1
    assert f"script-src 'self' 'nonce-{response.text}'" in policy[0]
    assert "form-action 'none'" in policy[0]
    assert "nonce" not in client.get("/other").headers["Content-Security-Policy"]


def test_a_nonce_is_never_used_twice_so_its_answer_is_kept_by_nobody():
    client = nonce_site()
    assert client.get("/").text != client.get("/").text
    assert client.get("/").headers["Cache-Control"] == "no-store"
    assert "Cache-Control" not in client.get("/other").headers


# Hosts

OURS = {
    "name": "good.example",
    "capitals": "GOOD.Example",
    "port": "good.example:8000",
    "highest port": "good.example:65535",
    "trailing dot": "good.example.",
    "trailing dot and port": "good.example.:80",
    "domain itself": "example.org",
    "below the domain": "www.example.org",
    "far below the domain": "a.b.c.example.org",
    "below the domain, trailing dot": "www.example.org.",
    "longest": "a." * 121 + "example.org.:65535",
    "IPv4": "127.0.0.1",
    "IPv4 and port": "127.0.0.1:80",
    "IPv6": "[::1]",
    "IPv6 and port": "[::1]:8000",
}
FOREIGN = {
    "evil": "evil.example",
    "user": "a@evil.example",
    "our name as user": "good.example@evil.example",
    "our name and port as user": "good.example:80@evil.example",
    "our name with a user": "a@good.example",
    "space": "good.example evil.example",
    "leading space": " good.example",
    "trailing space": "good.example ",
    "comma": "good.example,evil.example",
    "two hosts joined by the server": "good.example, evil.example",
    "the same host twice": "good.example,good.example",
    "empty port": "good.example:",
    "port of letters": "good.example:http",
    "port too high": "good.example:65536",
    "port too long": "good.example:000080",
    "signed port": "good.example:+80",
    "two ports": "good.example:80:80",
    "port alone": ":80",
    "port of other digits": "good.example:\xb2",
    "line feed": "good.example\n",
    "line feed, then evil": "good.example\nevil.example",
    "carriage return": "good.example\r\nX-Evil: 1",
    "NUL": "good.example\0",
    "NUL, then evil": "good.example\0.evil.example",
    "tab": "good.example\t",
    "path": "good.example/evil",
    "query": "good.example?evil",
    "fragment": "good.example#evil",
    "backslash": "good.example\\evil",
    "scheme": "http://good.example",
    "quotes": '"good.example"',
    "percent": "good.example%00.evil.example",
    "letters of another script": "g\xf6\xf6d.example",
    "our name as a prefix": "good.example.evil.example",
    "our name as a suffix": "notgood.example",
    "below a name that is no domain": "www.good.example",
    "our domain as a suffix": "badexample.org",
    "only the dot of the domain": ".example.org",
    "two trailing dots": "good.example..",
    "two dots inside": "a..example.org",
    "only a dot": ".",
    "underscore": "a_b.example.org",
    "longer than a name may be": "aa." + "a." * 120 + "example.org.:65535",
    "other IPv4": "127.0.0.2",
    "IPv4 in decimal": "2130706433",
    "IPv4, shortened": "127.1",
    "other IPv6": "[::2]",
    "IPv6 without brackets": "::1",
    "IPv6, left open": "[::1",
    "IPv6, then evil": "[::1].evil.example",
    "IPv6 with a zone": "[::1%25eth0]",
}


@pytest.mark.parametrize("host", OURS.values(), ids=OURS)
def test_our_hosts_are_answered(host):
    response = ask(guarded(AllowedHosts(HOSTS)), host)
    assert (response.status, response.text) == (200, host)


@pytest.mark.parametrize("host", FOREIGN.values(), ids=FOREIGN)
def test_a_foreign_host_is_refused(host):
    response = ask(guarded(AllowedHosts(HOSTS)), host)
    assert response.status == 400
    assert "example" not in response.text


@pytest.mark.parametrize("host", FOREIGN.values(), ids=FOREIGN)
def test_attack_without_the_layer_the_foreign_host_reaches_the_page(host):
    assert ask(guarded(), host).body.decode() == host


@pytest.mark.parametrize("host", FOREIGN.values(), ids=FOREIGN)
def test_a_host_refused_once_stays_refused(host):
    client = guarded(AllowedHosts(HOSTS))
    ask(client, "good.example")
    assert [ask(client, host).status for _ in range(2)] == [400, 400]


def test_a_foreign_host_is_refused_before_anything_of_the_site_runs():
    called = []

    def inner(handler):
        def handle(request):
            called.append(request)
            return handler(request)

        return handle

    assert ask(guarded(AllowedHosts(HOSTS), inner), "evil.example").status == 400
    assert called == []


@pytest.mark.parametrize("name", ["X-Forwarded-Host", "Forwarded", "X-Host", "X-Original-Host"])
def test_a_header_of_a_proxy_names_no_host(name):
    value = 'host="evil.example"' if name == "Forwarded" else "evil.example"
    response = guarded(AllowedHosts(["localhost"])).get("/", headers={name: value})
    assert (response.status, response.text) == (200, "localhost")


@pytest.mark.parametrize(("server", "status"), [("good.example", 200), ("evil.example", 400)])
@pytest.mark.parametrize("sent", [{}, {"HTTP_HOST": ""}], ids=["none", "empty"])
def test_without_a_host_header_the_servers_name_must_be_ours(server, status, sent):
    environ = make_environ("GET", "/")
    del environ["HTTP_HOST"]
    response = guarded(AllowedHosts(HOSTS)).raw({**environ, "SERVER_NAME": server, **sent})
    assert response.status == status


def test_the_memory_of_known_hosts_is_bounded():
    hosts = AllowedHosts(HOSTS)
    client = guarded(hosts)
    answers = {ask(client, f"www{number}.example.org").status for number in range(500)}
    assert answers == {200}
    assert len(hosts._known) == 64


def test_a_foreign_host_is_not_remembered():
    hosts = AllowedHosts(HOSTS)
    for host in FOREIGN.values():
        ask(guarded(hosts), host)
    assert hosts._known == set()


@pytest.mark.parametrize("hosts", ["localhost", [], ()], ids=["a text", "a list", "a tuple"])
def test_hosts_that_are_no_list_fail_at_start(hosts):
    with pytest.raises(ValueError, match="pass a list of host names"):
        AllowedHosts(hosts)


# Limits


@pytest.mark.parametrize(("length", "status"), [(100, 200), (101, 414)])
def test_path_and_query_have_one_limit(length, status):
    client = guarded(AllowedHosts(limits=Limits(max_url_length=100)))
    assert client.get("/?" + "q" * (length - 1)).status == status


def test_the_limit_holds_for_the_path_alone(client):
    assert client.get("/" + "a" * 8_191).status == 404
    assert client.get("/" + "a" * 8_192).status == 414


def test_attack_without_the_layer_an_endless_address_reaches_the_page():
    assert guarded().get("/?" + "q" * 1_000_000).status == 200


@pytest.mark.parametrize(
    ("layers", "status"), [([AllowedHosts(limits=Limits(max_form_bytes=10))], 413), ([], 200)]
)
def test_the_layer_gives_the_request_its_limits(layers, status):
    own = Routes()
    own.add("/", lambda r: Response(str(len(r.form))), name="page", methods=("POST",))
    client = Client(Application(own, [ErrorPages(), *layers]))
    assert client.post("/", data={"text": "a" * 100}).status == status


def test_a_cookie_header_that_is_too_long_is_431_before_any_page_reads_it():
    routes = Routes()
    routes.get("/")(lambda request: "page")
    client = Client(Application(routes))
    assert client.get("/", headers={"Cookie": "a=" + "b" * 20_000}).status == 431
    assert client.get("/", headers={"Cookie": "a=" + "b" * 10_000}).status == 200
