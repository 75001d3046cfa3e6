from datetime import date
from urllib.parse import unquote
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework.routing import converters
from framework.routing.converters import CONVERTERS, MAX_INT
from framework.routing.router import Router

ID = "0191f0a2-7b1c-4c3d-8e5f-0123456789ab"
CHARS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")  # Cs has no UTF-8
TEXTS = st.text(CHARS.filter(lambda char: char != "/"), min_size=1)
TEXTS = TEXTS.filter(lambda text: text not in (".", ".."))

TAKEN = [
    ("int", "0", 0),
    ("int", "42", 42),
    ("int", "007", 7),
    ("int", str(MAX_INT), MAX_INT),
    ("uuid", ID, UUID(ID)),
    ("slug", "light-and-glass_2", "light-and-glass_2"),
    ("slug", "été", "été"),
    ("slug", "日本", "日本"),
    ("str", "a b", "a b"),
    ("str", "...", "..."),
    ("str", ".hidden", ".hidden"),
    ("str", "100%", "100%"),
    ("path", "a", "a"),
    ("path", "a/b//c/", "a/b//c/"),
    ("path", "a/...", "a/..."),
]
REFUSED = [
    *(("int", text) for text in ("", "-1", "+1", " 1", "1 ", "1\n", "1.0", "1e3", "1_000", "0x1")),
    *(("int", text) for text in ("٣", "²", "\uff11", str(MAX_INT + 1), "9" * 5000)),
    *(("uuid", text) for text in ("", ID.upper(), ID + "\n", ID.replace("-", ""), f"{{{ID}}}")),
    *(("slug", text) for text in ("", "a b", "a.b", "a/b", "slug\n", "%41", "a\0")),
    *(("str", text) for text in ("", ".", "..")),
    *(("path", text) for text in ("", "/", "/etc/passwd", "..", "../a", "a/../b", "a/./b", "a/..")),
]
NOT_BUILT = [
    *(("int", value) for value in (-1, 1.0, "1", None, MAX_INT + 1, 10**4000)),
    *(("uuid", value) for value in ("", "no", 5, None, ID + "\n")),
    *(("slug", value) for value in ("", "a b", "a/b", "..", "slug\n")),
    *(("str", value) for value in ("", "a/b", "/", ".", "..", "\ud800")),
    *(("path", value) for value in ("", "/a", "//evil.example", "../a", "a/..", "\ud800")),
]


@pytest.mark.parametrize(("kind", "text", "value"), TAKEN)
def test_a_text_of_its_kind_becomes_a_value(kind, text, value):
    found = CONVERTERS[kind].to_python(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(("kind", "text"), REFUSED, ids=lambda text: ascii(text)[:20])
def test_a_text_of_another_kind_is_refused_with_a_sentence(kind, text):
    with pytest.raises(ValueError, match=r"^wanted "):
        CONVERTERS[kind].to_python(text)


@pytest.mark.parametrize(("kind", "value"), NOT_BUILT, ids=lambda value: ascii(value)[:20])
def test_a_value_that_could_not_come_back_is_not_written(kind, value):
    with pytest.raises(ValueError):  # noqa: PT011 - a UnicodeEncodeError is one too
        CONVERTERS[kind].to_url(value)


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        ("int", 42, "42"),
        ("int", True, "1"),
        ("uuid", UUID(ID), ID),
        ("uuid", ID.upper(), ID),
        ("slug", "été", "%C3%A9t%C3%A9"),
        ("str", "a b&c?d#e%f", "a%20b%26c%3Fd%23e%25f"),
        ("str", "\\evil\r\n", "%5Cevil%0D%0A"),
        ("str", 7, "7"),
        ("path", "a b/ç/", "a%20b/%C3%A7/"),
    ],
)
def test_a_value_is_written_quoted(kind, value, written):
    assert CONVERTERS[kind].to_url(value) == written


def comes_back(kind, value):
    converter = CONVERTERS[kind]
    written = converter.to_url(value)
    assert written.isascii()
    return converter.to_python(unquote(written)) == value


