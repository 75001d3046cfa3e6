"""Only a proxy of ours is believed, and only what it wrote itself."""

import pytest

from framework.contrib.proxies import TrustedProxies
from framework.http.request import Request
from framework.tools.client import make_environ

OURS, STRANGER = "10.0.0.2", "198.51.100.7"


def seen(peer=OURS, headers=None, path="/blog/", **options):
    """The request as the application sees it."""
    found = []

    def application(environ, start_response):
        found.append(Request(environ))
        start_response("200 OK", [])
        return []

    environ = make_environ("GET", path, headers=headers or {})
    environ["REMOTE_ADDR"] = peer
    TrustedProxies(application, ["10.0.0.0/8"], **options)(environ, lambda *answer: None)
    return found[0]


def test_the_visitor_is_who_our_proxy_says():
    assert seen(headers={"X-Forwarded-For": "203.0.113.9"}).client_address == "203.0.113.9"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.9"},
        {"X-Forwarded-Proto": "https"},
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Prefix": "/evil"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_a_stranger_is_not_believed(headers):
    request = seen(STRANGER, headers)
    assert request.client_address == STRANGER
    assert request.url == "http://localhost/blog/"


def test_without_the_check_of_the_peer_a_stranger_would_be_believed(monkeypatch):
    monkeypatch.setattr(TrustedProxies, "_is_ours", lambda self, peer: True)
    assert seen(STRANGER, {"X-Forwarded-For": "203.0.113.9"}).client_address == "203.0.113.9"


@pytest.mark.parametrize(("hops", "address"), [(1, "192.0.2.1"), (2, "203.0.113.9")])
def test_entries_are_counted_from_the_right(hops, address):
    headers = {"X-Forwarded-For": "6.6.6.6, 203.0.113.9, 192.0.2.1"}
    assert seen(headers=headers, hops=hops).client_address == address


def test_fewer_entries_than_hops_are_not_believed():
    assert seen(headers={"X-Forwarded-For": "6.6.6.6"}, hops=2).client_address == OURS


@pytest.mark.parametrize("junk", ["unknown", "_hidden", "1.2.3", "<script>", "", "1.2.3.4, "])
def test_an_address_that_is_none_changes_nothing(junk):
    assert seen(headers={"X-Forwarded-For": junk}).client_address == OURS


def test_the_whole_address_is_right_behind_https_and_a_prefix():
    headers = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "shop.example",
        "X-Forwarded-Prefix": "/site",
    }
    request = seen(headers=headers, path="/site/blog/")
    assert request.url == "https://shop.example/site/blog/"
    assert (request.script_name, request.path, request.is_secure) == ("/site", "/blog/", True)


@pytest.mark.parametrize("prefix", ["//evil.example", "/a/../b c", "javascript:", "/a\\b"])
def test_a_prefix_that_is_no_path_is_ignored(prefix):
    assert seen(headers={"X-Forwarded-Prefix": prefix}).script_name == ""


def test_the_standard_header_is_read_when_asked_for_and_then_alone():
    headers = {
        "Forwarded": 'for=6.6.6.6, for="[2001:db8::1]:4711";proto=https;host=a.example',
        "X-Forwarded-For": "6.6.6.6",
    }
    request = seen(headers=headers, forwarded=True)
    assert request.client_address == "2001:db8::1"
    assert (request.scheme, request.host) == ("https", "a.example")


def test_a_quoted_host_cannot_smuggle_another_parameter():
    request = seen(headers={"Forwarded": 'host="a;proto=https"'}, forwarded=True)
    assert request.scheme == "http"


@pytest.mark.parametrize("options", [{"hops": 0}, {"hops": -1}])
def test_wrong_wiring_fails_at_the_start(options):
    with pytest.raises(ValueError, match="how many hops"):
        TrustedProxies(lambda *_: [], ["10.0.0.0/8"], **options)
