"""One event, one line, whatever the visitor sent."""

import json
import logging

import pytest

from framework.contrib.access_log import AccessLog, escaped
from framework.http.response import Response, stream_response
from framework.tools.client import RequestFactory


def lines(caplog, response, path="/blog/", method="get", **options):
    """What the log holds after one request; the body is taken and closed as a server does."""
    caplog.set_level(logging.INFO, "framework.access")
    handler = AccessLog(**options)(lambda request: response)
    answer = handler(getattr(RequestFactory(), method)(path))
    if not isinstance(answer.body, bytes):
        list(answer.body)
    answer.close()
    return [record.getMessage() for record in caplog.records]


def test_a_line_says_who_asked_what_and_what_came_of_it(caplog):
    (line,) = lines(caplog, Response("hello", 404))
    assert line.startswith("127.0.0.1 GET /blog/ 404 5 ")


def test_json_is_one_object_a_line_with_the_time_in_utc(caplog):
    (line,) = lines(caplog, Response("hello"), as_json=True)
    facts = json.loads(line)
    assert (facts["method"], facts["status"], facts["bytes"]) == ("GET", 200, 5)
    assert facts["at"].endswith("+00:00")


def test_the_facts_are_attributes_of_the_record(caplog):
    lines(caplog, Response("hello"))
    assert caplog.records[0].access["request_id"]


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("path", ["/%0aINFO login ok admin", "/%1b[31m", "/%0d%0a", "/%c2%85"])
def test_a_path_cannot_forge_a_second_event(caplog, path, as_json):
    (line,) = lines(caplog, Response(), path=path, as_json=as_json)
    assert len(line.splitlines()) == 1
    assert "\x1b" not in line


def test_without_the_escape_it_could(caplog, monkeypatch):
    monkeypatch.setattr("framework.contrib.access_log.escaped", lambda text: text)
    (line,) = lines(caplog, Response(), path="/%0aINFO login ok admin")
    assert len(line.splitlines()) == 2


def test_the_query_is_left_out_unless_asked_for(caplog):
    without, *_ = lines(caplog, Response(), path="/reset/?token=secret")
    assert "secret" not in without
    *_, with_it = lines(caplog, Response(), path="/search/?q=glass", query=True)
    assert "/search/?q=glass" in with_it


def test_a_stream_is_one_line_when_it_is_over(caplog):
    (line,) = lines(caplog, stream_response(iter([b"abc", b"de"])))
    assert " 200 5 " in line


def test_a_visitor_who_goes_away_is_one_line_too(caplog):
    caplog.set_level(logging.INFO, "framework.access")
    response = AccessLog()(lambda request: stream_response(iter([b"abc", b"de"])))(
        RequestFactory().get("/")
    )
    next(iter(response.body))
    response.close()
    response.close()
    assert [" 200 3 " in record.getMessage() for record in caplog.records] == [True]


def test_a_head_answer_counts_no_bytes(caplog):
    (line,) = lines(caplog, Response("hello"), method="head")
    assert " 200 0 " in line


def test_a_long_path_is_cut():
    assert len(escaped("/" + "a" * 9_000)) == 501
