import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "testing.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def as_module(page: str) -> str:
    """The code of a page as one module; every line keeps its number."""
    lines: list[str] = []
    for block in BLOCK.finditer(page):
        first = page[: block.start(1)].count("\n")
        lines += [""] * (first - len(lines)) + block[1].splitlines()
    return "\n".join(lines) + "\n"


def test_code_keeps_the_line_numbers_of_its_page():
    assert (
        as_module("# A\n```python\nx = 1\n```\n\n```python\ny = 2\n```\n")
        == "\n\nx = 1\n\n\n\ny = 2\n"
    )


def test_every_block_of_the_guide_is_python_and_runs(tmp_path):
    page = GUIDE.read_text(encoding="utf-8")
    assert page.count("```") == 2 * len(BLOCK.findall(page))
    module = tmp_path / "test_guide.py"
    module.write_text(as_module(page), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]
    run = subprocess.run(
        [*command, "--rootdir", str(tmp_path), str(module)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{page.count('def test_')} passed" in run.stdout
