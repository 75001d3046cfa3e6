"""Cookie: the session itself in the cookie, signed; the server keeps nothing.

When not to use it: for anything the visitor must not read (signed is not encrypted), for more
than about 3 KB, where a logout must end the session everywhere (an old cookie stays valid until
it expires), or where two requests may write at once: it cannot merge, the last one wins.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from zlib import compress, decompressobj

from framework.http.signing import BadSignature, Signer
from framework.sessions.stores.contract import Data, Store

PURPOSE = "session"
MAX_BYTES = 64 * 1024  # after decompression


class CookieStore(Store):
    """The "id" that the browser holds is the signed data."""

    merges = False

    def __init__(self, signer: Signer, max_age_seconds: int = 14 * 24 * 3600) -> None:
        self._signer = signer
        self._max_age_seconds = max_age_seconds

    def key(self, cookie: str) -> str:
        """The cookie itself: it is the data."""
        return cookie

    def cookie(self, id: str, data: Data) -> str:
        """The data, compressed and signed; ValueError (or of dump_cookie) when it is too large."""
        text = json.dumps(data, separators=(",", ":")).encode()
        if len(text) > MAX_BYTES:
            raise ValueError(f"a session of {len(text)} bytes: a cookie store takes {MAX_BYTES}")
        return self._signer.sign(urlsafe_b64encode(compress(text, 6)), PURPOSE).decode("ascii")

    def load(self, id: str) -> tuple[Data, int] | None:
        try:
            signed = id.encode("ascii", "replace")
            text = self._signer.unsign(signed, PURPOSE, self._max_age_seconds)
        except BadSignature:
            return None
        unpacked = decompressobj()
        data = unpacked.decompress(urlsafe_b64decode(text), MAX_BYTES + 1)
        return (json.loads(data), 1) if unpacked.eof else None

    def save(self, id: str, data: Data, version: int, expires: int) -> bool:
        """True: the middleware writes the cookie, and that is all there is."""
        return True

    def delete(self, id: str) -> None:
        """Nothing to forget: the middleware ends the cookie."""

    def clear_expired(self) -> int:
        return 0
