import pytest

import home.controllers
from framework.http.response import Response
from framework.tools.client import Client, count_sql


@pytest.fixture
def client(demo_site):
    return Client(demo_site)


def test_the_first_page_shows_the_three_newest_posts(client, read_page):
    page = read_page(client.get("/"))
    links = [own["href"] for own in page.all("a") if own["href"].startswith("/blog/2")]
    newest = read_page(client.get("/blog/"))
    assert links == [own["href"] for own in newest.all("a") if own["href"].startswith("/blog/2")]
    assert len(links) == 3


def test_it_works_before_anything_was_written(site, read_page):
    page = read_page(Client(site).get("/"))
    assert "No posts yet" in page.text
    assert page.problems == []


def test_it_takes_two_statements(client, demo_site):
    with count_sql(demo_site.database) as sql:
        client.get("/")
    assert len(sql) <= 2


def test_it_names_its_four_parts_and_the_nine_stops(client, read_page):
    page = read_page(client.get("/"))
    for part in ("Blog", "Bookmarks", "Shop", "Courses"):
        assert part in page.text
    assert len([own for own in page.all("p") if own.get("class") == "stop"]) == 9


# The theme


def theme(page):
    """The theme that the page is in, by its root element, and the button that is pressed."""
    pressed = [own["value"] for own in page.all("button") if own.get("aria-pressed") == "true"]
    return page.all("html")[0].get("data-theme"), pressed


def switch(client, value="dark"):
    return client.submit(client.get("/blog/?page=2"), "/theme/", button=value)


def test_nobody_has_chosen_and_the_system_decides(client, read_page):
    assert theme(read_page(client.get("/"))) == (None, ["system"])


@pytest.mark.parametrize("value", ["dark", "light"])
def test_a_theme_is_chosen_once_and_stays(value, client, read_page):
    answer = switch(client, value)
    assert (answer.status, answer.location) == (303, "http://localhost/blog/?page=2")
    assert theme(read_page(client.get("/"))) == (value, [value])
    assert theme(read_page(client.get("/nowhere/"))) == (value, [value])


def test_it_is_kept_for_a_year_in_a_cookie_that_no_script_reads(client):
    cookie = switch(client).cookies["theme"]
    assert (cookie.value, cookie.path, cookie.max_age) == ("dark", "/", 365 * 24 * 3600)
    assert (cookie.http_only, cookie.same_site) == (True, "Lax")


def test_the_system_decides_again(client, read_page):
    switch(client)
    switch(client, "system")
    assert "theme" not in client.cookies
    assert theme(read_page(client.get("/"))) == (None, ["system"])


@pytest.mark.parametrize("data", [{}, {"theme": ""}, {"theme": "pink"}, {"theme": "dark\r\nX: y"}])
def test_a_theme_that_there_is_not_is_400(data, client):
    answer = client.post("/theme/", data=data)
    assert answer.status == 400
    assert "theme" not in answer.cookies


def test_a_forged_cookie_changes_nothing(client, read_page):
    client.cookies.set("theme", '"><script>alert(1)</script>')
    answer = client.get("/")
    assert theme(read_page(answer))[0] is None
    assert "alert(1)" not in answer.text


def test_it_needs_no_token_for_it_changes_a_look_only(client):
    assert client.post("/theme/", data={"theme": "dark", "next": "/blog/"}).status == 303


def test_reading_the_address_is_405(client):
    assert client.get("/theme/").headers["Allow"] == "POST, OPTIONS"


ELSEWHERE = [
    *("//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example"),
    *("https://evil.example/", "http:evil.example", "https:/evil.example", "javascript:alert(1)"),
    *("\t//evil.example", "/\t/evil.example", "/\n/evil.example", "http://localhost@evil.example"),
    *("evil.example", "", "/" + "x" * 5000, "//localhost", "/ok\r\nSet-Cookie: a=b"),
]


@pytest.mark.parametrize("place", ELSEWHERE)
def test_next_never_leads_away(place, client):
    answer = client.post("/theme/", data={"theme": "dark", "next": place})
    assert (answer.status, answer.location) == (303, "http://localhost/")


@pytest.mark.parametrize(
    "place", ["/", "/blog/?page=2", "/blog/2026/11/2/x/#comments", "/caf%C3%A9/"]
)
def test_next_leads_back_to_the_page(place, client):
    answer = client.post("/theme/", data={"theme": "dark", "next": place})
    assert answer.headers["Location"] == place


def test_redirect_itself_would_refuse_it_too(client, monkeypatch):
    monkeypatch.setattr(home.controllers, "is_local", lambda location: True)
    with pytest.raises(ValueError, match="leaves the site"):
        client.post("/theme/", data={"theme": "dark", "next": "//evil.example"})


def test_without_both_checks_it_would_lead_away(client, monkeypatch):
    def lead(location):
        return Response("", 303, headers=[("Location", location)])

    monkeypatch.setattr(home.controllers, "is_local", lambda location: True)
    monkeypatch.setattr(home.controllers, "redirect", lead)
    answer = client.post("/theme/", data={"theme": "dark", "next": "//evil.example"})
    assert answer.location == "http://evil.example"
