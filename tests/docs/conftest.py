"""What the tests of the pages share: how a page is taken apart."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[\w-]*)?\)")


@pytest.fixture(scope="session")
def blocks() -> Callable[..., list[str]]:
    """`blocks(page, "python")`: the texts of the fenced blocks of these languages."""

    def find(page: str, *languages: str) -> list[str]:
        return [text for language, text in BLOCK.findall(page) if language in languages]

    return find


@pytest.fixture(scope="session")
def links() -> Callable[[str], list[str]]:
    """`links(page)`: the files that a page leads to."""

    def find(page: str) -> list[str]:
        return [target for target in LINK.findall(page) if "://" not in target]

    return find


@pytest.fixture(scope="session")
def reading_path() -> tuple[str, ...]:
    """The ten files, as tests/test_architecture.py lists them."""
    tree = ast.parse((ROOT / "tests" / "test_architecture.py").read_text("utf-8"))
    (value,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "READING_PATH"
    )
    found: tuple[str, ...] = ast.literal_eval(value)
    return found


@pytest.fixture(scope="session")
def source_of() -> Callable[[str, str], str | None]:
    """`source_of("framework/application.py", "Application.dispatch")`; None if it is not there."""

    def find(file: str, name: str = "") -> str | None:
        text = (ROOT / file).read_text("utf-8")
        node: ast.AST = ast.parse(text)
        for part in name.split(".") if name else []:
            inner = {getattr(child, "name", ""): child for child in ast.iter_child_nodes(node)}
            if part not in inner:
                return None
            node = inner[part]
        return ast.get_source_segment(text, node) if name else text

    return find
