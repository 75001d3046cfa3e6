from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from framework.contrib.filters import filters, linebreaks
from framework.mvc.view import Markup

NEW_YEAR = datetime(2026, 12, 31, 23, 5, 9, 123, UTC)


@pytest.mark.parametrize(
    ("zone", "name", "shown"),
    [
        ("UTC", "date", "31 December 2026"),
        ("Europe/Vienna", "date", "1 January 2027"),
        ("UTC", "datetime", "31 December 2026, 23:05"),
        ("Europe/Vienna", "datetime", "1 January 2027, 00:05"),
        ("Asia/Kathmandu", "iso", "2027-01-01T04:50:09+05:45"),
        ("UTC", "iso", "2026-12-31T23:05:09+00:00"),
    ],
)
def test_a_moment_is_shown_in_the_zone_of_the_site(zone, name, shown):
    assert filters(ZoneInfo(zone))[name](NEW_YEAR) == shown


def test_without_a_zone_it_is_utc():
    assert filters()["date"](NEW_YEAR) == "31 December 2026"


def test_months_are_english_whatever_the_system_speaks():
    months = [filters()["date"](datetime(2026, month, 1, tzinfo=UTC)) for month in range(1, 13)]
    assert months[0] == "1 January 2026"
    assert len(set(months)) == 12


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one", "<p>one</p>"),
        ("one\ntwo", "<p>one<br>two</p>"),
        ("one\n\ntwo", "<p>one</p>\n<p>two</p>"),
        ("one\r\n\r\ntwo\r\nthree", "<p>one</p>\n<p>two<br>three</p>"),
        ("\n\n\none\n\n\n\n", "<p>one</p>"),
        ("", ""),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
    ],
)
def test_lines_become_paragraphs(text, html):
    assert linebreaks(text) == html


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "<br>", "\n<p onclick='x'>\n\n<b>"])
def test_what_was_written_stays_text(text):
    assert (
        linebreaks(text).replace("<p>", "").replace("</p>", "").replace("<br>", "").count("<") == 0
    )


def test_unescaped_the_script_would_run(monkeypatch):
    monkeypatch.setattr("framework.contrib.filters.escape", Markup)
    assert "<script>" in linebreaks("<script>alert(1)</script>")


@pytest.mark.parametrize("piece", ["\n", "\n\n", "\r\n", "a\n\n", "<", "&", "\n \n"])
def test_the_time_grows_with_the_length_and_not_faster(piece, is_linear):
    assert is_linear(linebreaks, lambda size: piece * size, 5_000)
