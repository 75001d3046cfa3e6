from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework.http.conditional import evaluate, matches, parse_date

THEN = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
AT = "Sun, 06 Nov 1994 08:49:37 GMT"
BEFORE = "Sun, 06 Nov 1994 08:49:36 GMT"
AFTER = "Sun, 06 Nov 1994 08:49:38 GMT"
SAFE, UNSAFE = ("GET", "HEAD"), ("POST", "PUT", "PATCH", "DELETE")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 200, id="no condition"),
        pytest.param({"if-none-match": '"a"'}, 304, id="the same tag"),
        pytest.param({"if-none-match": 'W/"a"'}, 304, id="the same tag, weak"),
        pytest.param({"if-none-match": '"b"'}, 200, id="another tag"),
        pytest.param({"if-none-match": '"b", W/"a"'}, 304, id="one of the list"),
        pytest.param({"if-none-match": "*"}, 304, id="any tag"),
        pytest.param({"if-none-match": " * "}, 304, id="any tag between spaces"),
        pytest.param({"if-none-match": ""}, 200, id="no tag"),
        pytest.param({"if-none-match": "a"}, 200, id="no quotes"),
        pytest.param({"if-none-match": '"A"'}, 200, id="tags keep their case"),
        pytest.param({"if-modified-since": AT}, 304, id="not modified"),
        pytest.param({"if-modified-since": AFTER}, 304, id="not modified lately"),
        pytest.param({"if-modified-since": BEFORE}, 200, id="modified"),
        pytest.param({"if-modified-since": "yesterday"}, 200, id="no date"),
        pytest.param(
            {"if-none-match": '"b"', "if-modified-since": AFTER}, 200, id="tags beat dates"
        ),
        pytest.param({"if-none-match": '"a"', "if-modified-since": BEFORE}, 304, id="both ways"),
        pytest.param(
            {"if-none-match": "junk", "if-modified-since": AFTER}, 200, id="broken tags too"
        ),
        pytest.param({"if-match": '"a"'}, 200, id="if-match, the same tag"),
        pytest.param({"if-match": '"b"'}, 412, id="if-match, another tag"),
        pytest.param({"if-match": '"a"', "if-none-match": '"a"'}, 304, id="both hold"),
        pytest.param({"if-match": '"b"', "if-none-match": '"a"'}, 412, id="if-match comes first"),
        pytest.param(
            {"if-unmodified-since": BEFORE, "if-none-match": '"a"'}, 412, id="so do dates"
        ),
    ],
)
@pytest.mark.parametrize("method", SAFE)
def test_a_copy_that_is_still_good_is_not_sent_again(method, headers, status):
    assert evaluate(method, headers, '"a"', THEN) == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 200, id="no condition"),
        pytest.param({"if-match": '"a"'}, 200, id="the same tag"),
        pytest.param({"if-match": '"b", "a"'}, 200, id="one of the list"),
        pytest.param({"if-match": "*"}, 200, id="any tag"),
        pytest.param({"if-match": '"b"'}, 412, id="another tag"),
        pytest.param({"if-match": 'W/"a"'}, 412, id="a weak tag proves nothing"),
        pytest.param({"if-match": ""}, 412, id="no tag"),
        pytest.param({"if-unmodified-since": AT}, 200, id="not modified"),
        pytest.param({"if-unmodified-since": AFTER}, 200, id="not modified lately"),
        pytest.param({"if-unmodified-since": BEFORE}, 412, id="modified"),
        pytest.param({"if-unmodified-since": "junk"}, 200, id="no date"),
        pytest.param({"if-match": '"a"', "if-unmodified-since": BEFORE}, 200, id="tags beat dates"),
        pytest.param({"if-match": '"b"', "if-unmodified-since": AFTER}, 412, id="both ways"),
        pytest.param({"if-none-match": "*"}, 412, id="somebody was faster"),
        pytest.param({"if-none-match": '"a"'}, 412, id="if-none-match, the same tag"),
        pytest.param({"if-none-match": '"b"'}, 200, id="if-none-match, another tag"),
        pytest.param({"if-modified-since": AT}, 200, id="if-modified-since is for reading"),
    ],
)
@pytest.mark.parametrize("method", UNSAFE)
def test_nobody_overwrites_what_he_has_not_seen(method, headers, status):
    assert evaluate(method, headers, '"a"', THEN) == status


