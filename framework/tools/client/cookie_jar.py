"""Cookie jar: what a visitor's browser keeps of Set-Cookie, and sends back as Cookie.

RFC 6265 §5.1.3 (domains), §5.1.4 (paths), §5.3 (keeping), §5.4 (sending);
RFC 6265bis §5.7 for the prefixes and for what an insecure page may not do.
In   receive(["sid=9f2c; Path=/; HttpOnly"], "http://localhost/login")
Out  header("http://localhost/") = "sid=9f2c"
     jar["sid"] = "9f2c"      reading as a dict; jar.refused tells what was not kept, and why
The clock is an argument, so that a test lets a year pass in no time.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from itertools import count
from typing import NamedTuple
from urllib.parse import urlsplit

from framework.tools.client.set_cookie import SetCookie, parse_set_cookie

Clock = Callable[[], float]
Key = tuple[str, str, str]

MAX_PAIR_BYTES = 4096


class Place(NamedTuple):
    """The parts of an address that cookies look at."""

    host: str
    path: str
    secure: bool

    @classmethod
    def of(cls, url: str) -> "Place":
        """The place of a whole address."""
        parts = urlsplit(url)
        return cls(parts.hostname or "", parts.path or "/", parts.scheme == "https")


@dataclass(frozen=True)
class Cookie:
    """A kept cookie. `host_only`: no Domain was given, so no subdomain gets it."""

    name: str
    value: str
    domain: str
    path: str
    secure: bool
    http_only: bool
    same_site: str
    expires: float | None
    host_only: bool
    born: int

    def is_for(self, place: Place) -> bool:
        """Whether a browser sends it there (§5.4, step 1)."""
        host_fits = place.host == self.domain or (
            not self.host_only and domain_matches(place.host, self.domain)
        )
        return host_fits and path_matches(place.path, self.path) and place.secure >= self.secure


def domain_matches(host: str, domain: str) -> bool:
    """The host itself or one below the domain; an IP address has nothing below (§5.1.3)."""
    return host == domain or (host.endswith(f".{domain}") and not _is_address(host))


def path_matches(path: str, prefix: str) -> bool:
    """The path "/shop" holds "/shop" and "/shop/cart", and not "/shopping" (§5.1.4)."""
    return path == prefix or path.startswith(prefix if prefix.endswith("/") else f"{prefix}/")


def default_path(path: str) -> str:
    """The directory of the page that set it: "/blog/post" → "/blog" (§5.1.4)."""
    return path.rpartition("/")[0] or "/"


def scope(asked: SetCookie, place: Place) -> tuple[str, str]:
    """Domain and path of the cookie; what it leaves out is taken from the page (§5.3)."""
    return (
        asked.domain or place.host,
        asked.path if asked.path.startswith("/") else default_path(place.path),
    )


def refusal(asked: SetCookie, place: Place) -> str:
    """Why a browser keeps no such cookie from there; "" when it does."""
    name, domain = asked.name.lower(), asked.domain
    if len(name) + len(asked.value) > MAX_PAIR_BYTES:
        return f"{asked.name} is longer than {MAX_PAIR_BYTES} bytes"
    if domain and not domain_matches(place.host, domain):
        return f"Domain={domain} is not of {place.host}"
    if domain and "." not in domain and domain != place.host:
        return f"Domain={domain} is a top-level domain"
    if asked.secure and not place.secure:
        return "Secure, but the answer came over http"
    if name.startswith(("__secure-", "__host-")) and not asked.secure:
        return f"{asked.name} needs Secure"
    if name.startswith("__host-") and (domain or asked.path != "/"):
        return f"{asked.name} needs Path=/ and no Domain"
    if asked.same_site == "None" and not asked.secure:
        return "SameSite=None needs Secure"
    return ""


class CookieJar(Mapping[str, str]):
    """One visitor's cookies: a read-only dict of names and values, with set and delete.

    A name kept for several paths or domains reads as the one for the longest path.
    """

    def __init__(self, host: str = "localhost", clock: Clock = time.time) -> None:
        self.host = host
        self.clock = clock
        self.refused: list[tuple[str, str]] = []
        self._cookies: dict[Key, Cookie] = {}
        self._births = count()

    def receive(self, headers: Iterable[str], url: str) -> None:
        """Keeps, replaces or drops what the Set-Cookie headers of an answer from `url` ask."""
        place = Place.of(url)
        for header in headers:
            asked = parse_set_cookie(header)
            reason = refusal(asked, place) if asked else "no name=value"
            if asked and not reason and self._would_hide_a_secure_one(asked, place):
                reason = "a Secure cookie of that name is kept, and this came over http"
            if asked and not reason:
                self._keep(asked, place)
            else:
                self.refused.append((header, reason))

    def header(self, url: str) -> str:
        """The Cookie header for a request: longest path first, then oldest; "" for none."""
        place = Place.of(url)
        return "; ".join(f"{one.name}={one.value}" for one in self.kept() if one.is_for(place))

    def kept(self) -> list[Cookie]:
        """Every cookie that has not expired, in the order in which a browser sends them."""
        now = self.clock()
        self._cookies = {
            key: one
            for key, one in self._cookies.items()
            if one.expires is None or one.expires > now
        }
        return sorted(self._cookies.values(), key=lambda one: (-len(one.path), one.born))

    def set(
        self,
        name: str,
        value: str,
        *,
        domain: str = "",
        path: str = "/",
        secure: bool = False,
        expires: float | None = None,
    ) -> None:
        """Puts a cookie there by hand, unchecked; without `domain` it is of this host alone."""
        asked = SetCookie(name, value, domain, path, expires=expires, secure=secure)
        self._keep(asked, Place(self.host, "/", secure=True))

    def delete(self, name: str, *, domain: str = "", path: str = "") -> None:
        """Drops every cookie of that name, or those of one domain or path; none is no error."""
        for key in [key for key in self._cookies if key[0] == name]:
            if domain in ("", key[1]) and path in ("", key[2]):
                del self._cookies[key]

    def clear(self) -> None:
        """Drops all, as a visitor who empties the browser."""
        self._cookies.clear()

    def _keep(self, asked: SetCookie, place: Place) -> None:
        """Stores it; a replaced cookie keeps its age (§5.3, step 11), an expired one goes."""
        domain, path = scope(asked, place)
        key = (asked.name, domain, path)
        before = self._cookies.pop(key, None)
        self._cookies[key] = Cookie(
            asked.name,
            asked.value,
            domain,
            path,
            asked.secure,
            asked.http_only,
            asked.same_site,
            expires=asked.expiry(self.clock()),
            host_only=not asked.domain,
            born=before.born if before else next(self._births),
        )

    def _would_hide_a_secure_one(self, asked: SetCookie, place: Place) -> bool:
        """An http page must not plant a cookie in front of an https one's (6265bis §5.7)."""
        domain, path = scope(asked, place)
        return not place.secure and any(
            one.secure
            and one.name == asked.name
            and (domain_matches(domain, one.domain) or domain_matches(one.domain, domain))
            and path_matches(path, one.path)
            for one in self.kept()
        )

    def __getitem__(self, name: str) -> str:
        for one in self.kept():
            if one.name == name:
                return one.value
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(one.name for one in self.kept()))

    def __len__(self) -> int:
        return len(set(self))

    def __repr__(self) -> str:
        return f"<CookieJar {dict(self)}>"


def _is_address(host: str) -> bool:
    """Whether the host is an IP address, not a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
