"""Request: the environ of PEP 3333, wrapped whole, read when asked.

PEP 3333 §environ Variables (text arrives as latin-1, whatever it was), RFC 9110 §6.
In   {"REQUEST_METHOD": "GET", "PATH_INFO": "/blog/", "QUERY_STRING": "page=2", …}
Out  request.method = "GET", request.path = "/blog/", request.query["page"] = "2"
Every request needs its method and path; all else is computed when somebody reads it.
The seven connection points at the end are filled by layers (`http/connection.py`).

Stops 2 and 3 of 9.
"""

from io import BytesIO
from itertools import count
from os import getpid
from secrets import token_hex, token_urlsafe
from typing import Any, NamedTuple
from urllib.parse import quote

from framework.http import connection
from framework.http.body import (
    BodyStream,
    Limits,
    check_coding,
    check_fields,
    content_length,
    media_type,
    parse_form,
    parse_json,
    parse_query,
)
from framework.http.connection import ConnectionPoint, lazy
from framework.http.cookies import parse_cookie
from framework.http.errors import BadRequest, PayloadTooLarge
from framework.http.headers import RequestHeaders
from framework.http.multidict import MultiDict
from framework.http.multipart import MultipartReader, UploadedFile, parse_boundary

PATH_SAFE = "/:@!$&'()*+,;=~"  # RFC 3986 §3.3, pchar
STARTED = token_hex(4)
NUMBERS = count(1)
DEFAULT_LIMITS = Limits()


class Form(NamedTuple):
    """What a form brought: fields as text, and files."""

    fields: MultiDict[str]
    files: MultiDict[UploadedFile]


