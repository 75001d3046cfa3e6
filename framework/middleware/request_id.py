"""Request id: a name that ties an answer to its lines in the log.

In   a request
Out  X-Request-Id: 5f0c1a2b-3e1-7 on the answer; the same in `extra` of every log record
A visitor who reports "error 5f0c1a2b-3e1-7" has told us where to look. An id sent by the
visitor is not taken over: whoever sends two requests with one id would confuse the log.
"""

from framework.http.handler import Handler
from framework.http.request import Request
from framework.http.response import Response


def request_id(handler: Handler) -> Handler:
    """A layer that answers with the request's id."""

    def identified(request: Request) -> Response:
        response = handler(request)
        response.headers.append(("X-Request-Id", request.id))
        return response

    return identified
