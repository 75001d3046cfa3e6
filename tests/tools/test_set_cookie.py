import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework.http.cookies import dump_cookie, parse_cookie
from framework.tools.client.set_cookie import SetCookie, parse_cookie_date, parse_set_cookie


@pytest.mark.parametrize(
    ("header", "cookie"),
    [
        pytest.param("a=b", SetCookie("a", "b"), id="a pair"),
        pytest.param(" a = b ;", SetCookie("a", "b"), id="white space"),
        pytest.param("a=b=c", SetCookie("a", "b=c"), id="the first equals sign parts"),
        pytest.param('a="b"', SetCookie("a", '"b"'), id="quotes belong to the value"),
        pytest.param("a=", SetCookie("a", ""), id="empty value"),
        pytest.param("a", None, id="no equals sign"),
        pytest.param("=b", None, id="no name"),
        pytest.param("", None, id="nothing"),
        pytest.param(
            "a=b; HttpOnly; Secure", SetCookie("a", "b", secure=True, http_only=True), id="flags"
        ),
        pytest.param("a=b; secure=no", SetCookie("a", "b", secure=True), id="a flag has no value"),
        pytest.param(
            "a=b; Domain=.Shop.Test", SetCookie("a", "b", domain="shop.test"), id="domain"
        ),
        pytest.param(
            "a=b; Domain=x.test; Domain=", SetCookie("a", "b", domain="x.test"), id="empty"
        ),
        pytest.param("a=b; Path=/x; Path=/y", SetCookie("a", "b", path="/y"), id="the last counts"),
        pytest.param("a=b; Max-Age=60", SetCookie("a", "b", max_age=60), id="age"),
        pytest.param("a=b; Max-Age=-1", SetCookie("a", "b", max_age=-1), id="negative age"),
        pytest.param("a=b; Max-Age=60; Max-Age=1h", SetCookie("a", "b", max_age=60), id="no age"),
        pytest.param("a=b; Expires=soon", SetCookie("a", "b"), id="no date"),
        pytest.param("a=b; SameSite=lax", SetCookie("a", "b", same_site="Lax"), id="same site"),
        pytest.param("a=b; SameSite=maybe", SetCookie("a", "b"), id="unknown same site"),
        pytest.param("a=b; Priority=High", SetCookie("a", "b"), id="unknown attribute"),
    ],
)
def test_a_header_is_read_as_browsers_read_it(header, cookie):
    assert parse_set_cookie(header) == cookie


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "08:49:37 6 november 94",
        "1994 Nov 6 8:49:37",
    ],
)
def test_a_date_may_have_many_faces(text):
    assert parse_cookie_date(text) == 784111777.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "06 Nov 1994",
        "06 Nov 08:49:37",
        "Nov 1994 08:49:37",
        "31 Feb 1994 08:49:37",
        "06 Nov 1600 08:49:37",
        "06 Nov 1994 25:00:00",
    ],
)
def test_what_is_no_date_is_none(text):
    assert parse_cookie_date(text) is None


@pytest.mark.parametrize(("year", "seconds"), [("70", 0.0), ("69", 3124224000.0)])
def test_a_year_of_two_digits_is_near(year, seconds):
    assert parse_cookie_date(f"01 Jan {year} 00:00:00") == seconds


@given(value=st.text(max_size=20), max_age=st.integers(0, 10**8), secure=st.booleans())
def test_what_the_framework_writes_comes_back_to_it(value, max_age, secure):
    header = dump_cookie("name", value, max_age=max_age, secure=secure, path="/a")
    cookie = parse_set_cookie(header)
    assert cookie is not None
    assert parse_cookie(f"{cookie.name}={cookie.value}") == {"name": value}
    assert (cookie.max_age, cookie.secure, cookie.path) == (max_age, secure, "/a")
    assert (cookie.http_only, cookie.same_site) == (True, "Lax")
