import json
from html.parser import HTMLParser

import pytest
from jinja2 import TemplateNotFound, UndefinedError

from framework.application import Application
from framework.http.errors import NotConnected
from framework.http.request import Request
from framework.http.signing import Signer
from framework.middleware.csrf import CsrfMiddleware
from framework.mvc.view import Markup, View, json_script, render
from framework.routing.routes import Routes
from framework.tools.client import Client, RequestFactory

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def page(tmp_path):
    """`page("{{ name }}", name="Ann")`: what a template with this text becomes."""

    def rendered(source, request=None, view_options=None, /, **context):
        (tmp_path / "page.html").write_text(source, "utf-8")
        view = View([tmp_path], **(view_options or {}))
        return view.render(request or RequestFactory().get("/"), "page.html", context)

    return rendered


def site(tmp_path, *layers, **files):
    """An application whose pages are these templates: /index shows index.html."""
    for name, source in files.items():
        (tmp_path / f"{name}.html").write_text(source, "utf-8")
    routes = Routes()
    routes.add("/<name>", lambda request, name: render(request, f"{name}.html"), name="page")
    return Application(routes, layers, view=View([tmp_path]))


# What a visitor wrote stays text


@pytest.mark.parametrize("name", ["page.html", "page.txt", "page.svg", "page.xml", "page"])
def test_every_template_escapes(name, tmp_path):
    (tmp_path / name).write_text("{{ text }}")
    view = View([tmp_path])
    shown = view.render(RequestFactory().get("/"), name, {"text": SCRIPT})
    assert shown == "&lt;script&gt;alert(1)&lt;/script&gt;"


def test_with_autoescape_off_the_script_runs(tmp_path):
    (tmp_path / "page.html").write_text("{{ text }}")
    view = View([tmp_path])
    view.environment.autoescape = False
    assert view.render(RequestFactory().get("/"), "page.html", {"text": SCRIPT}) == SCRIPT


ESCAPED = {
    "a value": "{{ text }}",
    "an attribute": '<i title="{{ text }}">',
    "a macro": "{% macro show(it) %}{{ it }}{% endmacro %}{{ show(text) }}",
    "a block of text": "{% set it %}{{ text }}{% endset %}{{ it }}",
    "a joined text": "{{ 'by ' ~ text }}",
    "a filtered text": "{{ text|trim|truncate(500)|replace('a', 'a') }}",
    "a formatted text": "{{ 'by %s'|format(text) }}",
    "a list": "{{ [text] }}",
    "a joined list": "{{ [text, text]|join(', ') }}",
}


@pytest.mark.parametrize("source", ESCAPED.values(), ids=ESCAPED)
@pytest.mark.parametrize("text", [SCRIPT, '" onclick="alert(1)', "' autofocus onfocus='alert(1)"])
def test_a_text_cannot_leave_its_place(text, source, page):
    shown = page(source, text=text)
    assert not any(way_out in shown for way_out in ("<script", '" onclick', "' autofocus"))


def test_only_markup_is_taken_as_html(page):
    assert page("{{ html }} {{ text }}", html=Markup("<b>"), text="<b>") == "<b> &lt;b&gt;"


# What is missing is an error


@pytest.mark.parametrize(
    "source",
    ["{{ nobody }}", "{{ user.nmae }}", "{% if nobody %}{% endif %}", "{{ [nobody]|join }}"],
)
def test_a_missing_value_is_an_error_not_an_empty_place(source, page):
    with pytest.raises(UndefinedError, match=r"'(nobody|nmae)'|nmae"):
        page(source, user=object())


def test_what_may_be_missing_is_said_in_the_template(page):
    assert page("{{ nobody|default('guest') }}{{ nobody is defined }}") == "guestFalse"


def test_a_point_that_no_layer_fills_names_the_cure_in_a_template_too(page):
    with pytest.raises(NotConnected, match="SessionMiddleware"):
        page("{{ request.session.user }}")


# Where templates lie


def test_a_missing_folder_is_told_at_the_start(tmp_path):
    with pytest.raises(ValueError, match=r"View: no folder \['.*tempaltes'\]"):
        View([tmp_path, tmp_path / "tempaltes"])


def test_the_first_folder_wins(tmp_path):
    for name in ("site", "shelf"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "page.html").write_text(name)
    view = View([tmp_path / "site", tmp_path / "shelf"])
    assert view.render(RequestFactory().get("/"), "page.html", {}) == "site"


@pytest.mark.parametrize("name", ["../secret.html", "/secret.html", "a/../../secret.html"])
def test_a_name_does_not_lead_out_of_the_folders(name, tmp_path):
    (tmp_path / "secret.html").write_text("secret")
    (tmp_path / "templates").mkdir()
    with pytest.raises(TemplateNotFound):
        View([tmp_path / "templates"]).render(RequestFactory().get("/"), name, {})


@pytest.mark.parametrize("debug", [True, False])
def test_only_in_debug_a_changed_template_is_read_again(debug, tmp_path, page):
    (tmp_path / "a.html").write_text("old")
    view = View([tmp_path], debug=debug)
    request = RequestFactory().get("/")
    before = view.render(request, "a.html", {})
    (tmp_path / "a.html").write_text("new and longer")
    assert before == "old"
    assert view.render(request, "a.html", {}) == ("new and longer" if debug else "old")


