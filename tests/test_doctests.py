"""The examples in the docstrings of framework/ are true."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WITH_EXAMPLES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted((ROOT / "framework").rglob("*.py"))
    if ">>> " in path.read_text("utf-8") and "project_template" not in path.parts
]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_of_a_module_are_true(name):
    failed, tried = doctest.testmod(import_module(name))
    assert tried
    assert not failed


def test_an_example_that_is_not_true_is_found():
    (example,) = doctest.DocTestFinder().find(
        type("Wrong", (), {"__doc__": ">>> 1 + 1\n3"}), "wrong"
    )
    assert doctest.DocTestRunner().run(example, out=lambda text: None).failed == 1
