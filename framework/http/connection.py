"""Connection points: how a low room offers what a high room fills, without importing it.

`Request` declares seven: session, user, db, messages, locale, csrf, site. A layer fills one
with `Request.db.connect(request, opener)`; `opener(request)` runs at the first reading, and
what it returns stays for the rest of the request. The opener is made once per application:
a closure per request would be paid for by every request.

In   Request.db.connect(request, open_unit)     nothing is opened yet
Out  request.db                                 opened now, the same object from now on
Reading a point that nobody filled raises NotConnected with the cure.

Stop 4 of 9: the chain fills the points on the way in.
"""

from collections.abc import Callable, Iterator
from typing import Any, Generic, Protocol, Self, TypeVar, overload

from framework.http.errors import NotConnected

Value = TypeVar("Value")


class lazy(Generic[Value]):
    """A value computed at the first reading and kept in the instance.

    It has no `__set__`, so Python looks into the instance first: the second reading costs what
    a plain attribute costs. (`functools.cached_property` takes a lock in 3.11.)
    """

    def __init__(self, compute: Callable[[Any], Value]) -> None:
        self.compute = compute
        self.name = compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, owner: None, kind: type) -> Self: ...
    @overload
    def __get__(self, owner: object, kind: type) -> Value: ...
    def __get__(self, owner: object | None, kind: type) -> Value | Self:
        if owner is None:
            return self
        value = owner.__dict__[self.name] = self.compute(owner)
        return value


class ConnectionPoint(Generic[Value]):
    """One of the seven points: filled by a layer, opened at the first reading."""

    def __init__(self, cure: str) -> None:
        self.cure = cure
        self.name = self.opener = ""

    def __set_name__(self, kind: type, name: str) -> None:
        self.name, self.opener = name, "open " + name

    @overload
    def __get__(self, request: None, kind: type) -> Self: ...
    @overload
    def __get__(self, request: object, kind: type) -> Value: ...
    def __get__(self, request: object | None, kind: type) -> Value | Self:
        if request is None:
            return self
        values = request.__dict__
        if self.opener not in values:
            raise NotConnected(f"request.{self.name} is not connected: {self.cure}")
        value: Value = values[self.opener](request)
        values[self.name] = value
        return value

    def connect(self, request: object, opener: Callable[[Any], Value]) -> None:
        """From now on reading the point calls `opener(request)` once."""
        request.__dict__[self.opener] = opener

    def opened(self, request: object) -> Value | None:
        """The value if somebody has read it in this request, else None; opens nothing."""
        return request.__dict__.get(self.name)

    def is_connected(self, request: object) -> bool:
        """Whether a layer has filled the point."""
        return self.opener in request.__dict__ or self.name in request.__dict__


class Session(Protocol):
    """What a controller may do with `request.session`; the full type is in `sessions/`."""

    def __contains__(self, key: object) -> bool: ...
    def __getitem__(self, key: str, /) -> Any: ...
    def __setitem__(self, key: str, value: Any, /) -> None: ...
    def __delitem__(self, key: str, /) -> None: ...
    @overload
    def get(self, key: str, /) -> Any | None: ...
    @overload
    def get(self, key: str, default: Any, /) -> Any: ...
    def renew(self) -> None: ...
    def flush(self) -> None: ...


class User(Protocol):
    """Who asks; the full type is the site's own `accounts.models.User`."""

    @property
    def is_authenticated(self) -> bool: ...


class UnitOfWork(Protocol):
    """What the core itself needs of `request.db`; the full type is SQLAlchemy's Session."""

    def add(self, instance: object) -> None: ...
    def flush(self) -> None: ...
    def begin_nested(self) -> Any: ...


class Messages(Protocol):
    """Sentences for the next page that the visitor sees."""

    def success(self, text: str) -> None: ...
    def error(self, text: str) -> None: ...
    def __iter__(self) -> Iterator[Any]: ...


class Locale(Protocol):
    """The language in which this visitor is answered."""

    @property
    def language(self) -> str: ...


class Csrf(Protocol):
    """The token that a form of this page sends back."""

    def token(self) -> str: ...


class Site(Protocol):
    """What the application offers to every room: addresses, templates, error pages."""

    @property
    def url_for(self) -> Callable[..., str]: ...
    def address(self, target: Any, query: Any, arguments: Any) -> str: ...
    def render(self, request: Any, template: str, context: dict[str, Any]) -> str: ...
    def answer(self, request: Any, error: Any) -> Any: ...
