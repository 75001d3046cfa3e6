"""Wiring: the site put together, one line a layer. Read it from the outside inwards."""

from pathlib import Path

import accounts
import blog
import home
from framework import sessions
from framework.application import Application
from framework.contrib import forms, pagination
from framework.contrib.filters import filters
from framework.contrib.messages import Messages
from framework.http.signing import Signer
from framework.middleware.chain import default_chain
from framework.middleware.csrf import CsrfMiddleware
from framework.middleware.errors import ErrorPages
from framework.middleware.request_id import request_id
from framework.middleware.security import AllowedHosts, SecurityHeaders
from framework.middleware.static import StaticFiles
from framework.mvc.apps import AppConfig, Apps
from framework.mvc.model import Database, UnitOfWork
from framework.mvc.view import View
from framework.sessions.middleware import SessionMiddleware
from framework.sessions.stores.database import DatabaseStore
from framework.tools import debug
from settings import ROOT, VAR, Settings
from urls import make_routes

PARTS = (sessions, accounts, blog, home, forms, pagination)


def make_application(settings: Settings) -> Application:
    """The WSGI callable of this site."""
    apps = Apps([AppConfig(part) for part in PARTS], root=Path(__file__).parent)
    database = Database(settings.database_url)
    signer = Signer(settings.secret_keys)
    explain = debug.explain if settings.debug_pages else None  # the source, for the developer
    layers = default_chain(
        log=request_id,  # a name for this request in every log line
        headers=SecurityHeaders(hsts_seconds=settings.hsts_seconds),  # on every answer
        errors=ErrorPages("errors/page.html", "errors/plain.html", explain),  # nothing gets past it
        hosts=AllowedHosts(settings.allowed_hosts),  # no foreign names, no endless addresses
        static=StaticFiles("/static/", [ROOT / "static", *apps.folders("static"), debug.STATIC]),
        sessions=SessionMiddleware(DatabaseStore(database)),  # saved after the commit
        unit_of_work=UnitOfWork(database),  # request.db: commits below 400, else rolls back
        messages=Messages(signer),  # sentences for the next page
        csrf=CsrfMiddleware(signer),  # a form counts only if a page of ours sent it
    )
    view = View(
        [ROOT / "templates", *apps.folders("templates")],
        filters=filters(settings.zone),
        bytecode=_folder(VAR / "templates"),
        debug=settings.development,
    )
    return Application(
        make_routes(settings.development), layers, view=view, apps=apps, database=database
    )


def _folder(path: Path) -> Path:
    """The folder, made when it is missing."""
    path.mkdir(parents=True, exist_ok=True)
    return path
