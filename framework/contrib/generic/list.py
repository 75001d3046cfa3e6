"""List: the rows of a statement in pages.

In   GET /teas/?page=2
Out  the template with `page` (contrib.pagination), in two statements whatever the length
What is no number is page 1, what lies beyond the end is the last page.
"""

from typing import Any

from framework.contrib.generic.source import Source
from framework.contrib.pagination import paginate
from framework.http.request import Request
from framework.http.response import Response
from framework.mvc.model import session_of
from framework.mvc.view import render


class ListController(Source):
    """One page of `statement`; values of the route are for `statement` to use."""

    name = "page"
    per_page = 20

    def get(self, request: Request, **values: Any) -> Response:
        """The page that ?page= names."""
        rows = self.statement(request, **values)
        page = paginate(session_of(request), rows, request.query.get("page"), self.per_page)
        context = {self.name: page, **self.context(request, page)}
        return render(request, self.template, **context)
