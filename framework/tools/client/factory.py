"""Request factory: a Request without an application, for the unit test of one function.

    handler = my_middleware(lambda request: Response("inner"))
    response = handler(RequestFactory().get("/"))
    assert response.header("X-Seen") == "yes"

The Request stands on the environ that the client would send, body included. Its connection
points are open ends: what a test needs there, it connects.
"""

from typing import Unpack

from framework.http.request import Request
from framework.tools.client.environ import Headers, Options, header_pairs, make_environ, merged


class RequestFactory:
    """Makes Requests; the methods take what `environ.Options` lists."""

    def __init__(
        self, base_url: str = "http://localhost", *, headers: Headers | None = None
    ) -> None:
        self.base_url = base_url
        self.headers = header_pairs(headers)

    def get(self, path: str, **options: Unpack[Options]) -> Request:
        """A GET request."""
        return self.open("GET", path, **options)

    def head(self, path: str, **options: Unpack[Options]) -> Request:
        """A HEAD request."""
        return self.open("HEAD", path, **options)

    def post(self, path: str, **options: Unpack[Options]) -> Request:
        """A POST request."""
        return self.open("POST", path, **options)

    def put(self, path: str, **options: Unpack[Options]) -> Request:
        """A PUT request."""
        return self.open("PUT", path, **options)

    def patch(self, path: str, **options: Unpack[Options]) -> Request:
        """A PATCH request."""
        return self.open("PATCH", path, **options)

    def delete(self, path: str, **options: Unpack[Options]) -> Request:
        """A DELETE request."""
        return self.open("DELETE", path, **options)

    def options(self, path: str, **options: Unpack[Options]) -> Request:
        """An OPTIONS request."""
        return self.open("OPTIONS", path, **options)

    def open(self, method: str, path: str, **options: Unpack[Options]) -> Request:
        """A request of any method."""
        options["headers"] = merged(self.headers, options.get("headers"))
        return Request(make_environ(method, path, base_url=self.base_url, **options))
