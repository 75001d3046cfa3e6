import pytest

from framework.sessions.session import CREATED, SECRET, SEEN, Session, State

IDLE = 1_000


@pytest.fixture
def session():
    """A visitor's session as the store gave it, last seen at 5,000."""
    data = {"cart": {"5": 1}, "user": 7, CREATED: 4_000, SEEN: 5_000}
    return Session(data, id="abc", version=3, now=5_000)


def add_to_cart(session):
    session["cart"]["5"] += 1


def set_and_set_back(session):
    session["user"] = 8
    session["user"] = 7


def flush_and_fill(session):
    session.flush()
    session["user"] = 8


ENDINGS = {
    "unread": (lambda s: None, State.UNTOUCHED),
    "read": (lambda s: (s["cart"], s.get("none"), "user" in s, list(s)), State.UNTOUCHED),
    "set": (lambda s: s.update(user=8), State.CHANGED),
    "set to the same": (lambda s: s.update(user=7), State.UNTOUCHED),
    "set and set back": (set_and_set_back, State.UNTOUCHED),
    "added": (lambda s: s.setdefault("theme", "dark"), State.CHANGED),
    "deleted": (lambda s: s.pop("user"), State.CHANGED),
    "changed deep inside": (add_to_cart, State.CHANGED),
    "cleared": (lambda s: s.clear(), State.CHANGED),
    "renewed": (lambda s: s.renew(), State.RENEWED),
    "flushed": (lambda s: s.flush(), State.EMPTIED),
    "flushed and filled": (flush_and_fill, State.RENEWED),
    "renewed and flushed": (lambda s: (s.renew(), s.flush()), State.EMPTIED),
    "flushed and renewed": (lambda s: (s.flush(), s.renew()), State.RENEWED),
}


@pytest.mark.parametrize(("use", "state"), ENDINGS.values(), ids=ENDINGS)
def test_a_request_leaves_its_session_in_one_of_four_states(session, use, state):
    use(session)
    assert session.state(IDLE) is state


def test_a_new_session_that_stays_empty_is_untouched():
    session = Session({}, now=5_000)
    assert session.is_new
    assert session.state(IDLE) is State.UNTOUCHED


@pytest.mark.parametrize(
    ("later", "state"), [(100, State.UNTOUCHED), (101, State.CHANGED)], ids=["a tenth", "later"]
)
def test_a_session_seen_a_tenth_of_the_idle_time_ago_counts_as_changed(session, later, state):
    session.now += later
    assert session.state(IDLE) is state


def test_a_step_back_of_the_clock_changes_nothing(session):
    session.now -= 3_000
    assert session.state(IDLE) is State.UNTOUCHED


# A dict


def test_it_is_a_dict(session):
    session["theme"] = "dark"
    del session["user"]
    assert dict(session) == {"cart": {"5": 1}, "theme": "dark"}
    assert session.get("user") is None
    assert session.pop("theme") == "dark"
    with pytest.raises(KeyError):
        session["user"]


def test_what_is_ours_is_hidden_from_loops(session):
    session.renew()
    assert sorted(session) == ["cart", "user"]
    assert len(session) == 2
    assert not {CREATED, SEEN, SECRET} & set(session.keys())


def test_clear_leaves_what_is_ours(session):
    session.renew()
    session.clear()
    assert (len(session), set(session.data)) == (0, {CREATED, SEEN, SECRET})


def test_renew_keeps_the_data_and_gives_a_new_secret_each_time(session):
    session.renew()
    first = session.data[SECRET]
    session.renew()
    assert session.data[SECRET] != first
    assert len(first) >= 43  # 256 bits
    assert session["user"] == 7


def test_flush_leaves_nothing(session):
    session.renew()
    session.flush()
    assert session.data == {}


# What a conflict reapplies


def test_changes_are_the_keys_set_and_the_keys_deleted(session):
    session["theme"] = "dark"
    session["cart"]["9"] = 1
    del session["user"]
    assert session.changes() == ({"theme": "dark", "cart": {"5": 1, "9": 1}}, ["user"])


def test_merged_is_what_another_left_with_these_changes_on_top(session):
    session["theme"] = "dark"
    del session["user"]
    other = {"cart": {"9": 1}, "user": 8, "theme": "light"}
    assert session.merged(other) == {"cart": {"9": 1}, "theme": "dark"}


def test_a_session_that_was_only_read_has_no_changes(session):
    session["cart"]
    assert session.changes() == ({}, [])


@pytest.mark.parametrize(
    "value", [None, 0, "", [], {}, False], ids=["None", "0", "text", "list", "dict", "False"]
)
def test_an_empty_value_is_a_change_too(value):
    session = Session({}, id="abc")
    session["key"] = value
    assert session.changes() == ({"key": value}, [])


# JSON only


@pytest.mark.parametrize(
    "value", [{1, 2}, b"bytes", object(), 1j], ids=["set", "bytes", "object", "j"]
)
def test_a_value_that_json_cannot_hold_is_refused_with_the_cure(session, value):
    session["key"] = value
    with pytest.raises(TypeError, match="a session keeps only what JSON can hold"):
        session.state(IDLE)


@pytest.mark.parametrize(
    "value",
    ["\U0001f33f é", "\ud800", "\0", "</script>", 2**70, 1.5, [None, True, {"a": []}]],
    ids=ascii,
)
def test_a_value_that_json_can_hold_is_taken(session, value):
    session["key"] = value
    assert session.state(IDLE) is State.CHANGED
