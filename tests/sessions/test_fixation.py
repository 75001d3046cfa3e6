"""Fixation: an id that we did not make is never adopted."""

import pytest

from framework.sessions.middleware import SessionMiddleware
from framework.sessions.session import Session
from framework.tools.client import Client

LONG = pytest.param("a" * 4_000, id="long")


@pytest.mark.parametrize("planted", ["evil", "a" * 43, LONG, "%00", '"a"', "é"])
@pytest.mark.parametrize("path", ["/read", "/set?a=1", "/login", "/logout", "/count"])
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
    attacker = client.another()
    client.get("/login")
    assert ("user" in attacker.get("/read").json()) is attack
