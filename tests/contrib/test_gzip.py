"""Text travels compressed; what holds a secret does not (BREACH)."""

import gzip
import zlib

import pytest

from framework.contrib.gzip import Gzip
from framework.http.response import Response, stream_response
from framework.tools.client import RequestFactory

PAGE = "a pane of glass " * 100


def answer(response, layer=None, **headers):
    handler = (layer or Gzip())(lambda request: response)
    return handler(RequestFactory().get("/", headers={"Accept-Encoding": "gzip", **headers}))


def test_a_long_text_is_compressed_and_can_be_read_again():
    response = answer(Response(PAGE))
    assert response.header("Content-Encoding") == "gzip"
    assert response.header("Vary") == "Accept-Encoding"
    assert len(response.body) < len(PAGE) // 10
    assert gzip.decompress(response.body).decode() == PAGE


def test_the_same_text_gives_the_same_bytes():
    assert answer(Response(PAGE)).body == answer(Response(PAGE)).body


def test_a_browser_that_takes_no_gzip_gets_the_text_and_the_cache_is_told():
    response = answer(Response(PAGE), **{"Accept-Encoding": "gzip;q=0"})
    assert (response.body.decode(), response.header("Vary")) == (PAGE, "Accept-Encoding")


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(Response("short"), id="short"),
        pytest.param(Response(PAGE, content_type="image/png"), id="no text"),
        pytest.param(Response(PAGE, headers=[("Content-Encoding", "br")]), id="coded already"),
        pytest.param(Response(PAGE, 206, headers=[("Content-Range", "bytes 0-9/9")]), id="a part"),
        pytest.param(Response(PAGE, content_type="text/event-stream"), id="events"),
    ],
)
def test_what_gains_nothing_or_would_break_stays_as_it_is(response):
    before = response.body
    assert answer(response).body is before


@pytest.mark.parametrize("policy", ["private, no-cache", "no-store"])
def test_a_page_that_may_hold_a_secret_is_not_compressed(policy):
    response = answer(Response(PAGE, headers=[("Cache-Control", policy)]))
    assert response.header("Content-Encoding") is None


def test_the_length_tells_the_secret_when_the_defence_is_off():
    def length(guess):
        page = Response(f"csrf_token=k3y9zq {guess} " + PAGE)
        page.set_header("Cache-Control", "private, no-cache")
        return len(answer(page, Gzip(private=True)).body)

    assert length("csrf_token=k3y9zq") < length("csrf_token=w8xv1m")


def test_an_entity_tag_becomes_a_weak_one():
    response = answer(Response(PAGE, headers=[("ETag", '"a1"')]))
    assert response.header("ETag") == 'W/"a1"'


def test_a_stream_is_compressed_chunk_by_chunk():
    response = answer(stream_response(iter([b"first ", b"second"])))
    reader = zlib.decompressobj(31)
    chunks = [reader.decompress(chunk) for chunk in response.body]
    assert chunks[:2] == [b"first ", b"second"]


def test_closing_the_answer_closes_the_stream_inside():
    class Source:
        closed = False

        def __iter__(self):
            return iter([b"x"])

        def close(self):
            self.closed = True

    source = Source()
    answer(stream_response(source)).close()
    assert source.closed