def test_compiled_templates_are_kept_in_the_bytecode_folder(tmp_path, page):
    folder = tmp_path / "bytecode"
    folder.mkdir()
    assert page("{{ 1 }}", None, {"bytecode": folder}) == "1"
    assert len(list(folder.iterdir())) == 1
    assert page("{{ 2 }}", None, {"bytecode": folder}) == "2"


# What every template knows


def test_names_filters_and_processors_of_the_site(page):
    options = {
        "names": {"shop": "Teas"},
        "filters": {"shout": str.upper},
        "processors": [lambda request: {"where": request.path}, lambda request: {"tea": "none"}],
    }
    source = "{{ shop|shout }} {{ where }} {{ tea }}"
    assert page(source, RequestFactory().get("/x"), options, tea="oolong") == "TEAS /x oolong"


@pytest.mark.parametrize(
    ("query", "call", "shown"),
    [
        ("", "page=2", "?page=2"),
        ("?page=1", "page=2", "?page=2"),
        ("?tag=wsgi&page=1", "page=2", "?tag=wsgi&amp;page=2"),
        ("?tag=a&tag=b", "page=2", "?tag=a&amp;tag=b&amp;page=2"),
        ("?page=1&page=7", "page=2", "?page=2"),
        ("?tag=wsgi&page=1", "page=None", "?tag=wsgi"),
        ("?q=caf%C3%A9+%26+tea", "page=2", "?q=caf%C3%A9+%26+tea&amp;page=2"),
        ("?q=%22%3E%3Cscript%3E", "page=2", "?q=%22%3E%3Cscript%3E&amp;page=2"),
        ("", "tag=['a', 'b']", "?tag=a&amp;tag=b"),
    ],
)
def test_querystring_keeps_the_other_values(query, call, shown, page):
    assert page(f"{{{{ querystring({call}) }}}}", RequestFactory().get("/" + query)) == shown


@pytest.mark.parametrize("mount", ["", "/shop"])
def test_addresses_stand_below_the_prefix(mount, tmp_path):
    source = "{{ url_for('page', name='a b') }} {{ url_for('page', {'q': '&'}, name='x') }} "
    application = site(tmp_path, index=source + "{{ static('style/site.css') }}")
    client = Client(application, f"http://localhost{mount}")
    shown = f"{mount}/a%20b {mount}/x?q=%26 {mount}/static/style/site.css"
    assert client.get("/index").text == shown


def test_an_address_that_does_not_exist_is_an_error(tmp_path):
    with pytest.raises(LookupError, match="nowhere"):
        Client(site(tmp_path, index="{{ url_for('nowhere') }}")).get("/index")


def test_a_form_carries_the_token_that_its_post_needs(tmp_path):
    csrf = CsrfMiddleware(Signer(["a secret of the tests"]))
    form = '<form method="post">{{ csrf_input() }}</form>{{ csrf_token() }}'
    page = Client(site(tmp_path, csrf, index=form)).get("/index")
    (first,), second = page.form().data["csrf_token"], page.text.rpartition(">")[2]
    assert len(first) == len(second) > 40
    assert first != second  # masked at each rendering


def test_the_field_cannot_be_broken_out_of(page):
    class Csrf:
        def token(self):
            return '"><script>'

    request = RequestFactory().get("/")
    Request.csrf.connect(request, lambda request: Csrf())
    assert '"><script>' not in page("{{ csrf_input() }}", request)


def test_render_is_a_response_of_html_with_a_status(tmp_path):
    (tmp_path / "page.html").write_text("{{ status }}")
    routes = Routes()
    routes.add("/", lambda request: render(request, "page.html", 422, status="typed"), name="page")
    answer = Client(Application(routes, (), view=View([tmp_path]))).get("/")
    assert (answer.status, answer.text) == (422, "typed")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


# Values for scripts


class Elements(HTMLParser):
    """The tags and texts that a browser would see."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.texts.append(data)


BREAK_OUTS = {
    "an end": "</script><script>alert(1)</script>",
    "an end in capitals": "</SCRIPT ><img src=x onerror=alert(1)>",
    "a comment": "<!--<script>",
    "an entity": "&lt;/script&gt;",
    "line separators": "\u2028\u2029",
    "quotes": "\"'`",
    "a backslash": "\\u003c \\",
}


@pytest.mark.parametrize("text", BREAK_OUTS.values(), ids=BREAK_OUTS)
def test_no_text_breaks_out_of_a_json_element(text, page):
    shown = page("{{ value|json_script('data') }}", value={"text": [text]})
    found = Elements(shown)
    assert found.tags == [("script", {"type": "application/json", "id": "data"})]
    assert json.loads("".join(found.texts)) == {"text": [text]}


def test_plain_json_in_a_script_would_be_broken_out_of():
    text = json.dumps(BREAK_OUTS["an end"])
    found = Elements(f'<script type="application/json">{text}</script>')
    assert [tag for tag, _ in found.tags] == ["script", "script"]


def test_the_id_of_the_element_is_escaped_too():
    assert Elements(json_script(1, '"><script>')).tags[0][1]["id"] == '"><script>'


def test_what_is_no_json_is_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_script(float("nan"), "data")
