"""What a developer sees: the place of the error and no secret; what a visitor sees: neither."""

import pytest

from framework import Application, Routes
from framework.middleware.errors import ErrorPages
from framework.middleware.security import AllowedHosts, SecurityHeaders
from framework.mvc.view import View, render
from framework.tools.client import Client
from framework.tools.debug import explain, pages
from framework.tools.debug.frames import frames_of, shown
from framework.tools.debug.hints import hint

BROWSER = {"Accept": "text/html,*/*;q=0.8"}
SECRET = "hunter2-and-more"


def broken(request):
    answer = 6 * 7
    raise ZeroDivisionError(f"{answer} divided by nothing")


def careless(request):
    text = request.form["password"] + request.headers["Authorization"] + request.cookies["session"]
    raise ValueError(f"cannot use {text}")


def recursive(request):
    return recursive(request)


def make_client(*extra, folder=None, explain=explain, name="page.html"):
    routes = Routes([("/broken", broken, "broken"), ("/recursive", recursive, "recursive")])
    routes.add("/careless", careless, "careless", methods=("POST",))
    routes.add("/template", lambda request: render(request, name), "template")
    layers = [SecurityHeaders(), ErrorPages(explain=explain), AllowedHosts(), *extra]
    view = View([folder]) if folder else None
    return Client(Application(routes, layers, view=view), raise_exceptions=False)


def test_the_page_shows_the_line_and_its_values():
    response = make_client().get("/broken", headers=BROWSER)
    assert response.status == 500
    assert "42 divided by nothing" in response.text
    assert "raise ZeroDivisionError" in response.text
    assert "<dt>answer</dt><dd>42</dd>" in response.text


def test_the_page_says_how_far_the_request_came():
    text = make_client().get("/broken", headers=BROWSER).text
    assert '<li class="passed">AllowedHosts</li>' in text


def test_for_curl_it_is_plain_text():
    response = make_client().get("/broken", headers={"Accept": "*/*"})
    assert response.headers.get("Content-Type") == "text/plain; charset=utf-8"
    assert response.text.startswith("ZeroDivisionError: 42 divided by nothing\n")


def test_the_line_of_a_template_is_a_frame(tmp_path):
    (tmp_path / "page.html").write_text("<p>\n{{ missing.name }}\n</p>")
    text = make_client(folder=tmp_path).get("/template", headers=BROWSER).text
    assert "page.html:2" in text
    assert "{{ missing.name }}" in text


def test_a_tag_of_django_is_recognised(tmp_path):
    (tmp_path / "page.html").write_text("{% load static %}")
    text = make_client(folder=tmp_path).get("/template", headers=BROWSER).text
    assert "{% load %} is Django&#39;s" in text


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("Encountered unknown tag 'csrf_token'.", "csrf_input()"),
        ("Encountered unknown tag 'url'.", "url_for"),
        ("No filter named 'truncatewords'.", "truncate"),
        ("(sqlite3.OperationalError) no such table: blog_post", "migrate"),
        ("Encountered unknown tag 'mytag'.", ""),
    ],
)
def test_hints(sentence, word):
    assert word in hint(RuntimeError(sentence))


def send_secrets(client):
    client.cookies.set("session", SECRET + "-cookie")
    headers = {**BROWSER, "Authorization": f"Bearer {SECRET}-header"}
    return client.post("/careless", data={"password": SECRET + " & form"}, headers=headers).text


def test_a_secret_is_hidden_wherever_it_turns_up():
    text = send_secrets(make_client())
    assert "cannot use" in text
    assert "hunter2" not in text
    assert "«password»" in text


def test_without_the_hiding_it_would_be_shown(monkeypatch):
    monkeypatch.setattr(pages, "hidden", lambda text, secrets: text)
    assert "hunter2" in send_secrets(make_client())


def test_a_variable_that_is_named_like_a_secret_is_hidden():
    def sign():
        secret_keys = ["never-to-be-shown"]
        raise ValueError(len(secret_keys))

    try:
        sign()
    except ValueError as error:
        values = frames_of(error)[-1].values
    assert values == {"secret_keys": "«hidden»"}


def test_what_a_visitor_wrote_stays_text():
    text = make_client().get("/broken?x=<script>alert(1)</script>", headers=BROWSER).text
    assert "<script>" not in text


def test_no_object_is_asked_to_describe_itself():
    class Row:
        def __repr__(self):
            raise AssertionError("this would have run a query")

    assert shown([Row(), {"row": Row()}]) == "list(<Row>, {'row': <Row>})"


def test_an_endless_recursion_is_shown_by_its_two_ends():
    response = make_client().get("/recursive", headers=BROWSER)
    assert "RecursionError" in response.text
    assert len(response.text) < 500_000


def test_an_http_error_has_the_ordinary_page():
    response = make_client().get("/nowhere", headers=BROWSER)
    assert (response.status, "Where it happened" in response.text) == (404, False)


def test_a_debug_page_that_fails_gives_way_to_the_ordinary_one(monkeypatch):
    monkeypatch.setattr(pages, "frames_of", lambda error: 1 / 0)
    response = make_client().get("/broken", headers=BROWSER)
    assert response.status == 500
    assert "Something went wrong" in response.text


def test_the_security_headers_stand_on_it_too():
    response = make_client().get("/broken", headers=BROWSER)
    assert response.headers.get("Content-Security-Policy").startswith("default-src 'self'")


def test_production_shows_nothing_of_it():
    text = make_client(explain=None).get("/broken", headers=BROWSER).text
    assert "divided" not in text
