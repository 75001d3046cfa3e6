import re
from html.parser import HTMLParser
from pathlib import Path
from time import process_time
from types import SimpleNamespace

import pytest

from framework.contrib import forms
from framework.contrib.forms import (
    BooleanField,
    EmailField,
    Form,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
    email,
    max_length,
    required,
    validators,
)
from framework.http.multidict import MultiDict
from framework.mvc.view import View

TEMPLATES = Path(forms.__file__).parent / "templates"


def not_bob(form, field):
    if field.data == "Bob":
        raise ValidationError("Bob has been here.")


class Signing(Form):
    name = StringField("Name", [required("Enter your name."), max_length(10), not_bob])
    email = EmailField("E-mail", [required(), email()], description="Nobody sees it.")
    age = IntegerField("Age", [required()])
    mood = SelectField("Mood", choices={"glad": "Glad", "sad": "Sad"})
    light = RadioField("Light", choices={"sun": "Sun", "shade": "Shade"}, default="sun")
    body = TextAreaField("Text", [max_length(20)])
    public = BooleanField("Public")


GOOD = {"name": "Ann", "email": "ann@a.example", "age": "7", "mood": "glad", "light": "sun"}


def sent(**changes):
    """A form with good values, changed so."""
    values = GOOD | changes
    return Signing(MultiDict([(name, text) for name, text in values.items() if text is not None]))


# What is taken


def test_a_good_form_validates_and_has_its_values():
    form = sent(body="Hello", public="on")
    assert form.validate(), form.errors
    assert form.data == GOOD | {"age": 7, "body": "Hello", "public": True}


@pytest.mark.parametrize(
    ("text", "data"),
    [
        (" Ann ", "Ann"),
        ("\tAnn\n", "Ann"),
        ("A\0nn", "Ann"),
        ("\u3000Ann", "Ann"),
        ("A  b", "A  b"),
    ],
)
def test_a_text_is_stripped_and_holds_no_nul(text, data):
    assert sent(name=text).name.data == data


def test_lines_end_alike_whatever_the_browser_sends():
    assert sent(body="a\r\nb\rc\n").body.data == "a\nb\nc"


def test_an_empty_form_is_shown_with_its_defaults():
    form = Signing()
    assert (form.light.data, form.name.data, form.errors) == ("sun", None, {})


def test_a_form_may_start_from_an_object_or_from_values():
    assert Signing(instance=SimpleNamespace(name="Ann")).name.data == "Ann"
    assert Signing(initial={"name": "Ann"}).name.data == "Ann"
    assert sent(name="Eve").name.data == "Eve"


def test_two_forms_on_a_page_have_prefixes():
    form = Signing(MultiDict([("b-name", "Ann"), ("name", "Eve")]), prefix="b")
    assert (form.name.data, form.name.name) == ("Ann", "b-name")


# What is refused


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"name": ""}, {"name": ["Enter your name."]}),
        ({"name": None}, {"name": ["Enter your name."]}),
        ({"name": " \t\n\u3000"}, {"name": ["Enter your name."]}),
        ({"name": "\0"}, {"name": ["Enter your name."]}),
        ({"name": "x" * 11}, {"name": ["Use at most 10 characters."]}),
        ({"name": "Bob"}, {"name": ["Bob has been here."]}),
        ({"age": ""}, {"age": ["Fill this in."]}),
        ({"age": "ten"}, {"age": ["Enter a whole number."]}),
        ({"age": "1e9"}, {"age": ["Enter a whole number."]}),
        ({"age": "1_0"}, {"age": ["Enter a whole number."]}),
        ({"age": "+5"}, {"age": ["Enter a whole number."]}),
        ({"age": "٣"}, {"age": ["Enter a whole number."]}),
        ({"age": "9" * 5000}, {"age": ["Enter a whole number."]}),
        ({"mood": "angry"}, {"mood": ["Not a valid choice."]}),
        ({"light": "dark"}, {"light": ["Not a valid choice."]}),
        ({"body": "x" * 21}, {"body": ["Use at most 20 characters."]}),
    ],
)  # fmt: skip
def test_each_wrong_field_says_what_to_do(changes, errors):
    form = sent(**changes)
    assert not form.validate()
    assert form.errors == errors


def test_all_wrong_fields_are_told_at_once():
    form = sent(name="", email="no", mood="angry")
    assert not form.validate()
    assert set(form.errors) == {"name", "email", "mood"}


def test_a_zero_is_something():
    assert sent(age="0").validate()


def test_a_box_that_must_be_ticked():
    class Terms(Form):
        agreed = BooleanField("Agreed", [required("Tick this.")])

    assert Terms(MultiDict([("agreed", "on")])).validate()
    form = Terms(MultiDict([("x", "y")]))
    assert (form.validate(), form.errors) == (False, {"agreed": ["Tick this."]})


def test_what_was_typed_is_kept():
    form = sent(name="x" * 11, age="ten", mood="angry")
    form.validate()
    assert 'value="xxxxxxxxxxx"' in form.name()
    assert 'value="ten"' in form.age()


ADDRESSES = [
    "ann@a.example",
    "a.b+c@sub.a.example",
    "x@1.example",
    "o'neil@a.example",
    "a@b-c.example",
]
NO_ADDRESSES = {
    "a line end behind": "ann@a.example\n",
    "a line end before": "\nann@a.example",
    "a header": "ann@a.example\r\nBcc: all@a.example",
    "two of them": "ann@a.example,bob@a.example",
    "no dot": "ann@example",
    "no name": "@a.example",
    "no host": "ann@",
    "two ats": "ann@bob@a.example",
    "a blank": "an n@a.example",
    "brackets": "<ann@a.example>",
    "a script": '"<script>"@a.example',
    "a dot at the end": "ann@a.example.",
    "a hyphen at the start": "ann@-a.example",
    "letters beyond ASCII": "änn@a.example",
    "a dotless i": "m\u0131ke@a.example",
    "a label of 64": f"ann@{'x' * 64}.example",
    "255 characters": f"{'x' * 64}@{'y' * 60}.{'y' * 60}.{'y' * 60}.example",
    "a full width at": "ann\uff20a.example",
}


