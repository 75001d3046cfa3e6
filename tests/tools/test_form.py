import pytest

from framework.tools.client.form_parser import find_form, parse_forms

URL = "http://localhost/blog/1"
PAGE = """
<!doctype html><title>Tea</title>
<form action="/search"><input name="q" value="tea"><button>Go</button></form>
<form id="comment" method="post" action="/blog/1/comments">
  <input type="hidden" name="csrf_token" value="a&amp;b">
  <label>Name <input name="name" required></label>
  <input type="email" name="email" value="ann@example.org">
  <textarea name="body">
two &lt;lines&gt;
here</textarea>
  <input type="checkbox" name="agree"> <input type="checkbox" name="news" value="yes" checked>
  <input type="checkbox" name="tag" value="a" checked> <input type="checkbox" name="tag" value="b">
  <input type="radio" name="rating" value="1"> <input type="radio" name="rating" value="2" checked>
  <select name="country"><option value="at">Austria<option value="de" selected>Germany</select>
  <select name="size"><option disabled value="">Choose</option><option>small</option></select>
  <select name="colours" multiple><option selected>red<option>blue<option selected>green</select>
  <input name="locked" value="x" disabled>
  <fieldset disabled><input name="locked_too" value="y"></fieldset>
  <template><input name="row-0" value="z"></template>
  <input type="reset" value="Undo"><input value="nameless">
  <button name="do" value="save">Save</button>
  <button name="do" value="preview" formaction="preview">Look first</button>
</form>
<input name="late" value="1" form="comment">
<input name="nowhere" value="1">
"""


@pytest.fixture
def form():
    return find_form(PAGE, URL, "#comment", "the page")


def sent(form, button=None):
    return form.submission(button).options["data"]


def test_a_form_keeps_its_defaults_as_a_browser_does(form):
    assert form.data == {
        "csrf_token": ["a&b"],
        "name": [""],
        "email": ["ann@example.org"],
        "body": ["two <lines>\r\nhere"],
        "news": ["yes"],
        "tag": ["a"],
        "rating": ["2"],
        "country": ["de"],
        "size": ["small"],
        "colours": ["red", "green"],
        "late": ["1"],
    }


def test_a_form_goes_where_its_action_says(form):
    assert form.submission()[:2] == ("POST", "http://localhost/blog/1/comments")


def test_without_action_it_goes_to_its_page():
    form = parse_forms("<form method=post></form>", f"{URL}?page=2#end")[0]
    assert form.submission()[:2] == ("POST", f"{URL}?page=2")


def test_a_get_form_replaces_the_query_of_its_action():
    form = parse_forms('<form action="/s?old=1"><input name=q value=tea></form>', URL)[0]
    assert form.submission() == ("GET", "http://localhost/s", {"query": [("q", "tea")]})


@pytest.mark.parametrize(
    ("values", "name", "texts"),
    [
        pytest.param({"name": "Ann"}, "name", ["Ann"], id="text"),
        pytest.param({"name": 7}, "name", ["7"], id="number"),
        pytest.param({"body": "a\nb"}, "body", ["a\r\nb"], id="line breaks"),
        pytest.param({"agree": True}, "agree", ["on"], id="a box checked"),
        pytest.param({"news": False}, "news", None, id="a box unchecked"),
        pytest.param({"tag": ["b"]}, "tag", ["b"], id="boxes of one name"),
        pytest.param({"tag": []}, "tag", None, id="none of them"),
        pytest.param({"rating": 1}, "rating", ["1"], id="radio"),
        pytest.param({"country": "at"}, "country", ["at"], id="select"),
        pytest.param({"colours": ["blue"]}, "colours", ["blue"], id="multiple select"),
        pytest.param({"csrf_token": "forged"}, "csrf_token", ["forged"], id="hidden"),
    ],
)
def test_fields_are_filled_in(form, values, name, texts):
    form.fill(values)
    assert form.data.get(name) == texts


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        pytest.param({"nmae": "Ann"}, "no field 'nmae'; it has csrf_token, name, ", id="a typo"),
        pytest.param({"do": "save"}, "no field 'do'", id="a button is pressed, not filled in"),
        pytest.param({"locked": "z"}, "disabled", id="disabled"),
        pytest.param({"locked_too": "z"}, "disabled", id="disabled by its fieldset"),
        pytest.param({"row-0": "z"}, "no field", id="of a template"),
        pytest.param({"country": "fr"}, r"does not offer \['fr'\]", id="an option not there"),
        pytest.param({"size": ""}, "does not offer", id="a disabled option"),
        pytest.param({"rating": "6"}, "does not offer", id="a radio not there"),
    ],
)
def test_what_a_visitor_cannot_do_is_refused(form, values, complaint):
    with pytest.raises(LookupError, match=complaint):
        form.fill(values)


