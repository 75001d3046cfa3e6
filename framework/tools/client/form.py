"""Form: the fields of a page, filled in and sent as a browser does.

HTML §4.10.22.4 (which controls are sent), §4.10.22.3 (where and how).
In   form.fill({"name": "Ann", "agree": True})      hidden fields and defaults stay
Out  form.submission() = Submission("POST", "http://localhost/comments", …)
A field that the page does not have, or a choice that it does not offer, is a LookupError: a
visitor could not send it. An attacker can, with `client.post(form.action, data=…)`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from framework.tools.client.environ import Options
from framework.tools.client.payload import FORM, UPLOAD, File, pairs

CHOICES = ("checkbox", "radio", "option")


@dataclass
class Control:
    """One control. Choices (also each option of a select) and buttons are sent if `chosen`."""

    kind: str
    name: str
    value: str = ""
    chosen: bool = True
    label: str = ""
    disabled: bool = False
    has_value: bool = True
    overrides: dict[str, str] = field(default_factory=dict)


class Submission(NamedTuple):
    """A request that a form makes."""

    method: str
    url: str
    options: Options


@dataclass
class Form:
    """One form of a page. `action` is a whole address."""

    id: str
    action: str
    method: str = "GET"
    encoding: str = FORM
    controls: list[Control] = field(default_factory=list)
    files: dict[str, list[File]] = field(default_factory=dict)

    @property
    def data(self) -> dict[str, list[str]]:
        """What would be sent but for the button: a dict to tamper with in attack tests."""
        data: dict[str, list[str]] = {}
        for name, value in self._entries(None):
            data.setdefault(name, []).append(value)
        return data

    def fill(self, values: Mapping[str, object]) -> None:
        """Sets fields by name; lists for repeated ones, True and False for a single box."""
        for name, value in values.items():
            controls = [one for one in self.controls if one.name == name and one.kind != "button"]
            if not controls:
                raise LookupError(f"{self} has no field {name!r}; it has {self._names()}")
            if all(one.disabled for one in controls):
                raise LookupError(f"{name!r} is disabled in {self}")
            choices = [one for one in controls if one.kind in CHOICES]
            if controls[0].kind == "file":
                self._attach(name, value)
            elif choices:
                self._choose(choices, value)
            else:
                _write(controls, [text for _, text in pairs({name: value})])

    def submission(self, button: str | None = None) -> Submission:
        """The request after a click on a button, found by name, value or label; else the first."""
        clicked = self._button(button)
        overrides = clicked.overrides if clicked else {}
        entries = self._entries(clicked)
        method = overrides.get("method", self.method).upper()
        url = overrides.get("action", self.action)
        if method != "POST":
            return Submission("GET", url.partition("?")[0], {"query": entries})
        if self.encoding == UPLOAD:
            files: dict[str, File | list[File]] = {
                one.name: self.files.get(one.name) or [("", b"", "application/octet-stream")]
                for one in self.controls
                if one.kind == "file" and not one.disabled
            }
            return Submission("POST", url, {"data": entries, "files": files})
        return Submission("POST", url, {"data": entries})

    def _entries(self, clicked: Control | None) -> list[tuple[str, str]]:
        """Names and values in the order of the page; line breaks become CR LF, as HTML says."""
        return [
            (one.name, re.sub(r"\r\n|\r|\n", "\r\n", one.value))
            for one in self.controls
            if one.name and one.kind != "file" and not one.disabled
            if one is clicked or (one.chosen and one.kind != "button")
        ]

    def _button(self, wanted: str | None) -> Control | None:
        """The button meant; a form without one is sent by the Enter key."""
        buttons = [one for one in self.controls if one.kind == "button" and not one.disabled]
        if wanted is None:
            return buttons[0] if buttons else None
        for one in buttons:
            if wanted in (one.name, one.value, one.label):
                return one
        known = ", ".join(repr(one.label or one.value) for one in buttons) or "none"
        raise LookupError(f"{self} has no button {wanted!r}; it has {known}")

    def _attach(self, name: str, value: object) -> None:
        """Puts one file, or a list of them, into a file field."""
        if self.encoding != UPLOAD:
            raise LookupError(f"{self} cannot carry {name!r}: it needs enctype={UPLOAD}")
        self.files[name] = [_file(one) for one in (value if isinstance(value, list) else [value])]

    def _choose(self, choices: list[Control], value: object) -> None:
        """Marks what is wanted, and unmarks the rest."""
        several = value if isinstance(value, list | tuple) else [value]
        wanted = {str(one) for one in several if not isinstance(one, bool) and one is not None}
        offered = {one.value for one in choices if not one.disabled}
        if value is True and len(choices) == 1:
            wanted = offered
        if not wanted <= offered:
            missing, name = sorted(wanted - offered), choices[0].name
            raise LookupError(f"{name!r} in {self} does not offer {missing}, only {offered}")
        for one in choices:
            one.chosen = one.value in wanted

    def _names(self) -> str:
        """The names of the fields, each once, for a message."""
        return ", ".join(dict.fromkeys(one.name for one in self.controls if one.name)) or "none"

    def __str__(self) -> str:
        return f"form {f'#{self.id}' if self.id else self.action!r}"


def _write(controls: Iterable[Control], texts: list[str]) -> None:
    """One text per control of that name, in their order."""
    for control, text in zip(controls, texts, strict=False):
        control.value = text


def _file(value: object) -> File:
    """The value, if it is a file. Raises TypeError."""
    match value:
        case (str() as filename, bytes() as content, str() as content_type):
            return filename, content, content_type
    raise TypeError(f"a file is (filename, bytes, content type), not {value!r}")