@given(st.integers(0, MAX_INT))
def test_an_int_comes_back(value):
    assert comes_back("int", value)


@given(st.uuids())
def test_a_uuid_comes_back(value):
    assert comes_back("uuid", value)


@given(st.from_regex(r"[-\w]+", fullmatch=True))
def test_a_slug_comes_back(value):
    assert comes_back("slug", value)


@given(TEXTS)
def test_a_str_comes_back(value):
    assert comes_back("str", value)


@given(st.lists(TEXTS, min_size=1).map("/".join))
def test_a_path_comes_back(value):
    assert comes_back("path", value)


@given(st.sampled_from(sorted(CONVERTERS)), st.text(CHARS))
def test_whatever_is_taken_can_be_written_again(kind, text):
    converter = CONVERTERS[kind]
    try:
        value = converter.to_python(text if kind == "path" else text.replace("/", ""))
    except ValueError:
        return
    assert converter.to_python(unquote(converter.to_url(value))) == value


def test_kinds_are_tried_from_the_narrowest_to_the_widest():
    ranks = [CONVERTERS[kind].rank for kind in ("int", "uuid", "slug", "str", "path")]
    assert ranks == sorted(set(ranks))


# Attacks


DOTTED = ["/files/../secret", "/files/a/../../secret", "/files//etc/passwd"]


def files():
    router = Router()
    router.add("/files/<path:name>", ["GET"], "file")
    return router


@pytest.mark.parametrize("path", DOTTED)
def test_a_path_value_never_climbs(path):
    assert files().match("GET", path) == []


@pytest.mark.parametrize("path", DOTTED)
def test_attack_without_the_check_it_climbs(path, monkeypatch):
    monkeypatch.setattr(converters.PathConverter, "to_python", lambda self, text: text)
    _, arguments = files().match("GET", path)
    assert ".." in arguments["name"] or arguments["name"].startswith("/")


def test_a_link_never_leads_to_another_host(monkeypatch):
    router = Router()
    router.add("/<path:page>", ["GET"], "page")
    with pytest.raises(ValueError, match="wanted a path"):
        router.build("page", {"page": "/evil.example"})
    monkeypatch.setattr(converters.PathConverter, "to_python", lambda self, text: text)
    assert router.build("page", {"page": "/evil.example"}) == "//evil.example"


# Kinds of one's own


class Day:
    """A date as 2026-11-20."""

    rank = 1

    def to_python(self, text):
        return date.fromisoformat(text)

    def to_url(self, value):
        return value.isoformat()


def test_a_kind_of_ones_own_stands_beside_the_others():
    router = Router({"day": Day()})
    router.add("/<day:day>/<int:id>", ["GET"], "diary")
    arguments = {"day": date(2026, 11, 20), "id": 3}
    assert router.match("GET", "/2026-11-20/3") == ("diary", arguments)
    assert router.build("diary", arguments) == "/2026-11-20/3"
    assert router.match("GET", "/2026-13-20/3") == []


def test_its_rank_decides_when_it_is_tried():
    router = Router({"day": Day()})
    router.add("/<slug>", ["GET"], "post")
    router.add("/<day:day>", ["GET"], "diary")
    assert router.match("GET", "/2026-11-20") == ("diary", {"day": date(2026, 11, 20)})
    assert router.match("GET", "/light") == ("post", {"slug": "light"})


def test_a_kind_of_ones_own_may_replace_one_of_ours():
    class Hex:
        rank = 10

        def to_python(self, text):
            return int(text, 16)

        def to_url(self, value):
            return f"{value:x}"

    router = Router({"int": Hex()})
    router.add("/<int:id>", ["GET"], "page")
    assert router.match("GET", "/ff") == ("page", {"id": 255})
    assert Router().converters["int"] is CONVERTERS["int"]


def test_a_mistake_inside_a_kind_is_not_taken_for_a_refusal():
    class Broken(Day):
        def to_python(self, text):
            raise ZeroDivisionError

    router = Router({"day": Broken()})
    router.add("/<day:day>", ["GET"], "diary")
    with pytest.raises(ZeroDivisionError):
        router.match("GET", "/2026-11-20")
