import logging
from itertools import product

import pytest
from sqlalchemy import func, select

from framework.application import Application
from framework.http import request as request_module
from framework.http.errors import NotConnected, ServiceUnavailable
from framework.http.request import Request
from framework.http.response import Response
from framework.http.signing import Signer
from framework.middleware import csrf
from framework.middleware.chain import default_chain
from framework.middleware.csrf import PASSED, CsrfMiddleware, csrf_verdict, mask, unmask
from framework.middleware.errors import ErrorPages
from framework.mvc.model import Database, Model
from framework.routing.routes import Routes
from framework.sessions.middleware import SessionMiddleware
from framework.sessions.session import Session
from framework.sessions.stores.database import DatabaseStore, SessionRow
from framework.sessions.stores.memory import MemoryStore
from framework.tools.client import Client, make_environ

KEY, DAY = "k" * 32, 24 * 3600
HTTP, HTTPS = "http://localhost", "https://localhost"


# The site under attack


def form(request, headers=()):
    token = request.csrf.token() if request.is_connected("csrf") else ""
    field = f'<input type="hidden" name="csrf_token" value="{token}">'
    return Response(f'<form method="post" action="/send">{field}</form>', headers=headers)


def two_forms(request):
    return Response(f"{request.csrf.token()} {request.csrf.token()}")


def secret_form(request):
    return form(request, [("Cache-Control", "no-store")])


def send(request):
    return Response("sent")


def login(request):
    request.session["user"] = 5
    request.session.renew()
    return Response("welcome")


def logout(request):
    request.session.flush()
    return Response("bye")


def logout_with_a_form(request):
    request.session.flush()
    return form(request)


def remember(request):
    request.session["cart"] = {"5": 2}
    return Response("kept")


def missing(request):
    return Response(request.csrf.token(), 404)


def asks(request):
    """A page that looks for the point, as a template may, and renders no token."""
    return Response("a form could stand here" if request.csrf else "")


def legacy(environ, start_response):
    """A mounted application that reads its own body."""
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body]


ALL = ("POST", "PUT", "PATCH", "DELETE")


def make_routes():
    routes = Routes()
    routes.add("/form", form, name="form")
    routes.add("/two", two_forms, name="two")
    routes.add("/secret", secret_form, name="secret")
    routes.add("/missing", missing, name="missing")
    routes.add("/plain", lambda request: Response("plain"), name="plain")
    routes.add("/asks", asks, name="asks")
    routes.add("/remember", remember, name="remember")
    routes.add("/send", send, name="send", methods=ALL)
    routes.add("/login", login, name="login", methods=("POST",))
    routes.add("/logout", logout, name="logout", methods=("POST",))
    routes.add("/logout-form", logout_with_a_form, name="logout_form", methods=("POST",))
    routes.add("/hook", send, name="hook", methods=("POST",), csrf=False)
    routes.mount("/legacy", legacy)
    return routes


def application(protected=True, store=None, signer=None, trusted=()):
    layers = default_chain(
        errors=ErrorPages(),
        sessions=SessionMiddleware(store or MemoryStore()),
        csrf=CsrfMiddleware(signer or Signer([KEY]), trusted) if protected else None,
    )
    return Application(make_routes(), layers)


@pytest.fixture(params=[HTTP, HTTPS], ids=["http", "https"])
def client(request):
    return Client(application(), request.param)


def token_of(client, path="/form"):
    """The token in a page's form."""
    return client.get(path).form().data["csrf_token"][0]


