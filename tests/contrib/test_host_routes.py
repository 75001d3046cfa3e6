"""Another application for another host name."""

import pytest

from framework.contrib.host_routes import LABEL, HostRoutes
from framework.tools.client import Client


def named(name):
    def application(environ, start_response):
        body = f"{name} {environ.get(LABEL, '')}".strip().encode()
        start_response(
            "200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
        )
        return [body]

    return application


TABLE = {
    "api.example.com": named("api"),
    "*.example.com": named("tenant"),
    "*.eu.example.com": named("european"),
}


@pytest.mark.parametrize(
    ("host", "answer"),
    [
        ("api.example.com", "api"),
        ("API.Example.COM.:8000", "api"),
        ("shop.example.com", "tenant shop"),
        ("shop.eu.example.com", "european shop"),
        ("example.com", "site"),
        ("evilexample.com", "site"),
        (".example.com", "site"),
        ("127.0.0.1:8000", "site"),
        ("[::1]:8000", "site"),
        ("", "site"),
    ],
)
def test_the_host_chooses_the_application(host, answer):
    client = Client(HostRoutes(TABLE, default=named("site")))
    assert client.get("/", headers={"Host": host}).text == answer


@pytest.mark.parametrize("host", ["*", "a.*.b", "*example.com", "", "**.a"])
def test_a_pattern_that_is_none_fails_at_the_start(host):
    with pytest.raises(ValueError, match="before a domain"):
        HostRoutes({host: named("x")}, default=named("site"))
