"""What some tests of this room share: a site with forms and its visitor, a folder of files.

visitor_of(protected=False)         a Visitor; without protection the layer is left out
visitor.token()                     the token in the form of a page
visitor.send("/send", token)        a POST as a browser sends it from a page of our own
visitor                             one over http and one over https
root                                a folder to serve, with what nobody may see in and beside it
"""

import pytest

from framework.application import Application
from framework.http.response import Response
from framework.http.signing import Signer
from framework.middleware.chain import default_chain
from framework.middleware.csrf import CsrfMiddleware
from framework.middleware.errors import ErrorPages
from framework.routing.routes import Routes
from framework.sessions.middleware import SessionMiddleware
from framework.sessions.stores.memory import MemoryStore
from framework.tools.client import Client

KEY = "k" * 32
SECRET = "the secret"
LARGE = bytes(range(256)) * 1024  # 256 KiB
HTTP, HTTPS = "http://localhost", "https://localhost"
CHANGING = ("POST", "PUT", "PATCH", "DELETE")


def form(request, headers=()):
    token = request.csrf.token() if request.is_connected("csrf") else ""
    field = f'<input type="hidden" name="csrf_token" value="{token}">'
    return Response(f'<form method="post" action="/send">{field}</form>', headers=headers)


def two_forms(request):
    return Response(f"{request.csrf.token()} {request.csrf.token()}")


def secret_form(request):
    return form(request, [("Cache-Control", "no-store")])


def missing(request):
    return Response(request.csrf.token(), 404)


def plain(request):
    return Response("plain")


def asks(request):
    """A page that looks for the point, as a template may, and renders no token."""
    return Response("a form could stand here" if request.csrf else "")


def send(request):
    return Response("sent")


def remember(request):
    request.session["cart"] = {"5": 2}
    return Response("kept")


def login(request):
    request.session["user"] = 5
    request.session.renew()
    return Response("welcome")


def logout(request):
    request.session.flush()
    return Response("bye")


def logout_with_a_form(request):
    request.session.flush()
    return form(request)


def legacy(environ, start_response):
    """A mounted application that reads its own body."""
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body]


def site_with_forms():
    routes = Routes([("/form", form, "form"), ("/two", two_forms, "two"), ("/asks", asks, "asks")])
    routes.add("/secret", secret_form, name="secret")
    routes.add("/missing", missing, name="missing")
    routes.add("/plain", plain, name="plain")
    routes.add("/remember", remember, name="remember")
    routes.add("/send", send, name="send", methods=CHANGING)
    routes.add("/login", login, name="login", methods=("POST",))
    routes.add("/logout", logout, name="logout", methods=("POST",))
    routes.add("/logout-form", logout_with_a_form, name="logout_form", methods=("POST",))
    routes.add("/hook", send, name="hook", methods=("POST",), csrf=False)
    routes.mount("/legacy", legacy)
    return routes


class Visitor(Client):
    """A visitor who opens forms and sends them."""

    @property
    def cookie_name(self):
        return "__Host-csrf" if self.base_url == HTTPS else "csrf"

    def token(self, path="/form"):
        return self.get(path).form().data["csrf_token"][0]

    def send(self, path="/send", token="", **headers):
        """A header of None is left out."""
        sent = {"Origin": self.base_url, "Sec-Fetch-Site": "same-origin"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in sent.items() if value is not None}
        return self.post(path, data={"csrf_token": token} if token else {}, headers=sent)

    def stranger(self):
        """Somebody else, on the same site."""
        return Visitor(self.application, self.base_url)

    def planted(self):
        """A stranger's own cookie, which the site has signed, and his token for it."""
        stranger = self.stranger()
        token = stranger.token()
        return stranger.cookies.get(self.cookie_name, ""), token


@pytest.fixture
def visitor_of():
    def make(base_url=HTTP, *, protected=True, store=None, signer=None, trusted=(), sessions=True):
        layers = default_chain(
            errors=ErrorPages(),
            sessions=SessionMiddleware(store or MemoryStore()) if sessions else None,
            csrf=CsrfMiddleware(signer or Signer([KEY]), trusted) if protected else None,
        )
        return Visitor(Application(site_with_forms(), layers), base_url)

    return make


@pytest.fixture(params=[HTTP, HTTPS], ids=["http", "https"])
def visitor(request, visitor_of):
    return visitor_of(request.param)


@pytest.fixture
def root(tmp_path):
    """A folder to serve, and beside it what nobody may see."""
    root = tmp_path / "static"
    (root / "style").mkdir(parents=True)
    (root / "style" / "site.css").write_text("a {}")
    (root / "style" / "été.css").write_text("b {}")
    (root / "two words.txt").write_text("two words")
    (root / "large.bin").write_bytes(LARGE)
    (root / "empty.txt").write_text("")
    (root / ".env").write_text(SECRET)
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text(SECRET)
    (tmp_path / "static_private").mkdir()
    for outside in (tmp_path, tmp_path / "static_private"):
        (outside / "secret.txt").write_text(SECRET)
    (root / "link_out.txt").symlink_to(tmp_path / "secret.txt")
    (root / "folder_out").symlink_to(tmp_path)
    (root / "link_in.css").symlink_to(root / "style" / "site.css")
    (root / "link_here").symlink_to(root)
    (root / "loop.txt").symlink_to(root / "loop.txt")
    return root
