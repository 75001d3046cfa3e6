import pytest

from framework.application import Application
from framework.http.request import Request
from framework.http.response import Response
from framework.http.signing import Signer
from framework.middleware.chain import default_chain
from framework.middleware.csrf import CsrfMiddleware
from framework.middleware.errors import ErrorPages
from framework.middleware.hooks import MiddlewareHooks
from framework.routing.routes import Routes
from framework.sessions.middleware import SessionMiddleware
from framework.sessions.stores.cookie import CookieStore
from framework.sessions.stores.database import DatabaseStore
from framework.sessions.stores.memory import MemoryStore
from framework.tools.client import Client, make_environ

HTTP, HTTPS = "http://localhost", "https://localhost"
IDLE, ABSOLUTE = 1_000, 3_000  # as in conftest


# Saved only when changed


def test_what_one_request_sets_the_next_one_reads(client):
    client.get("/set?cart=2")
    assert client.get("/read").json() == {"cart": "2"}


def test_a_change_deep_inside_a_value_is_saved(client):
    for _ in range(3):
        client.get("/count")
    assert client.get("/read").json() == {"cart": {"5": 3}}


def test_a_deleted_key_is_gone(client):
    client.get("/set?a=1&b=2")
    client.get("/set?a=")
    assert client.get("/read").json() == {"b": "2"}


def test_a_session_that_nobody_read_leaves_no_trace_in_the_answer(client, store):
    headers = client.get("/plain").headers
    assert not {"Set-Cookie", "Vary", "Cache-Control"} & set(headers)
    client.get("/set?a=1")
    headers = client.get("/plain").headers
    assert not {"Set-Cookie", "Vary", "Cache-Control"} & set(headers)


def test_a_session_that_was_only_read_is_not_saved(client, store):
    client.get("/set?a=1")
    before = dict(store._rows)
    assert "Set-Cookie" not in client.get("/read").headers
    assert store._rows == before


def test_reading_makes_no_session(client, store):
    response = client.get("/read")
    assert ("Set-Cookie" in response.headers, len(store._rows)) == (False, 0)


def test_the_store_is_asked_once_a_request(store, clock, site):
    asked = []

    class Counted(MemoryStore):
        def load(self, id):
            asked.append(id)
            return super().load(id)

    def twice(request):
        return Response(str(dict(request.session) == dict(request.session)))

    client = site(Counted(clock=clock), clock=clock, twice=twice)
    client.get("/twice")
    client.get("/plain", headers={"Cookie": "session=abc"})
    assert asked == []
    client.get("/twice", headers={"Cookie": "session=abc"})
    assert len(asked) == 1


def test_ten_thousand_anonymous_visits_write_no_row(database, rows, pages):
    def page(request):
        return Response(f"{request.csrf.token()} {request.session.get('user')}")

    routes = Routes([("/", page, "page"), ("/logout", pages.logout, "logout")])
    layers = default_chain(
        errors=ErrorPages(),
        sessions=SessionMiddleware(DatabaseStore(database)),
        csrf=CsrfMiddleware(Signer(["k" * 32])),
    )
    handle = Application(routes, layers).handle
    environs = {path: make_environ("GET", path) for path in ("/", "/logout")}
    for _ in range(5_000):
        for environ in environs.values():
            assert handle(Request(dict(environ))).status == 200
    assert rows() == 0


# Headers


@pytest.mark.parametrize("path", ["/read", "/set?a=1", "/count", "/login", "/refuse"])
def test_an_answer_that_read_the_session_depends_on_the_cookie(client, path):
    assert client.get(path).headers["Vary"] == "Cookie"


def test_a_visitor_without_a_session_gets_an_answer_that_may_be_kept(client):
    headers = client.get("/read").headers
    assert (headers["Vary"], "Cache-Control" in headers) == ("Cookie", False)


