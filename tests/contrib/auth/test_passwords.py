from time import process_time

import pytest

from framework.contrib.auth import passwords
from framework.contrib.auth.passwords import MAX_LENGTH, check_password, hash_password

PASSWORD = "see-through-1"


@pytest.fixture(scope="module")
def hashed():
    return hash_password(PASSWORD)


def test_a_password_fits_its_own_hash_and_no_other(hashed):
    assert check_password(hashed, PASSWORD)
    assert not check_password(hashed, PASSWORD + " ")
    assert not check_password(hashed, "")


def test_the_hash_says_how_it_was_made_and_not_from_what(hashed):
    assert hashed.startswith("scrypt:32768:8:1$")
    assert PASSWORD not in hashed
    assert len(hashed) <= 255  # the column


def test_one_password_never_has_the_same_hash_twice(hashed):
    assert hash_password(PASSWORD) != hashed


@pytest.mark.parametrize("password", ["pässwörd", "密码", "a b\tc", "\0", "x" * MAX_LENGTH])
def test_any_text_may_be_a_password(password):
    assert check_password(hash_password(password), password)


@pytest.mark.parametrize(
    "kept",
    ["!", "!unusable", "", "plain text", "x$y", "$$", "scrypt$$", "md5$a$b", "scrypt:0:0:0$a$b"],
)
def test_what_is_no_hash_fits_nothing(kept):
    assert not check_password(kept, PASSWORD)
    assert not check_password(kept, kept)


def test_ten_megabytes_are_refused_at_once(hashed):
    begin = process_time()
    assert not check_password(hashed, "x" * 10_000_000)
    with pytest.raises(ValueError, match="at most 1024 characters"):
        hash_password("x" * 10_000_000)
    assert process_time() - begin < 0.1


def test_without_the_limit_they_would_be_hashed(hashed, monkeypatch):
    seen = []
    monkeypatch.setattr(passwords, "MAX_LENGTH", 10**9)
    monkeypatch.setattr(passwords, "check_password_hash", lambda kept, it: seen.append(len(it)))
    check_password(hashed, "x" * 10_000_000)
    assert seen == [10_000_000]
