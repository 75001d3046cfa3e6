import pytest

from framework.contrib.file_sessions import FileStore
from framework.http.signing import Signer
from framework.mvc.model import Database, Model
from framework.sessions.stores.cookie import CookieStore
from framework.sessions.stores.database import DatabaseStore, SessionRow
from framework.sessions.stores.memory import MemoryStore

DAY = 24 * 3600
LONG = pytest.param("a" * 5_000, id="long")


class Clock:
    """A clock that a test moves."""

    def __init__(self):
        self.now = 1_800_000_000.0

    def __call__(self):
        return self.now


class Browser:
    """One visitor: keeps the cookie, and asks the store as the middleware does."""

    def __init__(self, store, clock, cookie="the-id"):
        self.store, self.clock, self.cookie = store, clock, cookie

    def save(self, data, version=0, seconds=DAY):
        saved = self.store.save(self.key, data, version, int(self.clock.now + seconds))
        if saved:
            self.cookie = self.store.cookie(self.cookie, data)
        return saved

    def load(self):
        return self.store.load(self.key)

    @property
    def key(self):
        return self.store.key(self.cookie)


@pytest.fixture
def clock():
    return Clock()


def database_store(url, clock):
    database = Database(url)
    Model.metadata.create_all(database.engine, tables=[SessionRow.__table__])
    return DatabaseStore(database, clock), database


SQLITE, POSTGRES = "database on SQLite", "database on PostgreSQL"
KEEPING = ["memory", "file", SQLITE, pytest.param(POSTGRES, marks=pytest.mark.services)]


@pytest.fixture
def make(request, tmp_path, clock):
    """make(kind): a store; its database is closed at the end."""
    opened = []

    def make(kind):
        if kind == "memory":
            return MemoryStore(clock=clock)
        if kind == "file":
            return FileStore(tmp_path / "sessions", clock)
        if kind == "cookie":
            return CookieStore(Signer(["k" * 32], clock), max_age_seconds=DAY)
        postgres = kind == POSTGRES
        url = request.getfixturevalue("postgres_url") if postgres else f"sqlite:///{tmp_path}/s.db"
        store, database = database_store(url, clock)
        opened.append(database)
        return store

    yield make
    for database in opened:
        database.dispose()


class TestEveryStore:
    """What all of them do."""

    @pytest.fixture(params=[*KEEPING, "cookie"])
    def store(self, request, make):
        return make(request.param)

    @pytest.fixture
    def browser(self, store, clock):
        return Browser(store, clock)

    def test_what_was_saved_is_loaded(self, browser):
        data = {"cart": {"5": 2}, "name": "Änn \U0001f33f\0", "none": None, "list": [1.5, True]}
        assert browser.save(data)
        assert browser.load() == (data, 1)

    def test_an_id_that_nobody_saved_is_unknown(self, browser):
        assert browser.load() is None

    @pytest.mark.parametrize(
        "cookie",
        ["", LONG, "'; DROP TABLE session", "\0", "ü", "\ud800", "../../x", "a.b.c"],
        ids=ascii,
    )
    def test_whatever_a_visitor_sends_is_unknown(self, browser, cookie):
        browser.cookie = cookie
        assert browser.load() is None

    def test_what_is_loaded_is_a_copy(self, browser):
        data = {"cart": {"5": 2}}
        browser.save(data)
        data["cart"]["5"] = 3
        browser.load()[0]["cart"]["5"] = 4
        assert browser.load() == ({"cart": {"5": 2}}, 1)

    def test_a_session_ends_with_its_time(self, browser, clock):
        browser.save({"a": 1})
        clock.now += DAY - 1
        assert browser.load() == ({"a": 1}, 1)
        clock.now += 2
        assert browser.load() is None

    def test_two_visitors_keep_their_own(self, store, clock):
        ann, bob = Browser(store, clock, "ann"), Browser(store, clock, "bob")
        ann.save({"name": "Ann"})
        bob.save({"name": "Bob"})
        assert [visitor.load()[0]["name"] for visitor in (ann, bob)] == ["Ann", "Bob"]

    def test_an_unknown_id_is_deleted_in_silence(self, browser):
        browser.store.delete(browser.key)
        assert browser.load() is None

    def test_a_large_session_is_kept_whole(self, browser):
        data = {"text": "word " * 5_000}
        browser.save(data)
        assert browser.load() == (data, 1)

    def test_what_json_cannot_hold_is_refused(self, browser):
        with pytest.raises(TypeError):
            browser.save({"key": {1, 2}})
        assert browser.load() is None


