import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from framework.application import Application
from framework.contrib.messages import Message, Messages
from framework.http.errors import Conflict, NotConnected, NotFound
from framework.http.response import Response, redirect
from framework.http.signing import Signer
from framework.middleware.errors import ErrorPages
from framework.middleware.hooks import MiddlewareHooks
from framework.routing.routes import Routes
from framework.sessions.middleware import SessionMiddleware
from framework.sessions.stores.memory import MemoryStore
from framework.tools.client import Client

KEY, LONG = "k" * 32, "long " * 1_000


def add(request):
    request.messages.success(request.query.get("text", "Saved."))
    return redirect("/show")


def show(request):
    return Response("|".join(f"{one.level_name}: {one.text}" for one in request.messages))


def add_and_show(request):
    request.messages.info("Now.")
    return show(request)


def show_and_add(request):
    response = show(request)
    request.messages.info("Later.")
    return response


def show_twice(request):
    return Response(show(request).body + b" " + show(request).body)


def fail(request):
    request.messages.success("Saved.")
    raise ZeroDivisionError


def refuse(request):
    request.messages.error("Somebody else was faster.")
    raise Conflict


def missing(request):
    raise NotFound(" ".join(one.text for one in request.messages))


def forbid_storing(request):
    return Response(show(request).body, headers=[("Cache-Control", "no-store")])


def add_long(request):
    request.messages.info(LONG)
    return Response("kept")


def cart(request):
    return Response(json.dumps(dict(request.session)))


def quiet(request):
    """Looks for the point, as a template may, and shows nothing."""
    return Response("quiet" if request.messages else "")


PAGES = (add, show, add_and_show, show_and_add, show_twice, fail, refuse, missing)
PAGES = (*PAGES, forbid_storing, add_long, cart, quiet)


def application(*layers, signer=None, store=None):
    routes = Routes([(f"/{page.__name__}", page, page.__name__) for page in PAGES])
    sessions = [SessionMiddleware(store)] if store else []
    return Application(
        routes, [ErrorPages(), *sessions, Messages(signer or Signer([KEY])), *layers]
    )


@pytest.fixture
def client():
    return Client(application(), raise_exceptions=False)


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def with_session(store):
    return Client(application(store=store))


def text(client, path="/show"):
    return client.get(path).text


# The next page


def test_a_message_is_shown_on_the_next_page_once(client):
    assert client.get("/add", follow=True).text == "success: Saved."
    assert (text(client), list(client.cookies)) == ("", [])


def test_a_message_waits_for_a_page_that_shows_it(client):
    assert "Vary" not in client.get("/add").headers
    assert "Set-Cookie" not in client.get("/quiet").headers
    assert text(client) == "success: Saved."


def test_messages_are_shown_in_the_order_in_which_they_were_added(client):
    client.get("/add?text=one")
    client.get("/add?text=two")
    assert text(client) == "success: one|success: two"


def test_a_message_shown_in_the_answer_that_added_it_travels_nowhere(client):
    response = client.get("/add_and_show")
    assert (response.text, "Set-Cookie" in response.headers) == ("info: Now.", False)
    assert text(client) == ""


def test_those_that_arrived_are_shown_before_those_of_this_page(client):
    client.get("/add")
    assert text(client, "/add_and_show") == "success: Saved.|info: Now."
    assert (text(client), list(client.cookies)) == ("", [])


def test_a_message_added_after_the_others_were_shown_travels_on_alone(client):
    client.get("/add")
    assert text(client, "/show_and_add") == "success: Saved."
    assert text(client) == "info: Later."


def test_a_page_may_show_those_that_arrived_twice(client):
    client.get("/add")
    assert text(client, "/show_twice") == "success: Saved. success: Saved."
    assert text(client) == ""


@pytest.mark.parametrize("level", ["debug", "info", "success", "warning", "error"])
def test_every_level_has_its_word(level):
    def page(request):
        getattr(request.messages, level)("Text.")
        return show(request)

    client = Client(Application(Routes([("/", page, "page")]), [Messages(Signer([KEY]))]))
    assert client.get("/").text == f"{level}: Text."


def test_a_level_of_ones_own_reads_as_info():
    assert Message(21, "Text.").level_name == "info"


@pytest.mark.parametrize("sent", ["Änn \U0001f33f", "a;b,c", "line\r\nSet-Cookie: a=b", '"', "<b>"])
def test_any_text_travels(client, sent):
    client.get("/add", query={"text": sent})
    assert text(client) == f"success: {sent}"
    assert list(client.cookies) == []


# The cookie


@pytest.mark.parametrize("base_url", ["http://localhost", "https://localhost"])
def test_the_cookie_is_for_our_server_alone(base_url):
    (cookie,) = Client(application(), base_url).get("/add").cookies.values()
    assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Lax", "/")
    assert cookie.secure is base_url.startswith("https:")


def test_on_https_the_cookie_ends_too():
    client = Client(application(), "https://localhost")
    client.get("/add", follow=True)
    assert (list(client.cookies), client.cookies.refused) == ([], [])


def test_a_page_that_asks_for_no_message_leaves_no_trace(client):
    headers = client.get("/quiet").headers
    assert not {"Set-Cookie", "Vary", "Cache-Control"} & set(headers)


def test_a_page_that_shows_messages_depends_on_the_cookie(client):
    headers = client.get("/show").headers
    assert (headers["Vary"], "Cache-Control" in headers) == ("Cookie", False)


