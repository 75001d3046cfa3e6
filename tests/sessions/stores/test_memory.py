from threading import Thread

import pytest

from framework.sessions.stores.memory import MemoryStore

LATER = 2_000_000_000


def test_it_keeps_no_more_than_it_may():
    store = MemoryStore(max_sessions=100)
    for number in range(1_000):
        store.save(f"visitor {number}", {}, 0, LATER + number)
    kept = [number for number in range(1_000) if store.load(f"visitor {number}")]
    assert 80 <= len(kept) <= 100


def test_those_that_expire_first_go_first():
    store = MemoryStore(max_sessions=10)
    for number in range(11):
        store.save(f"visitor {number}", {}, 0, LATER - number)
    assert store.load("visitor 10") is None
    assert store.load("visitor 0") == ({}, 1)


def test_of_many_threads_that_save_one_version_one_is_taken():
    store, taken = MemoryStore(), []
    store.save("id", {}, 0, LATER)
    threads = [
        Thread(target=lambda: taken.append(store.save("id", {}, 1, LATER))) for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False] * 15 + [True]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_very_small_one_still_keeps_the_newest(size):
    store = MemoryStore(max_sessions=size)
    for number in range(10):
        assert store.save(f"visitor {number}", {}, 0, LATER + number)
        assert store.load(f"visitor {number}") == ({}, 1)
