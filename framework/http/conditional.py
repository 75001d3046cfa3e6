"""Conditional requests: whether the visitor's copy is still good, or somebody was faster.

RFC 9110 §13 (preconditions, in the order of §13.2.2), §8.8 (validators).
In   evaluate("GET", {"if-none-match": '"a1"'}, '"a1"', None)
Out  304 (the copy is good), 412 (a precondition failed) or 200 (go on)
`headers` has lower-case names; `modified` is an aware datetime. Entity tags win over dates.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from re import compile as compile_pattern
from typing import Any

ENTITY_TAG = compile_pattern(r'(?:W/)?"[^"]*"')  # RFC 9110 §8.8.3


def evaluate(
    method: str,
    headers: Mapping[str, str],
    etag: str | None,
    modified: datetime | None,
    trace: Any = None,
) -> int:
    """200 to answer in full, 304 when the copy is good, 412 when a precondition failed."""
    named = "" if etag is None and modified is not None else etag  # it exists: "*" names it
    status = _preconditions(headers, named, modified)
    if status == 200:
        status = _freshness(method, headers, named, modified)
    if trace is not None:
        trace.decide("cache.validate", status=status, etag=etag, modified=modified)
    return status


def _preconditions(headers: Mapping[str, str], etag: str | None, modified: datetime | None) -> int:
    """Steps 1 and 2 of §13.2.2: If-Match, else If-Unmodified-Since."""
    if "if-match" in headers:
        return 200 if matches(headers["if-match"], etag, weak=False) else 412
    since = parse_date(headers.get("if-unmodified-since"))
    if since is not None and modified is not None:
        return 200 if modified.replace(microsecond=0) <= since else 412
    return 200


def _freshness(
    method: str, headers: Mapping[str, str], etag: str | None, modified: datetime | None
) -> int:
    """Steps 3 and 4 of §13.2.2: If-None-Match, else If-Modified-Since."""
    safe = method in ("GET", "HEAD")
    if "if-none-match" in headers:
        if matches(headers["if-none-match"], etag, weak=True):
            return 304 if safe else 412
        return 200
    since = parse_date(headers.get("if-modified-since"))
    if safe and since is not None and modified is not None:
        return 304 if modified.replace(microsecond=0) <= since else 200
    return 200


def matches(header: str, etag: str | None, *, weak: bool) -> bool:
    """Whether the list of entity tags names this one, by the weak or the strong comparison.

    >>> matches('W/"a", "b"', '"a"', weak=True), matches('W/"a", "b"', '"a"', weak=False)
    (True, False)
    """
    if etag is None:
        return False
    if header.strip() == "*":
        return True
    tags = ENTITY_TAG.findall(header)
    if not weak:
        return not etag.startswith("W/") and etag in tags
    return etag.removeprefix("W/") in [tag.removeprefix("W/") for tag in tags]


def parse_date(text: str | None) -> datetime | None:
    """An HTTP date in any of its three forms (RFC 9110 §5.6.7), aware; None for anything else."""
    if not text:
        return None
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)  # asctime's form names no zone
