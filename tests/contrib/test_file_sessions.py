"""What is special to the file store; the contract's tests run over it too."""

import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from framework.contrib.file_sessions import FileStore
from framework.http.errors import ServiceUnavailable

ROOT = Path(__file__).resolve().parents[2]
FAR = 4_000_000_000


@pytest.fixture
def store(tmp_path):
    return FileStore(tmp_path / "sessions")


@pytest.fixture
def key(store):
    return store.key("the-id")


def files(store):
    return [path for path in store._folder.glob("??/*") if path.is_file()]


@pytest.mark.parametrize("id", ["../../etc/passwd", "a" * 63, "A" * 64, "", "/" * 64])
def test_only_a_hash_becomes_the_name_of_a_file(store, id):
    with pytest.raises(ValueError, match="no key"):
        store.load(id)


def test_folder_and_file_are_their_owners_only(store, key):
    store.save(key, {"a": 1}, 0, FAR)
    (file,) = files(store)
    assert file.stat().st_mode & 0o077 == 0
    assert store._folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "{", "[]", '{"data": {}}', "\x00"])
def test_a_broken_file_is_no_session_and_no_error(store, key, text):
    store.save(key, {"a": 1}, 0, FAR)
    files(store)[0].write_text(text)
    assert store.load(key) is None


def test_a_writer_that_died_leaves_a_lock_that_is_broken(store, key, monkeypatch):
    monkeypatch.setattr("framework.contrib.file_sessions.STALE_SECONDS", 0.05)
    store._path(key).parent.mkdir()
    (store._path(key).parent / "lock").touch()
    assert store.save(key, {"a": 1}, 0, FAR)


def test_a_lock_that_is_held_is_a_503(store, key, monkeypatch):
    monkeypatch.setattr("framework.contrib.file_sessions.LOCK_SECONDS", 0.02)
    store._path(key).parent.mkdir()
    (store._path(key).parent / "lock").touch()
    with pytest.raises(ServiceUnavailable):
        store.save(key, {"a": 1}, 0, FAR)


def test_of_many_writers_at_one_version_one_wins(store, key):
    store.save(key, {}, 0, FAR)
    won = []

    def write(number):
        if store.save(key, {"by": number}, 1, FAR):
            won.append(number)

    threads = [Thread(target=write, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.load(key) == ({"by": won[0]}, 2)
    assert len(won) == 1


def test_two_processes_share_one_folder(store, key):
    code = (
        "import sys; from framework.contrib.file_sessions import FileStore;"
        "print(FileStore(sys.argv[1]).save(sys.argv[2], {'a': 1}, 0, 4_000_000_000))"
    )
    command = [sys.executable, "-c", code, str(store._folder), key]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
    assert store.load(key) == ({"a": 1}, 1)


def test_nothing_else_is_left_in_the_folder(store, key):
    for version in range(5):
        store.save(key, {"n": version}, version, FAR)
    assert [path.name for path in files(store)] == [key[2:]]
    store.delete(key)
    assert files(store) == []
