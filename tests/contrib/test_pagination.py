import re
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Mapped, mapped_column

from framework.contrib import pagination
from framework.contrib.pagination import Page, page_number, paginate, paginate_sequence
from framework.mvc.model import Database, Model
from framework.mvc.view import View
from framework.tools.client import RequestFactory, count_sql

TEMPLATES = Path(pagination.__file__).parent / "templates"


class Tea(Model):
    __tablename__ = "pagination_tea"
    id: Mapped[int] = mapped_column(primary_key=True)


@pytest.fixture
def teas(database_url):
    """A database with the teas 1 to 8."""
    database = Database(database_url)
    Tea.__table__.create(database.engine)
    with database.transaction() as db:
        db.add_all([Tea(id=number) for number in range(1, 9)])
    yield database
    database.dispose()


def page_of(database, value, per_page=3):
    with database.sessions() as db:
        page = paginate(db, select(Tea).order_by(Tea.id.desc()), value, per_page)
        return page.number, [tea.id for tea in page.items]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        pytest.param(None, 1, id="nothing"),
        pytest.param("", 1, id="an empty text"),
        pytest.param("2", 2, id="a page"),
        pytest.param("3", 3, id="the last page"),
        pytest.param("4", 3, id="one too far"),
        pytest.param("9" * 5000, 3, id="a number that int refuses"),
        pytest.param("0", 1, id="zero"),
        pytest.param("-1", 1, id="below zero"),
        pytest.param("1.5", 1, id="a fraction"),
        pytest.param("1e9", 1, id="a power"),
        pytest.param("banana", 1, id="a word"),
        pytest.param("٢", 1, id="an Arabic two"),
        pytest.param("²", 1, id="a two above the line"),
        pytest.param(" 2", 1, id="a blank before"),
        pytest.param("2\n", 1, id="a line end"),
        pytest.param("1;drop table", 1, id="an injection"),
    ],
)
def test_what_is_no_number_is_page_1_and_what_is_too_large_the_last(value, number):
    assert page_number(value, 3) == number


@pytest.mark.parametrize(
    ("value", "number", "ids"),
    [("1", 1, [8, 7, 6]), ("3", 3, [2, 1]), ("99", 3, [2, 1]), ("banana", 1, [8, 7, 6])],
)
def test_a_page_of_a_statement(value, number, ids, teas):
    assert page_of(teas, value) == (number, ids)


def test_two_statements_whatever_the_length(teas):
    with count_sql(teas) as sql:
        page_of(teas, "2")
    assert len(sql) == 2


def test_a_list_that_fits_has_one_page_and_an_empty_one_too(teas):
    assert page_of(teas, "1", per_page=8)[0] == 1
    with teas.sessions() as db:
        nothing = paginate(db, select(Tea).where(Tea.id > 99), "7", 3)
    assert (nothing.number, nothing.page_count, list(nothing.items)) == (1, 1, [])


def test_a_sequence_has_pages_too():
    page = paginate_sequence("abcdefgh", "3", 3)
    assert (page.items, page.number, page.page_count) == ("gh", 3, 3)


@pytest.mark.parametrize(("number", "previous", "following"), [(1, 1, 2), (2, 1, 3), (3, 2, 3)])
def test_a_page_knows_its_neighbours(number, previous, following):
    page = Page([], number, 3, 8)
    assert (page.previous_number, page.next_number) == (previous, following)
    assert (page.has_previous, page.has_next) == (number > 1, number < 3)
    assert list(page.page_range) == [1, 2, 3]


def test_the_value_never_reaches_the_database_as_text(teas):
    seen = []
    with teas.watch(lambda statement, parameters: seen.append(str(parameters))):
        page_of(teas, "1 OR 1=1")
    assert "OR" not in "".join(seen)


def test_pasted_into_the_statement_it_would(teas):
    with teas.sessions() as db:
        pasted = text("SELECT id FROM pagination_tea WHERE id = " + "1 OR 1=1")
        assert len(db.scalars(pasted).all()) == 8


# The way through the pages


def shown(number, page_count, query=""):
    """The way as text: [5] is this page, <4> a link."""
    source = "{% from 'pagination/pages.html' import pages with context %}{{ pages(page) }}"
    template = View([TEMPLATES]).environment.from_string(source)
    page = Page([], number, 1, page_count)
    return template.render(request=RequestFactory().get("/blog/" + query), page=page)


def numbers(html):
    return re.findall(r">([^<>\n]+)</(?:a|span)>", html)


@pytest.mark.parametrize(
    ("number", "page_count", "way"),
    [
        (1, 2, "1 2 Next"),
        (2, 2, "Previous 1 2"),
        (2, 3, "Previous 1 2 3 Next"),
        (1, 12, "1 2 … 12 Next"),
        (3, 12, "Previous 1 2 3 4 … 12 Next"),
        (4, 12, "Previous 1 2 3 4 5 … 12 Next"),
        (5, 12, "Previous 1 … 4 5 6 … 12 Next"),
        (9, 12, "Previous 1 … 8 9 10 11 12 Next"),
        (12, 12, "Previous 1 … 11 12"),
    ],
)
def test_the_way_shows_the_ends_and_what_is_near(number, page_count, way):
    assert numbers(shown(number, page_count)) == way.split()


def test_one_page_needs_no_way():
    assert shown(1, 1).strip() == ""


def test_this_page_is_marked_and_counted():
    html = shown(2, 3)
    assert '<a href="?page=2" aria-label="Page 2" aria-current="page">2</a>' in html
    assert html.count("aria-current") == 1
    assert "Page 2 of 3" in html


def test_links_keep_the_other_parameters_and_escape_them():
    html = shown(1, 2, '?tag=wsgi&page=1&q="><script>')
    assert 'href="?tag=wsgi&amp;q=%22%3E%3Cscript%3E&amp;page=2" rel="next"' in html
    assert "<script>" not in html