@pytest.mark.parametrize(
    ("etag", "modified", "headers", "status"),
    [
        pytest.param(None, None, {"if-match": "*"}, 412, id="update of nothing"),
        pytest.param(None, None, {"if-none-match": "*"}, 200, id="creation"),
        pytest.param(None, None, {"if-match": '"a"'}, 412, id="tag of nothing"),
        pytest.param(None, None, {"if-unmodified-since": BEFORE}, 200, id="date of nothing"),
        pytest.param(None, THEN, {"if-match": "*"}, 200, id="update without tag"),
        pytest.param(None, THEN, {"if-none-match": "*"}, 412, id="creation of what is there"),
        pytest.param(None, THEN, {"if-match": '""'}, 412, id="an empty tag names nothing"),
        pytest.param('"a"', None, {"if-unmodified-since": BEFORE}, 200, id="no date to compare"),
    ],
)
def test_a_star_names_whatever_is_there(etag, modified, headers, status):
    assert evaluate("PUT", headers, etag, modified) == status


def test_a_weak_tag_of_ours_saves_a_copy_but_proves_nothing():
    assert evaluate("GET", {"if-none-match": '"a"'}, 'W/"a"', None) == 304
    assert evaluate("GET", {"if-match": 'W/"a"'}, 'W/"a"', None) == 412


@pytest.mark.parametrize(
    ("header", "etag", "found"),
    [
        pytest.param('"a,b"', '"a,b"', True, id="comma inside"),
        pytest.param('"a,b"', '"a"', False, id="half of a tag with a comma"),
        pytest.param('"x", "a,b" ,"y"', '"a,b"', True, id="comma inside and between"),
        pytest.param('"a""b"', '"b"', True, id="no comma between"),
        pytest.param(',,"a",', '"a"', True, id="empty members"),
        pytest.param('"W/"', '"W/"', True, id="W inside"),
        pytest.param('w/"b"', 'W/"b"', True, id="small w is no mark"),
        pytest.param('"*"', '"a"', False, id="a star in quotes"),
        pytest.param('"a', '"a"', False, id="open quote"),
        pytest.param('"\xe9"', '"\xe9"', True, id="latin-1"),
        pytest.param('"\\"', '"\\"', True, id="no escapes"),
    ],
)
def test_a_list_of_tags_is_read(header, etag, found):
    assert matches(header, etag, weak=True) is found


def test_a_fraction_of_a_second_is_not_a_change():
    later = THEN + timedelta(microseconds=999_999)
    assert evaluate("GET", {"if-modified-since": AT}, None, later) == 304
    assert evaluate("PUT", {"if-unmodified-since": AT}, None, later) == 200


@pytest.mark.parametrize(
    "text",
    [AT, "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", AT.replace("GMT", "+0000")],
)
def test_a_date_is_read_in_its_three_forms(text):
    assert parse_date(text) == THEN


@pytest.mark.parametrize(
    "text",
    [
        *(
            None,
            "",
            "0",
            "-1",
            "yesterday",
            "Sun, 32 Nov 1994 08:49:37 GMT",
            AT.replace("08", "25"),
        ),
        *("9" * 5000, "Sun, 06 Nov " + "9" * 5000 + " 08:49:37 GMT", "\0", "Sun, 06 Nov", "\u0665"),
    ],
)
def test_what_is_no_date_is_none(text):
    assert parse_date(text) is None


@pytest.mark.parametrize("evil", [AT.replace("1994", "9" * 30), AT.replace("GMT", "+" + "9" * 30)])
def test_a_date_beyond_all_clocks_is_none(evil):
    with pytest.raises(OverflowError):
        parsedate_to_datetime(evil)
    for name in ("if-modified-since", "if-unmodified-since"):
        assert evaluate("GET", {name: evil}, None, THEN) == 200


@given(st.text() | st.from_regex(r"[SM]\w\w, \d+ \w\w\w \d+ \d+:\d+:\d+ ([A-Z]+|[+-]\d+)"))
def test_no_header_raises(text):
    for name in ("if-match", "if-none-match", "if-modified-since", "if-unmodified-since"):
        assert evaluate("GET", {name: text}, '"a"', THEN) in (200, 304, 412)


@pytest.mark.parametrize("piece", ['"', "W/", 'W/"', ",", '""', '"a", ', "*", " ", "a"])
def test_a_list_of_tags_takes_linear_time(piece, is_linear):
    assert is_linear(
        lambda text: matches(text, '"x"', weak=True), lambda size: piece * (size // len(piece))
    )


@pytest.mark.parametrize("piece", [" ", ",", ":", "-", "+", "(", "9", "Nov ", "a:b "])
def test_a_date_takes_linear_time(piece, is_linear):
    assert is_linear(parse_date, lambda size: "Sun, 06 " + piece * (size // len(piece)))


def test_the_decision_can_be_watched():
    seen = []
    trace = SimpleNamespace(decide=lambda *names, **facts: seen.append((names, facts)))
    evaluate("GET", {"if-none-match": '"a"'}, '"a"', None, trace=trace)
    evaluate("GET", {}, None, THEN, trace=trace)
    assert seen == [
        (("cache.validate",), {"status": 304, "etag": '"a"', "modified": None}),
        (("cache.validate",), {"status": 200, "etag": None, "modified": THEN}),
    ]
