"""Errors: answers that are not the one hoped for, raised anywhere below the chain.

RFC 9110 §15 (status codes). An error knows its status, a sentence for the visitor and its
evidence (`MethodNotAllowed.allowed`, `TooManyRequests.retry_after`) as header lines.

In   raise NotFound("This post was moved or never written.")
Out  HTTPError.status = 404, .message, .headers() = []
Rooms raise; only `middleware/errors.py` turns an error into a Response.
"""

from collections.abc import Sequence
from http import HTTPStatus


class HTTPError(Exception):
    """An answer with a status of 400 or above and a sentence for the visitor."""

    def __init__(self, status: int, message: str = "") -> None:
        super().__init__(message or reason_of(status))
        self.status = status
        self.message = message

    def headers(self) -> list[tuple[str, str]]:
        """The header lines that belong to this error."""
        return []


class BadRequest(HTTPError):
    """400: the request cannot be understood."""

    def __init__(self, message: str = "The request could not be understood.") -> None:
        super().__init__(400, message)


class Forbidden(HTTPError):
    """403: understood, and refused."""

    def __init__(self, message: str = "You may not do this.") -> None:
        super().__init__(403, message)


class NotFound(HTTPError):
    """404: nothing here."""

    def __init__(self, message: str = "There is no page at this address.") -> None:
        super().__init__(404, message)


class MethodNotAllowed(HTTPError):
    """405: the address exists, for other methods (`allowed`, sent as Allow)."""

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__(405, "This address does not take that method.")
        self.allowed = tuple(allowed)

    def headers(self) -> list[tuple[str, str]]:
        return [("Allow", ", ".join(self.allowed))]


class Conflict(HTTPError):
    """409: somebody else was first."""

    def __init__(self, message: str = "This was changed by somebody else meanwhile.") -> None:
        super().__init__(409, message)


class LengthRequired(HTTPError):
    """411: a body whose end the server cannot tell us (chunked, without a terminated input)."""

    def __init__(self) -> None:
        super().__init__(411, "Send the length of the body in Content-Length.")


class PayloadTooLarge(HTTPError):
    """413: the body, or a part of it, is longer than the limit."""

    def __init__(self, message: str = "What was sent is too large.") -> None:
        super().__init__(413, message)


class URITooLong(HTTPError):
    """414: path and query together are longer than the limit."""

    def __init__(self) -> None:
        super().__init__(414, "This address is too long.")


class UnsupportedMediaType(HTTPError):
    """415: a body of a type or coding that is not taken here."""

    def __init__(self, message: str = "A body of this type is not taken here.") -> None:
        super().__init__(415, message)


class UnprocessableContent(HTTPError):
    """422: understood, but its content does not fit."""

    def __init__(self, message: str = "Some of the values do not fit.") -> None:
        super().__init__(422, message)


class HeaderTooLarge(HTTPError):
    """431: one header line is longer than the limit (RFC 6585 §5)."""

    def __init__(self, name: str) -> None:
        super().__init__(431, f"The header {name} is too long.")


class TooManyRequests(HTTPError):
    """429: come back in `retry_after` seconds (RFC 6585 §4)."""

    def __init__(self, retry_after: int, message: str = "Too many tries. Wait a little.") -> None:
        super().__init__(429, message)
        self.retry_after = retry_after

    def headers(self) -> list[tuple[str, str]]:
        return [("Retry-After", str(self.retry_after))]


class InternalServerError(HTTPError):
    """500: our fault; the reason is in the log, never in the answer."""

    def __init__(self) -> None:
        super().__init__(500, "Something went wrong on our side. We have written it down.")


class ServiceUnavailable(HTTPError):
    """503: not now; come back in `retry_after` seconds."""

    def __init__(self, retry_after: int = 5, message: str = "") -> None:
        super().__init__(503, message or "The site is busy. Try again in a few seconds.")
        self.retry_after = retry_after

    def headers(self) -> list[tuple[str, str]]:
        return [("Retry-After", str(self.retry_after))]


class NotConnected(RuntimeError):
    """A connection point was read that no layer filled; the message names the cure.

    A RuntimeError on purpose: jinja takes an AttributeError for a missing value and stays silent.
    """


REASONS = {status.value: status.phrase for status in HTTPStatus} | {
    413: "Content Too Large",  # RFC 9110's words, where Python 3.11 and 3.12 have older ones
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
}


def reason_of(status: int) -> str:
    """The reason phrase of RFC 9110 for a status; "Unknown" for one that is not registered."""
    return REASONS.get(status, "Unknown")
