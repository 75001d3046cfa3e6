"""The three types that everything speaks: Handler, Middleware, Controller.

In   a Request
Out  a Response
A middleware takes the next handler and returns one that does something around it. A controller
is called with the route's values; dispatch is the only adapter between the two.

    def timed(handler):                      # a Middleware
        def handle(request):                 # a Handler
            response = handler(request)
            response.set_header("X-Seen", "yes")
            return response
        return handle
"""

from collections.abc import Callable
from typing import Concatenate

from framework.http.request import Request
from framework.http.response import Response

Handler = Callable[[Request], Response]
Middleware = Callable[[Handler], Handler]
Controller = Callable[Concatenate[Request, ...], Response]
