import io
import json
import random
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework.http import body
from framework.http.body import (
    BodyStream,
    Limits,
    check_coding,
    content_length,
    media_type,
    parse_form,
    parse_json,
    parse_query,
)
from framework.http.errors import (
    BadRequest,
    LengthRequired,
    PayloadTooLarge,
    UnsupportedMediaType,
)

JSON = "application/json"
ALPHABET = [
    *"abc=&;+%%%/?#[] \"'<>:,.",
    "%41",
    "%c3%a9",
    "%zz",
    "%",
    "\xe9",
    "\xc3\xa9",
    "\0",
    "\n",
]


def stream(data, length=None, limit=1000, **variables):
    source = data if hasattr(data, "read") else io.BytesIO(data)
    environ = {"wsgi.input": source, "HTTP_X": "1", **variables}
    if length is not None:
        environ["CONTENT_LENGTH"] = length
    return BodyStream(environ, limit)


CHUNKED = {"HTTP_TRANSFER_ENCODING": "chunked"}
MARKED = {"wsgi.input_terminated": True}


class Endless:
    """A visitor who never stops sending."""

    def __init__(self, piece=None):
        self.taken = 0
        self.piece = piece

    def read(self, size):
        size = min(size, self.piece or size)
        self.taken += size
        return b"x" * size


class Broken:
    """A server whose read fails."""

    def __init__(self, error):
        self.error = error

    def read(self, size):
        raise self.error


def test_a_body_ends_where_its_length_says():
    source = Endless()
    assert stream(source, "5").read_all() == b"xxxxx"
    assert source.taken == 5


@pytest.mark.parametrize("length", [None, "", "0"])
def test_without_a_length_nothing_is_read(length):
    source = Endless()
    assert stream(source, length).read_all() == b""
    assert source.taken == 0


def test_a_body_may_arrive_in_pieces():
    assert stream(Endless(piece=1), "5").read_all() == b"xxxxx"


def test_a_body_is_taken_once():
    body = stream(Endless(), "5")
    body.read_all()
    with pytest.raises(BadRequest, match="could not be read"):
        body.read_all()


def test_a_chunked_body_without_a_marked_end_is_refused():
    with pytest.raises(LengthRequired):
        stream(b"lost", **CHUNKED)
    assert stream(b"lost").read_all() == b""  # what a server that hides the coding would give us


@pytest.mark.parametrize("length", [None, "", "2"], ids=["without", "empty", "overruled"])
def test_a_chunked_body_with_a_marked_end_is_read_to_it(length):
    assert stream(b"found", length, **CHUNKED, **MARKED).read_all() == b"found"


def test_a_marked_end_does_not_overrule_a_length():
    assert stream(Endless(), "3", **MARKED).read_all() == b"xxx"


@pytest.mark.parametrize(
    ("text", "careless"),
    [
        *(("+5", 5), ("1_0", 10), (" 5", 5), ("5 ", 5), ("5\n", 5), ("-1", -1), ("\u0665", 5)),
        *((text, None) for text in ("²", "0x5", "5,5", "1e1", "5.0", "abc", "9" * 19, "9" * 5000)),
    ],
)
def test_a_length_is_plain_digits(text, careless):
    with pytest.raises(BadRequest):
        content_length({"CONTENT_LENGTH": text})
    assert careless is None or int(text) == careless


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), ("9" * 18, 10**18 - 1)])
def test_a_length_is_a_number(text, number):
    assert content_length({"CONTENT_LENGTH": text}) == number


@pytest.mark.parametrize("environ", [{}, {"CONTENT_LENGTH": ""}, {"CONTENT_LENGTH": None}])
def test_no_length_is_none(environ):
    assert content_length(environ) is None


def test_a_body_that_announces_too_much_is_refused_unread():
    source = Endless()
    with pytest.raises(PayloadTooLarge):
        stream(source, "1001")
    assert source.taken == 0
    assert len(stream(source, "1000").read_all()) == 1000


def test_a_body_that_does_not_end_is_refused_at_its_limit():
    source = Endless(piece=100)
    with pytest.raises(PayloadTooLarge):
        stream(source, **CHUNKED, **MARKED).read_all()
    assert source.taken == 1100
    assert len(stream(b"x" * 1100, limit=2000, **CHUNKED, **MARKED).read_all()) == 1100


