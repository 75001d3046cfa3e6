import pytest

from framework.http.multidict import MultiDict

PAIRS = [("tag", "a"), ("page", "2"), ("tag", "b")]


def test_the_first_value_of_a_name_is_its_value():
    values = MultiDict(PAIRS)
    assert (values["tag"], values.get("tag"), values["page"]) == ("a", "a", "2")


def test_a_name_that_was_not_sent_is_missing():
    values = MultiDict(PAIRS)
    with pytest.raises(KeyError):
        values["x"]
    assert (values.get("x"), values.get("x", "-"), values.getlist("x")) == (None, "-", [])
    assert "x" not in values


def test_all_values_of_a_name_are_kept_in_order():
    assert MultiDict(PAIRS).getlist("tag") == ["a", "b"]


def test_the_pairs_are_kept_as_sent():
    assert MultiDict(iter(PAIRS)).pairs() == PAIRS


def test_it_counts_and_walks_each_name_once():
    values = MultiDict(PAIRS)
    assert (list(values), len(values), dict(values)) == (
        ["tag", "page"],
        2,
        {"tag": "a", "page": "2"},
    )


def test_without_pairs_it_is_false():
    assert not MultiDict()
    assert MultiDict(PAIRS)


def test_nobody_changes_it_by_accident():
    values = MultiDict(PAIRS)
    values.getlist("tag").append("evil")
    values.pairs().clear()
    with pytest.raises(TypeError):
        values["tag"] = "evil"
    assert (values.getlist("tag"), values.pairs()) == (["a", "b"], PAIRS)


def test_it_shows_its_pairs():
    assert repr(MultiDict([("a", "1")])) == "MultiDict([('a', '1')])"
