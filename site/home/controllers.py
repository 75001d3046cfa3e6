"""The pages that belong to no part: home, the theme switch, the style guide."""

from blog.models import latest_posts
from framework.contrib.forms import (
    BooleanField,
    EmailField,
    Form,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    email,
    max_length,
    required,
)
from framework.contrib.pagination import Page
from framework.http.errors import BadRequest
from framework.http.multidict import MultiDict
from framework.http.request import Request
from framework.http.response import Response, is_local, redirect
from framework.mvc.controller import Controller
from framework.mvc.model import session_of
from framework.mvc.view import render

THEMES = ("system", "light", "dark")
YEAR_SECONDS = 365 * 24 * 3600


class Home(Controller):
    """What this house is, and the latest of each part."""

    def get(self, request: Request) -> Response:
        """The first page."""
        posts = session_of(request).scalars(latest_posts().limit(3)).all()
        return render(request, "home/index.html", latest_posts=posts)


class SetTheme(Controller):
    """Light, dark or as the system says: kept in a cookie that the server reads."""

    def post(self, request: Request) -> Response:
        """Sets the cookie and goes back to the page."""
        theme = request.form.get("theme", "")
        if theme not in THEMES:
            raise BadRequest("The theme is system, light or dark.")
        here = request.form.get("next", "")
        response = redirect(here if is_local(here) else request.url_for("home"))
        if theme == "system":
            response.delete_cookie("theme", secure=request.is_secure)
        else:
            response.set_cookie("theme", theme, max_age=YEAR_SECONDS, secure=request.is_secure)
        return response


class SampleForm(Form):
    """One field of each kind, for the style guide."""

    name = StringField("Name", [required(), max_length(80)], description="As others see it.")
    email = EmailField("E-mail", [required(), email()])
    body = TextAreaField("Comment", [required()])
    kind = SelectField("Kind", choices={"plant": "Plant", "pane": "Pane"})
    light = RadioField("Light", choices={"sun": "Sun", "shade": "Shade"}, default="sun")
    keep = BooleanField("Tell me about answers")


class StyleGuide(Controller):
    """Every component once, in every state; in development only."""

    def get(self, request: Request) -> Response:
        """The page of components."""
        failing = SampleForm(MultiDict([("email", "no address"), ("name", "n" * 90)]))
        failing.validate()
        page: Page[int] = Page(range(5), 5, 5, 60)
        return render(request, "style/index.html", failing=failing, page=page)
