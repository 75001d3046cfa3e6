"""Filters: small words for templates, in the site's time zone.

In   {{ post.publish|date }}        Out  20 November 2026
     {{ comment.body|linebreaks }}  Out  <p>…</p>, the text escaped
`filters(zone)` gives the dict that View takes.
"""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from re import compile as compile_pattern
from typing import Any

from framework.mvc.view import Markup, escape

PARAGRAPHS = compile_pattern(r"\n{2,}")
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def filters(zone: tzinfo = UTC) -> dict[str, Callable[..., Any]]:
    """The filters by name; dates are shown in `zone`."""

    def date(moment: datetime) -> str:
        """20 November 2026"""
        day = moment.astimezone(zone)
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"

    def date_and_time(moment: datetime) -> str:
        """20 November 2026, 14:05"""
        return f"{date(moment)}, {moment.astimezone(zone):%H:%M}"

    def iso(moment: datetime) -> str:
        """For the datetime attribute of <time>."""
        return moment.astimezone(zone).isoformat(timespec="seconds")

    return {"date": date, "datetime": date_and_time, "iso": iso, "linebreaks": linebreaks}


def linebreaks(text: str) -> Markup:
    """Plain text as paragraphs, line ends as <br>; whatever it holds is escaped.

    >>> linebreaks("<b>\\n\\nnext")
    Markup('<p>&lt;b&gt;</p>\\n<p>next</p>')
    """
    blocks = [block.strip("\n") for block in PARAGRAPHS.split(text.replace("\r\n", "\n"))]
    paragraphs = [escape(block).replace("\n", Markup("<br>")) for block in blocks if block]
    return Markup("\n").join(Markup("<p>{}</p>").format(paragraph) for paragraph in paragraphs)
