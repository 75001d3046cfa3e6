"""Glasshouse: a web framework you can see through.

    application.py  the hall: the WSGI callable, every request crosses it
    http/           room 1: what crosses the wire
    routing/        room 2: which controller answers, and the way back
    middleware/     room 3: what surrounds every request
    mvc/            room 4: model, view, controller
    sessions/       room 5: what the server remembers between two requests
    contrib/        the shelves: features a site may switch on
    tools/          the workshop: test client, commands, servers

Imports only go down: tools → contrib → application → sessions → mvc → middleware → routing →
http. The names below are the door; everything else is imported from its room.
"""

from framework.application import Application
from framework.http.errors import BadRequest, Forbidden, HTTPError, NotFound
from framework.http.handler import Controller, Handler, Middleware
from framework.http.request import Request
from framework.http.response import (
    Response,
    json_response,
    redirect,
    stream_response,
    text_response,
)
from framework.middleware.chain import default_chain
from framework.routing.routes import Routes

__version__ = "0.1.0"
__all__ = [
    "Application",
    "BadRequest",
    "Controller",
    "Forbidden",
    "HTTPError",
    "Handler",
    "Middleware",
    "NotFound",
    "Request",
    "Response",
    "Routes",
    "default_chain",
    "json_response",
    "redirect",
    "stream_response",
    "text_response",
]