def post(client, path="/send", token="", **headers):
    """A POST as a browser sends it from a page of our own, unless a header says otherwise."""
    sent = {"Origin": client.base_url, "Sec-Fetch-Site": "same-origin"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {name: value for name, value in sent.items() if value is not None}
    return client.post(path, data={"csrf_token": token} if token else {}, headers=sent)


# The verdict

FACTS = {
    "method": "POST",
    "exempt": False,
    "fetch_site": "same-origin",
    "origin": "https://shop.example",
    "referer_origin": "https://shop.example",
    "own_origin": "https://shop.example",
    "trusted": frozenset(),
    "secret": True,
    "token": True,
    "equal": True,
}
EVIL = "https://evil.example"
PLAIN = {"own_origin": "http://shop.example", "origin": ""}
NO_ORIGIN = {"fetch_site": "", "origin": ""}

VERDICTS = {
    "our own form": ({}, "token_matches"),
    "GET": ({"method": "GET", "token": False}, "safe_method"),
    "HEAD": ({"method": "HEAD", "token": False}, "safe_method"),
    "OPTIONS": ({"method": "OPTIONS", "token": False}, "safe_method"),
    "GET from elsewhere": ({"method": "GET", "fetch_site": "cross-site"}, "safe_method"),
    "PUT": ({"method": "PUT", "token": False}, "token_missing"),
    "a method in small letters": ({"method": "get", "token": False}, "token_missing"),
    "exempt": ({"exempt": True, "token": False, "origin": EVIL}, "exempt"),
    "cross-site": ({"fetch_site": "cross-site", "origin": EVIL}, "cross_site"),
    "cross-site without Origin": ({"fetch_site": "cross-site", "origin": ""}, "cross_site"),
    "subdomain": ({"fetch_site": "same-site", "origin": "https://a.shop.example"}, "cross_site"),
    "an unknown word": ({"fetch_site": "elsewhere", "origin": EVIL}, "cross_site"),
    "typed by the visitor": ({"fetch_site": "none"}, "token_matches"),
    "old browser": ({"fetch_site": ""}, "token_matches"),
    "foreign Origin": ({"fetch_site": "", "origin": EVIL}, "origin_differs"),
    "foreign Origin, ours said": ({"origin": EVIL}, "origin_differs"),
    "Origin null": ({"fetch_site": "", "origin": "null"}, "origin_differs"),
    "Origin of another scheme": (
        {"fetch_site": "", "origin": "http://shop.example"},
        "origin_differs",
    ),
    "Origin of another port": ({"origin": "https://shop.example:8443"}, "origin_differs"),
    "Origin that begins alike": ({"origin": "https://shop.example.evil"}, "origin_differs"),
    "trusted Origin": (
        {"fetch_site": "cross-site", "origin": EVIL, "trusted": frozenset((EVIL,))},
        "token_matches",
    ),
    "https, Referer alone": (NO_ORIGIN, "token_matches"),
    "https, foreign Referer": ({**NO_ORIGIN, "referer_origin": EVIL}, "referer_differs"),
    "https, no Referer": ({**NO_ORIGIN, "referer_origin": ""}, "referer_differs"),
    "https, trusted Referer": (
        {**NO_ORIGIN, "referer_origin": EVIL, "trusted": frozenset((EVIL,))},
        "token_matches",
    ),
    "http, no Referer": ({**PLAIN, "referer_origin": ""}, "token_matches"),
    "http, foreign Referer": ({**PLAIN, "referer_origin": EVIL}, "token_matches"),
    "no token": ({"token": False, "equal": False}, "token_missing"),
    "no token, no secret": ({"token": False, "secret": False, "equal": False}, "token_missing"),
    "no secret": ({"secret": False, "equal": False}, "secret_missing"),
    "another token": ({"equal": False}, "token_differs"),
}


@pytest.mark.parametrize(("changes", "code"), VERDICTS.values(), ids=VERDICTS)
def test_every_verdict_has_its_reason(changes, code):
    assert csrf_verdict({**FACTS, **changes}) == code


def test_every_reason_is_in_the_table():
    codes = {code for _, code in VERDICTS.values()}
    assert codes >= PASSED
    assert codes - PASSED == {
        *("cross_site", "origin_differs", "referer_differs"),
        *("token_missing", "secret_missing", "token_differs"),
    }


def test_nothing_passes_without_the_right_token_from_a_page_of_ours():
    own, evil, truth = FACTS["own_origin"], EVIL, (True, False)
    sites = ("", "none", "same-origin", "same-site", "cross-site")
    names = ("fetch_site", "origin", "referer_origin", "token", "secret", "equal")
    for values in product(sites, ("", own, evil, "null"), ("", own, evil), truth, truth, truth):
        facts = {**FACTS, **dict(zip(names, values, strict=True))}
        if csrf_verdict(facts) in PASSED:
            assert (facts["token"], facts["secret"], facts["equal"]) == (True, True, True)
            assert own in (facts["origin"], facts["referer_origin"])
            assert facts["origin"] in ("", own)


class Trace:
    """Writes down what it is told."""

    def __init__(self):
        self.told = []

    def decide(self, what, **evidence):
        self.told.append((what, evidence))


def test_the_verdict_tells_its_trace():
    trace = Trace()
    csrf_verdict(FACTS, trace=trace)
    assert trace.told == [("csrf.check", {"code": "token_matches", **FACTS})]


@pytest.mark.parametrize(
    ("method", "codes"), [("GET", ["safe_method"]), ("POST", ["token_missing"])]
)
def test_a_request_that_is_traced_tells_every_verdict(method, codes, monkeypatch):
    trace, path = Trace(), "/plain" if method == "GET" else "/send"
    monkeypatch.setattr(Request, "trace", trace)
    Client(application()).open(method, path)
    assert [evidence["code"] for _, evidence in trace.told] == codes


# The mask


def test_a_secret_is_masked_anew_each_time_and_unmasked_again():
    masked = {mask("the-secret") for _ in range(100)}
    assert len(masked) == 100
    assert {unmask(token) for token in masked} == {"the-secret"}


def test_attack_without_the_mask_two_pages_hold_the_same_text(monkeypatch):
    client = Client(application())
    assert token_of(client) != token_of(client)
    monkeypatch.setattr(csrf, "mask", lambda secret: secret)
    assert token_of(client) == token_of(client)


@pytest.mark.parametrize(
    "token", ["", "a", "====", "ü", "\0", "a" * 9_999, "\U0001f511", "/+/+", " "], ids=ascii
)
def test_what_is_no_token_unmasks_to_no_secret(token):
    assert unmask(token) != "the-secret"
    assert not csrf.same(unmask(token), "the-secret")


# A form of our own


def test_a_form_of_our_own_is_taken(client):
    page = client.get("/form")
    assert client.submit(page).text == "sent"


def test_a_page_may_hold_several_tokens_and_each_is_taken(client):
    first, second = client.get("/two").text.split()
    assert first != second
    assert [post(client, token=token).status for token in (first, second)] == [200, 200]


def test_a_token_is_taken_more_than_once(client):
    token = token_of(client)
    assert [post(client, token=token).status for _ in range(3)] == [200] * 3


def test_a_script_sends_the_token_in_a_header(client):
    assert post(client, X_CSRF_Token=token_of(client)).status == 200


def test_a_form_with_files_carries_the_token_in_a_field(client):
    data, photo = {"csrf_token": token_of(client)}, ("cat.png", b"\x89PNG", "image/png")
    headers = {"Origin": client.base_url}
    response = client.post("/send", data=data, files={"photo": photo}, headers=headers)
    assert response.status == 200


@pytest.mark.parametrize("method", ALL)
def test_every_method_that_changes_something_is_checked(client, method):
    headers = {"Origin": client.base_url}
    assert client.open(method, "/send", headers=headers).status == 403
    headers["X-CSRF-Token"] = token_of(client)
    assert client.open(method, "/send", headers=headers).status == 200


def test_a_form_opened_before_the_first_session_entry_still_posts(client):
    token = token_of(client)
    client.get("/remember")
    assert post(client, token=token).status == 200


def test_a_form_signed_with_the_key_before_still_posts():
    before, after = Signer([KEY]), Signer(["n" * 32, KEY])
    client = Client(application(signer=before))
    token = token_of(client)
    client.application = application(signer=after)
    assert post(client, token=token).status == 200


def test_a_form_is_good_for_thirty_days():
    now = [1_000_000.0]
    client = Client(application(signer=Signer([KEY], clock=lambda: now[0])))
    token = token_of(client)
    now[0] += 29 * DAY
    assert post(client, token=token).status == 200
    now[0] += 2 * DAY
    assert post(client, token=token).status == 403
    assert post(client, token=token_of(client)).status == 200


def test_another_origin_of_ours_may_post_when_it_is_trusted():
    shop = "https://shop.example"
    for trusted, status in (((shop,), 200), ((), 403)):
        client = Client(application(trusted=trusted), HTTPS)
        token = token_of(client)
        response = post(client, token=token, Origin=shop, Sec_Fetch_Site="cross-site")
        assert response.status == status


# Attacks: each is refused, and succeeds where the layer is left out


def other_visitors_token(client):
    return token_of(Client(client.application, client.base_url))


def foreign_signature(client):
    forged = Signer(["evil" * 8]).sign(b"known", "csrf").decode()
    client.cookies.set(name_of(client), forged)
    return mask("known")


def signature_of_another_purpose(client):
    client.cookies.set(name_of(client), Signer([KEY]).sign(b"known", "messages").decode())
    return mask("known")


def unsigned_cookie(client):
    client.cookies.set(name_of(client), "known")
    return mask("known")


def name_of(client):
    return "__Host-csrf" if client.base_url == HTTPS else "csrf"


def good(client):
    return token_of(client)


def nothing(client):
    client.get("/form")
    return ""


def of_the_cookie(client):
    client.get("/form")
    return client.cookies.get(name_of(client), "x")


ATTACKS = {
    "no token": (nothing, {}),
    "no visit before": (lambda client: "", {}),
    "another visitor's token": (other_visitors_token, {}),
    "the cookie's text as token": (of_the_cookie, {}),
    "half a token": (lambda client: good(client)[:40], {}),
    "a token cut short": (lambda client: good(client)[:-4], {}),
    "a cookie signed by somebody else": (foreign_signature, {}),
    "a cookie signed for something else": (signature_of_another_purpose, {}),
    "a cookie without signature": (unsigned_cookie, {}),
    "an empty header": (nothing, {"X_CSRF_Token": ""}),
    "another site, with a token": (good, {"Origin": EVIL, "Sec_Fetch_Site": "cross-site"}),
    "another site, old browser": (good, {"Origin": EVIL, "Sec_Fetch_Site": None}),
    "another site, hidden Origin": (good, {"Origin": "null", "Sec_Fetch_Site": None}),
    "another site, no Origin": (good, {"Origin": None, "Sec_Fetch_Site": "cross-site"}),
    "a subdomain": (good, {"Origin": "https://x.localhost", "Sec_Fetch_Site": "same-site"}),
    "another port": (good, {"Origin": "http://localhost:9000", "Sec_Fetch_Site": "same-site"}),
    "the other scheme": (good, {"Origin": "ws://localhost", "Sec_Fetch_Site": None}),
}
DEFENCE = pytest.mark.parametrize(
    ("protected", "status"), [(True, 403), (False, 200)], ids=["refused", "attack: layer left out"]
)


@DEFENCE
@pytest.mark.parametrize("base_url", [HTTP, HTTPS], ids=["http", "https"])
@pytest.mark.parametrize(("prepare", "headers"), ATTACKS.values(), ids=ATTACKS)
def test_a_forged_post_is_refused(prepare, headers, base_url, protected, status):
    client = Client(application(protected), base_url)
    assert post(client, token=prepare(client), **headers).status == status


@DEFENCE
@pytest.mark.parametrize(
    "referer",
    [None, EVIL + "/form", "https://localhost.evil/", "https://localhost@evil/", "x", "//["],
)
def test_on_https_a_post_without_origin_needs_a_referer_of_ours(referer, protected, status):
    client = Client(application(protected), HTTPS)
    headers = {"Origin": None, "Sec_Fetch_Site": None, "Referer": referer}
    assert post(client, token=token_of(client), **headers).status == status


def test_on_https_a_referer_of_ours_is_enough_for_an_old_browser():
    client = Client(application(), HTTPS)
    headers = {"Origin": None, "Sec_Fetch_Site": None, "Referer": HTTPS + "/form?a=1"}
    assert post(client, token=token_of(client), **headers).status == 200


@DEFENCE
def test_a_token_in_the_query_string_is_no_token(protected, status):
    client = Client(application(protected))
    token = token_of(client)
    assert client.post("/send", query={"csrf_token": token}).status == status


@DEFENCE
@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "application/x;a=b"])
def test_a_token_in_a_body_that_is_no_form_is_no_token(content_type, protected, status):
    client = Client(application(protected))
    body = f"csrf_token={token_of(client)}"
    assert client.post("/send", data=body, content_type=content_type).status == status


