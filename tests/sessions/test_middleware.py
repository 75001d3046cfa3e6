import json
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from random import Random
from threading import Barrier
from time import time

import pytest
from sqlalchemy import func, select, text

from framework.application import Application
from framework.http.errors import Conflict, ServiceUnavailable
from framework.http.request import Request
from framework.http.response import Response
from framework.http.signing import Signer
from framework.middleware.chain import default_chain
from framework.middleware.csrf import CsrfMiddleware
from framework.middleware.errors import ErrorPages
from framework.middleware.hooks import MiddlewareHooks
from framework.mvc.model import Database, Model, UnitOfWork, session_of
from framework.routing.routes import Routes
from framework.sessions.middleware import SessionMiddleware
from framework.sessions.session import Session
from framework.sessions.stores.cookie import CookieStore
from framework.sessions.stores.database import DatabaseStore, SessionRow
from framework.sessions.stores.memory import MemoryStore
from framework.tools.client import Client, make_environ

HTTP, HTTPS = "http://localhost", "https://localhost"
IDLE, ABSOLUTE = 1_000, 3_000


class Clock:
    """A clock that a test moves."""

    def __init__(self):
        self.now = 1_800_000_000.0

    def __call__(self):
        return self.now


# A site that shows and changes the session


def show(request):
    return Response(json.dumps(dict(request.session), sort_keys=True))


def change(request):
    """`/set?cart=2` sets cart to "2"; `/set?cart=` deletes it."""
    for name, value in request.query.pairs():
        if value:
            request.session[name] = value
        else:
            del request.session[name]
    return Response("changed")


def nested(request):
    request.session.setdefault("cart", {"5": 0})["5"] += 1
    return Response("counted")


def login(request):
    request.session["user"] = 7
    request.session.renew()
    return Response("welcome", int(request.query.get("status", "200")))


def logout(request):
    request.session.flush()
    return Response("bye", int(request.query.get("status", "200")))


def fail(request):
    request.session["a"] = 1
    raise ZeroDivisionError


def refuse(request):
    request.session["a"] = 1
    raise Conflict


ROUTES = [
    ("/plain", lambda request: Response("plain"), "plain"),
    ("/read", show, "read"),
    ("/set", change, "set"),
    ("/nested", nested, "nested"),
    ("/login", login, "login"),
    ("/logout", logout, "logout"),
    ("/fail", fail, "fail"),
    ("/refuse", refuse, "refuse"),
]


def site(store, *layers, clock=None, base_url=HTTP, **pages):
    """A visitor of the site; more pages by name. Layer and store share their clock."""
    clock = clock or getattr(store, "_clock", time)
    sessions = SessionMiddleware(store, idle_seconds=IDLE, absolute_seconds=ABSOLUTE, clock=clock)
    routes = Routes([*ROUTES, *((f"/{name}", page, name) for name, page in pages.items())])
    application = Application(routes, [ErrorPages(), sessions, *layers])
    return Client(application, base_url, raise_exceptions=False)


def another(client):
    """A second browser window of the same visitor."""
    twin = Client(client.application, client.base_url, raise_exceptions=False)
    for cookie in client.cookies.kept():
        twin.cookies.set(cookie.name, cookie.value, secure=cookie.secure)
    return twin


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(clock):
    return MemoryStore(clock=clock)


@pytest.fixture
def client(store, clock):
    return site(store, clock=clock)


def number_of(store):
    return len(store._rows)


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    Model.metadata.create_all(database.engine, tables=[SessionRow.__table__])
    yield database
    database.dispose()


def rows(database):
    with database.transaction() as db:
        return db.scalar(select(func.count()).select_from(SessionRow))


# Saved only when changed


def test_what_one_request_sets_the_next_one_reads(client):
    client.get("/set?cart=2")
    assert client.get("/read").json() == {"cart": "2"}


def test_a_change_deep_inside_a_value_is_saved(client):
    for _ in range(3):
        client.get("/nested")
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
    assert ("Set-Cookie" in response.headers, number_of(store)) == (False, 0)


def test_the_store_is_asked_once_a_request(store, clock):
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


