"""Environ: what a WSGI server would hand over for one request.

PEP 3333, "environ Variables"; RFC 3875 §4.1 for the CGI names.
In   "GET", "/café?page=2", headers={"Accept": "text/html"}
Out  {"REQUEST_METHOD": "GET", "PATH_INFO": "/caf\\xc3\\xa9", "QUERY_STRING": "page=2", …}
PATH_INFO is bytes dressed as Latin-1, as PEP 3333 wants: "é" stands there as two characters.
An absolute address ("https://shop.test/x") replaces scheme and host of `base_url`; the path of
`base_url` is where the application is mounted, SCRIPT_NAME.
"""

import io
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict, Unpack
from urllib.parse import SplitResult, quote, unquote_to_bytes, urlsplit

from framework.tools.client.payload import Files, Values, encode_body, encode_query

Headers = Mapping[str, str] | Iterable[tuple[str, str]]

DEFAULT_PORTS = {"http": 80, "https": 443}


class Options(TypedDict, total=False):
    """What every request takes, by name.

    query         dict (values may be lists) or text; joined to what stands in the path
    headers       dict, or pairs when a name repeats
    data          dict → urlencoded form, or multipart beside files; str and bytes as they are
    files         {"photo": ("cat.png", b"…", "image/png")}, or a list of such per name
    json          anything that JSON can hold, but None
    content_type  of str and bytes; "multipart/form-data" for a dict without files
    secure        True asks over https
    environ       variables that overrule the rest: {"REMOTE_ADDR": "203.0.113.9"}
    """

    query: Values | str | None
    headers: Headers | None
    data: Values | bytes | str | None
    files: Files | None
    json: object
    content_type: str
    secure: bool
    environ: Mapping[str, object]


def make_environ(
    method: str, path: str, *, base_url: str = "http://localhost", **options: Unpack[Options]
) -> dict[str, Any]:
    """A fresh environ, with its body. Raises ValueError for a path that is none."""
    url = locate(base_url, path, options.get("secure", False))
    query = filter(None, (encode_query(url.query), encode_query(options.get("query"))))
    return {
        "REQUEST_METHOD": method,
        "QUERY_STRING": "&".join(query),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": url.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **_server(url),
        **_split_mount(url.path, urlsplit(base_url).path),
        **_content_and_headers(options),
        **options.get("environ", {}),
    }


def locate(base_url: str, path: str, secure: bool = False) -> SplitResult:
    """The full address of `path`. One that starts with "//" stays a path: it names no host."""
    root = urlsplit(base_url)
    if path.startswith(("http://", "https://")):
        url = urlsplit(path)
    elif path.startswith("/"):
        before, _, query = path.partition("#")[0].partition("?")
        url = root._replace(path=root.path.rstrip("/") + before, query=query)
    else:
        raise ValueError(f"a path starts with '/' or is a whole address, not {path!r}")
    scheme = "https" if secure else url.scheme
    return url._replace(scheme=scheme, path=url.path or "/", fragment="")


def _server(url: SplitResult) -> dict[str, str]:
    """Who is asked. The default port is not repeated in the Host header (RFC 9110 §7.2)."""
    host = url.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = url.port or DEFAULT_PORTS[url.scheme]
    http_host = host if port == DEFAULT_PORTS[url.scheme] else f"{host}:{port}"
    return {"SERVER_NAME": host, "SERVER_PORT": str(port), "HTTP_HOST": http_host}


def _split_mount(path: str, mount: str) -> dict[str, str]:
    """The path, split where the application begins, its bytes dressed as Latin-1."""
    script_name = unquote_to_bytes(mount.rstrip("/")).decode("latin-1")
    path_info = unquote_to_bytes(path).decode("latin-1")
    if path_info == script_name:
        path_info += "/"
    if not path_info.startswith(f"{script_name}/"):
        raise ValueError(f"{path} lies outside of {mount}, where base_url mounts the application")
    return {"SCRIPT_NAME": script_name, "PATH_INFO": path_info.removeprefix(script_name)}


def _content_and_headers(options: Options) -> dict[str, Any]:
    """The body with its type and length, and the headers; a header given by hand wins."""
    given = header_variables(options.get("headers"))
    body, content_type = encode_body(
        options.get("data"),
        options.get("files"),
        options.get("json"),
        options.get("content_type") or given.get("CONTENT_TYPE", ""),
    )
    content: dict[str, Any] = {"wsgi.input": io.BytesIO(body or b"")}
    if content_type:
        content["CONTENT_TYPE"] = content_type
    if body is not None:
        content["CONTENT_LENGTH"] = str(len(body))
    return content | given


def header_pairs(headers: Headers | None) -> list[tuple[str, str]]:
    """Names and values, however they were given."""
    return list(headers.items() if isinstance(headers, Mapping) else headers or ())


def merged(defaults: Headers | None, given: Headers | None) -> list[tuple[str, str]]:
    """The headers given, and those defaults that they do not name."""
    own = header_pairs(given)
    named = {name.lower() for name, _ in own}
    return [pair for pair in header_pairs(defaults) if pair[0].lower() not in named] + own


def header_variables(headers: Headers | None) -> dict[str, str]:
    """Headers under their names in the environ; a repeated one is joined, as servers do."""
    variables: dict[str, str] = {}
    for name, value in header_pairs(headers):
        if not all(char <= "\xff" for char in value):
            raise ValueError(f"a header is Latin-1 on the wire: escape what is not in {value!r}")
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        between = "; " if key == "HTTP_COOKIE" else ", "
        variables[key] = f"{variables[key]}{between}{value}" if key in variables else value
    return variables


def address(environ: Mapping[str, Any]) -> str:
    """The address that was asked, whatever the Host header says; a hostile environ gets one too."""
    scheme = environ.get("wsgi.url_scheme", "http")
    host, port = environ.get("SERVER_NAME", ""), str(environ.get("SERVER_PORT", ""))
    if port and port != str(DEFAULT_PORTS.get(scheme)):
        host = f"{host}:{port}"
    path = f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}"
    query = environ.get("QUERY_STRING")
    visible = quote(path, safe="/:@!$&'()*+,;=~", encoding="latin-1", errors="replace")
    return f"{scheme}://{host}{visible}{f'?{query}' if query else ''}"
