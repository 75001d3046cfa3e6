"""Messages: sentences for the next page that the visitor sees.

In   request.messages.success("Your comment was added."), then redirect(…)
Out  the layout of the next page shows it once
They travel in a signed cookie; when they grow too large for one, in the session. A message
that is added and shown in the same answer travels nowhere. An answer that an exception made
keeps none, for what it tells of was rolled back.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass

from framework.http.handler import Handler
from framework.http.request import Request
from framework.http.response import Response
from framework.http.signing import BadSignature, Signer

DEBUG, INFO, SUCCESS, WARNING, ERROR = 10, 20, 25, 30, 40
LEVEL_NAMES = {DEBUG: "debug", INFO: "info", SUCCESS: "success", WARNING: "warning", ERROR: "error"}
COOKIE = "messages"
PURPOSE = "messages"
SESSION_KEY = "_messages"
IN_SESSION = "session"
MAX_COOKIE_CHARACTERS = 2_500
MAX_AGE_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence and how serious it is (the numbers are those of logging)."""

    level: int
    text: str

    @property
    def level_name(self) -> str:
        """ "success", "error" …"""
        return LEVEL_NAMES.get(self.level, "info")


class MessageBox:
    """`request.messages`: those that came with the request and those added in it."""

    def __init__(self, request: Request, signer: Signer) -> None:
        self._request = request
        self._signer = signer
        self._added: list[Message] = []
        self._arrived: list[Message] | None = None
        self.shown = False
        self._private = False  # a message stands on the page

    def add(self, level: int, text: str) -> None:
        """One more message of this level."""
        self._added.append(Message(level, str(text)))

    def debug(self, text: str) -> None:
        """For developers."""
        self.add(DEBUG, text)

    def info(self, text: str) -> None:
        """Something to know."""
        self.add(INFO, text)

    def success(self, text: str) -> None:
        """It was done."""
        self.add(SUCCESS, text)

    def warning(self, text: str) -> None:
        """It was done, but."""
        self.add(WARNING, text)

    def error(self, text: str) -> None:
        """It was not done."""
        self.add(ERROR, text)

    def __iter__(self) -> Iterator[Message]:
        """All messages, oldest first; from now on they count as shown."""
        messages = [*self.arrived(), *self._added]
        self._added.clear()
        self.shown = True
        self._private |= bool(messages)
        return iter(messages)

    def arrived(self) -> list[Message]:
        """Those that an earlier answer left."""
        if self._arrived is None:
            signed = self._request.cookies.get(COOKIE, "")
            self._arrived = self._read(signed) if signed else []
        return self._arrived

    def _read(self, signed: str) -> list[Message]:
        """The messages of a cookie, or of the session when the cookie points there."""
        try:
            value = self._signer.unsign(signed.encode("ascii", "replace"), PURPOSE, MAX_AGE_SECONDS)
        except BadSignature:
            return []
        if value == IN_SESSION.encode():
            rows = self._request.session.get(SESSION_KEY, [])
        else:
            rows = json.loads(urlsafe_b64decode(value))
        return [Message(level, text) for level, text in rows]

    def leave(self, response: Response) -> None:
        """Puts what was not shown into the answer, and ends a cookie that has served."""
        if self._request.error is not None:
            self._added.clear()
        if response.status >= 400:  # rolled back: nothing of it was done
            self._added = [one for one in self._added if one.level != SUCCESS]
        waiting = [*([] if self.shown else self.arrived()), *self._added]
        secure = self._request.is_secure
        if self.shown:
            self._forget()
            response.vary("Cookie")
            if self._private and "no-store" not in (response.header("Cache-Control") or ""):
                response.set_header("Cache-Control", "private, no-cache")
        if waiting and (self._added or self.shown):
            response.set_cookie(COOKIE, self._pack(waiting), secure=secure)
        elif self.shown and COOKIE in self._request.cookies:
            response.delete_cookie(COOKIE, secure=secure)

    def _pack(self, messages: list[Message]) -> str:
        """The cookie's value; the messages themselves go into the session when they are long."""
        rows = [(message.level, message.text) for message in messages]
        value = urlsafe_b64encode(json.dumps(rows, ensure_ascii=False).encode())
        if len(value) > MAX_COOKIE_CHARACTERS:
            self._request.session[SESSION_KEY] = rows
            value = IN_SESSION.encode()
        return self._signer.sign(value, PURPOSE).decode("ascii")

    def _forget(self) -> None:
        """Drops messages that were kept in the session."""
        session = Request.session.opened(self._request)
        if session is not None and SESSION_KEY in session:
            del session[SESSION_KEY]


class Messages:
    """The layer that fills `request.messages`."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def __call__(self, handler: Handler) -> Handler:
        point, opener = Request.messages, self._open

        def messages(request: Request) -> Response:
            point.connect(request, opener)
            response = handler(request)
            box = request.__dict__.get("messages")
            if isinstance(box, MessageBox):
                try:
                    box.leave(response)
                except BaseException:
                    response.close()
                    raise
            return response

        return messages

    def _open(self, request: Request) -> MessageBox:
        return MessageBox(request, self._signer)
