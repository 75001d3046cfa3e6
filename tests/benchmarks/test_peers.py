"""Every contestant answers every work it offers, byte for byte.

Each runs in a process of its own, as in the benchmark; those that are not installed here are
skipped (`make bench` has an environment with all of them).
"""

import importlib
import subprocess
import sys

import pytest

from benchmarks.peers import CONTESTANTS, NotOffered
from benchmarks.works import WORKS

SMALL = [key for key in WORKS if not key.endswith(("-1000", "-10000"))]
PACKAGES = {"wheezy.web": "wheezy.web", "falcon": "falcon", "bottle": "bottle"}
PACKAGES |= {"flask": "flask", "django": "django"}


def skip_unless_installed(name):
    if name in PACKAGES:
        pytest.importorskip(PACKAGES[name], reason=f"{name} is not installed: make bench has it")


@pytest.mark.parametrize("name", CONTESTANTS)
def test_each_answers_every_work_it_offers(name):
    skip_unless_installed(name)
    contestant = CONTESTANTS[name]
    offered = [key for key in SMALL if contestant.offers(WORKS[key])]
    assert offered
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", name, key, "--requests", "5"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for key in offered
    ]
    for key, worker in zip(offered, workers, strict=True):
        output, _ = worker.communicate()
        assert worker.returncode == 0, (key, output)
        assert '"error"' not in output, (key, output)


def test_what_a_contestant_has_no_function_for_is_not_offered():
    skip_unless_installed("falcon")
    falcon = CONTESTANTS["falcon"]
    assert not falcon.offers(WORKS["k"])
    with pytest.raises(NotOffered):
        falcon.build(WORKS["k"])


def test_the_forms_of_ours_are_offered_where_they_have_a_function():
    full = CONTESTANTS["glasshouse full"]
    assert full.offers(WORKS["a"])
    assert not full.offers(WORKS["b"])


def test_no_module_of_a_contestant_hides_the_package_it_measures():
    for contestant in CONTESTANTS.values():
        skip_unless_installed(contestant.name)
    module = importlib.import_module("benchmarks.peers.flask")
    assert module.Flask.__module__.startswith("flask")