def test_ten_thousand_anonymous_visits_write_no_row(database):
    def page(request):
        return Response(f"{request.csrf.token()} {request.session.get('user')}")

    routes = Routes([("/", page, "page"), ("/logout", logout, "logout")])
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
    assert rows(database) == 0


# Headers


@pytest.mark.parametrize("path", ["/read", "/set?a=1", "/nested", "/login", "/refuse"])
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
def test_what_the_page_says_of_caches_itself_stays(store, own):
    def page(request):
        request.session["a"] = 1
        return Response("page", headers=[("Cache-Control", own)])

    assert site(store, page=page).get("/page").headers["Cache-Control"] == own


def test_a_vary_of_the_page_itself_is_kept(store):
    def page(request):
        request.session["a"] = 1
        return Response("page", headers=[("Vary", "Accept-Language")])

    assert site(store, page=page).get("/page").headers["Vary"] == "Accept-Language, Cookie"


# The cookie


@pytest.mark.parametrize(("base_url", "name"), [(HTTP, "session"), (HTTPS, "__Host-session")])
def test_the_cookie_is_for_our_server_alone(store, base_url, name):
    response = site(store, base_url=base_url).get("/set?a=1")
    assert list(response.cookies) == [name]
    cookie = response.cookies[name]
    assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Lax", "/")
    assert (cookie.secure, cookie.domain, cookie.max_age) == (base_url == HTTPS, "", IDLE)


def test_the_id_has_256_bits(client):
    ids = {another(client).get("/set?a=1").cookies["session"].value for _ in range(50)}
    assert len(ids) == 50
    assert min(map(len, ids)) >= 43


@pytest.mark.parametrize(("base_url", "other"), [(HTTP, "__Host-session"), (HTTPS, "session")])
def test_the_cookie_of_the_other_scheme_is_not_read(store, base_url, other):
    client = site(store, base_url=base_url)
    id = client.get("/set?a=1").cookies.popitem()[1].value
    stranger = Client(client.application, base_url)
    assert stranger.get("/read", headers={"Cookie": f"{other}={id}"}).json() == {}


def test_the_store_never_sees_the_id(store):
    seen = []

    class Watched(MemoryStore):
        def save(self, id, *rest):
            seen.append(id)
            return super().save(id, *rest)

    id = site(Watched()).get("/set?a=1").cookies["session"].value
    assert len(seen) == 1
    assert id not in seen[0]


# Fixation: an id that we did not make is never adopted


@pytest.mark.parametrize("planted", ["evil", "a" * 43, "a" * 4_000, "%00", '"a"', "é"])
@pytest.mark.parametrize("path", ["/read", "/set?a=1", "/login", "/logout", "/nested"])
def test_an_unknown_id_is_never_adopted(client, store, path, planted):
    response = client.get(path, headers={"Cookie": f"session={planted}".encode().decode("latin-1")})
    given = response.cookies.get("session")
    assert given is None or given.value != planted
    assert store.key(planted) not in store._rows


def adopting(self, session):
    """What a careless layer does: it saves under the id that the visitor brought."""
    session.id = "planted"
    return self._store.save(self._store.key("planted"), session.data, 0, 2_000_000_000)


@pytest.mark.parametrize("attack", [False, True], ids=["refused", "attack: ids are adopted"])
def test_a_planted_id_does_not_open_the_victims_session(client, attack, monkeypatch):
    if attack:
        monkeypatch.setattr(SessionMiddleware, "_store_new", adopting)
    headers = {"Cookie": "session=planted"}
    client.get("/login", headers=headers)
    attacker = Client(client.application)
    assert ("user" in attacker.get("/read", headers=headers).json()) is attack


@pytest.mark.parametrize("attack", [False, True], ids=["refused", "attack: without renew"])
def test_an_id_known_before_the_login_is_worth_nothing_after_it(client, attack, monkeypatch):
    if attack:
        monkeypatch.setattr(Session, "renew", lambda self: None)
    client.get("/set?a=1")
    attacker = another(client)
    client.get("/login")
    assert ("user" in attacker.get("/read").json()) is attack


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
    thief = another(client)
    assert client.get(f"/logout?status={status}").cookies["session"].max_age == 0
    assert (list(client.cookies), number_of(store)) == ([], 0)
    assert thief.get("/read").json() == {}