def check(text):
    """Whether the validator itself takes the text, which no field has stripped."""
    try:
        email()(None, SimpleNamespace(data=text))
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_is_taken(text):
    assert check(text)


@pytest.mark.parametrize("text", NO_ADDRESSES.values(), ids=NO_ADDRESSES)
def test_what_is_no_address_is_refused(text):
    assert not check(text)


def test_with_a_dollar_at_the_end_the_line_end_would_pass(monkeypatch):
    loose = re.compile(validators.EMAIL.pattern + "$")
    monkeypatch.setattr(validators, "EMAIL", SimpleNamespace(fullmatch=loose.match))
    assert check(NO_ADDRESSES["a line end behind"])


@pytest.mark.parametrize("piece", ["a", "a.", "a@", "@a.", "a-", ".", "-"])
def test_checking_an_address_takes_no_time(piece):
    begin = process_time()
    check("a@" + piece * 100_000)
    validators.EMAIL.fullmatch("a@" + piece * 100_000)
    assert process_time() - begin < 0.2


# As HTML, tied together for those who do not see it


class Elements(HTMLParser):
    """Every element's attributes, by tag."""

    def __init__(self, html):
        super().__init__()
        self.by_tag, self.ids = {}, {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, pairs):
        attributes = dict(pairs)
        self.by_tag.setdefault(tag, []).append(attributes)
        if "id" in attributes:
            assert attributes["id"] not in self.ids, f"two elements with id {attributes['id']}"
            self.ids[attributes["id"]] = tag


def shown(form, call):
    source = "{% from 'forms/field.html' import field, form_errors %}"
    environment = View([TEMPLATES]).environment
    html = environment.from_string(f"{source}{{{{ {call} }}}}").render(form=form)
    return Elements(html), html


FIELDS = {"name": "input", "email": "input", "age": "input", "mood": "select", "body": "textarea"}


@pytest.mark.parametrize(("name", "tag"), FIELDS.items())
def test_a_label_names_its_control(name, tag):
    elements, _ = shown(Signing(), f"field(form.{name})")
    assert elements.by_tag["label"][0]["for"] == name
    assert elements.ids[name] == tag
    assert "aria-invalid" not in elements.by_tag[tag][0]


@pytest.mark.parametrize(("name", "tag"), FIELDS.items())
def test_an_error_is_read_with_its_control(name, tag):
    wrong = {"name": "", "email": "no", "age": "ten", "mood": "angry", "body": "x" * 21}
    form = sent(**{name: wrong[name]})
    form.validate()
    elements, html = shown(form, f"field(form.{name})")
    control = elements.by_tag[tag][0]
    assert control["aria-invalid"] == "true"
    described = control["aria-describedby"].split()
    assert described[-1] == f"{name}-errors"
    assert set(described) <= set(elements.ids)
    assert form.errors[name][0] in html


def test_a_hint_is_read_with_its_control():
    elements, _ = shown(Signing(), "field(form.email)")
    assert elements.by_tag["input"][0]["aria-describedby"] == "email-hint"
    assert "email-hint" in elements.ids


def test_the_browser_is_told_what_must_be_there_and_how_long_it_may_be():
    elements, _ = shown(Signing(), "field(form.name, autocomplete='name')")
    control = elements.by_tag["input"][0]
    assert {"required", "maxlength", "autocomplete"} <= control.keys()
    assert control["maxlength"] == "10"


def test_radio_buttons_are_one_group_with_a_legend():
    form = sent(light="dark")
    form.validate()
    elements, html = shown(form, "field(form.light)")
    group = elements.by_tag["fieldset"][0]
    assert (group["role"], group["aria-invalid"]) == ("radiogroup", "true")
    assert group["aria-describedby"] in elements.ids
    assert "<legend>Light" in html
    names = {each["for"] for each in elements.by_tag["label"]}
    assert names == {each["id"] for each in elements.by_tag["input"]}


def test_a_checkbox_has_its_label_behind_it():
    elements, html = shown(Signing(), "field(form.public)")
    assert elements.by_tag["label"][0]["for"] == elements.by_tag["input"][0]["id"]
    assert html.index("<input") < html.index("<label")


def test_the_summary_leads_to_each_wrong_field():
    form = sent(name="", light="dark")
    form.validate()
    page = "form_errors(form) }}{{ field(form.name) }}{{ field(form.light)"
    elements, _ = shown(form, page)
    targets = [link["href"].removeprefix("#") for link in elements.by_tag["a"]]
    assert targets == ["name", "light-0"]
    assert set(targets) <= set(elements.ids)


def test_without_errors_there_is_no_summary():
    assert shown(sent(), "form_errors(form)")[1].strip() == ""


@pytest.mark.parametrize("text", ['"><script>', "'><script>", "</textarea><script>", "<script>"])
def test_what_was_typed_stays_in_its_field(text):
    form = sent(name=text, email=text, body=text, mood=text)
    form.validate()
    fields = "}}{{".join(f" field(form.{name}) " for name in FIELDS)
    elements, html = shown(form, f"form_errors(form) }}}}{{{{{fields}")
    assert "script" not in elements.by_tag
    assert "&lt;script&gt;" in html


def test_unescaped_it_would_not():
    form = sent(body="</textarea><script>")
    assert "script" in Elements(f"<textarea>{form.body.data}</textarea>").by_tag
