"""Form parser: the forms of an HTML page, with what stands in their fields.

HTML §4.10.18.3 (which form a control belongs to), §4.10.10 (what a select has chosen).
In   '<form id="login"><input name="user"><button>Sign in</button></form>'
Out  [Form("login", …, controls=[Control("text", "user"), Control("button", …)])]
A control in a <template> belongs to no form; one in a disabled <fieldset> is disabled.
"""

from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

from framework.tools.client.form import Control, Form
from framework.tools.client.payload import FORM, UPLOAD

Attributes = dict[str, str]

SILENT = ("button", "reset")  # buttons for scripts, which send nothing


def find_form(html: str, url: str, selector: int | str, page: str) -> Form:
    """The form at a position, with "#id", or whose action is the text. Raises LookupError."""
    forms = parse_forms(html, url)
    found = [form for number, form in enumerate(forms) if _is_meant(form, number, selector)]
    if found:
        return found[0]
    known = "; ".join(f"{form.method} {form}" for form in forms) or "none"
    raise LookupError(f"no form {selector!r} in {page}; forms there: {known}")


def _is_meant(form: Form, number: int, selector: int | str) -> bool:
    """Whether the selector points at this form."""
    if isinstance(selector, int):
        return number == selector
    if selector.startswith("#"):
        return form.id == selector[1:]
    path = urlsplit(form.action)
    return selector in (form.action, path.path, f"{path.path}?{path.query}")


def parse_forms(html: str, url: str) -> list[Form]:
    """Every form of the page at `url`, in order.

    >>> parse_forms('<form action="/s"><input name="q" value="tea"></form>', "http://a/")[0].data
    {'q': ['tea']}
    """
    parser = _Parser(url)
    parser.feed(html)
    parser.close()
    return parser.forms


class _Parser(HTMLParser):
    """Collects forms and controls while the page goes by."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._elsewhere: list[tuple[str, Control]] = []  # <input form="the id of its form">
        self._fieldsets: list[bool] = []
        self._templates = 0
        self._select: Attributes | None = None
        self._options: list[Control] = []
        self._reading: Control | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A control begins; inside a textarea a tag is text, in a template it is nothing."""
        given = {name: value or "" for name, value in attrs}
        if tag == "template":
            self._templates += 1
        elif self._reading and self._reading.kind == "textarea":
            self._text.append(self.get_starttag_text() or "")
        elif not self._templates:
            self._begin(tag, given)

    def _begin(self, tag: str, given: Attributes) -> None:
        """One of the elements that make a form."""
        match tag:
            case "form" if not self._form:
                self._form = self._open_form(given)
            case "fieldset":
                self._fieldsets.append("disabled" in given)
            case "input":
                self._input(given)
            case "select":
                self._select, self._options = given, []
            case "option" if self._select is not None:  # else it is of a datalist
                self._option(given, self._select)
            case "button" if given.get("type", "").lower() in SILENT:
                pass
            case "textarea" | "button":
                self._read(self._control(tag, given))

    def handle_endtag(self, tag: str) -> None:
        """A control is complete."""
        if tag == "template":
            self._templates = max(0, self._templates - 1)
        elif self._reading and self._reading.kind == "textarea" and tag != "textarea":
            self._text.append(f"</{tag}>")
        elif not self._templates:
            self._end(tag)

    def _end(self, tag: str) -> None:
        """The end of one of them; a stray one ends nothing."""
        match tag:
            case "form":
                self._form = None
            case "fieldset" if self._fieldsets:
                self._fieldsets.pop()
            case "select" if self._select is not None:
                self._finish()
                _settle(self._options, "multiple" in self._select)
                self._select = None
            case "option" | "textarea" | "button":
                self._finish()

    def handle_data(self, data: str) -> None:
        """The text of a textarea, an option or a button."""
        self._text.append(data)

    def close(self) -> None:
        """The page is over: controls that stand outside of their form are brought home."""
        super().close()
        for form_id, control in self._elsewhere:
            for form in self.forms:
                if form.id == form_id:
                    form.controls.append(control)

    def _open_form(self, given: Attributes) -> Form:
        """A form; without an action it is sent to the page itself."""
        action = urljoin(self.url, given.get("action") or urldefrag(self.url).url)
        method = "POST" if given.get("method", "").lower() == "post" else "GET"
        encoding = UPLOAD if given.get("enctype", "").lower() == UPLOAD else FORM
        self.forms.append(Form(given.get("id", ""), action, method, encoding))
        return self.forms[-1]

    def _input(self, given: Attributes) -> None:
        """An input of any type; reset and plain buttons send nothing."""
        kind = given.get("type", "text").lower() or "text"
        if kind in SILENT:
            return
        control = self._control("button" if kind in ("submit", "image") else kind, given)
        if kind in ("checkbox", "radio"):
            control.value = given.get("value", "on")
            control.chosen = "checked" in given

    def _option(self, given: Attributes, select: Attributes) -> None:
        """One choice of a select, which gives it name and form."""
        self._finish()
        inherited = ("name", "form", "disabled")
        of_select = {key: text for key, text in select.items() if key in inherited}
        control = self._control("option", given | of_select)
        control.chosen = "selected" in given
        self._options.append(control)
        self._read(control)

    def _control(self, kind: str, given: Attributes) -> Control:
        """A control, put into its form; one of no form is made and forgotten."""
        control = Control(kind, given.get("name", ""), given.get("value", ""))
        control.disabled = "disabled" in given or any(self._fieldsets)
        control.has_value = "value" in given
        names = {"formaction": "action", "formmethod": "method"}
        control.overrides = {names[key]: text for key, text in given.items() if key in names}
        if "action" in control.overrides:
            control.overrides["action"] = urljoin(self.url, control.overrides["action"])
        if "form" in given:
            self._elsewhere.append((given["form"], control))
        elif self._form:
            self._form.controls.append(control)
        return control

    def _read(self, control: Control) -> None:
        """From here on, text is that of the control."""
        self._reading, self._text = control, []

    def _finish(self) -> None:
        """The text is complete."""
        control, text, self._reading = self._reading, "".join(self._text), None
        if control is None:
            return
        if control.kind == "textarea":
            control.value = text.removeprefix("\n")
            return
        control.label = " ".join(text.split())
        if control.kind == "option" and not control.has_value:
            control.value = control.label


def _settle(options: list[Control], multiple: bool) -> None:
    """A drop-down always shows one option: the last one marked, else the first."""
    if multiple or not options:
        return
    free = [one for one in options if not one.disabled] or options
    shown = next((one for one in reversed(options) if one.chosen), free[0])
    for one in options:
        one.chosen = one is shown
