import re
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework.http import cookies
from framework.http.cookies import dump_cookie, own_name, parse_cookie
from framework.tools.client.set_cookie import parse_set_cookie

PIECES = [";", "=", " ", "\\\\", '"', "%41", "%", "\xff", "a=b;", "a,b=", "a"]


@given(st.text(max_size=300))
def test_any_text_comes_back_as_it_was_set(text):
    pair = dump_cookie("name", text).partition(";")[0]
    assert parse_cookie(f"before=1; {pair}; after=2") == {"before": "1", "name": text, "after": "2"}


@given(st.text(st.characters(max_codepoint=255)))
def test_reading_never_raises(header):
    assert "" not in parse_cookie(header)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        pytest.param("", {}, id="nothing"),
        pytest.param("a=1;b=2; c=3", {"a": "1", "b": "2", "c": "3"}, id="with and without space"),
        pytest.param("sid=new; sid=old", {"sid": "new"}, id="the first wins"),
        pytest.param("a=1; A=2", {"a": "1", "A": "2"}, id="names keep their case"),
        pytest.param("junk; a=1; ; more junk", {"a": "1"}, id="junk is skipped"),
        pytest.param("=nameless; =a=1", {}, id="nameless is skipped"),
        pytest.param("a=; b=1", {"a": "", "b": "1"}, id="empty value"),
        pytest.param("a=b=c", {"a": "b=c"}, id="equals in the value"),
        pytest.param(" \ta =\t1 ", {"a": "1"}, id="space and tab are trimmed"),
        pytest.param(
            'a="q"; b="; c=""; d=x"', {"a": "q", "b": '"', "c": "", "d": 'x"'}, id="quotes"
        ),
        pytest.param("a=%C3%A9; b=\xc3\xa9", {"a": "é", "b": "é"}, id="UTF-8, quoted or raw"),
        pytest.param("a=\xff; b=%FF", {"a": "\ufffd", "b": "\ufffd"}, id="no UTF-8"),
        pytest.param("a=100%; b=%zz", {"a": "100%", "b": "%zz"}, id="broken escapes stay"),
        pytest.param("a=x+y", {"a": "x+y"}, id="plus is plus"),
        pytest.param("a=%3B%20b=2", {"a": "; b=2"}, id="decoded after it was taken apart"),
        pytest.param("a=1,b=2", {"a": "1,b=2"}, id="joined by a server"),
        pytest.param("$Version=1; a=2; $Path=/", {"$Version": "1", "a": "2", "$Path": "/"}, id="$"),
    ],
)
def test_a_header_is_read_as_browsers_mean_it(header, found):
    assert parse_cookie(header) == found


def careless(header):
    """A parser without our defences: more separators, more trimming, decoded names, last wins."""
    pairs = [pair.partition("=") for pair in re.split(r"[;,\]]", header)]
    return {unquote(name.strip()): value.strip() for name, _, value in pairs}


@pytest.mark.parametrize(
    ("header", "name"),
    [
        pytest.param("x=1,csrf=evil", "csrf", id="comma"),
        pytest.param("x=1]csrf=evil", "csrf", id="bracket"),
        pytest.param("csrf=real; csrf=evil", "csrf", id="the second of a name"),
        pytest.param("%5F_Host-session=evil", "__Host-session", id="escaped prefix"),
        pytest.param("\xa0__Host-session=evil", "__Host-session", id="no-break space"),
        pytest.param("\x85__Host-session=evil", "__Host-session", id="next line"),
        pytest.param("\x1f__Host-session=evil", "__Host-session", id="unit separator"),
    ],
)
def test_no_cookie_is_smuggled_in(header, name):
    assert careless(header)[name] == "evil"
    assert parse_cookie(header).get(name) != "evil"


def test_quotes_do_not_swallow_the_cookie_of_somebody_else():
    header = 'x="a; session=secret; y=b"'
    assert "secret" in SimpleCookie(header)["x"].value
    assert parse_cookie(header) == {"x": '"a', "session": "secret", "y": 'b"'}