@DEFENCE
def test_a_token_in_an_uploaded_file_is_no_token(protected, status):
    client = Client(application(protected))
    token = ("token.txt", token_of(client).encode(), "text/plain")
    assert client.post("/send", files={"csrf_token": token}).status == status


@DEFENCE
def test_the_method_of_a_hidden_field_or_header_is_not_believed(protected, status):
    client = Client(application(protected))
    headers = {"X-HTTP-Method-Override": "GET"}
    assert client.post("/send", data={"_method": "GET"}, headers=headers).status == status


# Cookies planted by a subdomain or by an older browser


def planted(client):
    """The attacker's own cookie, which the site has signed, and his token for it."""
    attacker = Client(client.application, client.base_url)
    token = token_of(attacker)
    return attacker.cookies[name_of(client)], token


def post_with_cookie(client, cookie, token):
    headers = {"Cookie": cookie, "Origin": client.base_url}
    return client.post("/send", data={"csrf_token": token}, headers=headers).status


SMUGGLED = {
    "nameless": "=csrf={}",
    "bracket": "x=1]csrf={}",
    "comma": "x=1,csrf={}",
    "quotes": 'x="1,csrf={}"',
    "space": "x=1 csrf={}",
    "other capitals": "CSRF={}",
    "other space": "\xa0csrf={}",
    "encoded name": "%63srf={}",
    "second of its name": "csrf=mine; csrf={}",
}


