import pytest

from framework.tools.client import CookieJar
from framework.tools.client.cookie_jar import default_path, domain_matches, path_matches

HERE = "http://shop.test/cart/items"
SAFE = "https://shop.test/cart/items"


class Clock:
    """A clock that a test moves."""

    def __init__(self):
        self.now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def jar(clock):
    return CookieJar("shop.test", clock)


def test_a_cookie_goes_back_where_it_came_from(jar):
    jar.receive(["sid=9f2c; Path=/"], HERE)
    assert jar.header("http://shop.test/") == "sid=9f2c"
    assert jar.header("http://other.test/") == ""


@pytest.mark.parametrize(
    ("host", "domain", "matches"),
    [
        ("shop.test", "shop.test", True),
        ("www.shop.test", "shop.test", True),
        ("workshop.test", "shop.test", False),
        ("shop.test", "www.shop.test", False),
        ("127.0.0.1", "0.0.1", False),
    ],
)
def test_a_domain_holds_the_hosts_below_it(host, domain, matches):
    assert domain_matches(host, domain) is matches


@pytest.mark.parametrize(
    ("path", "prefix", "matches"),
    [
        ("/shop", "/shop", True),
        ("/shop/cart", "/shop", True),
        ("/shop/cart", "/shop/", True),
        ("/shopping", "/shop", False),
        ("/shop", "/shop/", False),
        ("/anything", "/", True),
    ],
)
def test_a_path_holds_the_paths_below_it(path, prefix, matches):
    assert path_matches(path, prefix) is matches


@pytest.mark.parametrize(
    ("page", "path"), [("/", "/"), ("/blog", "/"), ("/blog/", "/blog"), ("/blog/1", "/blog")]
)
def test_without_path_it_is_for_the_directory_of_the_page(page, path):
    assert default_path(page) == path


def test_without_domain_no_subdomain_gets_it(jar):
    jar.receive(["own=1; Path=/", "wide=2; Path=/; Domain=shop.test"], HERE)
    assert jar.header("http://www.shop.test/") == "wide=2"
    assert jar.header("http://shop.test/") == "own=1; wide=2"


def test_a_secure_cookie_stays_off_http(jar):
    jar.receive(["sid=1; Path=/; Secure"], SAFE)
    assert jar.header("http://shop.test/") == ""
    assert jar.header("https://shop.test/") == "sid=1"


def test_longer_paths_go_first_then_older_cookies(jar):
    jar.receive(["a=1; Path=/", "b=2; Path=/cart", "c=3; Path=/"], HERE)
    assert jar.header(HERE) == "b=2; a=1; c=3"


def test_a_replaced_cookie_keeps_its_place(jar):
    jar.receive(["a=1; Path=/", "b=2; Path=/", "a=3; Path=/"], HERE)
    assert jar.header(HERE) == "a=3; b=2"


@pytest.mark.parametrize(
    "attribute", ["Max-Age=60", "Expires=Mon, 12 Jan 1970 13:47:40 GMT"], ids=["age", "date"]
)
def test_a_cookie_ends_with_its_time(jar, clock, attribute):
    jar.receive([f"a=1; {attribute}"], HERE)
    clock.now += 59
    assert jar.header(HERE) == "a=1"
    clock.now += 1
    assert (jar.header(HERE), len(jar)) == ("", 0)


