"""Routes: controllers behind names, and the addresses of names and objects.

In   @routes.get("/hello/<name>")            a function, or routes.add("/posts/", PostList)
Out  routes["hello"].controller; routes.url_for("hello", name="Ann") = "/hello/Ann"
A class controller is made once, here, and shared by all threads. Its methods are read here, so
the router knows a 405 before anything runs. Wrong wiring raises at start, with the cure.

Stop 5 of 9: `match` gives a name, this table the controller, its view hooks and options.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict, TypeVar, Unpack
from urllib.parse import urlencode

from framework.http.body import Limits
from framework.http.handler import Controller
from framework.http.request import Request
from framework.http.response import Response
from framework.routing.converters import Converter
from framework.routing.mount import Mounted, WSGIApplication
from framework.routing.router import Arguments, Router

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Route:
    """One name with everything that dispatch needs to answer it."""

    name: str
    pattern: str
    methods: tuple[str, ...]
    controller: Controller
    hooks: tuple["ViewHook", ...] = ()
    csrf: bool = True  # False: its POST needs no token (a webhook, a theme switch)
    limits: Limits | None = None  # of this route alone: an upload may take more than the site
    options: Mapping[str, Any] = field(default_factory=dict)  # for view hooks to read
    answers_values: bool = False  # the decorator form may return a str or a dict


@dataclass(slots=True)
class Match:
    """What a view hook is told: the route that was found and its values."""

    route: Route
    arguments: Arguments


ViewHook = Callable[[Request, Match], Response | None]


class RouteOptions(TypedDict, total=False):
    """What may be said about a route; the same words as the fields of Route."""

    hooks: tuple[ViewHook, ...]
    csrf: bool
    limits: Limits
    options: Mapping[str, Any]


class Routes:
    """A table of routes, given as a list, by `add` or by decorators; tables include tables.

    Routes([("/", PostList, "post_list"), ("/<int:id>/", PostDetail, "post_detail")])
    """

    def __init__(
        self,
        table: Iterable[tuple[str, Any, str]] = (),
        *,
        converters: Mapping[str, Converter] | None = None,
    ) -> None:
        self.router = Router(converters)
        self._made: dict[type, Any] = {}
        self._routes: dict[str, Route] = {}
        self._all: list[Route] = []
        self._sealed = False
        self._canonical: dict[type, Callable[[Any], tuple[str, Arguments]]] = {}
        for pattern, controller, name in table:
            self.add(pattern, controller, name)

    def __getitem__(self, name: str) -> Route:
        return self._routes[name]

    def __iter__(self) -> Iterator[Route]:
        """Every route, in the order of definition."""
        return iter(self._all)

    def add(
        self,
        pattern: str,
        controller: Any,
        name: str | None = None,
        *,
        methods: tuple[str, ...] | None = None,
        **more: Unpack[RouteOptions],
    ) -> None:
        """One more route to a function, a controller class or an object made of one."""
        if isinstance(controller, type):
            if controller not in self._made:
                self._made[controller] = controller()
            controller = self._made[controller]
        if not callable(controller):
            raise TypeError(f"{pattern}: {controller!r} is no controller: pass a function or class")
        methods = methods or tuple(getattr(controller, "methods", ("GET",)))
        name = name or _name_of(controller)
        self._register(Route(name, pattern, methods, controller, **more))

    def seal(self) -> None:
        """No more routes from now on: an application or another table has taken these."""
        self._sealed = True

    def _register(self, route: Route) -> None:
        if self._sealed:
            raise RuntimeError(
                f"{route.pattern}: add it before Application(routes) is made, or include called"
            )
        _check(route)
        known = self._routes.get(route.name)
        if known and replace(known, pattern=route.pattern, methods=route.methods) != route:
            raise ValueError(
                f"two routes are named {route.name!r} ({known.pattern} and {route.pattern}), but "
                "their controllers, hooks or options differ: pass name=… to one of them"
            )
        self.router.add(route.pattern, route.methods, route.name)
        self._routes[route.name] = route
        self._all.append(route)

    def route(
        self,
        pattern: str,
        methods: tuple[str, ...],
        name: str | None = None,
        **more: Unpack[RouteOptions],
    ) -> Callable[[Function], Function]:
        """A decorator; the function may also return a str (HTML), a dict (JSON) or a document."""

        def register(function: Function) -> Function:
            named = name or _name_of(function)
            self._register(Route(named, pattern, methods, function, answers_values=True, **more))
            return function

        return register

    def get(self, pattern: str, name: str | None = None, **more: Unpack[RouteOptions]) -> Any:
        """`@routes.get("/hello/<name>")`: the function answers GET and HEAD."""
        return self.route(pattern, ("GET",), name, **more)

    def post(self, pattern: str, name: str | None = None, **more: Unpack[RouteOptions]) -> Any:
        """`@routes.post("/notes/")`."""
        return self.route(pattern, ("POST",), name, **more)

    def put(self, pattern: str, name: str | None = None, **more: Unpack[RouteOptions]) -> Any:
        """`@routes.put("/notes/<int:id>")`."""
        return self.route(pattern, ("PUT",), name, **more)

    def patch(self, pattern: str, name: str | None = None, **more: Unpack[RouteOptions]) -> Any:
        """`@routes.patch("/notes/<int:id>")`."""
        return self.route(pattern, ("PATCH",), name, **more)

    def delete(self, pattern: str, name: str | None = None, **more: Unpack[RouteOptions]) -> Any:
        """`@routes.delete("/notes/<int:id>")`."""
        return self.route(pattern, ("DELETE",), name, **more)

    def include(self, prefix: str, routes: "Routes", namespace: str = "") -> None:
        """All routes of another table below a prefix, their names as "namespace:name"."""
        if prefix.endswith("/"):
            raise ValueError(f"prefix {prefix!r} must not end with '/': patterns begin with it")
        before = namespace + ":" if namespace else ""
        for kind, converter in routes.router.converters.items():
            if self.router.converters.setdefault(kind, converter) != converter:
                raise ValueError(
                    f"include({prefix!r}): <{kind}:…> is another converter there: "
                    "give both tables the same object"
                )
        routes.seal()
        for route in routes:
            name, pattern = before + route.name, prefix + route.pattern
            self._register(replace(route, name=name, pattern=pattern))
        for model, rule in routes._canonical.items():
            self._canonical[model] = _namespaced(before, rule)

    def mount(self, prefix: str, application: WSGIApplication) -> None:
        """A whole WSGI application below a prefix: Flask, Django, Bottle, another of ours.

        The check for CSRF stays off for it: reading the form would eat its body.
        """
        if prefix.endswith("/"):
            raise ValueError(f"prefix {prefix!r} must not end with '/'")
        mounted, name = Mounted(application), "mounted " + prefix
        for pattern in (prefix + "/", prefix + "/<path:mounted>"):
            self._register(Route(name, pattern, METHODS, mounted, csrf=False))

    def canonical(self, kind: type, rule: Callable[[Any], tuple[str, Arguments]]) -> None:
        """`url_for(object)` of this class, or one below it, is the address the rule names."""
        self._canonical[kind] = rule

    def url_for(
        self, target: object, query: Mapping[str, Any] | None = None, /, **arguments: object
    ) -> str:
        """The path of a route's name, or of an object with a canonical address, and a query.

        Raises LookupError for an unknown target, ValueError for values that do not fit.
        """
        return self.address(target, query, arguments)

    def address(self, target: object, query: Mapping[str, Any] | None, arguments: Arguments) -> str:
        """`url_for` with the arguments as a mapping."""
        if isinstance(target, str):
            path = self.router.build(target, arguments)
        else:
            name, values = self._canonical_rule(type(target))(target)
            path = self.router.build(name, {**values, **arguments})
        return f"{path}?{urlencode(query, doseq=True)}" if query else path

    def _canonical_rule(self, kind: type) -> Callable[[Any], tuple[str, Arguments]]:
        """The rule of the class or of its nearest ancestor."""
        for ancestor in kind.__mro__:
            if ancestor in self._canonical:
                return self._canonical[ancestor]
        raise LookupError(f"{kind.__name__} has no address: routes.canonical({kind.__name__}, …)")


def _check(route: Route) -> None:
    """Raises TypeError for "post", for ("POST"), which is a str, and for (hook), no tuple."""
    if not route.methods:
        raise TypeError(f"{route.pattern}: its class has no get, post, put, patch or delete")
    if any(len(name) < 2 or name != name.upper() for name in route.methods):
        raise TypeError(f"{route.pattern}: methods={route.methods!r}: write them as ('POST',)")
    if callable(route.hooks) or not all(callable(hook) for hook in route.hooks):
        raise TypeError(f"{route.pattern}: hooks={route.hooks!r}: write them as (hook,)")


def _name_of(controller: Any) -> str:
    """The route's name if none is given: the function's, or the class's as words_with_lines."""
    name = getattr(controller, "__name__", None) or type(controller).__name__
    return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


def _namespaced(
    before: str, rule: Callable[[Any], tuple[str, Arguments]]
) -> Callable[[Any], tuple[str, Arguments]]:
    """The canonical rule of an included table, its name with the namespace in front."""

    def namespaced(target: Any) -> tuple[str, Arguments]:
        name, arguments = rule(target)
        return before + name, arguments

    return namespaced
