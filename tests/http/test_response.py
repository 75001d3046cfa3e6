import re
from urllib.parse import urljoin, urlsplit

import pytest

from framework.http import response as room
from framework.http.response import (
    FileBody,
    Response,
    is_local,
    json_response,
    redirect,
    send,
    stream_response,
    text_response,
)


class Body:
    """Chunks that know whether they were closed."""

    def __init__(self, *chunks):
        self.chunks = chunks
        self.closed = 0

    def __iter__(self):
        return iter(self.chunks)

    def close(self):
        self.closed += 1


def test_a_response_is_html_with_status_200(written):
    answer = written(Response("<h1>é</h1>"))
    lines = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", "11")]
    assert answer == ("200 OK", lines, "<h1>é</h1>".encode())


@pytest.mark.parametrize(
    ("response", "status", "content_type", "body"),
    [
        (text_response("é", 404), 404, "text/plain; charset=utf-8", "é".encode()),
        (json_response({"é": [1, None]}), 200, "application/json", '{"é":[1,null]}'.encode()),
        (json_response([], 201), 201, "application/json", b"[]"),
        (stream_response([b"a", b"b"], "text/csv"), 200, "text/csv", b"ab"),
    ],
    ids=["text", "JSON", "JSON with a status", "stream"],
)
def test_each_kind_of_response_says_what_it_is(response, status, content_type, body, written):
    answer = written(response)
    assert (answer.status[:3], answer.body) == (str(status), body)
    assert dict(answer.headers)["Content-Type"] == content_type


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_json_is_not_sent_as_json(number):
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_response({"a": number})


BODILESS = [("HEAD", 200), ("HEAD", 404), ("GET", 204), ("GET", 304), ("POST", 204)]


@pytest.mark.parametrize(("method", "status"), BODILESS)
@pytest.mark.parametrize("chunks", [b"secret", (b"secret",)], ids=["bytes", "stream"])
def test_an_answer_without_body_sends_none(method, status, chunks, written, monkeypatch):
    def body():
        return chunks if isinstance(chunks, bytes) else Body(*chunks)

    first = body()
    assert written(Response(first, status), method).body == b""
    assert isinstance(chunks, bytes) or first.closed == 1
    monkeypatch.setattr(room, "WITHOUT_BODY", ())
    assert written(Response(body(), status), "GET").body == b"secret"


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_body_does_not_describe_one(status, written):
    lines = [("ETag", '"1"'), ("Content-Length", "5"), ("content-type", "text/css")]
    assert written(Response(b"", status, headers=lines)).headers == [("ETag", '"1"')]


def test_the_head_of_a_page_tells_its_length(written):
    whole, head = written(Response("é")), written(Response("é"), "HEAD")
    assert (head.headers, head.body) == (whole.headers, b"")


def test_an_answer_has_one_length_however_many_were_given(written):
    lines = [("content-length", "99"), ("X-A", "1")]
    answer = written(Response(b"abc", headers=lines))
    lengths = [value for name, value in answer.headers if name.lower() == "content-length"]
    assert (lengths, dict(answer.headers)["X-A"]) == (["3"], "1")


def test_the_head_of_an_answer_may_tell_the_length_that_the_body_would_have(written):
    head = written(Response(b"", headers=[("Content-Length", "99")]), "HEAD")
    assert [value for name, value in head.headers if name == "Content-Length"] == ["99"]


def test_a_stream_reaches_the_server_untouched():
    body = Body(b"a", b"b")
    lines = []
    assert send(stream_response(body), "GET", lambda *head: lines.extend(head[1])) is body
    assert body.closed == 0
    assert lines == [("Content-Type", "text/plain; charset=utf-8")]


def test_a_stream_may_know_its_length(written):
    response = Response(Body(b"abc"), headers=[("Content-Length", "3")])
    assert ("Content-Length", "3") in written(response).headers


@pytest.mark.parametrize("status", [0, 99, 100, 101, 103, 600, 1000, -200, "200", None])
def test_a_status_that_ends_no_request_is_refused(status, written):
    with pytest.raises(KeyError):
        written(Response(status=status))


def refuse(status, headers):
    raise OSError("the visitor has gone")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("status", "header", "start"),
    [
        pytest.param(200, ("X-A", "a\nb"), print, id="a line that is none"),
        pytest.param(999, ("X-A", "a"), print, id="no status"),
        pytest.param(200, ("X-A", "a"), refuse, id="a server that refuses"),
    ],
)
def test_a_body_is_closed_when_its_answer_cannot_start(method, status, header, start):
    body = Body(b"a")
    with pytest.raises((ValueError, KeyError, OSError)):
        send(Response(body, status, headers=[header]), method, start)
    assert body.closed == 1


def test_a_file_is_sent_in_chunks_and_closed(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"abcde")
    body = FileBody(str(tmp_path / "a.txt"), chunk_bytes=2)
    assert list(send(Response(body), "GET", lambda *_: None)) == [b"ab", b"cd", b"e"]
    body.close()
    with pytest.raises(ValueError, match="closed file"):
        next(iter(body))


def test_a_file_is_closed_when_its_answer_has_no_body(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"abcde")
    body = FileBody(str(tmp_path / "a.txt"))
    send(Response(body), "HEAD", lambda *_: None)
    with pytest.raises(ValueError, match="closed file"):
        list(body)


def test_constant_lines_stand_behind_the_others(written):
    response = Response(b"")
    response.constants = [("X-Frame-Options", "DENY")]
    assert written(response).headers[-1] == ("X-Frame-Options", "DENY")
    assert written(response, "HEAD").headers.count(("X-Frame-Options", "DENY")) == 1
    assert response.header("x-frame-options") == "DENY"