def test_a_visitor_with_a_session_gets_an_answer_of_his_own(client):
    first = client.get("/set?a=1").headers
    again = client.get("/read").headers
    assert first["Cache-Control"] == again["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("own", ["no-store", "private, max-age=60"])
def test_what_the_page_says_of_caches_itself_stays(store, own, site):
    def page(request):
        request.session["a"] = 1
        return Response("page", headers=[("Cache-Control", own)])

    assert site(store, page=page).get("/page").headers["Cache-Control"] == own


def test_a_vary_of_the_page_itself_is_kept(store, site):
    def page(request):
        request.session["a"] = 1
        return Response("page", headers=[("Vary", "Accept-Language")])

    assert site(store, page=page).get("/page").headers["Vary"] == "Accept-Language, Cookie"


# The cookie


@pytest.mark.parametrize(("base_url", "name"), [(HTTP, "session"), (HTTPS, "__Host-session")])
def test_the_cookie_is_for_our_server_alone(store, base_url, name, site):
    response = site(store, base_url=base_url).get("/set?a=1")
    assert list(response.cookies) == [name]
    cookie = response.cookies[name]
    assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Lax", "/")
    assert (cookie.secure, cookie.domain, cookie.max_age) == (base_url == HTTPS, "", IDLE)


def test_the_id_has_256_bits(client):
    ids = {client.another().get("/set?a=1").cookies["session"].value for _ in range(50)}
    assert len(ids) == 50
    assert min(map(len, ids)) >= 43


@pytest.mark.parametrize(("base_url", "other"), [(HTTP, "__Host-session"), (HTTPS, "session")])
def test_the_cookie_of_the_other_scheme_is_not_read(store, base_url, other, site):
    client = site(store, base_url=base_url)
    id = client.get("/set?a=1").cookies.popitem()[1].value
    stranger = Client(client.application, base_url)
    assert stranger.get("/read", headers={"Cookie": f"{other}={id}"}).json() == {}


def test_the_store_never_sees_the_id(store, site):
    seen = []

    class Watched(MemoryStore):
        def save(self, id, *rest):
            seen.append(id)
            return super().save(id, *rest)

    id = site(Watched()).get("/set?a=1").cookies["session"].value
    assert len(seen) == 1
    assert id not in seen[0]


# Renewed, emptied


def test_renew_gives_a_new_id_keeps_the_data_and_deletes_the_old_row(client, store):
    before = client.get("/set?a=1").cookies["session"].value
    after = client.get("/login").cookies["session"].value
    assert before != after
    assert client.get("/read").json() == {"a": "1", "user": 7}
    assert list(store._rows) == [store.key(after)]


@pytest.mark.parametrize("status", [400, 401, 403, 409, 422, 500, 503])
def test_a_login_that_was_refused_does_not_sign_in(client, store, status):
    client.get("/set?a=1")
    response = client.get(f"/login?status={status}")
    assert "Set-Cookie" not in response.headers
    assert client.get("/read").json() == {"a": "1"}


def test_a_change_beside_an_error_is_kept(client):
    client.get("/set?b=2")
    assert client.get("/refuse").status == 409
    assert client.get("/read").json() == {"a": 1, "b": "2"}


@pytest.mark.parametrize("status", [200, 303, 400])
def test_flush_ends_the_row_and_the_cookie(client, store, status):
    client.get("/set?a=1")
    thief = client.another()
    assert client.get(f"/logout?status={status}").cookies["session"].max_age == 0
    assert (list(client.cookies), len(store._rows)) == ([], 0)
    assert thief.get("/read").json() == {}


def test_on_https_flush_ends_the_cookie_with_the_prefix(store, site):
    client = site(store, base_url=HTTPS)
    client.get("/set?a=1")
    client.get("/logout")
    assert (list(client.cookies), client.cookies.refused) == ([], [])


def test_a_logout_without_a_session_sets_nothing(client, store):
    assert "Set-Cookie" not in client.get("/logout").headers
    assert len(store._rows) == 0


def test_after_flush_a_new_session_begins_in_the_same_request(store, site):
    def start_anew(request):
        request.session.flush()
        request.session["b"] = 2
        return Response("new")

    client = site(store, anew=start_anew)
    before = client.get("/set?a=1").cookies["session"].value
    assert client.get("/anew").cookies["session"].value != before
    assert client.get("/read").json() == {"b": 2}
    assert len(store._rows) == 1


def test_the_hidden_keys_are_not_shown(client):
    client.get("/login")
    assert client.get("/read").json() == {"user": 7}


# Exceptions


def test_an_exception_saves_no_session(client, store):
    response = client.get("/fail")
    assert (response.status, "Set-Cookie" in response.headers) == (500, False)
    assert len(store._rows) == 0


class Catching(MiddlewareHooks):
    """A layer that answers every exception itself."""

    def process_exception(self, request, error):
        return Response("sorry")


@pytest.mark.parametrize("change", ["count", "login", "logout"])
def test_an_exception_that_a_hook_answered_saves_no_session_either(store, change, site, pages):
    def page(request):
        getattr(pages, change)(request)
        raise ZeroDivisionError

    client = site(store, Catching(), page=page)
    client.get("/set?b=2")
    response = client.get("/page")
    assert (response.text, "Set-Cookie" in response.headers) == ("sorry", False)
    assert client.get("/read").json() == {"b": "2"}


def test_a_value_that_json_cannot_hold_is_an_error_with_the_cure(store, site):
    def page(request):
        request.session["a"] = {1, 2}
        return Response("page")

    response = site(store, page=page).get("/page")
    assert response.status == 500
    assert "a session keeps only what JSON can hold" in str(response.error)


def test_the_body_of_an_answer_is_closed_when_its_session_cannot_be_kept(store, site):
    closed = []

    class Body:
        def __iter__(self):
            return iter([b"page"])

        def close(self):
            closed.append(True)

    def page(request):
        request.session["a"] = {1, 2}
        return Response(Body())

    assert site(store, page=page).get("/page").status == 500
    assert closed == [True]


# Time


def test_an_idle_session_ends(client, clock):
    client.get("/set?a=1")
    clock.now += IDLE - 1
    assert client.get("/read").json() == {"a": "1"}
    clock.now += IDLE
    assert client.get("/read").json() == {}


def test_a_session_that_is_used_lives_on_until_its_absolute_end(client, clock):
    client.get("/set?a=1")
    for _ in range(ABSOLUTE // 500 - 1):
        clock.now += 500
        assert client.get("/read").json() == {"a": "1"}
    clock.now += 501
    assert client.get("/read").json() == {}


@pytest.mark.parametrize(
    ("age", "saved"), [(0, False), (IDLE // 10, False), (IDLE // 10 + 1, True)], ids=str
)
def test_reading_refreshes_the_last_visit_after_a_tenth_of_the_idle_time(client, clock, age, saved):
    client.get("/set?a=1")
    clock.now += age
    assert ("session" in client.get("/read").cookies) is saved


def test_a_longer_life_in_the_store_does_not_help_against_the_idle_time(clock, site):
    keeping = MemoryStore(clock=lambda: 0.0)
    client = site(keeping, clock=clock)
    client.get("/set?a=1")
    clock.now += IDLE + 1
    assert client.get("/read").json() == {}
    assert len(keeping._rows) == 0


def test_a_longer_life_in_the_store_does_not_help_against_the_absolute_time(clock, site):
    client = site(MemoryStore(clock=lambda: 0.0), clock=clock)
    for _ in range(6):
        client.get("/set?a=1")
        clock.now += 501
    assert client.get("/read").json() == {}


@pytest.mark.parametrize("step", [-24 * 3600, -1], ids=["a day", "a second"])
def test_a_step_back_of_the_clock_ends_no_session(client, clock, step):
    client.get("/set?a=1")
    clock.now += step
    assert client.get("/read").json() == {"a": "1"}
    assert client.get("/set?b=2").status == 200


def test_a_login_does_not_lengthen_the_absolute_time(client, clock):
    client.get("/set?a=1")
    for _ in range(3):
        clock.now += IDLE - 1
        client.get("/login")
    clock.now += 4
    assert client.get("/read").json() == {}


# Another store


def test_a_tampered_session_cookie_is_an_empty_session(site):
    client = site(CookieStore(Signer(["k" * 32])))
    cookie = client.get("/set?user=7").cookies["session"].value
    assert client.get("/read").json() == {"user": "7"}
    for forged in (cookie[:-1], "f" + cookie[1:], cookie.split(".")[0], "x.y.z"):
        stranger = Client(client.application)
        assert stranger.get("/read", headers={"Cookie": f"session={forged}"}).json() == {}