def test_on_https_flush_ends_the_cookie_with_the_prefix(store):
    client = site(store, base_url=HTTPS)
    client.get("/set?a=1")
    client.get("/logout")
    assert (list(client.cookies), client.cookies.refused) == ([], [])


def test_a_logout_without_a_session_sets_nothing(client, store):
    assert "Set-Cookie" not in client.get("/logout").headers
    assert number_of(store) == 0


def test_after_flush_a_new_session_begins_in_the_same_request(store):
    def start_anew(request):
        request.session.flush()
        request.session["b"] = 2
        return Response("new")

    client = site(store, anew=start_anew)
    before = client.get("/set?a=1").cookies["session"].value
    assert client.get("/anew").cookies["session"].value != before
    assert client.get("/read").json() == {"b": 2}
    assert number_of(store) == 1


def test_the_hidden_keys_are_not_shown(client):
    client.get("/login")
    assert client.get("/read").json() == {"user": 7}


# Exceptions


def test_an_exception_saves_no_session(client, store):
    response = client.get("/fail")
    assert (response.status, "Set-Cookie" in response.headers) == (500, False)
    assert number_of(store) == 0


def caught(status=200):
    """A layer that answers every exception itself."""

    class Catching(MiddlewareHooks):
        def process_exception(self, request, error):
            return Response("sorry", status)

    return Catching()


def login_and_fail(request):
    login(request)
    raise ZeroDivisionError


def logout_and_fail(request):
    logout(request)
    raise ZeroDivisionError


@pytest.mark.parametrize("page", [fail, login_and_fail, logout_and_fail])
def test_an_exception_that_a_hook_answered_saves_no_session_either(store, page):
    client = site(store, caught(), page=page)
    client.get("/set?b=2")
    response = client.get("/page")
    assert (response.text, "Set-Cookie" in response.headers) == ("sorry", False)
    assert client.get("/read").json() == {"b": "2"}


def test_a_value_that_json_cannot_hold_is_an_error_with_the_cure(store):
    def page(request):
        request.session["a"] = {1, 2}
        return Response("page")

    response = site(store, page=page).get("/page")
    assert response.status == 500
    assert "a session keeps only what JSON can hold" in str(response.error)


def test_the_body_of_an_answer_is_closed_when_its_session_cannot_be_kept(store):
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


def test_a_longer_life_in_the_store_does_not_help(store, clock):
    """The times are checked again here: the store may know another clock."""
    client = site(MemoryStore(clock=lambda: 0.0), clock=clock)
    client.get("/set?a=1")
    clock.now += IDLE + 1
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


# Two requests of one visitor at once


def meanwhile(path):
    """A page during which another window of the visitor asks for `path`."""

    def page(request):
        request.session.get("a")
        page.twin.get(path)
        request.session["a"] = "mine"
        request.session.pop("gone", None)
        return Response("done")

    return page


@pytest.fixture
def interleaved(store, clock):
    """interleaved(path): what is in the session after both."""

    def run(path, keeping=store):
        page = meanwhile(path)
        client = site(keeping, clock=clock, page=page)
        client.get("/set?start=1&gone=1")
        page.twin = another(client)
        response = client.get("/page")
        return response, client.get("/read").json()

    return run


def test_two_writers_of_different_keys_lose_neither(interleaved):
    _, kept = interleaved("/set?b=2")
    assert kept == {"start": "1", "a": "mine", "b": "2"}


def test_the_later_of_two_writers_of_one_key_wins(interleaved):
    assert interleaved("/set?a=theirs&gone=2")[1] == {"start": "1", "a": "mine"}


def test_a_key_that_the_other_deleted_stays_deleted(interleaved):
    assert interleaved("/set?start=")[1] == {"a": "mine"}


def test_attack_without_versions_a_write_is_lost(interleaved):
    class Careless(MemoryStore):
        def save(self, id, data, version, expires):
            self._rows[id] = (json.dumps(data), version + 1, expires)
            return True

    _, kept = interleaved("/set?b=2", Careless(clock=Clock()))
    assert "b" not in kept