def test_header_lines_are_added_set_and_removed_in_any_spelling():
    response = Response(headers=[("X-A", "1")])
    response.add_header("x-a", "2")
    assert (response.header("X-a"), response.header("X-B")) == ("1", None)
    response.set_header("X-A", "3")
    assert response.headers[1:] == [("X-A", "3")]
    response.remove_header("x-A")
    assert response.headers[1:] == []


@pytest.mark.parametrize(
    ("before", "name", "after"),
    [
        ([], "Cookie", "Cookie"),
        (["Cookie"], "Accept", "Cookie, Accept"),
        (["Cookie, Accept"], "cookie", "Cookie, Accept"),
        (["Cookie", "Accept"], "Origin", "Cookie, Accept, Origin"),
        (["Cookie,, ,Accept"], "Origin", "Cookie, Accept, Origin"),
        ([" * "], "Cookie", " * "),
        (["Cookie"], "*", "Cookie, *"),
    ],
)
def test_vary_names_each_request_header_once(before, name, after):
    response = Response(headers=[("Vary", value) for value in before])
    response.vary(name)
    assert [value for key, value in response.headers if key == "Vary"] == [after]


def test_a_cookie_is_set_and_ended(written):
    response = Response()
    response.set_cookie("a", "ü", max_age=60, secure=True)
    response.delete_cookie("b", path="/x")
    assert [value for name, value in written(response).headers if name == "Set-Cookie"] == [
        "a=%C3%BC; Max-Age=60; Path=/; Secure; HttpOnly; SameSite=Lax",
        "b=; Max-Age=0; Path=/x; HttpOnly; SameSite=Lax",
    ]


def test_a_response_shows_its_status():
    assert [repr(Response(status=status)) for status in (404, 999)] == [
        "<Response 404 Not Found>",
        "<Response 999>",
    ]


def test_a_redirect_makes_a_get_of_what_was_sent(written):
    answer = written(redirect("/blog/?page=2#top"))
    assert answer.status == "303 See Other"
    assert dict(answer.headers)["Location"] == "/blog/?page=2#top"
    assert (redirect("/", 308).status, answer.body) == (308, b"")


@pytest.mark.parametrize(
    ("location", "sent"),
    [
        ("/a b", "/a%20b"),
        ("/é日", "/%C3%A9%E6%97%A5"),
        ("/%C3%A9", "/%C3%A9"),
        ('/"<>', "/%22%3C%3E"),
        ("/%2F/evil.example", "/%2F/evil.example"),
        ("/a//b", "/a//b"),
        ("/?next=//evil.example", "/?next=//evil.example"),
    ],
)
def test_a_local_address_is_sent_as_a_url(location, sent):
    assert redirect(location).header("Location") == sent


def destination(location):
    """Where a browser would go from https://site.example/a/ (URL standard §4.4)."""
    text = re.sub(r"[\t\r\n]", "", location.strip("".join(map(chr, range(33)))))
    text = re.sub(r"^(https?):/*", r"\1://", text.replace("\\", "/"), flags=re.IGNORECASE)
    text = re.sub("^//+", "//", text).replace("\uff0f", "/").replace("\u3002", ".")
    url = urlsplit(urljoin("https://site.example/a/", text))
    return url.hostname if url.scheme in ("http", "https") else url.scheme


EVIL = [
    *("//evil.example", "///evil.example", "////evil.example/x", "//evil.example/../.."),
    *("/\\evil.example", "\\\\evil.example", "\\/evil.example", "/\\/evil.example"),
    *("http:evil.example", "https:/evil.example", "https:evil.example", "HTTPS:///evil.example"),
    *(
        "http://evil.example",
        "https://site.example@evil.example",
        "//a@evil.example",
        "//a:b@evil.example",
    ),
    *(
        "\t//evil.example",
        " //evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\r\n//evil.example",
    ),
    *(
        "\0//evil.example",
        "\x1f//evil.example",
        "/\r\\evil.example",
        "//evil\u3002example",
        "//evil.example\uff0f",
    ),
    *(
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "\x01javascript:alert(1)",
    ),
    *("data:text/html,x", "vbscript:x", "ftp://evil.example", "mailto:a@evil.example"),
]


@pytest.mark.parametrize("location", EVIL)
def test_no_redirect_leaves_the_site_unasked(location, monkeypatch):
    with pytest.raises(ValueError, match="leaves the site"):
        redirect(location)
    monkeypatch.setattr(room, "is_local", lambda _: True)
    monkeypatch.setattr(room, "quote", lambda text, safe: text)
    assert destination(redirect(location).header("Location")) != "site.example"


@pytest.mark.parametrize(
    "location", ["", "x", "?page=2", "#top", "./x", "../x", "/" + "a" * 4096, "/\u2028", "/\ud800"]
)
def test_an_address_that_is_no_path_of_ours_is_refused(location):
    assert not is_local(location)
    with pytest.raises(ValueError, match="leaves the site"):
        redirect(location)


@pytest.mark.parametrize("location", ["/", "/a/../b", "/.//x", "/a?b=/\u00e9", "/" + "a" * 2047])
def test_a_path_of_ours_is_local(location):
    assert is_local(location)
    assert destination(redirect(location).header("Location")) == "site.example"


@pytest.mark.parametrize(
    "location", ["https://pay.example/x?y=1", "http://a.example", "//cdn.example", "/x"]
)
def test_another_host_is_reached_when_asked_for(location):
    assert redirect(location, allow_other_host=True).header("Location") == location


@pytest.mark.parametrize(
    "location", ["javascript:alert(1)", "data:x", "\thttps://x.example", "https:evil"]
)
def test_only_http_is_another_host(location):
    with pytest.raises(ValueError, match="only http and https"):
        redirect(location, allow_other_host=True)
