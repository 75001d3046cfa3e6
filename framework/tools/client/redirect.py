"""Redirect: where an answer sends the visitor, and what the browser asks there.

RFC 9110 §15.4; Fetch Standard, "HTTP-redirect fetch".
303 and 302   GET, without the body
301           GET after a POST, as browsers do; else the method stays
307 and 308   the same method and body again

A redirect to another site is refused: the application under test cannot answer for it.
"""

from urllib.parse import urlsplit

from framework.tools.client.environ import Options, header_pairs

REDIRECTS = (301, 302, 303, 307, 308)
OF_THE_BODY = ("content-type", "content-length", "origin")


class RedirectError(RuntimeError):
    """The visitor cannot go on: too many redirects, or one that leaves the site."""


def next_method(status: int, method: str) -> str:
    """The method of the request that follows."""
    if status in (302, 303) and method != "HEAD":
        return "GET"
    return "GET" if status == 301 and method == "POST" else method


def next_options(options: Options, keeps_method: bool, keeps_host: bool) -> Options:
    """What is sent again: never the query; the body with its method, the password at its host."""
    after = options.copy()
    after.pop("query", None)
    after.pop("secure", None)
    hidden = [] if keeps_host else ["authorization", "cookie"]
    if not keeps_method:
        hidden += OF_THE_BODY
        after.pop("data", None)
        after.pop("files", None)
        after.pop("json", None)
        after.pop("content_type", None)
    pairs = header_pairs(options.get("headers"))
    after["headers"] = [(name, value) for name, value in pairs if name.lower() not in hidden]
    return after


def check_stays(here: str, there: str) -> None:
    """Raises RedirectError unless both addresses are of one site: the host, or one below it."""
    old, new = urlsplit(here).hostname or "", urlsplit(there).hostname or ""
    if not (old == new or old.endswith(f".{new}") or new.endswith(f".{old}")):
        raise RedirectError(
            f"{here} redirects to {there}, another site, which this client cannot visit: "
            "ask without follow=True and look at response.location"
        )
