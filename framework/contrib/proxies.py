"""Proxies: who asked, and how, when a proxy of ours stands in front.

RFC 7239 (Forwarded), and the older X-Forwarded-For, -Proto, -Host, -Prefix.
In   peer 10.0.0.2 (ours), X-Forwarded-For: 6.6.6.6, 203.0.113.9; one hop
Out  request.client_address = "203.0.113.9"; the 6.6.6.6 was the visitor's own invention
Each proxy appends what it saw, so with a fixed number of hops the entry to believe is counted
from the right. From a peer that is not ours nothing is believed. It is a plain WSGI middleware,
put around the Application: what it believes is settled before anything of ours runs.
"""

from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address, ip_network
from re import compile as compile_pattern
from typing import Any

WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

PREFIX = compile_pattern(r"(?:/[A-Za-z0-9._~-]+)*")
PAIR = compile_pattern(r'\s*([A-Za-z]+)=("[^"\\]*"|[^\s;,"]*)\s*')


class TrustedProxies:
    """The application behind `hops` proxies whose addresses lie in the `trusted` networks.

    `forwarded=True` reads the standard Forwarded header, else the X-Forwarded ones: never both,
    since a proxy sets one and lets the other pass.
    """

    def __init__(
        self,
        application: WSGIApplication,
        trusted: Sequence[str],
        *,
        hops: int = 1,
        forwarded: bool = False,
    ) -> None:
        if hops < 1 or not trusted:
            raise ValueError("TrustedProxies: name the networks of your proxies, and how many hops")
        self._application = application
        self._networks = [ip_network(network) for network in trusted]
        self._hops = hops
        self._forwarded = forwarded

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answers with the environ as the first of our proxies saw it."""
        if self._is_ours(environ.get("REMOTE_ADDR", "")):
            self._apply(environ)
        return self._application(environ, start_response)

    def _is_ours(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:  # a socket file has no address
            return False
        return any(address in network for network in self._networks)

    def _apply(self, environ: dict[str, Any]) -> None:
        """Puts what the proxy says where the framework looks, checked for its form."""
        told = self._standard(environ) if self._forwarded else self._older(environ)
        if address := _address(told.get("for", "")):
            environ["REMOTE_ADDR"] = address
        if told.get("proto") in ("http", "https"):
            environ["wsgi.url_scheme"] = told["proto"]
        if host := told.get("host"):
            environ["HTTP_HOST"] = host  # AllowedHosts checks it like any other
        prefix = environ.get("HTTP_X_FORWARDED_PREFIX", "").rstrip("/")
        if prefix and PREFIX.fullmatch(prefix):
            environ["SCRIPT_NAME"] = prefix
            environ["PATH_INFO"] = environ.get("PATH_INFO", "").removeprefix(prefix) or "/"

    def _older(self, environ: dict[str, Any]) -> dict[str, str]:
        names = {"for": "FOR", "proto": "PROTO", "host": "HOST"}
        return {
            key: self._counted(environ.get(f"HTTP_X_FORWARDED_{name}", "").split(","))
            for key, name in names.items()
        }

    def _standard(self, environ: dict[str, Any]) -> dict[str, str]:
        element = self._counted(environ.get("HTTP_FORWARDED", "").split(","))
        pairs = [PAIR.fullmatch(part) for part in element.split(";") if part]
        return {m[1].lower(): m[2].strip('"') for m in pairs if m is not None}

    def _counted(self, entries: list[str]) -> str:
        """The entry that the outermost of our proxies wrote; "" when there are fewer."""
        return entries[-self._hops].strip() if len(entries) >= self._hops else ""


def _address(text: str) -> str:
    """An address without port and brackets; "" for what is none.

    >>> _address("[2001:db8::1]:4711"), _address("192.0.2.4:80"), _address("unknown")
    ('2001:db8::1', '192.0.2.4', '')
    """
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ip_address(text))
    except ValueError:
        return ""
