"""Detail: the one row that the address names.

In   GET /teas/5/ or /teas/oolong/, by the pattern "/teas/<int:id>/" or "/teas/<slug:slug>/"
Out  the template with `tea`; 404 when no row has these values
Each value of the route is compared with the column of its name: "/<int:id>/<slug:slug>/" asks for
both, and `lookup = {"key": "slug"}` names another column for one of them. Together they name at
most one row.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select

from framework.contrib.generic.source import Source
from framework.http.errors import NotFound
from framework.http.request import Request
from framework.http.response import Response
from framework.mvc.model import session_of
from framework.mvc.view import render


class DetailController(Source):
    """The object of an address; `not_found` is the sentence of its 404."""

    lookup: Mapping[str, str] = {}
    not_found = "There is no page at this address."

    def __init__(self) -> None:
        super().__init__()
        if not self.name and self.model is None:
            raise TypeError(f'{type(self).__name__} has no name for the template: set name = "…"')
        self.name = self.name or self.model.__name__.lower()

    def get(self, request: Request, **values: Any) -> Response:
        """The page of this object."""
        found = self.find(request, values)
        context = {self.name: found, **self.context(request, found)}
        return render(request, self.template, **context)

    def find(self, request: Request, values: Mapping[str, Any]) -> Any:
        """The row with these values. Raises NotFound."""
        if any("\0" in value for value in values.values() if isinstance(value, str)):
            raise NotFound(self.not_found)  # no text of a database holds it; PostgreSQL refuses
        rows = self.statement(request, **values)
        wanted = (self._equals(rows, name, value) for name, value in values.items())
        found = session_of(request).scalars(rows.where(*wanted)).unique().one_or_none()
        if found is None:
            raise NotFound(self.not_found)
        return found

    def _equals(self, rows: Select[Any], name: str, value: Any) -> ColumnElement[bool]:
        """The condition that a value of the route stands for."""
        model, column = rows.column_descriptions[0]["entity"], self.lookup.get(name, name)
        if not hasattr(model, column):
            raise TypeError(f"{type(self).__name__}: {model} has no {column!r}: set lookup = {{…}}")
        condition: ColumnElement[bool] = getattr(model, column) == value
        return condition
