"""Two requests of one visitor at once: what both changed is kept, what ended stays ended."""

import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest

from framework.http.response import Response
from framework.http.signing import Signer
from framework.sessions.stores.cookie import CookieStore
from framework.sessions.stores.database import DatabaseStore
from framework.sessions.stores.memory import MemoryStore


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
def interleaved(store, clock, site):
    """interleaved(path): what is in the session after both."""

    def run(path, keeping=store):
        page = meanwhile(path)
        client = site(keeping, clock=clock, page=page)
        client.get("/set?start=1&gone=1")
        page.twin = client.another()
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


def test_attack_without_versions_a_write_is_lost(interleaved, clock):
    class Careless(MemoryStore):
        def save(self, id, data, version, expires):
            self._rows[id] = (json.dumps(data), version + 1, expires)
            return True

    _, kept = interleaved("/set?b=2", Careless(clock=clock))
    assert "b" not in kept


def test_a_cookie_store_cannot_merge_and_the_last_one_wins(interleaved, clock):
    _, kept = interleaved("/set?b=2", CookieStore(Signer(["k" * 32], clock)))
    assert kept == {"start": "1", "a": "mine"}


def test_a_session_ended_elsewhere_is_not_brought_back(interleaved, store, caplog):
    response, kept = interleaved("/logout")
    assert (response.status, "Set-Cookie" in response.headers) == (200, False)
    assert (kept, len(store._rows), caplog.records) == ({}, 0, [])


def test_a_session_renewed_elsewhere_is_not_brought_back(interleaved, store):
    response, kept = interleaved("/login")
    assert ("Set-Cookie" in response.headers, kept) == (False, {})
    assert len(store._rows) == 1


def test_a_login_loses_nothing_that_another_window_kept_meanwhile(store, clock, site, pages):
    def slow_login(request):
        request.session.get("a")
        slow_login.twin.get("/set?cart=9")
        return pages.login(request)

    client = site(store, clock=clock, slow=slow_login)
    client.get("/set?a=1")
    slow_login.twin = client.another()
    client.get("/slow")
    assert client.get("/read").json() == {"a": "1", "cart": "9", "user": 7}


@pytest.mark.parametrize("writers", [2, 12])
def test_writers_in_threads_lose_nothing(database, writers, site):
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
        visits = [pool.submit(client.another().get, f"/{key}") for key in pages]
    assert {visit.result().status for visit in visits} == {200}
    assert client.get("/read").json() == {"start": "1", **{key: key for key in pages}}


def test_nothing_of_another_window_crosses_a_flush(store, clock, site, pages):
    def change_user(request):
        request.session.flush()
        change_user.twin.get("/set?cart=9")
        return pages.login(request)

    client = site(store, clock=clock, page=change_user)
    client.get("/set?a=1")
    change_user.twin = client.another()
    client.get("/page")
    assert client.get("/read").json() == {"user": 7}


def test_a_renewal_of_a_session_ended_elsewhere_keeps_only_its_own_changes(store, clock, site):
    def change_password(request):
        request.session.get("user")
        change_password.twin.get("/logout")
        request.session.renew()
        return Response("changed")

    client = site(store, clock=clock, page=change_password)
    client.get("/login")
    change_password.twin = client.another()
    client.get("/page")
    assert client.get("/read").json() == {}