@pytest.mark.parametrize("cookie", SMUGGLED.values(), ids=SMUGGLED)
def test_a_smuggled_cookie_gives_no_secret(cookie):
    client = Client(application())
    value, token = planted(client)
    assert post_with_cookie(client, cookie.format(value), token) == 403
    assert post_with_cookie(client, f"csrf={value}", token) == 200


@pytest.mark.parametrize("cookie", SMUGGLED.values(), ids=SMUGGLED)
def test_attack_with_a_lax_cookie_parser_the_smuggled_cookie_counts(cookie, monkeypatch):
    def lax(header):
        return {"csrf": header.rpartition("=")[2].strip('"')}

    monkeypatch.setattr(request_module, "parse_cookie", lax)
    client = Client(application())
    value, token = planted(client)
    assert post_with_cookie(client, cookie.format(value), token) == 200


@pytest.mark.parametrize(
    ("name", "status"), [(None, 403), ("csrf", 200)], ids=["refused", "attack: without the prefix"]
)
def test_on_https_a_cookie_planted_by_a_subdomain_gives_no_secret(name, status, monkeypatch):
    client = Client(application(), HTTPS)
    value, token = planted(client)
    if name:
        monkeypatch.setattr(csrf, "own_name", lambda *_: name)
    assert post_with_cookie(client, f"csrf={value}", token) == status


