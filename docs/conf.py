"""Sphinx: how these pages become a site. `make docs` builds it; a warning is an error.

In   docs/*.md, in MyST, which GitHub shows as well
Out  docs/_build/html; a link to a file of the code opens it there, with line numbers
The look is the site's own: its fonts, its colours, its logo.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.addnodes import download_reference
from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parent.parent
CODE = [
    ROOT / "serve.py",
    *sorted(path for folder in ("framework", "site") for path in (ROOT / folder).rglob("*.py")),
    *sorted((ROOT / "templates").rglob("*.html")),
]

project = "Glasshouse"
author = "The Glasshouse authors"
project_copyright = author
html_title = "Glasshouse"

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
myst_heading_anchors = 3  # [ALLOWED_HOSTS](#settings)
nitpicky = True

html_theme = "furo"
html_static_path = ["style", "../static/fonts", "../static/logo.svg"]
html_css_files = ["docs.css"]
html_favicon = "../static/favicon.svg"
html_copy_source = False
html_show_sphinx = False
pygments_style = "default"  # docs.css colours it with the tokens below

LIGHT = {
    "paper": "#fbfaf6",
    "pane": "#ffffff",
    "ink": "#1d2a24",
    "quiet": "#55635b",
    "line": "#d9ddd3",
    "leaf": "#1f6b43",
    "sun": "#8a5a00",
    "sky": "#1f5a8a",
    "plum": "#6d3f86",
}
DARK = {
    "paper": "#10150f",
    "pane": "#181f18",
    "ink": "#e6ebe2",
    "quiet": "#a3afa4",
    "line": "#2f3a31",
    "leaf": "#7fd0a0",
    "sun": "#e0b252",
    "sky": "#8cc0ea",
    "plum": "#cda4e0",
}
FURO = {
    "color-brand-primary": "leaf",
    "color-brand-content": "leaf",
    "color-brand-visited": "leaf",
    "color-foreground-primary": "ink",
    "color-foreground-secondary": "quiet",
    "color-foreground-muted": "quiet",
    "color-foreground-border": "quiet",
    "color-background-primary": "paper",
    "color-background-secondary": "paper",
    "color-background-hover": "pane",
    "color-background-border": "line",
    "color-code-background": "pane",
    "color-code-foreground": "ink",
    "color-inline-code-background": "pane",
    "color-sidebar-item-background--hover": "pane",
    "color-link-underline": "line",
}
html_theme_options = {
    "light_logo": "logo.svg",
    "dark_logo": "logo.svg",
    "light_css_variables": LIGHT | {name: LIGHT[token] for name, token in FURO.items()},
    "dark_css_variables": DARK | {name: DARK[token] for name, token in FURO.items()},
}


def code_page(path: Path) -> str:
    """The page of a file of the code: "code/framework/application.py"."""
    return "code/" + path.relative_to(ROOT).as_posix()


def lead_to_code(app: Sphinx, document: nodes.document) -> None:
    """Turns a link to a file of the code, which Sphinx would download, into one to its page."""
    here = Path(app.srcdir)
    for node in list(document.findall(download_reference)):
        path = Path(os.path.normpath(here / node["reftarget"]))
        if path in CODE:
            link = nodes.reference("", "", *node.children, refuri=code_page(path) + ".html")
            node.replace_self(link)


def code_pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """A page for each file of the code."""
    for path in CODE:
        language = "html+jinja" if path.suffix == ".html" else "python"
        name = path.relative_to(ROOT).as_posix()
        block = app.builder.highlighter.highlight_block(
            path.read_text("utf-8"), language, linenos="inline", location=name
        )
        body = f'<h1>{name}</h1>\n<div class="code-page">{block}</div>'
        yield code_page(path), {"title": name, "body": body}, "page.html"


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("doctree-read", lead_to_code, priority=400)  # before the downloads are collected
    app.connect("html-collect-pages", code_pages)