def test_a_cookie_store_cannot_merge_and_the_last_one_wins(interleaved, clock):
    _, kept = interleaved("/set?b=2", CookieStore(Signer(["k" * 32], clock)))
    assert kept == {"start": "1", "a": "mine"}


def test_a_session_ended_elsewhere_is_not_brought_back(interleaved, store):
    response, kept = interleaved("/logout")
    assert (response.status, "Set-Cookie" in response.headers) == (200, False)
    assert (kept, number_of(store)) == ({}, 0)


def test_a_session_renewed_elsewhere_is_not_brought_back(interleaved, store):
    response, kept = interleaved("/login")
    assert ("Set-Cookie" in response.headers, kept) == (False, {})
    assert number_of(store) == 1


def test_a_login_loses_nothing_that_another_window_kept_meanwhile(store, clock):
    def slow_login(request):
        request.session.get("a")
        slow_login.twin.get("/set?cart=9")
        return login(request)

    client = site(store, clock=clock, slow=slow_login)
    client.get("/set?a=1")
    slow_login.twin = another(client)
    client.get("/slow")
    assert client.get("/read").json() == {"a": "1", "cart": "9", "user": 7}


@pytest.mark.parametrize("writers", [2, 12])
def test_writers_in_threads_lose_nothing(database, writers):
    together = Barrier(writers)

    def set_key(request, key):
        request.session.get("start")
        together.wait(timeout=10)
        request.session[key] = key
        return Response("kept")

    pages = {f"key{number}": partial(set_key, key=f"key{number}") for number in range(writers)}
    client = site(DatabaseStore(database), **pages)
    client.get("/set?start=1")
    with ThreadPoolExecutor(writers) as pool:
        visits = [pool.submit(another(client).get, f"/{key}") for key in pages]
    assert {visit.result().status for visit in visits} == {200}
    assert client.get("/read").json() == {"start": "1", **{key: key for key in pages}}


def test_a_renewal_of_a_session_ended_elsewhere_keeps_only_its_own_changes(store, clock):
    def change_password(request):
        request.session.get("user")
        change_password.twin.get("/logout")
        request.session.renew()
        return Response("changed")

    client = site(store, clock=clock, page=change_password)
    client.get("/login")
    change_password.twin = another(client)
    client.get("/page")
    assert client.get("/read").json() == {}


# When saving fails after the commit


class Failing(MemoryStore):
    """A store that from some moment on can only be read."""

    error = None

    def save(self, *arguments):
        if self.error:
            raise self.error
        return super().save(*arguments)

    def delete(self, id):
        if self.error:
            raise self.error
        super().delete(id)


@pytest.fixture(params=[ServiceUnavailable(), OSError("disk full")], ids=["503", "other"])
def away(request):
    """A visitor whose session can be read, and no more written."""
    store = Failing()
    client = site(store)
    client.get("/set?a=1")
    store.error = request.param
    return client


def test_an_answer_with_a_changed_session_stands_and_it_is_logged(away, caplog):
    response = away.get("/set?a=2")
    assert (response.status, response.text) == (200, "changed")
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("framework.sessions", logging.ERROR)
    assert record.getMessage() == "session not saved"
    assert record.request_id


@pytest.mark.parametrize("path", ["/login", "/logout"])
def test_a_login_or_logout_that_cannot_be_kept_is_a_503(away, path):
    response = away.get(path)
    assert response.status == 503
    assert "Retry-After" in response.headers
    assert "Set-Cookie" not in response.headers


def test_a_session_that_others_change_without_end_is_logged_and_the_answer_stands(caplog):
    class Busy(MemoryStore):
        def save(self, id, data, version, expires):
            return version == 0 and super().save(id, data, version, expires)

    client = site(Busy())
    client.get("/set?a=1")
    assert client.get("/set?a=2").text == "changed"
    assert client.get("/read").json() == {"a": "1"}
    assert [record.getMessage() for record in caplog.records] == ["session not saved"]


def test_a_store_that_cannot_be_read_is_a_503(caplog):
    class Unreadable(MemoryStore):
        def load(self, id):
            raise ServiceUnavailable(9)

    client = site(Unreadable())
    response = client.get("/read", headers={"Cookie": "session=abc"})
    assert (response.status, response.headers["Retry-After"]) == (503, "9")
    assert client.get("/plain", headers={"Cookie": "session=abc"}).status == 200


