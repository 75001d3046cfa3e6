"""Server-sent events: one answer that never ends, a line for each thing that happens.

The HTML standard §9.2 (the format, reconnection with Last-Event-ID).
In   sse_response(Event(data="hello", id="7") for … in …)
Out  Content-Type: text/event-stream, "id: 7\\ndata: hello\\n\\n" as it happens
A stream holds one thread of the server while it lasts: waitress needs `threads` ≥ 32, gunicorn
`-k gthread --threads 100`. It outlives its request: for a database it opens its own
`database.sessions()`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from queue import Empty, Queue

from framework.http.response import Response

HEARTBEAT_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `retry_milliseconds` tells the browser when to come back after a break."""

    data: str
    event: str = ""
    id: str = ""
    retry_milliseconds: int | None = None

    def __post_init__(self) -> None:
        for text in (self.event, self.id):
            if any(c in text for c in "\r\n\0"):
                raise ValueError(f"{text!r}: the name and the id of an event are one line")

    def dump(self) -> bytes:
        r"""The event on the wire.

        >>> Event("a\nb", id="7").dump()
        b'id: 7\ndata: a\ndata: b\n\n'
        """
        lines = [f"event: {self.event}"] if self.event else []
        lines += [f"id: {self.id}"] if self.id else []
        lines += [f"retry: {self.retry_milliseconds}"] if self.retry_milliseconds else []
        text = self.data.replace("\r\n", "\n").replace("\r", "\n")
        lines += [f"data: {line}" for line in text.split("\n")]
        return ("\n".join(lines) + "\n\n").encode()


class EventStream:
    """The events as chunks; closing it closes the source."""

    def __init__(self, events: Iterable[Event | None]) -> None:
        self._events = events

    def __iter__(self) -> Iterator[bytes]:
        for event in self._events:
            yield event.dump() if event is not None else b": still here\n\n"

    def close(self) -> None:
        """The browser has gone, or the source has ended."""
        closing = getattr(self._events, "close", None)
        if closing is not None:
            closing()


def sse_response(events: Iterable[Event | None]) -> Response:
    """An answer of events; a None among them is a heartbeat, which finds out who has gone."""
    response = Response(EventStream(events), 200, "text/event-stream; charset=utf-8")
    response.set_header("Cache-Control", "no-store")
    response.set_header("X-Accel-Buffering", "no")  # nginx would hold events back
    return response


def from_queue(
    queue: "Queue[Event | None]", heartbeat_seconds: float = HEARTBEAT_SECONDS
) -> Iterator[Event | None]:
    """The events put into the queue, until a None; heartbeats while it is quiet."""
    while True:
        try:
            event = queue.get(timeout=heartbeat_seconds)
        except Empty:
            yield None
            continue
        if event is None:
            return
        yield event
