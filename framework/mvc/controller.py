"""Controller: a class whose methods are named as HTTP's.

    class PostList(Controller):
        def get(self, request): …
        def post(self, request): …

In   request and the route's values      get(request, id=5)
Out  a Response
A method that the class does not define is a 405, decided by the router. One object is made, at
registration, and shared by all threads: it keeps nothing of a request in itself.

Stop 6 of 9.
"""

from typing import Any, ClassVar

from framework.http.request import Request
from framework.http.response import Response

VERBS = ("get", "head", "post", "put", "patch", "delete", "options")


class Controller:
    """Base of the class controllers; the generic ones are in `contrib/generic`."""

    methods: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **keywords: Any) -> None:
        """Reads once which methods the class answers."""
        super().__init_subclass__(**keywords)
        cls.methods = tuple(verb.upper() for verb in VERBS if callable(getattr(cls, verb, None)))

    def __call__(self, request: Request, /, **arguments: Any) -> Response:
        """Calls the method of the request; a HEAD is answered by `get` unless `head` is there."""
        verb = request.method.lower()
        if verb == "head" and "HEAD" not in self.methods:
            verb = "get"
        response: Response = getattr(self, verb)(request, **arguments)
        return response