# The cookie


@pytest.mark.parametrize(("base_url", "name"), [(HTTP, "csrf"), (HTTPS, "__Host-csrf")])
def test_a_page_with_a_form_sets_one_signed_cookie(base_url, name):
    response = Client(application(), base_url).get("/form")
    assert list(response.cookies) == [name]
    cookie = response.cookies[name]
    assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Lax", "/")
    assert (cookie.secure, cookie.domain) == (base_url == HTTPS, "")
    assert len(Signer([KEY]).unsign(cookie.value.encode(), "csrf", 60)) >= 32


def test_the_cookie_is_set_once(client):
    client.get("/form")
    assert "Set-Cookie" not in client.get("/form").headers
    assert "Set-Cookie" not in client.submit(client.get("/form")).headers


def test_a_page_without_a_form_sets_no_cookie(client):
    for path in ("/plain", "/asks"):
        assert not {"Set-Cookie", "Vary", "Cache-Control"} & set(client.get(path).headers)


def test_an_error_page_with_a_form_sets_the_cookie_too(client):
    response = client.get("/missing")
    assert (response.status, list(response.cookies)) == (404, [name_of(client)])
    assert post(client, token=response.text).status == 200


# Caches


@pytest.mark.parametrize("visit", [1, 2], ids=["new visitor", "known visitor"])
def test_a_page_with_a_token_is_for_one_visitor_only(client, visit):
    for _ in range(visit):
        headers = client.get("/form").headers
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["Vary"] == "Cookie"


def test_a_page_that_nobody_may_store_stays_so(client):
    assert client.get("/secret").headers["Cache-Control"] == "no-store"


# The session


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    Model.metadata.create_all(database.engine, tables=[SessionRow.__table__])
    yield database
    database.dispose()


def rows(database):
    with database.transaction() as db:
        return db.scalar(select(func.count()).select_from(SessionRow))


def test_a_page_with_a_form_and_its_post_write_no_session_row(database):
    client = Client(application(store=DatabaseStore(database)))
    token = token_of(client)
    assert post(client, token=token).status == 200
    assert (rows(database), list(client.cookies)) == (0, ["csrf"])


def test_a_login_writes_one_row(database):
    client = Client(application(store=DatabaseStore(database)))
    post(client, "/login", token_of(client))
    assert rows(database) == 1
    assert post(client, token=token_of(client)).status == 200


def test_a_login_ends_the_cookie_and_gives_a_new_secret(client):
    before = token_of(client)
    response = post(client, "/login", before)
    assert response.cookies[name_of(client)].max_age == 0
    after = token_of(client)
    assert unmask(before) != unmask(after)
    assert name_of(client) not in client.cookies
    assert post(client, token=after).status == 200


