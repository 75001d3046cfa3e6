"""Markdown: what authors write becomes HTML that is safe to show.

CommonMark by markdown-it-py, then nh3 (an allow-list of elements): two gates, one after the other.
In   "A *leaf* and <script>alert(1)</script>"
Out  Markup('<p>A <em>leaf</em> and &lt;script&gt;alert(1)&lt;/script&gt;</p>')
"""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from framework.mvc.view import Markup

PARSER = MarkdownIt("js-default", {"html": False, "linkify": False, "typographer": False})
ATTRIBUTES = {**nh3.ALLOWED_ATTRIBUTES, "code": {"class"}, "th": {"class"}, "td": {"class"}}
SCHEMES = {"http", "https", "mailto"}


@lru_cache(512)
def to_html(text: str) -> Markup:
    """The text as HTML; headings and links are kept, scripts and styles are not."""
    tokens = PARSER.parse(text)
    lower_headings(tokens)
    for token in tokens:
        if align := str(token.attrs.pop("style", "")):  # the CSP forbids inline styles
            token.attrs["class"] = align.removeprefix("text-align:")
    rendered = PARSER.renderer.render(tokens, PARSER.options, {})
    return Markup(nh3.clean(rendered, attributes=ATTRIBUTES, url_schemes=SCHEMES))


def lower_headings(tokens: list[Token]) -> None:
    """Headings begin at h2: the page has an h1 of its own."""
    headings = [token for token in tokens if token.type.startswith("heading_")]
    if any(token.tag == "h1" for token in headings):
        for token in headings:
            token.tag = f"h{min(6, int(token.tag[1]) + 1)}"


@lru_cache(512)
def first_paragraph(text: str) -> str:
    """The Markdown of the first paragraph, else of the first block: it cuts through nothing."""
    blocks = [token for token in PARSER.parse(text) if token.level == 0 and token.map]
    paragraphs = [token for token in blocks if token.type == "paragraph_open"]
    first, end = next((token.map for token in [*paragraphs, *blocks] if token.map), (0, 0))
    return "\n".join(text.replace("\r\n", "\n").split("\n")[first:end]).strip()
