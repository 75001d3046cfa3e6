"""Response: what the visitor got, and what a test asks of it.

response.status == 200    response.headers["Content-Type"]    response.text    response.json()
response.location         where it sends the visitor, as a whole address
response.history          the redirects that led here, first one first
response.cookies["sid"]   what this answer asked the browser to keep, with all attributes
response.error            what the application kept in environ["framework.error"]
response.form("#comment") a form of the page, with its hidden fields
"""

import json
from collections.abc import Iterator
from email.message import Message
from typing import Any
from urllib.parse import urljoin

from framework.tools.client.form import Form
from framework.tools.client.form_parser import find_form
from framework.tools.client.gateway import Answer
from framework.tools.client.set_cookie import SetCookie, parse_set_cookie


class ResponseHeaders:
    """The header lines in their order, found by any spelling of their name."""

    def __init__(self, lines: list[tuple[str, str]]) -> None:
        self._lines = lines

    def __getitem__(self, name: str) -> str:
        """The first value. Raises KeyError."""
        for value in self.getlist(name):
            return value
        raise KeyError(name)

    def get(self, name: str, default: str | None = None) -> str | None:
        """The first value, or the default."""
        return next(iter(self.getlist(name)), default)

    def getlist(self, name: str) -> list[str]:
        """All values of a name, in order."""
        return [value for key, value in self._lines if key.lower() == name.lower()]

    def items(self) -> list[tuple[str, str]]:
        """Every line, repeats included."""
        return list(self._lines)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self.getlist(name))

    def __iter__(self) -> Iterator[str]:
        return iter([name for name, _ in self._lines])

    def __len__(self) -> int:
        return len(self._lines)

    def __repr__(self) -> str:
        return f"<ResponseHeaders {self._lines}>"


class TestResponse:
    """One answer, complete: nothing of it is read later."""

    __test__ = False  # else pytest would collect it as a class of tests

    def __init__(
        self, answer: Answer, method: str, url: str, error: BaseException | None = None
    ) -> None:
        self.method = method
        self.url = url
        self.error = error
        self.status = int(answer.status[:3])
        self.reason = answer.status[4:]
        self.headers = ResponseHeaders(answer.headers)
        self.body = answer.body
        self.history: tuple[TestResponse, ...] = ()

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters; "" for none."""
        return self._content_type().get_content_type() if "Content-Type" in self.headers else ""

    @property
    def text(self) -> str:
        """The body in its charset, else UTF-8. Raises UnicodeDecodeError where it is not text."""
        charset = self._content_type().get_content_charset("utf-8")
        return self.body.decode(charset)

    def json(self) -> Any:
        """The body as JSON. Raises ValueError, with the start of what came instead."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise ValueError(f"{self!r} is not JSON: {self.body[:200]!r}") from error

    @property
    def location(self) -> str | None:
        """The Location header as a whole address, as a browser understands it."""
        return urljoin(self.url, self.headers["Location"]) if "Location" in self.headers else None

    @property
    def cookies(self) -> dict[str, SetCookie]:
        """The Set-Cookie headers by name; whether the jar took them is another question."""
        asked = map(parse_set_cookie, self.headers.getlist("Set-Cookie"))
        return {cookie.name: cookie for cookie in asked if cookie}

    def form(self, selector: int | str = 0) -> Form:
        """A form by its position, "#id" or action. Raises LookupError naming those there are."""
        is_html = self.content_type in ("text/html", "application/xhtml+xml")
        return find_form(self.text if is_html else "", self.url, selector, page=repr(self))

    def _content_type(self) -> Message:
        """The header, parsed with its parameters."""
        message = Message()
        message["Content-Type"] = self.headers.get("Content-Type") or "text/plain"
        return message

    def __repr__(self) -> str:
        steps = [f"{self.status} {self.reason}", f"{self.method} {self.url}", self.content_type]
        steps += [f"{len(self.body):,} bytes"]
        steps += [f"to {self.location}"] if self.location else []
        steps += [f"after {len(self.history)} redirects"] if self.history else []
        return f"<TestResponse {', '.join(filter(None, steps))}>"