class Request:
    """One request: what was asked, by whom, with what."""

    limits: Limits = DEFAULT_LIMITS
    route: str | None = None  # the name of the matched route, from stop 5 on
    error: BaseException | None = None  # caught by a hook; the unit of work rolls back
    unsent: Any = None  # the Response of dispatch, if it is streamed
    trace: Any = None
    nonce = ""  # of an inline script that a template asked for
    has_files = False  # there are temporary files to give back

    def __init__(self, environ: dict[str, Any]) -> None:
        self.environ = environ
        self.method: str = environ["REQUEST_METHOD"]
        path: str = environ.get("PATH_INFO") or "/"
        if path.isascii():
            self.path = path

    @lazy
    def path(self) -> str:
        """The decoded path below `script_name`; BadRequest when its bytes are not UTF-8."""
        return _utf8(self.environ["PATH_INFO"])

    @lazy
    def script_name(self) -> str:
        """The prefix under which the application is mounted, "" at the root; URL-quoted."""
        prefix: str = self.environ.get("SCRIPT_NAME") or ""
        return quote(_utf8(prefix), safe=PATH_SAFE)

    @lazy
    def query_string(self) -> str:
        """What stands behind the "?", as sent."""
        text: str = self.environ.get("QUERY_STRING") or ""
        return text

    @lazy
    def query(self) -> MultiDict[str]:
        """The names and values of the query."""
        check_fields(self.query_string.count("&") + 1, self.limits)
        return MultiDict(parse_query(self.query_string))

    @lazy
    def headers(self) -> RequestHeaders:
        """The header lines by any spelling of their name."""
        return RequestHeaders(self.environ, self.limits.max_header_length)

    @lazy
    def cookies(self) -> dict[str, str]:
        """The cookies by name; the first of a name wins."""
        return parse_cookie(self.headers.get("Cookie", ""))

    @lazy
    def content_type(self) -> str:
        """The type of the body without parameters: "application/json"; "" without one."""
        return media_type(self.headers.get("Content-Type", ""))

    @lazy
    def content_length(self) -> int | None:
        """The declared length of the body in bytes."""
        return content_length(self.environ)

    @lazy
    def body(self) -> bytes:
        """The whole body. A multipart form is read by `form` instead, as it arrives."""
        if "_form" in self.__dict__ and self.content_type == "multipart/form-data":
            raise RuntimeError("the body was read as a form: use request.form and request.files")
        return self._stream.read_all()

    @lazy
    def _stream(self) -> BodyStream:
        return BodyStream(self.environ, self.limits.max_body_bytes)

    @lazy
    def json(self) -> Any:
        """The value of a JSON body; 415 for another type, 400 for a broken one."""
        check_coding(self.environ)
        return parse_json(self.body, self.headers.get("Content-Type", ""))

    @lazy
    def form(self) -> MultiDict[str]:
        """The fields of a form body; empty for a body of another type."""
        return self._form.fields

    @lazy
    def files(self) -> MultiDict[UploadedFile]:
        """The files of a form body."""
        return self._form.files

    @lazy
    def _form(self) -> Form:
        check_coding(self.environ)
        if self.content_type == "application/x-www-form-urlencoded":
            length = self.content_length
            if length is not None and length > self.limits.max_form_bytes:
                raise PayloadTooLarge("This form holds too much text.")
            return Form(MultiDict(parse_form(self.body, self.limits)), MultiDict())
        if self.content_type != "multipart/form-data":
            return Form(MultiDict(), MultiDict())
        reader = MultipartReader(parse_boundary(self.headers["Content-Type"]), self.limits)
        if "body" in self.__dict__:  # somebody has read it whole already
            known = {"wsgi.input": BytesIO(self.body), "CONTENT_LENGTH": str(len(self.body))}
            self._stream = BodyStream(known, self.limits.max_body_bytes)
        reader.read(self._stream)
        self.has_files = bool(reader.files)
        return Form(MultiDict(reader.fields), MultiDict(reader.files))

    @lazy
    def scheme(self) -> str:
        """ "http" or "https"."""
        scheme: str = self.environ["wsgi.url_scheme"]
        return scheme

    @property
    def is_secure(self) -> bool:
        """Whether the request came over https."""
        return self.scheme == "https"

    @lazy
    def host(self) -> str:
        """Host and port as asked for; checked by AllowedHosts, or by nobody."""
        environ = self.environ
        host: str = environ.get("HTTP_HOST") or environ["SERVER_NAME"]
        return host

    @lazy
    def client_address(self) -> str:
        """The address of the peer: the visitor's, or a proxy's."""
        address: str = self.environ.get("REMOTE_ADDR") or ""
        return address

    @lazy
    def url(self) -> str:
        """The whole address that was asked for."""
        query = "?" + self.query_string if self.query_string else ""
        return f"{self.scheme}://{self.host}{self.script_name}{quote_path(self.path)}{query}"

    @lazy
    def id(self) -> str:
        """A name for this request in logs: process start, process, number."""
        return f"{STARTED}-{getpid():x}-{next(NUMBERS):x}"

    def csp_nonce(self) -> str:
        """A word that lets one inline script run; asking for it makes the answer uncacheable."""
        self.nonce = self.nonce or token_urlsafe(16)
        return self.nonce

    def url_for(self, target: object, query: Any = None, /, **arguments: object) -> str:
        """The address of a route or an object, below this request's prefix."""
        return self.script_name + self.site.address(target, query, arguments)

    def is_connected(self, name: str) -> bool:
        """Whether a layer has filled the connection point of this name."""
        point = getattr(type(self), name)
        return isinstance(point, ConnectionPoint) and point.is_connected(self)

    def close(self) -> None:
        """Gives back what the request holds: uploaded files."""
        form: Form | None = self.__dict__.get("_form")
        if form:
            for _, file in form.files.pairs():
                file.close()

    def __repr__(self) -> str:
        return f"<Request {self.environ.get('REQUEST_METHOD')} {self.environ.get('PATH_INFO')!r}>"

    session: ConnectionPoint[connection.Session] = ConnectionPoint(
        "it is set by SessionMiddleware: add it to the chain in site/wiring.py, before "
        "CsrfMiddleware."
    )
    user: ConnectionPoint[connection.User] = ConnectionPoint(
        "it is set by the layer in the chain's place `auth`: add it in site/wiring.py."
    )
    db: ConnectionPoint[connection.UnitOfWork] = ConnectionPoint(
        "it is set by UnitOfWork(database): add it to the chain in site/wiring.py."
    )
    messages: ConnectionPoint[connection.Messages] = ConnectionPoint(
        "it is set by contrib.messages.Messages: add it to the chain in site/wiring.py."
    )
    locale: ConnectionPoint[connection.Locale] = ConnectionPoint(
        "it is set by the layer in the chain's place `locale`: add it in site/wiring.py."
    )
    csrf: ConnectionPoint[connection.Csrf] = ConnectionPoint(
        "it is set by CsrfMiddleware: add it to the chain in site/wiring.py, as the innermost."
    )
    site: ConnectionPoint[connection.Site] = ConnectionPoint(
        "it is set by Application; a request made by hand has none."
    )


def quote_path(path: str) -> str:
    """A decoded path as it stands in a URL."""
    return quote(path, safe=PATH_SAFE)


def _utf8(text: str) -> str:
    """Text that a server handed over as latin-1, read as the UTF-8 it was."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError as error:
        raise BadRequest("The address is not UTF-8.") from error
