"""Sessions, the layer: from cookie to data on the way in, back on the way out.

OWASP session management; RFC 6265bis §4.1.3 (`__Host-`).
In   Cookie: session=mV3…           the store is asked at the first `request.session`
Out  Set-Cookie: session=…          only if something changed
An id that the server did not make is never adopted. Idle and absolute timeouts end a session.
Two requests of one visitor that change different keys at once lose neither: the later save is
refused by the store's version, its changes are reapplied to what the first one saved.

Stop 4 of 9 inwards; stop 9 outwards, after the unit of work has committed.
"""

from collections.abc import Callable
from logging import getLogger
from secrets import token_urlsafe
from time import time

from framework.http.cookies import own_name
from framework.http.errors import HTTPError, ServiceUnavailable
from framework.http.handler import Handler
from framework.http.request import Request
from framework.http.response import Response
from framework.sessions.session import CREATED, SEEN, Session, State
from framework.sessions.stores.contract import Data, Store

logger = getLogger("framework.sessions")

COOKIE = "session"
ID_BYTES = 32
MERGE_TRIES = 32  # of so many writers at once one wins each round


class SessionMiddleware:
    """The layer that fills `request.session` from a store.

    `idle_seconds` after the last request, and `absolute_seconds` after the first one, a session
    is over, whatever the browser still sends.
    """

    def __init__(
        self,
        store: Store,
        *,
        idle_seconds: int = 14 * 24 * 3600,
        absolute_seconds: int = 90 * 24 * 3600,
        clock: Callable[[], float] = time,
    ) -> None:
        self._store = store
        self._idle_seconds = idle_seconds
        self._absolute_seconds = absolute_seconds
        self._clock = clock

    def __call__(self, handler: Handler) -> Handler:
        point, opener = Request.session, self._open

        def sessions(request: Request) -> Response:
            point.connect(request, opener)
            response = handler(request)
            if "session" in request.__dict__:
                session = request.__dict__["session"]
                if isinstance(session, Session):
                    return self._close(request, response, session)
            return response

        return sessions

    def _open(self, request: Request) -> Session:
        """The visitor's session, or a new empty one that has no id yet."""
        now = int(self._clock())
        cookie = request.cookies.get(cookie_name(request), "")
        loaded = self._store.load(self._store.key(cookie)) if cookie else None
        if loaded is None:
            return Session({}, now=now)
        data, version = loaded
        idle = now - data.get(SEEN, 0) > self._idle_seconds
        if idle or now - data.get(CREATED, 0) > self._absolute_seconds:
            self._store.delete(self._store.key(cookie))
            return Session({}, now=now)
        return Session(data, cookie, version, now)

    def _close(self, request: Request, response: Response, session: Session) -> Response:
        """Saves what changed; headers that keep caches from mixing up visitors."""
        state = None
        try:
            state = session.state(self._idle_seconds)
            if request.error is not None or (state is State.RENEWED and response.status >= 400):
                state = State.UNTOUCHED  # a login that was rolled back must not sign in
            self._save(request, response, session, state)
        except Exception as error:
            if state is not State.CHANGED:
                response.close()
                if state is None or isinstance(error, HTTPError):  # None: no JSON, our mistake
                    raise
                raise ServiceUnavailable from error
            logger.exception(
                "session not saved (request %s)", request.id, extra={"request_id": request.id}
            )
        response.vary("Cookie")
        if session.id and response.header("Cache-Control") is None:
            response.set_header("Cache-Control", "private, no-cache")
        return response

    def _save(self, request: Request, response: Response, session: Session, state: State) -> None:
        """What each state asks for."""
        match state:
            case State.UNTOUCHED:
                return
            case State.EMPTIED:
                self._forget(session)
                if cookie_name(request) in request.cookies:
                    response.delete_cookie(cookie_name(request), secure=request.is_secure)
                return
            case State.RENEWED:
                self._take_along(session)
                self._forget(session)
                session.id, session.version = "", 0
        session.stamp()
        kept = self._store_new(session) if not session.id else self._store_changed(session)
        if kept:
            cookie, age = self._store.cookie(session.id, session.data), self._idle_seconds
            response.set_cookie(cookie_name(request), cookie, max_age=age, secure=request.is_secure)

    def _forget(self, session: Session) -> None:
        if session.id:
            self._store.delete(self._store.key(session.id))

    def _take_along(self, session: Session) -> None:
        """What another request kept under the old id meanwhile; nothing if it was ended there."""
        if session.id and not session.flushed:
            loaded = self._store.load(self._store.key(session.id))
            session.data = session.merged(loaded[0] if loaded else {})

    def _store_new(self, session: Session) -> bool:
        """Saves under a new random id of 256 bits."""
        session.id = token_urlsafe(ID_BYTES)
        key = self._store.key(session.id)
        return self._store.save(key, session.data, 0, self._expires(session.data))

    def _store_changed(self, session: Session) -> bool:
        """Saves; on a conflict reapplies this request's changes to what is there now.

        False when the session was ended meanwhile (a logout elsewhere): nothing brings it back.
        """
        key, data, version = self._store.key(session.id), session.data, session.version
        for _ in range(MERGE_TRIES):
            if self._store.save(key, data, version, self._expires(data)):
                session.data = data
                return True
            loaded = self._store.load(key)
            if loaded is None:
                return False
            data, version = session.merged(loaded[0]), loaded[1]
        raise ServiceUnavailable

    def _expires(self, data: Data) -> int:
        """When the store may forget it."""
        idle, absolute = int(data[SEEN]), int(data[CREATED])
        return min(idle + self._idle_seconds, absolute + self._absolute_seconds)


def cookie_name(request: Request) -> str:
    """The cookie's name, by the scheme of the request: never both names."""
    return own_name(COOKIE, request.is_secure)