def test_the_first_button_is_the_one_of_the_enter_key(form):
    assert ("do", "save") in sent(form)
    assert ("do", "preview") not in sent(form)


@pytest.mark.parametrize("button", ["preview", "Look first"])
def test_a_button_is_pressed_by_its_value_or_label_and_may_lead_elsewhere(form, button):
    assert ("do", "preview") in sent(form, button)
    assert form.submission(button).url == "http://localhost/blog/preview"


def test_a_button_for_scripts_sends_nothing():
    html = "<form method=post><button type=button name=x>Menu</button><button name=y>Go</button>"
    assert sent(parse_forms(html, URL)[0]) == [("y", "")]


def test_an_unknown_button_is_refused(form):
    with pytest.raises(LookupError, match="no button 'delete'; it has 'Save', 'Look first'"):
        form.submission("delete")


@pytest.mark.parametrize(
    "selector",
    [1, "#comment", "/blog/1/comments", "http://localhost/blog/1/comments"],
    ids=["position", "id", "path", "address"],
)
def test_a_form_is_found(selector):
    assert find_form(PAGE, URL, selector, "the page").id == "comment"


def test_a_form_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(LookupError, match=r"no form '#login' in the page; .*GET .*/search.*; POST"):
        find_form(PAGE, URL, "#login", "the page")


def test_a_page_without_forms_says_so():
    with pytest.raises(LookupError, match="no form 0 in the page; forms there: none"):
        find_form("<p>Nothing", URL, 0, "the page")


UPLOAD = """<form method="post" enctype="multipart/form-data">
<input name="title" value="Cat"><input type="file" name="photo"></form>"""
CAT = ("cat.png", b"\x89PNG", "image/png")


def test_a_file_goes_into_its_field():
    form = parse_forms(UPLOAD, URL)[0]
    form.fill({"photo": CAT})
    options = form.submission().options
    assert (options["data"], options["files"]) == ([("title", "Cat")], {"photo": [CAT]})


def test_an_empty_file_field_is_sent_as_browsers_send_it():
    options = parse_forms(UPLOAD, URL)[0].submission().options
    assert options["files"] == {"photo": [("", b"", "application/octet-stream")]}


def test_what_is_no_file_is_refused():
    with pytest.raises(TypeError, match="content type"):
        parse_forms(UPLOAD, URL)[0].fill({"photo": "cat.png"})


def test_a_form_that_would_lose_the_file_is_refused():
    form = parse_forms("<form method=post><input type=file name=photo></form>", URL)[0]
    with pytest.raises(LookupError, match="needs enctype"):
        form.fill({"photo": CAT})


@pytest.mark.parametrize(
    ("html", "data"),
    [
        pytest.param(
            "<textarea name=a><b>x</b></textarea>", {"a": ["<b>x</b>"]}, id="tags as text"
        ),
        pytest.param(
            "<select name=a><option> two  words </select>", {"a": ["two words"]}, id="trim"
        ),
        pytest.param("<select name=a></select>", {}, id="an empty select"),
        pytest.param("<form><input name=a value=1></form>", {"a": ["1"]}, id="a form in a form"),
        pytest.param("</fieldset></select></template><input name=a>", {"a": [""]}, id="stray ends"),
        pytest.param(
            "<select name=a><option>1</select><datalist><option>2</datalist>",
            {"a": ["1"]},
            id="a datalist offers, and sends nothing",
        ),
        pytest.param("<input type=CHECKBOX checked name=a>", {"a": ["on"]}, id="upper case"),
        pytest.param("<input type name=a value=1>", {"a": ["1"]}, id="a type without value"),
    ],
)
def test_odd_html_is_read_as_browsers_read_it(html, data):
    assert parse_forms(f"<form>{html}", URL)[0].data == data