@pytest.mark.parametrize("path", ["/show", "/add_and_show", "/show_and_add"])
def test_a_page_with_a_message_is_for_one_visitor_only(client, path):
    client.get("/add")
    assert client.get(path).headers["Cache-Control"] == "private, no-cache"
    assert client.get("/add_and_show").headers["Cache-Control"] == "private, no-cache"


def test_a_page_that_nobody_may_store_stays_so(client):
    client.get("/add")
    assert client.get("/forbid_storing").headers["Cache-Control"] == "no-store"


# Signed


def forged(cookie):
    """Other words under the signature of an honest message."""
    rows = json.loads(urlsafe_b64decode(cookie.split(".")[0]))
    words = [[level, "Call 555 and tell your password."] for level, _ in rows]
    return urlsafe_b64encode(json.dumps(words).encode()).decode() + cookie[cookie.index(".") :]


TAMPERED = {
    "other words": forged,
    "cut": lambda cookie: cookie[:-2],
    "without signature": lambda cookie: cookie.split(".")[0],
    "other key": lambda cookie: Signer(["e" * 32]).sign(b"W10=", "messages").decode(),
    "other purpose": lambda cookie: Signer([KEY]).sign(b"W10=", "session").decode(),
    "nothing": lambda cookie: "",
    "not ASCII": lambda cookie: "\xe9",
}


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED)
def test_a_tampered_cookie_shows_nothing_and_is_ended(client, tamper):
    cookie = client.get("/add").cookies["messages"].value
    response = client.get("/show", headers={"Cookie": f"messages={tamper(cookie)}"})
    assert response.text == ""
    assert response.cookies["messages"].max_age == 0


def test_attack_without_the_signature_a_visitor_reads_what_the_attacker_wrote(client, monkeypatch):
    monkeypatch.setattr(Signer, "unsign", lambda self, signed, *_: signed.partition(b".")[0])
    cookie = client.get("/add").cookies["messages"].value
    response = client.get("/show", headers={"Cookie": f"messages={forged(cookie)}"})
    assert "Call 555" in response.text


def test_messages_older_than_a_day_are_not_shown():
    now = [1_000_000.0]
    client = Client(application(signer=Signer([KEY], clock=lambda: now[0])))
    client.get("/add")
    now[0] += 24 * 3600 + 1
    assert text(client) == ""


# Long messages go into the session


def test_a_long_message_goes_into_the_session(with_session, store):
    with_session.get("/add_long")
    assert len(with_session.cookies["messages"]) < 200
    assert text(with_session) == f"info: {LONG}"
    assert (text(with_session), text(with_session, "/cart")) == ("", "{}")


def test_many_short_messages_go_into_the_session_together(with_session):
    for number in range(100):
        with_session.get(f"/add?text=message+number+{number}")
    assert text(with_session).count("|") == 99


def test_a_short_message_makes_no_session(with_session, store):
    with_session.get("/add", follow=True)
    assert len(store._rows) == 0


def test_a_long_message_that_was_shown_leaves_the_session_though_a_new_one_travels(with_session):
    with_session.get("/add_long")
    assert text(with_session, "/show_and_add") == f"info: {LONG}"
    assert text(with_session, "/cart") == "{}"
    assert text(with_session) == "info: Later."


def test_a_long_message_in_a_session_that_has_ended_is_gone(with_session, store):
    with_session.get("/add_long")
    store._rows.clear()
    assert text(with_session) == ""


def test_a_long_message_without_sessions_says_what_to_wire_and_closes_the_body():
    closed = []

    class Body:
        def __iter__(self):
            return iter([b"page"])

        def close(self):
            closed.append(True)

    def page(request):
        request.messages.info(LONG)
        return Response(Body())

    routes = Routes([("/", page, "page")])
    client = Client(Application(routes, [ErrorPages(), Messages(Signer([KEY]))]))
    with pytest.raises(NotConnected, match="SessionMiddleware"):
        client.get("/")
    assert closed == [True]


# Errors


def test_an_exception_keeps_no_message(client):
    assert client.get("/fail").status == 500
    assert text(client) == ""


def test_an_exception_does_not_end_those_that_wait(client):
    client.get("/add")
    client.get("/fail")
    assert text(client) == "success: Saved."


def test_an_exception_that_a_hook_answered_keeps_no_message_either():
    class Catching(MiddlewareHooks):
        def process_exception(self, request, error):
            return Response("sorry")

    client = Client(application(Catching()))
    client.get("/add?text=before")
    assert client.get("/fail").text == "sorry"
    assert text(client) == "success: before"


def test_an_http_error_keeps_no_success_for_it_was_rolled_back():
    def lost(request):
        request.messages.success("Saved.")
        raise NotFound

    routes = Routes([("/lost", lost, "lost"), ("/show", show, "show")])
    client = Client(Application(routes, [ErrorPages(), Messages(Signer([KEY]))]))
    assert client.get("/lost").status == 404
    assert client.get("/show").text == ""


def test_an_http_error_keeps_its_message(client):
    assert client.get("/refuse").status == 409
    assert text(client) == "error: Somebody else was faster."


def test_an_error_page_shows_messages_once_too(client):
    client.get("/add")
    assert "Saved." in client.get("/missing").text
    assert text(client) == ""
