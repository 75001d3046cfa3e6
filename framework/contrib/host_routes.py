"""Host routes: another application for another host name, on one server.

RFC 9110 §7.2 (Host).
In   HostRoutes({"api.example.com": api, "*.example.com": tenants}, default=site)
Out  each is called as it is; environ["framework.host_label"] = "shop" for shop.example.com
It is a plain WSGI callable around whole applications, each with routes, sessions and hosts of its
own. An exact name goes before a pattern, a longer pattern before a shorter one. A host that
nothing is wired for goes to `default`, and each application's own AllowedHosts still decides.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

LABEL = "framework.host_label"


class HostRoutes:
    """A WSGI callable that chooses another one by the Host header."""

    def __init__(self, table: Mapping[str, WSGIApplication], default: WSGIApplication) -> None:
        wrong = [host for host in table if "*" in host.removeprefix("*.") or not host]
        if wrong:
            raise ValueError(f"{wrong}: write a host, or '*.' before a domain")
        self._exact = {host.lower(): app for host, app in table.items() if host[0] != "*"}
        patterns = [(host[1:].lower(), app) for host, app in table.items() if host[0] == "*"]
        self._patterns = sorted(patterns, key=lambda pair: -len(pair[0]))
        self._default = default

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answers by the application of this host."""
        host = host_name(environ.get("HTTP_HOST") or environ.get("SERVER_NAME", ""))
        return self._find(host, environ)(environ, start_response)

    def _find(self, host: str, environ: dict[str, Any]) -> WSGIApplication:
        if host in self._exact:
            return self._exact[host]
        for domain, application in self._patterns:
            label = host.removesuffix(domain)
            if label != host and label:
                environ[LABEL] = label
                return application
        return self._default


def host_name(host: str) -> str:
    """The name without port and final dot, in lower case.

    >>> host_name("Shop.Example.com.:8000"), host_name("[::1]:8000")
    ('shop.example.com', '[::1]')
    """
    is_bracketed = host[:1] == "[" and "]" in host
    name = host.partition("]")[0] + "]" if is_bracketed else host.partition(":")[0]
    return name.rstrip(".").lower()
