"""Set-Cookie: one header line, read as a browser reads it.

RFC 6265 §5.1.1 (dates), §5.2 (the algorithm); SameSite from its successor, RFC 6265bis.
In   "sid=9f2c; Path=/; Max-Age=3600; HttpOnly"
Out  SetCookie("sid", "9f2c", path="/", max_age=3600, http_only=True)
Of a repeated attribute the last one counts; an unknown or malformed one is skipped.

It is written apart from `framework.http.cookies`, so that each proves the other.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

DELIMITERS = re.compile(r"[\x09\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+")
TIME = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D.*)?")
DAY = re.compile(r"(\d{1,2})(?:\D.*)?")
YEAR = re.compile(r"(\d{2,4})(?:\D.*)?")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class SetCookie:
    """What an answer asks the browser to keep. `expires` is in seconds since 1970."""

    name: str
    value: str
    domain: str = ""
    path: str = ""
    max_age: int | None = None
    expires: float | None = None
    secure: bool = False
    http_only: bool = False
    same_site: str = ""

    def expiry(self, now: float) -> float | None:
        """When it ends: Max-Age wins over Expires (§5.3, step 3); None with the browser."""
        if self.max_age is not None:
            return now + self.max_age if self.max_age > 0 else 0.0
        return self.expires


def parse_set_cookie(header: str) -> SetCookie | None:
    """The cookie that a header asks for; None where a browser ignores the whole line.

    >>> parse_set_cookie("theme=dark; Max-Age=60; secure").max_age
    60
    >>> parse_set_cookie("no pair") is None
    True
    """
    pair, *rest = header.split(";")
    name, equals, value = (part.strip(" \t") for part in pair.partition("="))
    if not equals or not name:
        return None
    last: dict[str, str] = {}
    for attribute in rest:
        key, _, text = (part.strip(" \t") for part in attribute.partition("="))
        if _counts(key.lower(), text):
            last[key.lower()] = text
    return SetCookie(
        name,
        value,
        domain=last.get("domain", "").removeprefix(".").lower(),
        path=last.get("path", ""),
        max_age=int(last["max-age"]) if "max-age" in last else None,
        expires=parse_cookie_date(last.get("expires", "")),
        secure="secure" in last,
        http_only="httponly" in last,
        same_site=last.get("samesite", "").capitalize(),
    )


def _counts(key: str, text: str) -> bool:
    """Whether an attribute has a value that a browser takes."""
    match key:
        case "expires":
            return parse_cookie_date(text) is not None
        case "max-age":
            return re.fullmatch(r"-?[0-9]+", text) is not None
        case "domain":
            return text != ""
        case "samesite":
            return text.lower() in ("lax", "strict", "none")
    return True


def parse_cookie_date(text: str) -> float | None:
    """Seconds since 1970; the parts may stand in any order, as browsers allow (§5.1.1).

    >>> parse_cookie_date("Thu, 01 Jan 1970 00:01:00 GMT")
    60.0
    """
    time = day = month = year = None
    for token in DELIMITERS.split(text):
        if time is None and (time := TIME.fullmatch(token)):
            continue
        if day is None and (day := DAY.fullmatch(token)):
            continue
        if month is None and token[:3].lower() in MONTHS:
            month = MONTHS.index(token[:3].lower()) + 1
        elif year is None:
            year = YEAR.fullmatch(token)
    if not (time and day and month and year):
        return None
    hour, minute, second = (int(part) for part in time.groups())
    return _seconds(_four_digits(int(year[1])), month, int(day[1]), (hour, minute, second))


def _four_digits(year: int) -> int:
    """70 to 99 are of the last century, 0 to 69 of this one (§5.1.1, steps 3 and 4)."""
    if year >= 100:
        return year
    return year + (1900 if year >= 70 else 2000)


def _seconds(year: int, month: int, day: int, time: tuple[int, int, int]) -> float | None:
    """The moment, or None where the calendar or §5.1.1 knows none."""
    if year < 1601:
        return None
    try:
        return datetime(year, month, day, *time, tzinfo=UTC).timestamp()
    except ValueError:
        return None
