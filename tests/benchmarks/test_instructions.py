"""Counting instructions: what is compared, what fails; valgrind itself runs if it is there."""

import json
import shutil

import pytest

from benchmarks import instructions
from benchmarks.instructions import Count


@pytest.fixture
def figures(tmp_path, monkeypatch):
    file = tmp_path / "instructions.json"
    monkeypatch.setattr(instructions, "STORED", file)
    return file


@pytest.mark.parametrize(
    ("counted", "stored", "risen"),
    [(1_000, 1_000, False), (1_030, 1_000, False), (1_031, 1_000, True), (900, 1_000, False)],
)
def test_more_than_three_per_cent_is_a_rise(counted, stored, risen):
    assert Count("a bare", counted, stored).has_risen is risen


def test_a_figure_that_was_never_stored_has_not_risen():
    assert not Count("a bare", 1_000, None).has_risen


def test_what_is_stored_is_read_back(figures):
    instructions.store([Count("a bare", 8_000, None)])
    instructions.store([Count("b bare", 9_000, None)])
    assert instructions.stored() == {"a bare": 8_000, "b bare": 9_000}


def test_figures_of_another_python_are_not_compared(figures):
    figures.write_text(json.dumps({"build": "2.7", "instructions": {"a bare": 1}}))
    assert instructions.stored() == {}


def test_a_rise_fails_the_command(figures, monkeypatch, capsys):
    monkeypatch.setattr(instructions.shutil, "which", lambda name: name)
    monkeypatch.setattr(instructions, "count", lambda work, contestant: 1_100)
    instructions.store([Count("a bare", 1_000, None)])
    assert instructions.main(["--works", "a"]) == 1
    assert "RISEN" in capsys.readouterr().out


def test_storing_accepts_the_rise(figures, monkeypatch):
    monkeypatch.setattr(instructions.shutil, "which", lambda name: name)
    monkeypatch.setattr(instructions, "count", lambda work, contestant: 1_100)
    assert instructions.main(["--works", "a", "--store"]) == 0
    assert instructions.stored()["a bare"] == 1_100


def test_without_valgrind_it_says_so(figures, monkeypatch, capsys):
    monkeypatch.setattr(instructions.shutil, "which", lambda name: None)
    assert instructions.main([]) == 2
    assert "valgrind is not installed" in capsys.readouterr().err


@pytest.mark.skipif(not shutil.which("valgrind"), reason="valgrind is not installed")
def test_a_request_to_bare_takes_some_thousand_instructions():
    assert 2_000 < instructions.count("a", "bare") < 20_000
