import json

import pytest

from framework.http.request import Request
from framework.tools.client import make_environ, payload
from framework.tools.client.payload import encode_body, encode_multipart, encode_query


@pytest.mark.parametrize(
    ("values", "text"),
    [
        pytest.param({"q": "tea"}, "q=tea", id="one value"),
        pytest.param({"tag": ["a", "b"]}, "tag=a&tag=b", id="a list repeats its name"),
        pytest.param([("b", 1), ("a", 2)], "b=1&a=2", id="pairs keep their order"),
        pytest.param({"q": "grüner tee"}, "q=gr%C3%BCner+tee", id="UTF-8, space as plus"),
        pytest.param({"q": "a&b=c+d%"}, "q=a%26b%3Dc%2Bd%25", id="what has a meaning is escaped"),
        pytest.param({"q": ""}, "q=", id="empty"),
        pytest.param({}, "", id="nothing"),
        pytest.param("q=%zz&&x", "q=%zz&&x", id="text stays as it is"),
        pytest.param("q=ü b", "q=%C3%BC%20b", id="but what cannot be on the wire"),
    ],
)
def test_a_query_is_encoded_as_a_browser_does(values, text):
    assert encode_query(values) == text


def test_none_is_no_value_of_a_form():
    with pytest.raises(TypeError, match="'age' is None"):
        encode_query({"age": None})


def test_json_has_its_type():
    assert encode_body(None, None, {"a": [1]}, "") == (b'{"a": [1]}', "application/json")


def test_nothing_to_send_is_no_body():
    assert encode_body(None, None, None, "") == (None, "")


def test_an_empty_form_is_an_empty_body():
    assert encode_body({}, None, None, "") == (b"", "application/x-www-form-urlencoded")


@pytest.mark.parametrize(
    ("data", "files", "value", "content_type"),
    [
        pytest.param({"a": "b"}, None, {"c": 1}, "", id="json beside data"),
        pytest.param(b"raw", {"f": ("f", b"", "text/plain")}, None, "", id="files beside bytes"),
        pytest.param({"a": "b"}, None, None, "text/csv", id="a dict as csv"),
    ],
)
def test_a_body_of_two_minds_is_refused(data, files, value, content_type):
    with pytest.raises(ValueError, match=r"json=|data="):
        encode_body(data, files, value, content_type)


def test_multipart_comes_back_from_the_framework_as_it_was_sent():
    files = {
        "photo": ("kätzchen.png", b"\x89PNG\r\n--glasshouse\r\n", "image/png"),
        "notes": [("1.txt", b"one", "text/plain"), ("2.txt", b"", "text/plain")],
    }
    data = {"title": "Grüße", "tag": ["a", "b"]}
    request = Request(make_environ("POST", "/", data=data, files=files))
    assert request.form.pairs() == [("title", "Grüße"), ("tag", "a"), ("tag", "b")]
    sent = [(name, file.filename) for name, file in request.files.pairs()]
    assert sent == [("photo", "kätzchen.png"), ("notes", "1.txt"), ("notes", "2.txt")]
    assert request.files["photo"].read() == b"\x89PNG\r\n--glasshouse\r\n"
    request.close()


def test_the_boundary_is_one_that_no_part_contains():
    body, content_type = encode_multipart({"a": "--glasshouse--"}, {})
    assert content_type == "multipart/form-data; boundary=glasshousex"
    assert body.count(b"--glasshousex") == 2


def test_a_dict_can_be_multipart_without_files():
    body, content_type = encode_body({"a": "b"}, None, None, "multipart/form-data")
    assert content_type.startswith("multipart/form-data; boundary=")
    assert b'name="a"\r\n\r\nb\r\n' in (body or b"")


HOSTILE_NAME = 'x"\r\nContent-Type: text/html\r\nX: "'


@pytest.mark.parametrize("defended", [True, False])
def test_a_hostile_filename_writes_no_header_of_its_own(monkeypatch, defended):
    if not defended:
        monkeypatch.setattr(payload, "_quoted", lambda text: text)
    body, _ = encode_multipart({}, {"f": (HOSTILE_NAME, b"", "text/plain")})
    assert (b"\r\nContent-Type: text/html\r\n" in body) is not defended


def test_json_is_ascii_whatever_it_says():
    body, _ = encode_body(None, None, "ü", "")
    assert json.loads(body or b"") == "ü"
