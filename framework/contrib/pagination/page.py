"""Page: some items of a list, and where in the list they are.

In   the value of ?page= as sent by anybody, a statement or a sequence
Out  a Page; two statements on the database (count, rows), whatever the length
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

Item = TypeVar("Item")
MAX_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """The items of page `number`, counted from 1, of `page_count` (at least 1)."""

    items: Sequence[Item]
    number: int
    per_page: int
    item_count: int

    @property
    def page_count(self) -> int:
        """How many pages there are; an empty list has one, empty."""
        return count_pages(self.item_count, self.per_page)

    @property
    def has_previous(self) -> bool:
        """Whether there is a page before."""
        return self.number > 1

    @property
    def has_next(self) -> bool:
        """Whether there is a page behind."""
        return self.number < self.page_count

    @property
    def previous_number(self) -> int:
        """The number of the page before, at least 1."""
        return max(1, self.number - 1)

    @property
    def next_number(self) -> int:
        """The number of the page behind, at most the last."""
        return min(self.page_count, self.number + 1)

    @property
    def page_range(self) -> range:
        """All page numbers."""
        return range(1, self.page_count + 1)


def count_pages(item_count: int, per_page: int) -> int:
    """How many pages so many items fill."""
    return max(1, -(-item_count // per_page))


def page_number(value: str | None, page_count: int) -> int:
    """The page that a visitor means: 1 for what is no number, the last for what is too large.

    >>> page_number("2", 5), page_number("banana", 5), page_number("99", 5), page_number(None, 5)
    (2, 1, 5, 1)
    """
    text = value or ""
    if not (text.isascii() and text.isdecimal()):
        return 1
    number = int(text) if len(text) <= MAX_DIGITS else page_count
    return min(max(1, number), page_count)


def paginate(db: Session, statement: Select[Item], value: str | None, per_page: int) -> Page[Item]:
    """One page of a statement's rows, in two statements (count, rows)."""
    item_count = count_rows(db, statement)
    number = page_number(value, count_pages(item_count, per_page))
    rows = db.scalars(statement.limit(per_page).offset((number - 1) * per_page))
    return Page(rows.unique().all(), number, per_page, item_count)


def count_rows(db: Session, statement: Select[Any]) -> int:
    """How many rows the statement has, counted by the database."""
    counted = select(func.count()).select_from(statement.order_by(None).subquery())
    return db.scalar(counted) or 0


def paginate_sequence(items: Sequence[Item], value: str | None, per_page: int) -> Page[Item]:
    """One page of a sequence."""
    number = page_number(value, count_pages(len(items), per_page))
    first = (number - 1) * per_page
    return Page(items[first : first + per_page], number, per_page, len(items))
