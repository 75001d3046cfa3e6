"""Chain: layers around a handler, composed once, at start.

In   chain([a, b], dispatch)
Out  one handler: a goes in, b goes in, dispatch answers, b goes out, a goes out
A layer is any function from handler to handler. What a layer costs per request is the call of
one closure; no list is walked and nothing is composed while a visitor waits.

Stop 4 of 9 inwards, stop 9 of 9 outwards.
"""

from collections.abc import Callable, Sequence
from typing import Any

from framework.http.handler import Middleware

Probe = Callable[[Any, Any], Any]


def chain(layers: Sequence[Callable[[Any], Any]], handler: Any, probe: Probe | None = None) -> Any:
    """The handler with all layers around it, the first one outermost.

    >>> shout = lambda handler: lambda request: handler(request).upper()
    >>> mark = lambda handler: lambda request: handler(request) + "!"
    >>> chain([shout, mark], lambda request: "hello " + request)("ann")
    'HELLO ANN!'

    `probe(layer, handler)` may put something of its own around each layer (the X-ray does).
    """
    for layer in reversed(layers):
        if not callable(layer):
            raise TypeError(f"{layer!r} is no layer: pass a function from handler to handler")
        inner, handler = handler, layer(handler)
        if not callable(handler):
            raise TypeError(f"layer {layer!r} returned {handler!r}: it must return its handler")
        if handler is not inner and probe is not None:
            handler = probe(layer, handler)
    return handler


def default_chain(
    *,
    log: Middleware | None = None,
    headers: Middleware | None = None,
    errors: Middleware | None = None,
    hosts: Middleware | None = None,
    static: Middleware | None = None,
    sessions: Middleware | None = None,
    locale: Middleware | None = None,
    unit_of_work: Middleware | None = None,
    auth: Middleware | None = None,
    messages: Middleware | None = None,
    csrf: Middleware | None = None,
) -> list[Middleware]:
    """The finished layers in the one right order, outermost first; a place may stay empty.

    Why this order: the id is there before anything logs; the security headers stand on error
    pages too; errors catches what every layer inside it raises; a foreign Host is refused
    before a file is read; a static file opens no session; the session is saved after the unit
    of work has committed; user and messages need both; csrf reads the session.
    """
    places = (log, headers, errors, hosts, static, sessions, locale, unit_of_work, auth, messages)
    return [layer for layer in (*places, csrf) if layer is not None]