def test_a_body_shorter_than_announced_is_refused():
    with pytest.raises(BadRequest, match="shorter"):
        stream(b"abc", "5").read_all()


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(OSError("request data read error"), id="connection lost"),
        pytest.param(TimeoutError(), id="too slow"),
        pytest.param(ConnectionResetError(), id="reset"),
        pytest.param(ValueError("invalid chunk size"), id="broken chunk"),
        pytest.param(Exception("InvalidChunkSize"), id="as gunicorn raises it"),
    ],
)
def test_a_read_that_fails_is_the_visitors_fault(error):
    with pytest.raises(BadRequest, match="broke off") as caught:
        stream(Broken(error), "5").read_all()
    assert caught.value.__cause__ is error


def test_a_query_is_read_as_the_standard_library_reads_it():
    chance = random.Random(1)
    for _ in range(100_000):
        text = "".join(chance.choices(ALPHABET, k=chance.randrange(16)))
        as_utf8 = text.encode("latin-1").decode("utf-8", "replace")
        assert parse_query(text) == parse_qsl(as_utf8, keep_blank_values=True), text


@given(st.text())
def test_no_query_raises(text):
    parse_query(text)


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("a=b=c", [("a", "b=c")]),
        ("a&b=&=c", [("a", ""), ("b", ""), ("", "c")]),
        ("&&a=1&", [("a", "1")]),
        ("a+b=c+d%2B", [("a b", "c d+")]),
        ("%C3%A9=\xc3\xa9", [("é", "é")]),
        ("a=%FF&b=\xff", [("a", "\ufffd"), ("b", "\ufffd")]),
        ("a=%&b=%1&c=%zz", [("a", "%"), ("b", "%1"), ("c", "%zz")]),
        ("a=%26b=%3D", [("a", "&b==")]),
    ],
)
def test_a_query_is_names_and_values(text, pairs):
    assert parse_query(text) == pairs


def test_a_semicolon_hides_no_parameter():
    cloaked = "a=1;role=admin"
    assert ("role", "admin") in parse_qsl(cloaked, separator=";")
    assert parse_query(cloaked) == [("a", "1;role=admin")]


@pytest.mark.parametrize("piece", ["&", "=", "+", "%", "%41", "a=b&", "a;b=", "\xff"])
def test_a_query_takes_linear_time(piece, is_linear):
    assert is_linear(parse_query, lambda size: piece * (size // len(piece)))


def test_a_form_is_read_as_a_query():
    assert parse_form(b"a=1&b=%C3%A9&c=\xc3\xa9", Limits()) == [("a", "1"), ("b", "é"), ("c", "é")]


@pytest.mark.parametrize(
    ("data", "limits"),
    [
        pytest.param(b"a=" + b"x" * 99, Limits(max_form_bytes=100), id="bytes"),
        pytest.param(b"a=1&" * 11, Limits(max_fields=11), id="fields"),
        pytest.param(b"&" * 11, Limits(max_fields=11), id="empty fields"),
    ],
)
def test_a_form_keeps_within_its_limits(data, limits):
    with pytest.raises(PayloadTooLarge):
        parse_form(data, limits)
    parse_form(data, Limits())


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'{"a": [1, 2.5, true, null]}', {"a": [1, 2.5, True, None]}),
        ('"é😀"'.encode(), "é😀"),
        (b'"\\u00e9 \\ud83d\\ude00 \\\\ud800"', "é 😀 \\ud800"),
        (b" 1 ", 1),
        (b"1e3", 1000.0),
        (b"9" * 4300, int("9" * 4300)),
    ],
    ids=["object", "UTF-8", "escapes", "spaces", "exponent", "4,300 digits"],
)
def test_json_is_read(data, value):
    assert parse_json(data, JSON) == value