def test_the_age_wins_over_the_date(jar):
    jar.receive(["a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], HERE)
    assert jar["a"] == "1"


def test_a_cookie_without_time_lives_as_long_as_the_browser(jar, clock):
    jar.receive(["a=1"], HERE)
    clock.now += 10 * 365 * 86400
    assert "a" in jar


@pytest.mark.parametrize("attribute", ["Max-Age=0", "Expires=Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_cookie_is_deleted_by_one_of_the_past(jar, attribute):
    jar.receive(["a=1; Path=/"], HERE)
    jar.receive([f"a=; Path=/; {attribute}"], HERE)
    assert "a" not in jar


def test_a_deletion_with_another_path_deletes_nothing(jar):
    jar.receive(["a=1; Path=/"], HERE)
    jar.receive(["a=; Path=/cart; Max-Age=0"], HERE)
    assert jar["a"] == "1"


REFUSED = [
    pytest.param("a=1; Domain=bank.test", HERE, "not of shop.test", id="another site"),
    pytest.param("a=1; Domain=www.shop.test", HERE, "not of shop.test", id="a subdomain"),
    pytest.param("a=1; Domain=test", HERE, "top-level", id="a top-level domain"),
    pytest.param("a=1; Secure", HERE, "over http", id="secure over http"),
    pytest.param("__Secure-a=1", SAFE, "needs Secure", id="__Secure- without"),
    pytest.param("__Host-a=1; Path=/", SAFE, "needs Secure", id="__Host- without Secure"),
    pytest.param("__Host-a=1; Secure", SAFE, "needs Path=/", id="__Host- without Path"),
    pytest.param("__Host-a=1; Secure; Path=/cart", SAFE, "needs Path=/", id="__Host- with a path"),
    pytest.param("__Host-a=1; Secure; Path=/; Domain=shop.test", SAFE, "no Domain", id="__Host- D"),
    pytest.param("__hOST-a=1; Secure; Path=/cart", SAFE, "needs Path=/", id="in any spelling"),
    pytest.param("a=1; SameSite=None", SAFE, "SameSite=None", id="None without Secure"),
    pytest.param("a=" + "x" * 4096, HERE, "4096 bytes", id="too long"),
    pytest.param("nonsense", HERE, "no name=value", id="no pair"),
]


@pytest.mark.parametrize(("header", "url", "reason"), REFUSED)
def test_what_a_browser_refuses_is_refused_with_its_reason(jar, header, url, reason):
    jar.receive([header], url)
    assert len(jar) == 0
    assert jar.refused[0][0] == header
    assert reason in jar.refused[0][1]


@pytest.mark.parametrize(("header", "url", "reason"), REFUSED[:-1])
def test_without_the_refusal_the_cookie_would_be_kept(monkeypatch, jar, header, url, reason):
    monkeypatch.setattr("framework.tools.client.cookie_jar.refusal", lambda asked, place: "")
    jar.receive([header], url)
    assert len(jar) == 1


def test_a_well_formed_host_cookie_is_kept(jar):
    jar.receive(["__Host-session=1; Secure; Path=/"], SAFE)
    assert jar.header("https://shop.test/") == "__Host-session=1"


@pytest.mark.parametrize("defended", [True, False])
def test_an_http_page_plants_nothing_in_front_of_a_secure_cookie(monkeypatch, jar, defended):
    if not defended:
        monkeypatch.setattr(CookieJar, "_would_hide_a_secure_one", lambda *_: False)
    jar.receive(["sid=hers; Path=/; Secure"], SAFE)
    jar.receive(["sid=evil; Path=/cart"], HERE)
    assert jar.header(SAFE).startswith("sid=hers") is defended


def test_the_jar_reads_as_a_dict(jar):
    jar.receive(["a=1; Path=/", "a=2; Path=/cart", "b=3"], HERE)
    assert dict(jar) == {"a": "2", "b": "3"}
    assert (len(jar), "c" in jar, jar.get("c"), jar.get("c", "none")) == (2, False, None, "none")
    with pytest.raises(KeyError):
        jar["c"]


def test_its_repr_is_the_dict(jar):
    jar.set("theme", "dark")
    assert repr(jar) == "<CookieJar {'theme': 'dark'}>"


def test_a_cookie_put_there_by_hand_is_of_this_host(jar):
    jar.set("theme", "dark")
    assert jar.header("http://shop.test/x") == "theme=dark"
    assert jar.header("http://www.shop.test/") == ""


def test_a_cookie_put_there_by_hand_may_have_attributes(jar, clock):
    jar.set("a", "1", domain="shop.test", path="/cart", secure=True, expires=clock.now + 5)
    assert jar.header("https://www.shop.test/cart") == "a=1"
    clock.now += 6
    assert jar.header("https://www.shop.test/cart") == ""


def test_deleting_drops_a_name_or_one_of_its_paths(jar):
    jar.receive(["a=1; Path=/", "a=2; Path=/cart", "b=3; Path=/"], HERE)
    jar.delete("a", path="/cart")
    assert dict(jar) == {"a": "1", "b": "3"}
    jar.delete("a")
    jar.delete("unknown")
    assert dict(jar) == {"b": "3"}
    jar.clear()
    assert dict(jar) == {}
