"""Each attack is refused, and succeeds where the layer is left out."""

import pytest

from framework.http import request as request_module
from framework.http.signing import Signer
from framework.middleware import csrf
from framework.middleware.csrf import mask

KEY = "k" * 32  # the site's own, as in conftest
HTTP, HTTPS, EVIL = "http://localhost", "https://localhost", "https://evil.example"


def other_visitors_token(visitor):
    return visitor.stranger().token()


def foreign_signature(visitor):
    forged = Signer(["evil" * 8]).sign(b"known", "csrf").decode()
    visitor.cookies.set(visitor.cookie_name, forged)
    return mask("known")


def signature_of_another_purpose(visitor):
    visitor.cookies.set(visitor.cookie_name, Signer([KEY]).sign(b"known", "messages").decode())
    return mask("known")


def unsigned_cookie(visitor):
    visitor.cookies.set(visitor.cookie_name, "known")
    return mask("known")


def good(visitor):
    return visitor.token()


def nothing(visitor):
    visitor.get("/form")
    return ""


def of_the_cookie(visitor):
    visitor.get("/form")
    return visitor.cookies.get(visitor.cookie_name, "x")


ATTACKS = {
    "no token": (nothing, {}),
    "no visit before": (lambda visitor: "", {}),
    "another visitor's token": (other_visitors_token, {}),
    "the cookie's text as token": (of_the_cookie, {}),
    "half a token": (lambda visitor: good(visitor)[:40], {}),
    "a token cut short": (lambda visitor: good(visitor)[:-4], {}),
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
def test_a_forged_post_is_refused(prepare, headers, base_url, protected, status, visitor_of):
    visitor = visitor_of(base_url, protected=protected)
    assert visitor.send(token=prepare(visitor), **headers).status == status


@DEFENCE
@pytest.mark.parametrize(
    "referer",
    [None, EVIL + "/form", "https://localhost.evil/", "https://localhost@evil/", "x", "//["],
)
def test_on_https_a_post_without_origin_needs_our_referer(referer, protected, status, visitor_of):
    visitor = visitor_of(HTTPS, protected=protected)
    headers = {"Origin": None, "Sec_Fetch_Site": None, "Referer": referer}
    assert visitor.send(token=visitor.token(), **headers).status == status


def test_on_https_a_referer_of_ours_is_enough_for_an_old_browser(visitor_of):
    visitor = visitor_of(HTTPS)
    headers = {"Origin": None, "Sec_Fetch_Site": None, "Referer": HTTPS + "/form?a=1"}
    assert visitor.send(token=visitor.token(), **headers).status == 200


@DEFENCE
def test_a_token_in_the_query_string_is_no_token(protected, status, visitor_of):
    visitor = visitor_of(protected=protected)
    token = visitor.token()
    assert visitor.post("/send", query={"csrf_token": token}).status == status


@DEFENCE
@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "application/x;a=b"])
def test_a_token_in_a_body_that_is_no_form_is_no_token(content_type, protected, status, visitor_of):
    visitor = visitor_of(protected=protected)
    body = f"csrf_token={visitor.token()}"
    assert visitor.post("/send", data=body, content_type=content_type).status == status


@DEFENCE
def test_a_token_in_an_uploaded_file_is_no_token(protected, status, visitor_of):
    visitor = visitor_of(protected=protected)
    token = ("token.txt", visitor.token().encode(), "text/plain")
    assert visitor.post("/send", files={"csrf_token": token}).status == status


@DEFENCE
def test_the_method_of_a_hidden_field_or_header_is_not_believed(protected, status, visitor_of):
    visitor = visitor_of(protected=protected)
    headers = {"X-HTTP-Method-Override": "GET"}
    assert visitor.post("/send", data={"_method": "GET"}, headers=headers).status == status


# Cookies planted by a subdomain or by an older browser


def post_with_cookie(visitor, cookie, token):
    headers = {"Cookie": cookie, "Origin": visitor.base_url}
    return visitor.post("/send", data={"csrf_token": token}, headers=headers).status


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
def test_a_smuggled_cookie_gives_no_secret(cookie, visitor_of):
    visitor = visitor_of()
    value, token = visitor.planted()
    assert post_with_cookie(visitor, cookie.format(value), token) == 403
    assert post_with_cookie(visitor, f"csrf={value}", token) == 200


@pytest.mark.parametrize("cookie", SMUGGLED.values(), ids=SMUGGLED)
def test_attack_with_a_lax_parser_the_smuggled_cookie_counts(cookie, monkeypatch, visitor_of):
    def lax(header):
        return {"csrf": header.rpartition("=")[2].strip('"')}

    monkeypatch.setattr(request_module, "parse_cookie", lax)
    visitor = visitor_of()
    value, token = visitor.planted()
    assert post_with_cookie(visitor, cookie.format(value), token) == 200


@pytest.mark.parametrize(
    ("name", "status"), [(None, 403), ("csrf", 200)], ids=["refused", "attack: without the prefix"]
)
def test_on_https_a_subdomains_cookie_gives_no_secret(name, status, monkeypatch, visitor_of):
    visitor = visitor_of(HTTPS)
    value, token = visitor.planted()
    if name:
        monkeypatch.setattr(csrf, "own_name", lambda *_: name)
    assert post_with_cookie(visitor, f"csrf={value}", token) == status
