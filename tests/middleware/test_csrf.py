import logging
from itertools import product

import pytest

from framework.application import Application
from framework.http.errors import NotConnected
from framework.http.request import Request
from framework.http.response import Response
from framework.http.signing import Signer
from framework.middleware import csrf
from framework.middleware.csrf import PASSED, csrf_verdict, mask, unmask
from framework.routing.routes import Routes
from framework.tools.client import Client, make_environ

KEY, DAY = "k" * 32, 24 * 3600
HTTP, HTTPS = "http://localhost", "https://localhost"


LONG = pytest.param("a" * 9_999, id="long")


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
def test_a_request_that_is_traced_tells_every_verdict(method, codes, monkeypatch, visitor_of):
    trace, path = Trace(), "/plain" if method == "GET" else "/send"
    monkeypatch.setattr(Request, "trace", trace)
    visitor_of().open(method, path)
    assert [evidence["code"] for _, evidence in trace.told] == codes


# The mask


def test_a_secret_is_masked_anew_each_time_and_unmasked_again():
    masked = {mask("the-secret") for _ in range(100)}
    assert len(masked) == 100
    assert {unmask(token) for token in masked} == {"the-secret"}


def test_attack_without_the_mask_two_pages_hold_the_same_text(monkeypatch, visitor_of):
    visitor = visitor_of()
    assert visitor.token() != visitor.token()
    monkeypatch.setattr(csrf, "mask", lambda secret: secret)
    assert visitor.token() == visitor.token()


@pytest.mark.parametrize(
    "token", ["", "a", "====", "ü", "\0", LONG, "\U0001f511", "/+/+", " "], ids=ascii
)
def test_what_is_no_token_unmasks_to_no_secret(token):
    assert unmask(token) != "the-secret"
    assert not csrf.same(unmask(token), "the-secret")


# A form of our own


def test_a_form_of_our_own_is_taken(visitor):
    page = visitor.get("/form")
    assert visitor.submit(page).text == "sent"


def test_a_page_may_hold_several_tokens_and_each_is_taken(visitor):
    first, second = visitor.get("/two").text.split()
    assert first != second
    assert [visitor.send(token=token).status for token in (first, second)] == [200, 200]


def test_a_token_is_taken_more_than_once(visitor):
    token = visitor.token()
    assert [visitor.send(token=token).status for _ in range(3)] == [200] * 3


def test_a_script_sends_the_token_in_a_header(visitor):
    assert visitor.send(X_CSRF_Token=visitor.token()).status == 200


def test_a_form_with_files_carries_the_token_in_a_field(visitor):
    data, photo = {"csrf_token": visitor.token()}, ("cat.png", b"\x89PNG", "image/png")
    headers = {"Origin": visitor.base_url}
    response = visitor.post("/send", data=data, files={"photo": photo}, headers=headers)
    assert response.status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_every_method_that_changes_something_is_checked(visitor, method):
    headers = {"Origin": visitor.base_url}
    assert visitor.open(method, "/send", headers=headers).status == 403
    headers["X-CSRF-Token"] = visitor.token()
    assert visitor.open(method, "/send", headers=headers).status == 200


def test_a_form_opened_before_the_first_session_entry_still_posts(visitor):
    token = visitor.token()
    visitor.get("/remember")
    assert visitor.send(token=token).status == 200


def test_a_form_signed_with_the_key_before_still_posts(visitor_of):
    before, after = Signer([KEY]), Signer(["n" * 32, KEY])
    visitor = visitor_of(signer=before)
    token = visitor.token()
    visitor.application = visitor_of(signer=after).application
    assert visitor.send(token=token).status == 200


def test_a_form_is_good_for_thirty_days(visitor_of):
    now = [1_000_000.0]
    visitor = visitor_of(signer=Signer([KEY], clock=lambda: now[0]))
    token = visitor.token()
    now[0] += 29 * DAY
    assert visitor.send(token=token).status == 200
    now[0] += 2 * DAY
    assert visitor.send(token=token).status == 403
    assert visitor.send(token=visitor.token()).status == 200


def test_another_origin_of_ours_may_post_when_it_is_trusted(visitor_of):
    shop = "https://shop.example"
    for trusted, status in (((shop,), 200), ((), 403)):
        visitor = visitor_of(HTTPS, trusted=trusted)
        token = visitor.token()
        response = visitor.send(token=token, Origin=shop, Sec_Fetch_Site="cross-site")
        assert response.status == status


# The cookie


@pytest.mark.parametrize(("base_url", "name"), [(HTTP, "csrf"), (HTTPS, "__Host-csrf")])
def test_a_page_with_a_form_sets_one_signed_cookie(base_url, name, visitor_of):
    response = visitor_of(base_url).get("/form")
    assert list(response.cookies) == [name]
    cookie = response.cookies[name]
    assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Lax", "/")
    assert (cookie.secure, cookie.domain) == (base_url == HTTPS, "")
    assert len(Signer([KEY]).unsign(cookie.value.encode(), "csrf", 60)) >= 32


def test_the_cookie_is_set_once(visitor):
    visitor.get("/form")
    assert "Set-Cookie" not in visitor.get("/form").headers
    assert "Set-Cookie" not in visitor.submit(visitor.get("/form")).headers


def test_a_page_without_a_form_sets_no_cookie(visitor):
    for path in ("/plain", "/asks"):
        assert not {"Set-Cookie", "Vary", "Cache-Control"} & set(visitor.get(path).headers)


def test_an_error_page_with_a_form_sets_the_cookie_too(visitor):
    response = visitor.get("/missing")
    assert (response.status, list(response.cookies)) == (404, [visitor.cookie_name])
    assert visitor.send(token=response.text).status == 200


# Caches


@pytest.mark.parametrize("visit", [1, 2], ids=["new visitor", "known visitor"])
def test_a_page_with_a_token_is_for_one_visitor_only(visitor, visit):
    for _ in range(visit):
        headers = visitor.get("/form").headers
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["Vary"] == "Cookie"


def test_a_page_that_nobody_may_store_stays_so(visitor):
    assert visitor.get("/secret").headers["Cache-Control"] == "no-store"


# What is not checked


def test_an_exempt_route_takes_any_post(visitor):
    assert visitor.send("/hook", Origin=EVIL, Sec_Fetch_Site="cross-site").status == 200


def test_the_body_of_an_exempt_route_is_not_read(visitor):
    class Untouched:
        def read(self, *size):
            raise AssertionError("read")

    environ = make_environ("POST", "/hook", data={"a": "b"})
    assert visitor.raw({**environ, "wsgi.input": Untouched()}).status == 200


def test_a_mounted_application_reads_its_own_body(visitor):
    assert visitor.post("/legacy/", data={"a": "b"}).text == "a=b"


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/form", 405)])
def test_without_a_match_nothing_is_checked(visitor, path, status):
    assert visitor.send(path, Origin=EVIL).status == status


def test_a_form_that_cannot_be_read_is_its_own_error(visitor):
    headers = {"Origin": visitor.base_url}
    response = visitor.post(
        "/send", data=b"--x", content_type="multipart/form-data; boundary=", headers=headers
    )
    assert response.status == 400


# What is told


def test_a_refusal_is_logged_with_its_reason_and_nothing_secret(visitor, caplog):
    token = visitor.stranger().token()
    visitor.token()
    with caplog.at_level(logging.INFO):
        response = visitor.send(token=token)
    (record,) = caplog.records
    said = f"csrf: token_differs (request {record.request_id})"
    assert (record.name, record.getMessage()) == ("framework.csrf", said)
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
