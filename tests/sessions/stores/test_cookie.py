from base64 import urlsafe_b64decode, urlsafe_b64encode
from random import Random
from zlib import compress, decompress

import pytest

from framework.http.cookies import dump_cookie
from framework.http.signing import Signer
from framework.sessions.stores import cookie as module
from framework.sessions.stores.cookie import CookieStore

KEY = "k" * 32


@pytest.fixture
def store():
    return CookieStore(Signer([KEY]))


def test_it_says_that_it_cannot_merge(store):
    assert not store.merges
    assert "cannot merge" in module.__doc__


def test_of_two_who_save_the_last_one_wins(store):
    assert store.save("id", {"a": 1}, 1, 0)
    assert store.save("id", {"b": 2}, 1, 0)


def test_nothing_is_kept_on_our_side(store):
    cookie = store.cookie("id", {"a": 1})
    assert CookieStore(Signer([KEY])).load(cookie) == ({"a": 1}, 1)
    store.delete(cookie)
    assert store.load(cookie) == ({"a": 1}, 1)
    assert store.clear_expired() == 0


def test_the_visitor_can_read_it_for_signed_is_not_encrypted(store):
    text = store.cookie("id", {"secret": "pa55"}).split(".")[0]
    assert b"pa55" in decompress(urlsafe_b64decode(text))


def admin(cookie):
    """The visitor's own data with more rights, under the signature he has."""
    text, _, signature = cookie.partition(".")
    forged = decompress(urlsafe_b64decode(text)).replace(b"visitor", b"admin")
    return f"{urlsafe_b64encode(compress(forged)).decode()}.{signature}"


TAMPERED = {
    "other data": admin,
    "cut": lambda cookie: cookie[:-1],
    "longer": lambda cookie: cookie + "a",
    "without signature": lambda cookie: cookie.split(".")[0],
    "other time": lambda cookie: cookie.replace(cookie.split(".")[1], "aaaaaa"),
    "other key": lambda cookie: CookieStore(Signer(["e" * 32])).cookie("", {"role": "admin"}),
    "other purpose": lambda cookie: Signer([KEY]).sign(b"e30=", "messages").decode(),
}


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED)
def test_a_tampered_cookie_is_no_session(store, change):
    assert store.load(change(store.cookie("id", {"role": "visitor"}))) is None


def test_attack_without_the_signature_the_tampered_cookie_counts(store, monkeypatch):
    monkeypatch.setattr(Signer, "unsign", lambda self, signed, *_: signed.partition(b".")[0])
    assert store.load(admin(store.cookie("id", {"role": "visitor"}))) == ({"role": "admin"}, 1)


def test_a_session_that_no_browser_would_keep_is_an_error(store):
    noise = Random(1).randbytes(4_000).hex()
    with pytest.raises(ValueError, match=r"browsers drop it above 4096"):
        dump_cookie("session", store.cookie("id", {"noise": noise}))


@pytest.mark.parametrize("length", [60_000, 65_525])
def test_whatever_it_gives_the_browser_it_can_read_again(store, length):
    data = {"text": "a" * length}
    assert store.load(store.cookie("id", data)) == (data, 1)


@pytest.mark.parametrize("length", [65_526, 1_000_000])
def test_what_it_could_not_read_again_is_an_error_at_once(store, length):
    with pytest.raises(ValueError, match=r"a session of \d+ bytes: a cookie store takes 65536"):
        store.cookie("id", {"text": "a" * length})


def test_a_bomb_signed_by_us_is_not_unpacked(store):
    bomb = urlsafe_b64encode(compress(b'"' + b"a" * 50_000_000 + b'"'))
    assert store.load(Signer([KEY]).sign(bomb, "session").decode()) is None
