import re
from urllib.parse import unquote
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework.routing.pattern import Pattern

ID = "0191f0a2-7b1c-4c3d-8e5f-0123456789ab"


def taken(text, path):
    """The values that a pattern finds in a path, None if it does not fit."""
    pattern = Pattern(text)
    segments = pattern.split(path)
    if segments is None or any(segments[n] != pattern.segments[n] for n in pattern.literals):
        return None
    return pattern.match(segments)


FITTING = [
    ("/", "/", {}),
    ("/blog/", "/blog/", {}),
    ("/<name>", "/ann", {"name": "ann"}),
    ("/<int:year>/<slug:title>/", "/2026/light/", {"year": 2026, "title": "light"}),
    ("/v<int:n>.json", "/v12.json", {"n": 12}),
    ("/<name>.txt", "/a.b.txt", {"name": "a.b"}),
    ("/@<slug:user>", "/@ann", {"user": "ann"}),
    ("/-<str:x>-", "/---", {"x": "-"}),
    ("/file-<uuid:id>", f"/file-{ID}", {"id": UUID(ID)}),
    ("/files/<path:rest>", "/files/a/b/", {"rest": "a/b/"}),
    ("/<int:id>/<path:rest>", "/5/a/b", {"id": 5, "rest": "a/b"}),
    ("/café/<name>", "/café/é", {"name": "é"}),
    ("/100%/<int:n>%", "/100%/5%", {"n": 5}),
    ("/a?b#c/<x>", "/a?b#c/d", {"x": "d"}),
]


@pytest.mark.parametrize(("text", "path", "values"), FITTING)
def test_a_path_that_fits_gives_its_values(text, path, values):
    assert taken(text, path) == values


@pytest.mark.parametrize(("text", "path", "values"), FITTING)
def test_the_values_give_the_path_again(text, path, values):
    built = Pattern(text).build(values)
    assert built.isascii()
    assert unquote(built) == path


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/blog/", "/blog"),
        ("/blog", "/blog/"),
        ("/blog", "/Blog"),
        ("/blog", "//blog"),
        ("/<name>", "/"),
        ("/<name>", "/a/b"),
        ("/<int:id>", "/a"),
        ("/v<int:n>.json", "/v.json"),
        ("/v<int:n>.json", "/v1.jsonx"),
        ("/v<int:n>.json", "/xv1.json"),
        ("/v<int:n>.json", "/v1xjson"),
        ("/ab<str:x>ba", "/aba"),
        ("/-<str:x>-", "/--"),
        ("/files/<path:rest>", "/files/"),
        ("/files/<path:rest>", "/files"),
        ("/files/<path:rest>", "/other/a"),
        ("/<int:id>/<path:rest>", "/a/b"),
    ],
)
def test_another_path_does_not_fit(text, path):
    assert taken(text, path) is None


@given(
    st.text(min_size=1).filter(lambda text: text not in (".", "..") and not {"/", "\0"} & {*text})
)
def test_any_text_survives_the_way_there_and_back(text):
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    built = Pattern("/a/<x>.b/<path:y>").build({"x": text, "y": text})
    assert taken("/a/<x>.b/<path:y>", unquote(built)) == {"x": text, "y": text}


# Building


@pytest.mark.parametrize(
    ("text", "values", "built"),
    [
        ("/a b/<x>", {"x": "c d"}, "/a%20b/c%20d"),
        ("/50%/<x>", {"x": "%s"}, "/50%25/%25s"),
        ("/50%", {}, "/50%25"),
        ("/é<int:n>ü", {"n": 1}, "/%C3%A91%C3%BC"),
        ("/<x>", {"x": "a?b#c&d"}, "/a%3Fb%23c%26d"),
        ("/<x>", {"x": "\r\nSet-Cookie: a"}, "/%0D%0ASet-Cookie%3A%20a"),
        ("/<x>", {"x": "\\evil.example"}, "/%5Cevil.example"),
        ("/<x>", {"x": "<script>"}, "/%3Cscript%3E"),
        ("/f/<path:p>", {"p": "a/b c"}, "/f/a/b%20c"),
        ("/<a>/<b>", {"b": "2", "a": "1"}, "/1/2"),
    ],
)
def test_what_is_built_is_quoted(text, values, built):
    assert Pattern(text).build(values) == built


