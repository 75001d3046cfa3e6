"""Markdown: what authors write becomes HTML that is safe to show.

CommonMark by markdown-it-py, then nh3 (an allow-list of elements): two gates, one after the other.
In   "A *leaf* and <script>alert(1)</script>"
Out  Markup('<p>A <em>leaf</em> and &lt;script&gt;alert(1)&lt;/script&gt;</p>')
"""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt

from framework.mvc.view import Markup

PARSER = MarkdownIt("js-default", {"html": False, "linkify": False, "typographer": False})
ATTRIBUTES = {**nh3.ALLOWED_ATTRIBUTES, "code": {"class"}, "th": {"class"}, "td": {"class"}}
SCHEMES = {"http", "https", "mailto"}


@lru_cache(512)
def to_html(text: str) -> Markup:
    """The text as HTML; headings and links are kept, scripts and styles are not."""
    tokens = PARSER.parse(text)
    for token in tokens:
        if align := str(token.attrs.pop("style", "")):  # the CSP forbids inline styles
            token.attrs["class"] = align.removeprefix("text-align:")
    rendered = PARSER.renderer.render(tokens, PARSER.options, {})
    return Markup(nh3.clean(rendered, attributes=ATTRIBUTES, url_schemes=SCHEMES))


def first_paragraph(text: str) -> str:
    """The Markdown of the first paragraph: an excerpt that never cuts through an element."""
    blocks = [block.strip() for block in text.strip().split("\n\n")]
    return next((b for b in blocks if b and b[0] not in "#>`|~-*1"), blocks[0] if blocks else "")
