import hmac
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework.http.signing import BadSignature, Signer, same

KEY, NEW_KEY = "a key of thirty-two characters!!", "another key of that length......"
NOW = 1_800_000_000


@pytest.fixture
def clock():
    """A clock that stands still until a test moves it."""
    return [NOW]


@pytest.fixture
def signer(clock):
    return Signer([KEY], clock=lambda: clock[0])


ANY = Signer([KEY])


@given(st.binary(), st.text())
def test_what_was_signed_comes_back(value, purpose):
    assert ANY.unsign(ANY.sign(value, purpose), purpose, 60) == value


@given(st.binary())
def test_nobody_else_can_sign(signed):
    with pytest.raises(BadSignature):
        ANY.unsign(signed, "reset", 60)


def test_the_value_can_be_read_by_everybody(signer):
    value, time, signature = signer.sign(b"user 5", "reset").split(b".")
    assert (value, len(signature)) == (b"user 5", 43)
    assert time


def test_a_purpose_does_not_pass_as_another(signer):
    with pytest.raises(BadSignature):
        signer.unsign(signer.sign(b"user 5", "csrf"), "session", 60)


@pytest.mark.parametrize("purpose", ["", "reset ", "Reset", "reset\0", "resets"])
def test_purposes_that_look_alike_are_apart(purpose, signer):
    with pytest.raises(BadSignature):
        signer.unsign(signer.sign(b"user 5", "reset"), purpose, 60)


def test_the_border_of_purpose_and_value_cannot_be_moved(signer):
    """A code over purpose + value is the same for "ab" + "c" and "a" + "bc"."""

    def careless(purpose, value):
        return hmac.digest(KEY.encode(), purpose.encode() + value, sha256)

    assert careless("ab", b"c") == careless("a", b"bc")
    _, time, signature = signer.sign(b"c", "ab").split(b".")
    with pytest.raises(BadSignature):
        signer.unsign(b".".join((b"bc", time, signature)), "a", 60)


def test_the_first_key_signs_and_all_keys_verify():
    old, both, new = Signer([KEY]), Signer([NEW_KEY, KEY]), Signer([NEW_KEY])
    assert both.unsign(old.sign(b"v", "p"), "p", 60) == b"v"
    assert new.unsign(both.sign(b"v", "p"), "p", 60) == b"v"
    with pytest.raises(BadSignature):
        old.unsign(both.sign(b"v", "p"), "p", 60)
    with pytest.raises(BadSignature):
        new.unsign(old.sign(b"v", "p"), "p", 60)


@pytest.mark.parametrize(
    ("age", "holds"), [(0, True), (60, True), (61, False), (10**9, False), (-1, False)]
)
def test_a_signature_holds_for_its_time_and_not_before(age, holds, signer, clock):
    signed = signer.sign(b"v", "p")
    clock[0] += age
    if holds:
        assert signer.unsign(signed, "p", 60) == b"v"
    else:
        with pytest.raises(BadSignature):
            signer.unsign(signed, "p", 60)
        clock[0] -= age
        assert signer.unsign(signed, "p", 60) == b"v"


def test_the_time_of_signing_cannot_be_changed(signer, clock):
    signed = signer.sign(b"v", "p")
    clock[0] += 1000
    value, _, signature = signed.split(b".")
    _, later, _ = signer.sign(b"v", "p").split(b".")
    with pytest.raises(BadSignature):
        signer.unsign(b".".join((value, later, signature)), "p", 60)


@pytest.mark.parametrize("now", [0, 2**31 - 1, 2**31, 2**32, 253_402_300_799])
def test_the_clock_may_show_any_year(now, signer, clock):
    clock[0] = now
    assert signer.unsign(signer.sign(b"v", "p"), "p", 60) == b"v"


def test_no_byte_can_be_changed_added_or_taken(signer):
    """All but the last one, of which base64 reads four bits: it has other spellings, no forgery."""
    signed = signer.sign(b"user 5", "p")
    for place in range(len(signed) - 1):
        for forged in (
            signed[:place],
            signed[:place] + signed[place + 1 :],
            signed[:place] + bytes([signed[place] ^ 1]) + signed[place + 1 :],
            signed[:place] + b"A" + signed[place:],
        ):
            if forged != signed:
                with pytest.raises(BadSignature):
                    signer.unsign(forged, "p", 60)


@pytest.mark.parametrize(
    "signed", [b"", b".", b"..", b"a.b.c", "é.ü.日".encode(), b"\0", b"." * 9999, b"\xff"]
)
def test_junk_is_a_bad_signature(signed, signer):
    with pytest.raises(BadSignature):
        signer.unsign(signed, "p", 60)


@pytest.mark.parametrize("value", [b"", b"a.b.c", b"...", b"\0\xff", "é".encode()])
def test_any_bytes_can_be_signed(value, signer):
    assert signer.unsign(signer.sign(value, "p"), "p", 60) == value


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param([], id="none"),
        pytest.param([""], id="empty"),
        pytest.param(["x" * 15], id="short"),
        pytest.param([KEY, "short"], id="one of them short"),
        pytest.param(KEY, id="text instead of a list"),
    ],
)
def test_a_weak_key_is_refused_at_the_start(keys):
    with pytest.raises(ValueError, match="keys of 16 characters up"):
        Signer(keys)


def test_keys_are_told_apart_by_every_character():
    with pytest.raises(BadSignature):
        Signer([KEY + "é"]).unsign(ANY.sign(b"v", "p"), "p", 60)


@pytest.mark.parametrize("piece", [b".", b"a", b"\xff", b"=", b"a."])
def test_checking_takes_linear_time(piece, is_linear):
    def check(signed):
        with pytest.raises(BadSignature):
            ANY.unsign(signed, "p", 60)

    assert is_linear(check, lambda size: piece * (size // len(piece)))


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        ("a", "a", True),
        ("a", "b", False),
        ("", "", True),
        ("é", "é".encode(), True),
        ("a", "aa", False),
    ],
)
def test_secrets_are_compared(left, right, equal):
    assert same(left, right) is equal
    assert same(right, left) is equal
