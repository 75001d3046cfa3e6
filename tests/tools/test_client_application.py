import pytest

from framework.application import Application
from framework.http.errors import NotFound
from framework.http.request import Request
from framework.http.response import Response, json_response, redirect
from framework.http.signing import Signer
from framework.middleware.chain import default_chain
from framework.middleware.csrf import CsrfMiddleware
from framework.middleware.errors import ErrorPages
from framework.mvc.view import View, render
from framework.routing.routes import Routes
from framework.tools.client import Client, make_environ

PAGE = """<form method="post" action="{{ url_for("sign") }}" enctype="multipart/form-data">
{{ csrf_input() }}<input name="name"><input type="file" name="photo"></form>"""

routes = Routes()


@routes.get("/")
def guest_book(request: Request) -> Response:
    return render(request, "page.html")


@routes.post("/sign")
def sign(request: Request) -> Response:
    photo = request.files["photo"]
    return redirect(f"/thanks/{request.form['name']}/{photo.filename}")


@routes.get("/thanks/<name>/<photo>")
def thanks(request: Request, name: str, photo: str) -> Response:
    return json_response({"name": name, "photo": photo})


@routes.get("/broken")
def broken(request: Request) -> Response:
    raise ZeroDivisionError("in the controller")


@routes.get("/gone")
def gone(request: Request) -> Response:
    raise NotFound("No such page.")


@routes.get("/stream")
def stream(request: Request) -> Response:
    return Response(iter(["text"]))


@pytest.fixture
def application(tmp_path):
    (tmp_path / "page.html").write_text(PAGE)
    layers = default_chain(errors=ErrorPages(), csrf=CsrfMiddleware(Signer(["k" * 32])))
    return Application(routes, layers, view=View([tmp_path]))


@pytest.fixture
def client(application):
    return Client(application)


PHOTO = ("cat.png", b"\x89PNG", "image/png")


@pytest.mark.parametrize("base_url", ["http://localhost", "https://localhost"])
def test_a_form_with_token_and_file_is_sent_as_a_visitor_would(application, base_url):
    client = Client(application, base_url)
    response = client.submit(client.get("/"), name="Änn", photo=PHOTO, follow=True)
    assert response.json() == {"name": "Änn", "photo": "cat.png"}
    assert [step.status for step in response.history] == [303]


def test_without_the_token_of_the_page_nothing_is_signed(client):
    client.get("/")
    assert client.post("/sign", data={"name": "Eve"}).status == 403


def test_a_form_from_elsewhere_is_refused(client):
    headers = {"Origin": "https://evil.example"}
    assert client.submit(client.get("/"), headers=headers, name="Eve").status == 403


def test_an_exception_of_a_controller_is_raised_in_the_test(client):
    with pytest.raises(ZeroDivisionError, match="in the controller"):
        client.get("/broken")


def test_the_error_page_can_be_looked_at_instead(application):
    response = Client(application, raise_exceptions=False).get("/broken")
    assert (response.status, type(response.error)) == (500, ZeroDivisionError)
    assert "ZeroDivisionError" not in response.text


def test_an_http_error_is_an_answer(client):
    response = client.get("/gone")
    assert (response.status, response.error) == (404, None)


def test_the_application_keeps_the_contract_with_head(client):
    response = client.head("/")
    assert (response.status, response.body) == (200, b"")


def test_a_body_of_text_is_a_breach(client):
    with pytest.raises(AssertionError, match=r"^GET /stream: .*non-bytestring"):
        client.get("/stream")


def test_a_path_that_is_not_utf_8_gets_its_answer(client):
    environ = make_environ("GET", "/", environ={"PATH_INFO": "/\xff"})
    assert client.raw(environ).status == 400
