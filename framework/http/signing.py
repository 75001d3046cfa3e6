"""Signing: values that everybody can read and only we can have written.

HMAC-SHA256 (RFC 2104) by itsdangerous, its only door. A purpose is part of the key, so a CSRF
token never passes as a session; the time of signing lies inside the signature.
In   signer.sign(b"user 5", "reset")
Out  b"user 5.aSbNHQ.3f9c…"        value, time, signature: signed, not encrypted
The first key signs, all keys verify: a new key in front rotates without logging anybody out.
"""

import hmac
from collections.abc import Callable, Sequence
from hashlib import sha256
from time import time

from itsdangerous import BadSignature, TimestampSigner

__all__ = ["BadSignature", "Signer", "same"]

MIN_KEY_LENGTH = 16


def same(left: str | bytes, right: str | bytes) -> bool:
    """Whether two secrets are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(_bytes(left), _bytes(right))


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


class _Stamped(TimestampSigner):
    """A TimestampSigner whose clock is an argument."""

    clock: Callable[[], float] = staticmethod(time)

    def get_timestamp(self) -> int:
        return int(self.clock())


class Signer:
    """Signs and verifies bytes for a purpose with one or more secret keys."""

    def __init__(self, keys: Sequence[str], clock: Callable[[], float] = time) -> None:
        if not keys or any(len(key) < MIN_KEY_LENGTH for key in keys):
            raise ValueError(f"Signer needs one or more keys of {MIN_KEY_LENGTH} characters up")
        self._keys = [key.encode() for key in keys]
        self._clock = clock
        self._signers: dict[str, _Stamped] = {}

    def sign(self, value: bytes, purpose: str) -> bytes:
        """The value with the time and a signature behind it, joined by dots."""
        return self._signer(purpose).sign(value)

    def unsign(self, signed: bytes, purpose: str, max_age_seconds: int) -> bytes:
        """The value, if it was signed for this purpose at most `max_age_seconds` ago.

        Raises BadSignature for anything else, a time in the future included.
        """
        return self._signer(purpose).unsign(signed, max_age=max_age_seconds)

    def _signer(self, purpose: str) -> _Stamped:
        """The signer of a purpose; its key is derived once, at the first use."""
        if purpose not in self._signers:
            derived = [hmac.digest(key, purpose.encode(), "sha256") for key in self._keys]
            signer = _Stamped(derived[::-1], key_derivation="none", digest_method=sha256)
            signer.clock = self._clock
            self._signers[purpose] = signer
        return self._signers[purpose]
