"""Source: where a generic controller takes its rows from, and the template that shows them.

In   class TeaList(ListController): model = Tea; template = "shop/tea_list.html"
Out  statement(request) = the teas by their primary key, unless the class writes its own
What is missing in the class is said when its route is made, not when a visitor comes.
"""

from typing import Any

from sqlalchemy import Select, inspect, select

from framework.http.request import Request
from framework.mvc.controller import Controller


class Source(Controller):
    """What the generic controllers share; `name` is what the template calls what was found."""

    model: Any = None
    template: str = ""
    name: str = ""

    def __init__(self) -> None:
        kind = type(self).__name__
        if self.model is None and type(self).statement is Source.statement:
            raise TypeError(f"{kind} has no rows: set model = …, or write statement(self, request)")
        if not self.template:
            raise TypeError(f'{kind} has no template: set template = "app/page.html"')

    def statement(self, request: Request, **values: Any) -> Select[Any]:
        """The rows that this visitor may see, in order; `values` are those of the route."""
        return select(self.model).order_by(*inspect(self.model).primary_key)

    def context(self, request: Request, found: Any) -> dict[str, Any]:
        """More values for the template; `found` is the page or the object."""
        return {}
