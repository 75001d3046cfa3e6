"""The runner and its command line, on bare alone: two short rounds of real processes."""

import json

import pytest

from benchmarks import __main__ as command
from benchmarks.peers import CONTESTANTS, Contestant
from benchmarks.runner import measure
from benchmarks.works import WORKS, select


def test_every_round_of_every_contestant_has_a_figure():
    results = measure([WORKS["a"]], [CONTESTANTS["bare"]], 3, 0.001, lambda line: None)
    timing = results["a"]["bare"]
    assert len(timing.seconds) == 3
    assert 0 < timing.minimum < 1e-3


def test_a_contestant_that_cannot_start_is_named_with_the_reason(monkeypatch):
    missing = Contestant("missing", "missing")
    results = measure([WORKS["a"]], [missing], 1, 0.001, lambda line: None)
    assert results == {"a": {"missing": "it ended with code 2"}}


def test_the_command_prints_a_table_and_writes_json_and_a_plot(tmp_path, capsys):
    file = tmp_path / "deep" / "bench.json"
    arguments = ["--quick", "--rounds", "2", "--works", "a", "--only", "bare"]
    assert command.main([*arguments, "--json", str(file)]) == 0
    assert "plaintext at a static route" in capsys.readouterr().out
    assert json.loads(file.read_text())["rounds"] == 2
    assert file.with_suffix(".svg").read_text().startswith("<svg")


@pytest.mark.parametrize("arguments", [["--works", "zz"], ["--only", "rails"]])
def test_an_unknown_name_is_said_and_nothing_runs(arguments, capsys):
    assert command.main(arguments) == 2
    assert "unknown" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        ("a", ["a"]),
        ("k,a", ["a", "k"]),
        ("d1-10", ["d1-10"]),
        ("d1", ["d1-10", "d1-100", "d1-1000", "d1-10000"]),
        ("", list(WORKS)),
    ],
)
def test_works_are_selected_by_key_or_group(names, keys):
    assert [work.key for work in select(names)] == keys


def test_bare_is_always_among_the_contestants():
    assert [contestant.name for contestant in command.contestants("falcon")] == ["bare", "falcon"]
