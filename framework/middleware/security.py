"""Security: the header lines that every answer carries, and the hosts that are ours.

CSP level 3, Fetch §3.7 (CORP), HTML §7.1 (COOP), RFC 6797 (HSTS), RFC 9110 §7.2 (Host).
In   any answer                  In   Host: evil.example
Out  seven lines more            Out  400, before anything of the site runs
The lines are checked once, at start, and joined when the answer is written: on error pages,
304s, static files and streams alike. A line of the same name that the answer has itself stays.
"""

from collections.abc import Mapping, Sequence
from re import compile as compile_pattern

from framework.http.body import Limits
from framework.http.errors import BadRequest, HeaderTooLarge, URITooLong
from framework.http.handler import Handler
from framework.http.headers import check_line
from framework.http.request import DEFAULT_LIMITS, Request
from framework.http.response import Response

CSP = {
    "default-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
HOST = compile_pattern(  # RFC 3986 §3.2.2: a name, an IPv4 or a bracketed IPv6 address; a port
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)*\.?|\[[0-9A-Fa-f:.]{2,45}\])"
    r"(?::(?P<port>[0-9]{1,5}))?"
)
MAX_HOST_LENGTH = 260  # RFC 1035 §2.3.4: 253 for the name; its dot, ":", five digits
LOCALHOST = ("localhost", "127.0.0.1", "[::1]")
REMEMBERED_HOSTS = 64


class SecurityHeaders:
    """The layer that adds the constant lines.

    `csp` adds to or replaces directives ("form-action": "'self' https://pay.example"); an
    empty one removes it. `hsts_seconds` says: https only, for that long (production). A template
    that must have an inline script writes its `csp_nonce()`; that answer is then kept by nobody.
    """

    def __init__(self, csp: Mapping[str, str] | None = None, hsts_seconds: int = 0) -> None:
        self._policy = {**CSP, **(csp or {})}
        self.lines = [
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "strict-origin-when-cross-origin"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
            ("Content-Security-Policy", directives(self._policy)),
        ]
        hsts = ("Strict-Transport-Security", f"max-age={hsts_seconds}")
        self.secure_lines = [*self.lines, hsts] if hsts_seconds else self.lines
        for name, value in self.secure_lines:
            check_line(name, value)

    def __call__(self, handler: Handler) -> Handler:
        plain, secure = self.lines, self.secure_lines
        names = {word for name, _ in secure for word in (name, name.lower(), name.upper())}

        def secured(request: Request) -> Response:
            response = handler(request)
            # RFC 6797 §7.2: over plain http the line must not be sent
            lines = plain if secure is plain or not request.is_secure else secure
            response.constants = lines
            if request.nonce:
                self._allow_nonce(request, response)
            for name, _ in response.headers:
                if name in names:
                    own = {name.lower() for name, _ in response.headers}
                    response.constants = [pair for pair in lines if pair[0].lower() not in own]
                    break
            return response

        return secured

    def _allow_nonce(self, request: Request, response: Response) -> None:
        """Lets this one answer run the inline scripts and styles that carry its nonce."""
        own = f"'self' 'nonce-{request.nonce}'"
        policy = {**self._policy, "script-src": own, "style-src": own}
        response.set_header("Content-Security-Policy", directives(policy))
        response.set_header("Cache-Control", "no-store")


def directives(policy: Mapping[str, str]) -> str:
    """A policy as its header line; a directive without sources is left out.

    >>> directives({"default-src": "'self'", "img-src": ""})
    "default-src 'self'"
    """
    return "; ".join(f"{name} {sources}" for name, sources in policy.items() if sources)


class AllowedHosts:
    """The layer that refuses foreign hosts (400) and addresses that are too long (414).

    `hosts` are names without port; ".example.com" stands for the domain and all below it. It
    also gives the request its limits, for every layer and controller inside.
    """

    def __init__(self, hosts: Sequence[str] = LOCALHOST, limits: Limits = DEFAULT_LIMITS) -> None:
        if isinstance(hosts, str) or not hosts:
            raise ValueError(f"AllowedHosts({hosts!r}): pass a list of host names")
        self._names = {host.lower() for host in hosts if not host.startswith(".")}
        self._domains = tuple(host.lower() for host in hosts if host.startswith("."))
        self._limits = limits
        self._known: set[str] = set()

    def __call__(self, handler: Handler) -> Handler:
        known, limits = self._known, self._limits

        def checked(request: Request) -> Response:
            environ = request.environ
            host = environ.get("HTTP_HOST") or environ["SERVER_NAME"]
            if host not in known:
                self._check(host)
            length = len(environ.get("PATH_INFO", "")) + len(environ.get("QUERY_STRING", ""))
            if length > limits.max_url_length:
                raise URITooLong
            if len(environ.get("HTTP_COOKIE", "")) > limits.max_header_length:
                raise HeaderTooLarge("Cookie")  # here, since every page of a site reads it
            if limits is not DEFAULT_LIMITS:
                request.limits = limits
            return handler(request)

        return checked

    def _check(self, host: str) -> None:
        """Raises BadRequest for a host that is not ours, or that is no host at all."""
        found = HOST.fullmatch(host) if len(host) <= MAX_HOST_LENGTH else None
        name = found["name"].lower().removesuffix(".") if found else ""
        if not found or not (name in self._names or ("." + name).endswith(self._domains)):
            raise BadRequest("This site does not answer under that name.")
        if int(found["port"] or 0) > 65_535:
            raise BadRequest("This site does not answer under that name.")
        if len(self._known) < REMEMBERED_HOSTS:
            self._known.add(host)
