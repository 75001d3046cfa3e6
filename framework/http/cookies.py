"""Cookies: the Cookie header read, the Set-Cookie header written.

RFC 6265 §4.1 (server → browser), §4.2 (browser → server), §5.4 (order); the prefixes
`__Host-` and `__Secure-` from RFC 6265bis §4.1.3.
In   "theme=dark; sid=9f2c"            one str for all cookies
Out  {"theme": "dark", "sid": "9f2c"}  first value wins
A pair without "=" or without a name is skipped, as browsers do; nothing raises while reading.
What a cookie value may not hold (`;`, `,`, space, quotes, non-ASCII …) travels as %XX.

Stop 3 of 9: read before the chain starts, written when the response leaves it (stop 9).
"""

from datetime import UTC, datetime
from email.utils import format_datetime
from re import compile as compile_pattern
from typing import TypedDict
from urllib.parse import quote, unquote

NAME = compile_pattern(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110 §5.6.2, token
VALUE_SAFE = "!#$&'()*+-./:<=>?@[]^_`{|}~"  # cookie-octet of RFC 6265 §4.1.1, without "%"
ATTRIBUTE_UNSAFE = compile_pattern(r"[\x00-\x1f\x7f;,\s]|[^\x00-\x7f]")
SAME_SITE = ("Strict", "Lax", "None")
MAX_COOKIE_BYTES = 4096


def parse_cookie(header: str) -> dict[str, str]:
    """Every cookie of the header by name; the first of a name wins, as the most specific path.

    >>> parse_cookie('theme=dark; sid=9f2c; sid=old; junk')
    {'theme': 'dark', 'sid': '9f2c'}

    Only ";" separates: a parser that also takes "," or "]" lets one cookie's value smuggle
    another cookie in. Only space and tab are trimmed: to a browser "\\xa0__Host-session" has no
    prefix, so a subdomain may set it.
    """
    cookies: dict[str, str] = {}
    for pair in header.split(";"):
        name, equals, value = pair.partition("=")
        name = name.strip(" \t")
        if equals and name and name not in cookies:
            cookies[name] = _read(value.strip(" \t"))
    return cookies


def _read(value: str) -> str:
    """A value without its optional quotes, its %XX decoded as UTF-8."""
    if value[:1] == '"' == value[-1:] and len(value) > 1:
        value = value[1:-1]
    if not value.isascii():  # servers hand bytes over as latin-1 (PEP 3333)
        value = value.encode("latin-1", "replace").decode("utf-8", "replace")
    return unquote(value) if "%" in value else value


class CookieAttributes(TypedDict, total=False):
    """What may be said about a cookie; the same words as the arguments of `dump_cookie`."""

    max_age: int | None
    expires: datetime | None
    path: str
    domain: str | None
    secure: bool
    http_only: bool
    same_site: str | None


def dump_cookie(
    name: str,
    value: str,
    *,
    max_age: int | None = None,
    expires: datetime | None = None,
    path: str = "/",
    domain: str | None = None,
    secure: bool = False,
    http_only: bool = True,
    same_site: str | None = "Lax",
) -> str:
    """The value of a Set-Cookie header; `max_age` in seconds wins over `expires` (an aware time).

    >>> dump_cookie("theme", "dark", max_age=60)
    'theme=dark; Max-Age=60; Path=/; HttpOnly; SameSite=Lax'

    Raises ValueError for what a browser would refuse or misread.
    """
    _check(name, path, domain, secure, same_site)
    parts = [f"{name}={quote(value, safe=VALUE_SAFE)}"]
    if max_age is not None:
        parts.append(f"Max-Age={int(max_age)}")
    if expires is not None:
        parts.append(f"Expires={format_datetime(expires.astimezone(UTC), usegmt=True)}")
    parts += [f"Domain={domain}"] if domain else []
    parts.append(f"Path={path}")
    parts += ["Secure"] if secure else []
    parts += ["HttpOnly"] if http_only else []
    parts += [f"SameSite={same_site}"] if same_site else []
    cookie = "; ".join(parts)
    if len(cookie) > MAX_COOKIE_BYTES:
        raise ValueError(f"cookie {name!r} has {len(cookie)} bytes: browsers drop it above 4096")
    return cookie


def own_name(name: str, is_secure: bool) -> str:
    """The name of a cookie of ours: on https with the prefix that no subdomain can set.

    >>> own_name("session", True)
    '__Host-session'
    """
    return "__Host-" + name if is_secure else name


def _check(name: str, path: str, domain: str | None, secure: bool, same_site: str | None) -> None:
    """Raises ValueError for a name, an attribute or a combination that no browser keeps."""
    if not NAME.fullmatch(name):
        raise ValueError(f"cookie name {name!r}: use letters, digits, '-' and '_'")
    for attribute in (path, domain or ""):
        if ATTRIBUTE_UNSAFE.search(attribute):
            raise ValueError(f"cookie attribute {attribute!r} holds a control character or ';'")
    if not path.startswith("/"):
        raise ValueError(f"cookie path {path!r} must start with '/'")
    if same_site not in (*SAME_SITE, None):
        raise ValueError(f"SameSite is one of {SAME_SITE}, not {same_site!r}")
    if same_site == "None" and not secure:
        raise ValueError("SameSite=None needs secure=True: browsers drop the cookie otherwise")
    prefixed = name.lower()  # browsers know the prefixes in any spelling
    if prefixed.startswith(("__host-", "__secure-")) and not secure:
        raise ValueError(f"the prefix of {name!r} needs secure=True")
    if prefixed.startswith("__host-") and (domain or path != "/"):
        raise ValueError("the prefix __Host- needs path='/' and no domain")