def test_a_session_that_another_layer_connected_is_left_alone(store):
    def own(handler):
        def handle(request):
            Request.session.connect(request, lambda request: {"own": 1})
            return handler(request)

        return handle

    response = site(store, own).get("/set?a=1")
    assert (response.text, "Set-Cookie" in response.headers) == ("changed", False)


def test_a_session_that_is_only_read_needs_no_save(away):
    assert away.get("/read").json() == {"a": "1"}


def test_a_first_session_that_cannot_be_kept_sets_no_cookie(away):
    assert "Set-Cookie" not in Client(away.application).get("/set?a=2").headers


def test_a_cookie_that_is_too_large_is_logged_and_the_answer_stands(caplog):
    def page(request):
        request.session["noise"] = Random(1).randbytes(4_000).hex()
        return Response("page")

    response = site(CookieStore(Signer(["k" * 32])), page=page).get("/page")
    assert (response.text, "Set-Cookie" in response.headers) == ("page", False)
    assert "browsers drop it above 4096" in caplog.text


@pytest.mark.parametrize(("use", "status"), [(nested, 200), (login, 503), (logout, 503)])
def test_a_table_that_goes_between_reading_and_saving_is_such_a_failure(
    database, use, status, caplog
):
    def page(request):
        request.session.get("a")
        with database.transaction() as db:
            db.execute(text("DROP TABLE session"))
        return use(request)

    client = site(DatabaseStore(database), page=page)
    client.get("/set?a=1")
    assert client.get("/page").status == status
    assert len(caplog.records) == (1 if status == 200 else 0)


# Order: after the unit of work


def test_the_session_is_saved_after_the_commit(database):
    seen = []

    class Watching(DatabaseStore):
        def save(self, *arguments):
            with database.transaction() as db:
                seen.append(db.scalar(text("SELECT count(*) FROM note")))
            return super().save(*arguments)

    def write(request):
        session_of(request).execute(text("INSERT INTO note VALUES ('kept')"))
        request.session["a"] = 1
        return Response("written")

    with database.transaction() as db:
        db.execute(text("CREATE TABLE note (text VARCHAR(9))"))
    client = site(Watching(database), UnitOfWork(database), write=write)
    assert (client.get("/write").status, seen) == (200, [1])


def test_a_commit_that_fails_saves_no_session(database):
    def once():
        return SessionRow(
            key="once", data="{}", version=1, expires=datetime(2030, 1, 1, tzinfo=UTC)
        )

    def conflict(request):
        session_of(request).add(once())
        return login(request)

    with database.transaction() as db:
        db.add(once())
    client = site(DatabaseStore(database), UnitOfWork(database), conflict=conflict)
    response = client.get("/conflict")
    assert (response.status, "Set-Cookie" in response.headers) == (409, False)
    assert rows(database) == 1


# The log


@pytest.mark.parametrize("path", ["/read", "/set?a=2", "/login", "/logout", "/fail", "/refuse"])
def test_the_id_never_reaches_the_log(database, path, caplog):
    client = site(DatabaseStore(database))
    with caplog.at_level(logging.DEBUG):
        before = client.get("/set?a=1").cookies["session"].value
        answer = client.get(path)
        logging.getLogger("test").info("%r", answer)
    after = answer.cookies["session"].value if "session" in answer.cookies else before
    for record in caplog.records:
        written = record.getMessage() + str(vars(record)) + (record.exc_text or "")
        assert before not in written
        assert not after or after not in written


# Another store


def test_a_tampered_session_cookie_is_an_empty_session():
    client = site(CookieStore(Signer(["k" * 32])))
    cookie = client.get("/set?user=7").cookies["session"].value
    assert client.get("/read").json() == {"user": "7"}
    for forged in (cookie[:-1], "f" + cookie[1:], cookie.split(".")[0], "x.y.z"):
        stranger = Client(client.application)
        assert stranger.get("/read", headers={"Cookie": f"session={forged}"}).json() == {}
