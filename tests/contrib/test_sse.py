"""Events on the wire, as the HTML standard §9.2 reads them."""

from queue import Queue

import pytest

from framework.contrib.sse import Event, from_queue, sse_response


@pytest.mark.parametrize(
    ("event", "wire"),
    [
        (Event("hello"), b"data: hello\n\n"),
        (Event(""), b"data: \n\n"),
        (Event("a\r\nb\rc"), b"data: a\ndata: b\ndata: c\n\n"),
        (Event("x", event="chat", id="7"), b"event: chat\nid: 7\ndata: x\n\n"),
        (Event("x", retry_milliseconds=500), b"retry: 500\ndata: x\n\n"),
        (Event("ü"), "data: ü\n\n".encode()),
    ],
)
def test_an_event_is_lines_and_a_blank_one(event, wire):
    assert event.dump() == wire


@pytest.mark.parametrize("field", [{"id": "7\ndata: forged"}, {"event": "a\rb"}, {"id": "\0"}])
def test_a_name_or_an_id_cannot_forge_another_line(field):
    with pytest.raises(ValueError, match="one line"):
        Event("x", **field)


def test_the_answer_is_never_stored_nor_held_back():
    response = sse_response([Event("x"), None])
    assert response.header("Content-Type") == "text/event-stream; charset=utf-8"
    assert response.header("Cache-Control") == "no-store"
    assert list(response.body) == [b"data: x\n\n", b": still here\n\n"]


def test_the_source_is_closed_when_the_browser_goes():
    ended = []

    def events():
        try:
            while True:
                yield Event("x")
        finally:
            ended.append(True)

    response = sse_response(events())
    next(iter(response.body))
    response.close()
    assert ended == [True]


def test_a_queue_gives_its_events_a_heartbeat_while_it_is_quiet_and_an_end():
    queue = Queue()
    events = from_queue(queue, heartbeat_seconds=0.01)
    queue.put(Event("x"))
    assert next(events) == Event("x")
    assert next(events) is None
    queue.put(None)
    assert list(events) == []