@pytest.mark.parametrize(
    ("values", "cure"),
    [
        ({}, "/<int:year>/<slug>/ takes ['year', 'slug'], not []"),
        ({"year": 1}, "takes ['year', 'slug'], not ['year']"),
        ({"year": 1, "slug": "a", "page": 2}, "not ['page', 'slug', 'year']"),
        ({"year": 1, "title": "a"}, "not ['title', 'year']"),
        ({"year": "1", "slug": "a"}, "'1' is not a number"),
        ({"year": 1, "slug": "a/b"}, "'a/b' holds a slash: use <path:…>"),
        ({"year": 1, "slug": ".."}, "wanted a text"),
    ],
    ids=["none", "missing", "too many", "another", "no number", "slash", "dots"],
)
def test_values_that_do_not_fit_are_named(values, cure):
    with pytest.raises(ValueError, match=re.escape(cure)):
        Pattern("/<int:year>/<slug>/").build(values)


# Texts that are no pattern


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("", "must start with one '/'"),
        ("blog/", "must start with one '/'"),
        ("//evil.example", "must start with one '/'"),
        ("/<", "'<' should be like <int:id>"),
        ("/a>", "'a>' should be like <int:id>"),
        ("/<>", "should be like <int:id>"),
        ("/<int:>", "should be like <int:id>"),
        ("/<:id>", "should be like <int:id>"),
        ("/<int id>", "should be like <int:id>"),
        ("/<int:5>", "should be like <int:id>"),
        ("/<Int:id>", "should be like <int:id>"),
        ("/<<id>>", "should be like <int:id>"),
        ("/<a>-<b>", "'<a>-<b>' should be like <int:id>"),
        ("/<a/b>", "'<a' should be like <int:id>"),
        ("/<number:id>", "no kind 'number' in ['int', 'path', 'slug', 'str', 'uuid']"),
        ("/<id>/<int:id>", "uses a name twice"),
        ("/<path:a>/b", "<path:…> must be the last segment"),
        ("/<path:a>/<path:b>", "<path:…> must be the last segment"),
        ("/a<path:b>", "<path:…> stands alone in its segment"),
    ],
)
def test_a_malformed_text_is_refused_with_the_cure(text, cure):
    with pytest.raises(ValueError, match=re.escape(cure)) as refused:
        Pattern(text)
    assert repr(text) in str(refused.value)


# Shape and form


def test_the_shape_is_length_and_the_places_of_literals():
    pattern = Pattern("/blog/<int:year>/all/<slug>/")
    assert (len(pattern.segments), pattern.literals) == (6, [0, 1, 3, 5])
    assert pattern.names == ["year", "slug"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("/<int:id>", "/<int:pk>", True),
        ("/<id>", "/<str:name>", True),
        ("/v<int:a>/<path:b>", "/v<int:b>/<path:a>", True),
        ("/<int:id>", "/<slug:id>", False),
        ("/v<id>", "/<id>", False),
        ("/<id>", "/<id>/", False),
    ],
)
def test_the_form_forgets_the_names_of_values(one, other, same):
    assert (Pattern(one).form == Pattern(other).form) is same


@pytest.mark.parametrize("text", ["/<x>", "/a<x>b", "/<slug:x>", "/<int:x>", "/<path:x>"])
@pytest.mark.parametrize("char", ["a", "1", "-", "%", "é"])
def test_matching_takes_linear_time(text, char, is_linear):
    def match(segments):
        for _ in range(200):
            pattern.match(segments)

    pattern = Pattern(text)
    assert is_linear(match, lambda size: ["", char * size])