@pytest.mark.parametrize("piece", PIECES)
def test_reading_takes_linear_time(piece, is_linear):
    assert is_linear(parse_cookie, lambda size: 'a="' + piece * (size // len(piece)) + '"')


def test_the_stop_watch_sees_a_quadratic_parser(is_linear):
    def quadratic(header):
        return [header.count(";") for _ in header]

    assert not is_linear(quadratic, lambda size: ";" * size, size=2048)


@pytest.mark.parametrize(
    ("attributes", "line"),
    [
        ({}, "a=1; Path=/; HttpOnly; SameSite=Lax"),
        ({"max_age": 0}, "a=1; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"),
        (
            {"domain": "x.example", "path": "/b"},
            "a=1; Domain=x.example; Path=/b; HttpOnly; SameSite=Lax",
        ),
        ({"http_only": False, "same_site": None}, "a=1; Path=/"),
        ({"same_site": "None", "secure": True}, "a=1; Path=/; Secure; HttpOnly; SameSite=None"),
        (
            {"expires": datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC), "same_site": "Strict"},
            "a=1; Expires=Wed, 02 Jan 2030 03:04:05 GMT; Path=/; HttpOnly; SameSite=Strict",
        ),
    ],
)
def test_the_attributes_of_a_cookie_are_written(attributes, line):
    assert dump_cookie("a", "1", **attributes) == line


@pytest.mark.parametrize(
    "evil", ["; Domain=evil.example", "\r\nX: 1", "\n", "\r", "\0", "\x1f", ","]
)
@pytest.mark.parametrize("place", ["name", "path", "domain", "same_site"])
def test_no_attribute_is_injected(place, evil, monkeypatch):
    given = {"name": "a", "path": "/", "domain": "x.example", "same_site": "Lax"}
    given[place] += evil
    with pytest.raises(ValueError, match=r"cookie|SameSite"):
        dump_cookie(value="1", **given)
    monkeypatch.setattr(cookies, "_check", lambda *_: None)
    assert evil in dump_cookie(value="1", **given)


def test_a_max_age_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="invalid literal"):
        dump_cookie("a", "1", max_age="60; Domain=evil.example")


def test_a_value_adds_no_attribute(monkeypatch):
    evil = "1; Domain=evil.example"
    assert parse_set_cookie(dump_cookie("a", evil)).domain == ""
    monkeypatch.setattr(cookies, "quote", lambda value, safe: value)
    assert parse_set_cookie(dump_cookie("a", evil)).domain == "evil.example"


@pytest.mark.parametrize(
    ("name", "attributes"),
    [
        pytest.param("", {}, id="no name"),
        pytest.param("a b", {}, id="space in the name"),
        pytest.param("a=b", {}, id="equals in the name"),
        pytest.param("é", {}, id="name beyond ASCII"),
        pytest.param("a\n", {}, id="line end behind the name"),
        pytest.param("a", {"path": "x"}, id="relative path"),
        pytest.param("a", {"path": ""}, id="empty path"),
        pytest.param("a", {"domain": "é.example"}, id="domain beyond ASCII"),
        pytest.param("a", {"same_site": "lax"}, id="SameSite misspelt"),
        pytest.param("a", {"same_site": ""}, id="SameSite empty"),
        pytest.param("a", {"same_site": "None"}, id="SameSite=None without Secure"),
        pytest.param("__Secure-a", {}, id="__Secure- without Secure"),
        pytest.param("__Host-a", {}, id="__Host- without Secure"),
        pytest.param("__Host-a", {"secure": True, "path": "/b"}, id="__Host- with a path"),
        pytest.param("__Host-a", {"secure": True, "domain": "x.y"}, id="__Host- with a domain"),
        pytest.param("__hOST-a", {"secure": True, "domain": "x.y"}, id="prefix in other spelling"),
    ],
)
def test_what_no_browser_keeps_is_refused(name, attributes):
    with pytest.raises(ValueError, match=r"cookie|SameSite|prefix"):
        dump_cookie(name, "1", **attributes)


def test_a_cookie_has_4096_bytes_at_most():
    rest = len(dump_cookie("a", ""))
    assert len(dump_cookie("a", "x" * (4096 - rest))) == 4096
    with pytest.raises(ValueError, match="browsers drop it"):
        dump_cookie("a", "x" * (4097 - rest))


def test_on_https_our_names_carry_the_prefix_that_no_subdomain_can_set():
    assert (own_name("session", True), own_name("session", False)) == ("__Host-session", "session")
    assert dump_cookie(own_name("session", True), "1", secure=True).startswith("__Host-session=1")