@pytest.mark.parametrize(
    ("renew", "status"),
    [(Session.renew, 403), (lambda self: None, 200)],
    ids=["refused", "attack: without renew"],
)
def test_a_token_from_before_the_login_is_refused_after_it(client, renew, status, monkeypatch):
    monkeypatch.setattr(Session, "renew", renew)
    token = token_of(client)
    post(client, "/login", token)
    assert post(client, token=token).status == status


def test_a_token_planted_before_the_login_is_refused_after_it(client):
    value, token = planted(client)
    client.cookies.set(name_of(client), value, secure=client.base_url == HTTPS)
    post(client, "/login", token)
    client.cookies.set(name_of(client), value, secure=client.base_url == HTTPS)
    assert post(client, token=token).status == 403


def forget_the_user_only(session):
    session.pop("user", None)


@pytest.mark.parametrize(
    ("flush", "status"),
    [(Session.flush, 403), (forget_the_user_only, 200)],
    ids=["refused", "attack: without flush"],
)
def test_a_token_from_before_the_logout_is_refused_after_it(client, flush, status, monkeypatch):
    monkeypatch.setattr(Session, "flush", flush)
    post(client, "/login", token_of(client))
    token = token_of(client)
    assert post(client, "/logout", token).status == 200
    assert post(client, token=token).status == status


def test_a_form_on_the_page_of_a_logout_has_a_new_token(client):
    post(client, "/login", token_of(client))
    page = post(client, "/logout-form", token_of(client))
    assert list(client.cookies) == [name_of(client)]
    assert client.submit(page).status == 200


def test_a_form_on_the_page_of_a_logout_does_not_use_the_cookie_that_ends(client):
    client.get("/remember")
    before = token_of(client)
    page = post(client, "/logout-form", before)
    assert client.submit(page).status == 200
    assert post(client, token=before).status == 403


def test_a_login_without_the_cookie_ends_none(client):
    post(client, "/login", token_of(client))
    response = post(client, "/login", token_of(client))
    assert (response.status, name_of(client) in response.cookies) == (200, False)


def test_without_a_session_layer_the_cookie_does_it_alone():
    routes = make_routes()
    client = Client(Application(routes, [ErrorPages(), CsrfMiddleware(Signer([KEY]))]))
    page = client.get("/form")
    assert page.headers["Vary"] == "Cookie"
    assert client.submit(page).status == 200
    assert post(client, token=other_visitors_token(client)).status == 403


def test_a_session_store_that_is_away_lets_no_post_in(client):
    class Unreadable(MemoryStore):
        def load(self, id):
            raise ServiceUnavailable

    client.application = application(store=Unreadable())
    token = token_of(client)
    client.cookies.set("__Host-session" if client.base_url == HTTPS else "session", "abc")
    assert post(client, token=token).status == 503


# What is not checked


def test_an_exempt_route_takes_any_post(client):
    assert post(client, "/hook", Origin=EVIL, Sec_Fetch_Site="cross-site").status == 200


def test_the_body_of_an_exempt_route_is_not_read(client):
    class Untouched:
        def read(self, *size):
            raise AssertionError("read")

    environ = make_environ("POST", "/hook", data={"a": "b"})
    assert client.raw({**environ, "wsgi.input": Untouched()}).status == 200


def test_a_mounted_application_reads_its_own_body(client):
    assert client.post("/legacy/", data={"a": "b"}).text == "a=b"


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/form", 405)])
def test_without_a_match_nothing_is_checked(client, path, status):
    assert post(client, path, Origin=EVIL).status == status


def test_a_form_that_cannot_be_read_is_its_own_error(client):
    headers = {"Origin": client.base_url}
    response = client.post(
        "/send", data=b"--x", content_type="multipart/form-data; boundary=", headers=headers
    )
    assert response.status == 400


# What is told


def test_a_refusal_is_logged_with_its_reason_and_nothing_secret(client, caplog):
    token = other_visitors_token(client)
    token_of(client)
    with caplog.at_level(logging.INFO):
        response = post(client, token=token)
    (record,) = caplog.records
    assert (record.name, record.getMessage()) == ("framework.csrf", "csrf: token_differs")
    assert record.request_id
    assert token not in str(vars(record))
    assert "token_differs" not in response.text
    assert "Reload the page" in response.text


def test_a_form_without_the_layer_says_what_to_wire():
    def page(request):
        return Response(request.csrf.token())

    routes = Routes()
    routes.add("/", page, name="page")
    with pytest.raises(NotConnected, match="CsrfMiddleware: add it to the chain"):
        Client(Application(routes)).get("/")
