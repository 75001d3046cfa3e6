"""CSRF: a form counts only if one of our own pages sent it.

OWASP CSRF cheat sheet (signed double submit, bound to the session); Fetch metadata, Sec-Fetch-Site.
In   POST with csrf_token=… in the form (or X-CSRF-Token), and the secret in session or cookie
Out  the controller's answer, or 403 with a reason code in the log
The secret is that of a signed random cookie until `session.renew()` puts one into the session:
a page with a form writes no session row, and a form opened before the login posts no more
after it. In the page the secret is masked anew each time, so that compression tells nothing.

Stop 5 of 9: verified between match and call, so a 404 or 405 stays one.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Mapping
from logging import getLogger
from secrets import token_bytes, token_urlsafe
from typing import Any
from urllib.parse import urlsplit

from framework.http.cookies import own_name
from framework.http.errors import Forbidden
from framework.http.handler import Handler
from framework.http.request import Request
from framework.http.response import Response
from framework.http.signing import BadSignature, Signer, same
from framework.middleware.hooks import MiddlewareHooks
from framework.routing.routes import Match

logger = getLogger("framework.csrf")

COOKIE, FIELD, HEADER = "csrf", "csrf_token", "X-CSRF-Token"
SESSION_KEY = "_secret"
PURPOSE = "csrf"
MAX_AGE_SECONDS = 30 * 24 * 3600
SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))
PASSED = frozenset(("safe_method", "exempt", "token_matches"))


def csrf_verdict(facts: Mapping[str, Any], trace: Any = None) -> str:
    """The reason code of the decision; `PASSED` holds those that let the request in.

    Facts: method, exempt, fetch_site, origin, referer_origin, own_origin, trusted (origins),
    secret (there is one), token (one was sent), equal (it is the secret's).
    """
    code = _verdict(facts)
    if trace is not None:
        trace.decide("csrf.check", code=code, **facts)
    return code


def _verdict(facts: Mapping[str, Any]) -> str:
    ours = {facts["own_origin"], *facts["trusted"]}
    if facts["method"] in SAFE_METHODS:
        return "safe_method"
    if facts["exempt"]:
        return "exempt"
    if facts["fetch_site"] not in ("", "same-origin", "none") and facts["origin"] not in ours:
        return "cross_site"
    if facts["origin"]:
        if facts["origin"] not in ours:
            return "origin_differs"
    elif facts["own_origin"].startswith("https:") and facts["referer_origin"] not in ours:
        return "referer_differs"  # on plain http proxies and privacy tools may drop it
    if not facts["token"]:
        return "token_missing"
    if not facts["secret"]:
        return "secret_missing"
    return "token_matches" if facts["equal"] else "token_differs"


def mask(secret: str) -> str:
    """The secret under a random mask: another text at each rendering."""
    plain = secret.encode("ascii")
    pad = token_bytes(len(plain))
    return urlsafe_b64encode(pad + _xor(pad, plain)).decode("ascii")


def unmask(token: str) -> str:
    """The secret in a token; "" for anything that is no token."""
    try:
        data = urlsafe_b64decode(token.encode("ascii"))
        half = len(data) // 2
        return _xor(data[:half], data[half:]).decode("ascii")
    except ValueError:  # binascii.Error and UnicodeError are ValueErrors
        return ""


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=False))


class CsrfToken:
    """`request.csrf`: finds the secret, makes one when a form needs it."""

    def __init__(self, request: Request, signer: Signer) -> None:
        self._request = request
        self._signer = signer
        self.rendered = False
        self.fresh = ""  # a secret made in this request that the cookie still has to carry

    def token(self) -> str:
        """A token for a form or a header of this page."""
        self.rendered = True
        secret = self.secret()
        if not secret:
            secret = self.fresh = token_urlsafe(32)
        return mask(secret)

    def secret(self) -> str:
        """The session's secret, else the cookie's; "" without one.

        A session that was renewed or flushed in this request has made the cookie's worthless.
        """
        request = self._request
        if request.is_connected("session"):
            if kept := request.session.get(SESSION_KEY):
                return str(kept)
            if _is_renewed(request):
                return self.fresh
        signed = request.cookies.get(cookie_name(request), "").encode("ascii", "replace")
        try:
            return self._signer.unsign(signed, PURPOSE, MAX_AGE_SECONDS).decode("ascii")
        except BadSignature:
            return self.fresh


class CsrfMiddleware(MiddlewareHooks):
    """The innermost layer: `trusted_origins` ("https://shop.example") may post here too."""

    def __init__(self, signer: Signer, trusted_origins: Collection[str] = ()) -> None:
        self._signer = signer
        self._trusted = frozenset(trusted_origins)

    def _open(self, request: Request) -> CsrfToken:
        return CsrfToken(request, self._signer)

    def __call__(self, handler: Handler) -> Handler:
        """The hooks wired by hand, in one closure: from here on `request.csrf` can be asked."""
        point, opener, leave = Request.csrf, self._open, self.process_response

        def csrf(request: Request) -> Response:
            point.connect(request, opener)
            response = handler(request)
            opened = request.__dict__
            return leave(request, response) if "csrf" in opened or "session" in opened else response

        return csrf

    def process_view(self, request: Request, match: Match) -> None:
        """Raises Forbidden unless the verdict lets the request pass."""
        if request.method in SAFE_METHODS and request.trace is None:
            return
        code = csrf_verdict(self._facts(request, match), trace=request.trace)
        if code not in PASSED:
            logger.warning(
                "csrf: %s (request %s)", code, request.id, extra={"request_id": request.id}
            )
            raise Forbidden("The form could not be checked. Reload the page and send it again.")

    def process_response(self, request: Request, response: Response) -> Response:
        """Sets or ends the cookie; a page with a token is for one visitor only."""
        token = request.__dict__.get("csrf")
        if isinstance(token, CsrfToken) and token.rendered:
            if "no-store" not in (response.header("Cache-Control") or ""):
                response.set_header("Cache-Control", "private, no-cache")
            response.vary("Cookie")
            if token.fresh:
                signed = self._signer.sign(token.fresh.encode("ascii"), PURPOSE).decode("ascii")
                name, secure = cookie_name(request), request.is_secure
                response.set_cookie(name, signed, max_age=MAX_AGE_SECONDS, secure=secure)
                return response
        kept = response.status < 400  # above, the renewed session is not saved
        if kept and _is_renewed(request) and cookie_name(request) in request.cookies:
            response.delete_cookie(cookie_name(request), secure=request.is_secure)
        return response

    def _facts(self, request: Request, match: Match) -> dict[str, Any]:
        """What the verdict is made from."""
        facts: dict[str, Any] = {
            "method": request.method,
            "exempt": not match.route.csrf,
            "fetch_site": request.headers.get("Sec-Fetch-Site", ""),
            "origin": request.headers.get("Origin", ""),
            "referer_origin": _origin(request.headers.get("Referer", "")),
            "own_origin": f"{request.scheme}://{request.host}",
            "trusted": self._trusted,
            **dict.fromkeys(("secret", "token", "equal"), False),
        }
        if not facts["exempt"] and request.method not in SAFE_METHODS:
            token = request.headers.get(HEADER) or request.form.get(FIELD, "")
            secret = self._open(request).secret()
            facts |= {"token": bool(token), "secret": bool(secret)}
            facts["equal"] = bool(secret) and same(unmask(token), secret)
        return facts


def _is_renewed(request: Request) -> bool:
    """Whether this request gave its session a new id, or threw it away."""
    session = request.__dict__.get("session")
    return session is not None and getattr(session, "renewed", False)


def cookie_name(request: Request) -> str:
    """The cookie's name, by the scheme of the request."""
    return own_name(COOKIE, request.is_secure)


def _origin(url: str) -> str:
    """Scheme, host and port of an address; "" for none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
