import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from framework.contrib import markdown
from framework.contrib.markdown import first_paragraph, to_html

XSS = {
    "a script": "<script>alert(1)</script>",
    "an image with a handler": "<img src=x onerror=alert(1)>",
    "a link to a script": "[x](javascript:alert(1))",
    "in capitals": "[x](JaVaScRiPt:alert(1))",
    "with entities": "[x](&#106;avascript:alert(1))",
    "a data address": "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "an image of a script": "![x](javascript:alert(1))",
    "a reference": "[x]\n\n[x]: javascript:alert(1)",
    "an autolink": "<javascript:alert(1)>",
    "vbscript": "[x](vbscript:msgbox)",
    "svg": "<svg onload=alert(1)>",
    "a style": "<style>@import 'http://evil.example'</style>",
    "an iframe": "<iframe src='http://evil.example'></iframe>",
    "a form": "<form action='http://evil.example'><input name=password></form>",
    "a comment": "<!-- --><img src=x onerror=alert(1)>",
    "a broken tag": "<a href='x' <b onclick=alert(1)>",
    "mutation": "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
}
HARMLESS = {  # CommonMark's own rules keep these where they are
    "a tab in a scheme": "[x](java&#9;script:alert(1))",
    "a title that breaks out": "[x](http://a.example '\"onmouseover=alert(1) x=\"')",
    "an alt that breaks out": '!["onerror=alert(1) x="](http://a.example)',
    "a fence that breaks out": '```x" onclick="alert(1)\n```',
    "a tag with a slash": "<svg/onload=alert(1)>",
    "a comment that ends early": "<!--><img src=x onerror=alert(1)>-->",
}
RUNNING = {"script", "style", "iframe", "svg", "math", "form", "input", "object", "base"}


class Browser(HTMLParser):
    """Notes what a browser would run, load or send."""

    def __init__(self):
        super().__init__()
        self.ran = []

    def handle_starttag(self, tag, attributes):
        self.ran += [tag] if tag in RUNNING else []
        for name, value in attributes:
            scheme = re.sub(r"[\s\0]", "", value or "").partition(":")[0].lower()
            if name.startswith("on") or scheme in ("javascript", "vbscript", "data"):
                self.ran.append(f"{name}={value}")


def ran(html):
    browser = Browser()
    browser.feed(html)
    browser.close()
    return browser.ran


@pytest.mark.parametrize("text", [*XSS.values(), *HARMLESS.values()], ids=[*XSS, *HARMLESS])
def test_nothing_that_runs_comes_through(text):
    assert ran(to_html(text)) == []


@pytest.mark.parametrize("text", XSS.values(), ids=XSS)
def test_the_parser_alone_holds(text, monkeypatch):
    monkeypatch.setattr(markdown.nh3, "clean", lambda html, **_: html)
    assert ran(to_html.__wrapped__(text)) == []


@pytest.mark.parametrize("text", XSS.values(), ids=XSS)
def test_the_sanitiser_alone_holds(text, monkeypatch):
    monkeypatch.setattr(markdown, "PARSER", open_parser())
    assert ran(to_html.__wrapped__(text)) == []


def open_parser():
    """A parser that lets HTML and every address through."""
    parser = MarkdownIt("commonmark", {"html": True})
    parser.validateLink = lambda url: True
    return parser


def test_with_both_gates_open_they_run(monkeypatch):
    monkeypatch.setattr(markdown.nh3, "clean", lambda html, **_: html)
    monkeypatch.setattr(markdown, "PARSER", open_parser())
    assert [name for name, text in XSS.items() if not ran(to_html.__wrapped__(text))] == []


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("A *leaf* and **glass**", "<p>A <em>leaf</em> and <strong>glass</strong></p>"),
        ("## Part", "<h2>Part</h2>"),
        ("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>"),
        ("> quoted", "<blockquote>\n<p>quoted</p>\n</blockquote>"),
        ("`a < b`", "<p><code>a &lt; b</code></p>"),
        ("```python\nx = 1\n```", '<pre><code class="language-python">x = 1\n</code></pre>'),
        ("~~gone~~", "<p><s>gone</s></p>"),
        ("1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>"),
        ("![a leaf](/static/leaf.svg)", '<p><img src="/static/leaf.svg" alt="a leaf"></p>'),
    ],
)
def test_what_authors_write_becomes_html(text, html):
    assert to_html(text).strip() == html


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("# A\n\n## B\n\n###### F", "236"),
        ("A\n=\n\nB\n-", "23"),
        ("## B\n\n### C", "23"),
        ("> # A", "2"),
    ],
)
def test_headings_begin_below_the_one_of_the_page(text, levels):
    html = to_html(text)
    assert "".join(re.findall(r"<h(\d)>", html)) == levels
    assert "".join(re.findall(r"</h(\d)>", html)) == levels


def test_a_table_keeps_its_alignment_as_a_class_for_the_csp_forbids_styles():
    html = to_html("| a | b |\n|:-:|--:|\n| 1 | 2 |")
    assert '<th class="center">a</th>' in html
    assert '<td class="right">2</td>' in html
    assert "style" not in html


@pytest.mark.parametrize(
    "url", ["https://a.example/?q=1", "mailto:ann@a.example", "/blog/", "#top"]
)
def test_a_link_is_kept_and_says_nothing_about_us(url):
    html = to_html(f"[x]({url})")
    assert f'href="{url}"' in html
    assert 'rel="noopener noreferrer"' in html


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("One.\n\nTwo.", "One."),
        ("One\nstill one.\n\nTwo.", "One\nstill one."),
        ("# Title\n\nOne.", "One."),
        ("> quoted\n\nOne.", "One."),
        ("- item\n\nOne.", "One."),
        ("```\na\n\nb\n```\n\nOne.", "One."),
        ("    code\n\nOne.", "One."),
        ("*One* is first.\n\nTwo.", "*One* is first."),
        ("1984 is a book.\n\nTwo.", "1984 is a book."),
        ("`HEAD` asks.\n\nTwo.", "`HEAD` asks."),
        ("\r\nOne.\r\nStill.\r\n\r\nTwo.", "One.\nStill."),
        ("# Only a title", "# Only a title"),
        ("", ""),
        ("  \n\n ", ""),
    ],
)
def test_an_excerpt_is_the_first_paragraph(text, first):
    assert first_paragraph(text) == first


QUADRATIC = [
    "[",
    "![",
    "[[](",
    "<",
    "</",
    "<a ",
    "<!--",
    "*a ",
    "**a",
    "_a ",
    "`",
    "`a``",
    "> ",
    "- ",
]
QUADRATIC += [
    "&",
    "&#",
    "a.",
    "http://a.",
    "\\",
    "|a",
    "x|y\n-|-\n",
    "[a]: b\n",
    "~~a",
    "[a](b",
    "\t",
]


@pytest.mark.parametrize("piece", QUADRATIC)
def test_the_time_grows_with_the_length_and_not_faster(piece, is_linear):
    def render(text):
        to_html.__wrapped__(text)
        first_paragraph.__wrapped__(text)

    assert is_linear(render, lambda size: (piece * size)[:size], 1_500)