class TestStoresThatMerge:
    """What those do that keep the data on our side."""

    @pytest.fixture(params=KEEPING)
    def store(self, request, make):
        return make(request.param)

    @pytest.fixture
    def browser(self, store, clock):
        return Browser(store, clock)

    def test_it_says_so(self, store):
        assert store.merges

    def test_each_save_counts_the_version_up(self, browser):
        assert browser.save({"a": 1})
        assert browser.save({"a": 2}, version=1)
        assert browser.save({"a": 3}, version=2)
        assert browser.load() == ({"a": 3}, 3)

    @pytest.mark.parametrize("version", [0, 1, 3])
    def test_a_save_on_another_version_is_refused(self, browser, version):
        browser.save({"a": 1})
        browser.save({"a": 2}, version=1)
        assert not browser.save({"a": 9}, version=version)
        assert browser.load() == ({"a": 2}, 2)

    def test_version_0_means_that_there_must_be_none(self, browser):
        assert browser.save({"a": 1}, version=0)
        assert not browser.save({"a": 9}, version=0)
        assert browser.load() == ({"a": 1}, 1)

    def test_of_two_who_loaded_one_version_the_second_is_refused(self, browser):
        browser.save({})
        (ann, version), (bob, _) = browser.load(), browser.load()
        assert browser.save({**ann, "a": 1}, version)
        assert not browser.save({**bob, "b": 2}, version)
        assert browser.load() == ({"a": 1}, 2)

    def test_a_deleted_session_is_gone(self, browser):
        browser.save({"a": 1})
        browser.store.delete(browser.key)
        assert browser.load() is None

    def test_a_deleted_session_is_not_brought_back_by_a_save(self, browser):
        browser.save({"a": 1})
        browser.store.delete(browser.key)
        assert not browser.save({"a": 2}, version=1)
        assert browser.load() is None

    def test_an_expired_session_is_not_brought_back_by_a_save(self, browser, clock):
        browser.save({"a": 1}, seconds=10)
        clock.now += 10
        assert not browser.save({"a": 2}, version=1)
        assert browser.load() is None

    def test_an_expired_id_may_be_taken_anew(self, browser, clock):
        browser.save({"a": 1}, seconds=10)
        clock.now += 10
        assert browser.save({"b": 2}, version=0)
        assert browser.load() == ({"b": 2}, 1)

    def test_a_save_gives_it_a_new_end(self, browser, clock):
        browser.save({"a": 1}, seconds=10)
        browser.save({"a": 1}, version=1, seconds=100)
        clock.now += 99
        assert browser.load() == ({"a": 1}, 2)
        clock.now += 1
        assert browser.load() is None

    def test_clear_expired_forgets_those_alone_and_says_how_many(self, store, clock):
        visitors = [Browser(store, clock, f"visitor {number}") for number in range(5)]
        for number, visitor in enumerate(visitors):
            visitor.save({"number": number}, seconds=10 * number + 10)
        clock.now += 30
        assert store.clear_expired() == 3
        assert store.clear_expired() == 0
        assert [bool(visitor.load()) for visitor in visitors] == [False] * 3 + [True] * 2

    def test_a_session_of_the_year_2038_ends_in_its_time(self, browser, clock):
        clock.now = float(2**31 - 5)
        browser.save({"a": 1}, seconds=10)
        assert browser.load() == ({"a": 1}, 1)
        clock.now += 10
        assert browser.load() is None

    def test_the_store_is_given_a_hash_and_the_browser_the_id(self, store):
        key = store.key("the-id")
        assert (len(key), "the-id" in key) == (64, False)
        assert store.cookie("the-id", {}) == "the-id"
