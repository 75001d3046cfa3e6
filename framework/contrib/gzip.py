"""Gzip: text travels compressed, where that tells nobody a secret.

RFC 9110 §8.4.1.3 (gzip), §8.8.1 (a weak validator), §12.5.3 (Accept-Encoding).
In   an answer of text, at least 500 bytes, to a browser that takes gzip
Out  Content-Encoding: gzip, Vary: Accept-Encoding, ETag W/"…"
A page that holds both a secret and words of the visitor's own would tell the secret by its
compressed length (BREACH, breachattack.com). So an answer that is `private` or `no-store`, and one
with a CSRF token, stays plain unless `private=True` says that the risk is known.
"""

import gzip
import zlib
from collections.abc import Iterable, Iterator

from framework.contrib.negotiation import accepts_encoding
from framework.http.handler import Handler
from framework.http.request import Request
from framework.http.response import Response

TEXT = ("text/", "application/json", "application/javascript", "application/xml", "image/svg+xml")
NEVER = ("text/event-stream",)  # each event must leave at once
MIN_BYTES = 500


class Gzip:
    """The layer; it stands outside everything that makes a body."""

    def __init__(
        self, *, min_bytes: int = MIN_BYTES, level: int = 6, private: bool = False
    ) -> None:
        self._min_bytes = min_bytes
        self._level = level
        self._private = private

    def __call__(self, handler: Handler) -> Handler:
        def gzipped(request: Request) -> Response:
            response = handler(request)
            if self._may(response):
                response.vary("Accept-Encoding")
                if accepts_encoding(request.headers.get("Accept-Encoding", ""), "gzip"):
                    self._compress(response)
            return response

        return gzipped

    def _may(self, response: Response) -> bool:
        """Whether the answer is text, large enough, whole, and tells no secret."""
        kind = response.header("Content-Type") or ""
        if not kind.startswith(TEXT) or kind.startswith(NEVER):
            return False
        if response.header("Content-Encoding") or response.header("Content-Range"):
            return False
        if isinstance(response.body, bytes) and len(response.body) < self._min_bytes:
            return False
        policy = response.header("Cache-Control") or ""
        return self._private or not ("private" in policy or "no-store" in policy)

    def _compress(self, response: Response) -> None:
        """The body as gzip; bytes at once, a stream chunk by chunk."""
        if isinstance(response.body, bytes):
            response.body = gzip.compress(response.body, self._level, mtime=0)
        else:
            response.body = GzipBody(response.body, self._level)
            response.remove_header("Content-Length")
        response.set_header("Content-Encoding", "gzip")
        etag = response.header("ETag")
        if etag and not etag.startswith("W/"):
            response.set_header("ETag", "W/" + etag)


class GzipBody:
    """A stream compressed as it goes; each chunk leaves at once, `close` reaches the inner one."""

    def __init__(self, chunks: Iterable[bytes], level: int) -> None:
        self._chunks = chunks
        self._level = level

    def __iter__(self) -> Iterator[bytes]:
        packer = zlib.compressobj(self._level, zlib.DEFLATED, 31)  # 31: with gzip's head and tail
        for chunk in self._chunks:
            if packed := packer.compress(chunk) + packer.flush(zlib.Z_SYNC_FLUSH):
                yield packed
        yield packer.flush()

    def close(self) -> None:
        """Closes the stream inside."""
        closing = getattr(self._chunks, "close", None)
        if closing is not None:
            closing()