@pytest.mark.parametrize(
    "data",
    [
        *(pytest.param(data, id=repr(data)) for data in (b"", b"{", b"[1,]", b"{'a': 1}", b"1 2")),
        pytest.param(b"9" * 5000, id="5,000 digits"),
        pytest.param(b'{"a": -' + b"9" * 5000 + b"}", id="5,000 digits inside"),
        pytest.param('"é"'.encode("latin-1"), id="latin-1"),
        pytest.param('"é"'.encode("utf-16"), id="UTF-16"),
        pytest.param(b'\xef\xbb\xbf"a"', id="byte order mark"),
        pytest.param(b'"a\nb"', id="line end in a string"),
    ],
)
def test_what_is_not_json_is_a_bad_request(data):
    with pytest.raises(BadRequest):
        parse_json(data, JSON)


@pytest.mark.parametrize(
    "data", [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 100_000 + b"]" * 100_000]
)
def test_deep_nesting_does_not_exhaust_the_stack(data):
    with pytest.raises(RecursionError):
        json.loads(data)
    with pytest.raises(BadRequest):
        parse_json(data, JSON)


@pytest.mark.parametrize(
    "data", [b"NaN", b"[Infinity]", b'{"a": -Infinity}', b"1e999", b"[-1e999]"]
)
def test_every_number_has_a_value(data):
    with pytest.raises(ValueError, match="not JSON compliant"):
        json.dumps(json.loads(data), allow_nan=False)
    with pytest.raises(BadRequest):
        parse_json(data, JSON)


@pytest.mark.parametrize(
    "data", [b'"\\ud800"', b'["\\uDFFF"]', b'{"\\ud83d": 1}', b'"\\ude00\\ud83d"']
)
def test_half_of_a_surrogate_pair_is_no_text(data):
    with pytest.raises(UnicodeEncodeError):
        json.dumps(json.loads(data), ensure_ascii=False).encode()
    with pytest.raises(BadRequest):
        parse_json(data, JSON)


@pytest.mark.parametrize(
    "content_type",
    [
        *("", "text/plain", "text/plain;application/json", "text/plain; a=application/json"),
        *("application/jsonx", "text/json", "application/x-www-form-urlencoded", "*/*"),
        *("application/json, text/plain", "multipart/form-data; boundary=application/json"),
    ],
)
def test_json_comes_as_json(content_type):
    with pytest.raises(UnsupportedMediaType):
        parse_json(b"1", content_type)


@pytest.mark.parametrize(
    "content_type", [JSON, "Application/JSON", f"{JSON}; charset=x", f"{JSON};x"]
)
def test_the_type_is_read_without_its_parameters(content_type):
    """No form of another site can send this type, whatever the parameters (Fetch §2.2.2)."""
    assert media_type(content_type) == JSON
    assert parse_json(b"1", content_type) == 1


@pytest.mark.parametrize(
    "piece", ["[", "[]", ",", '"', "\\", "0", " ", "\\ud800", '{"a":1}', "1e9"]
)
def test_json_takes_linear_time(piece, is_linear):
    def read(data):
        with pytest.raises(BadRequest):
            parse_json(data, JSON)

    assert is_linear(read, lambda size: b'["' + piece.encode() * (size // len(piece)))
    assert is_linear(read, lambda size: b"[" + piece.encode() * (size // len(piece)))


@pytest.mark.parametrize("piece", [";", '"', "; q=", '\\"', ",", "; charset=a"])
def test_a_content_type_takes_linear_time(piece, is_linear):
    assert is_linear(media_type, lambda size: 'text/html; q="' + piece * (size // len(piece)))


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate, gzip", "GZIP", "x"])
def test_a_compressed_body_is_not_taken(coding):
    with pytest.raises(UnsupportedMediaType):
        check_coding({"HTTP_CONTENT_ENCODING": coding})


@pytest.mark.parametrize(
    "environ", [{}, {"HTTP_CONTENT_ENCODING": ""}, {"HTTP_CONTENT_ENCODING": " Identity"}]
)
def test_a_body_as_it_is_is_taken(environ):
    check_coding(environ)


def test_the_length_check_stops_what_int_would_take(monkeypatch):
    monkeypatch.setattr(body, "content_length", lambda environ: int(environ["CONTENT_LENGTH"]))
    assert stream(b"0123456789", "1_0").read_all() == b"0123456789"
    monkeypatch.undo()
    with pytest.raises(BadRequest):
        stream(b"0123456789", "1_0")
