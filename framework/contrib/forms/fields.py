"""Fields: WTForms' own, with texts stripped of the blanks around them.

In   name=" Ann "      Out  form.name.data = "Ann"
"""

from re import compile as compile_pattern
from typing import Any

import wtforms

__all__ = [
    "BooleanField",
    "EmailField",
    "IntegerField",
    "RadioField",
    "SelectField",
    "StringField",
    "TextAreaField",
]

WHOLE = compile_pattern(r"-?[0-9]{1,18}")

BooleanField = wtforms.BooleanField
RadioField = wtforms.RadioField
SelectField = wtforms.SelectField


def strip(value: Any) -> Any:
    """A text without the blanks around it; a NUL, which no database takes, goes too."""
    return value.replace("\0", "").strip() if isinstance(value, str) else value


class StringField(wtforms.StringField):
    """One line of text."""

    def __init__(self, label: str = "", validators: Any = (), **more: Any) -> None:
        super().__init__(label, validators, filters=[strip, *more.pop("filters", ())], **more)


class EmailField(wtforms.EmailField):
    """An e-mail address."""

    def __init__(self, label: str = "", validators: Any = (), **more: Any) -> None:
        super().__init__(label, validators, filters=[strip, *more.pop("filters", ())], **more)


class IntegerField(wtforms.IntegerField):
    """A whole number as people write it: `int()` alone would take "1_0" and Arabic digits too."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """The number of at most 18 digits; ValueError, shown at the field, for anything else."""
        text = str(valuelist[0]).strip() if valuelist else ""
        if text and not WHOLE.fullmatch(text):
            self.data = None
            raise ValueError("Enter a whole number.")
        super().process_formdata([text] if text else [])


class TextAreaField(wtforms.TextAreaField):
    """Text of several lines; line ends become "\\n"."""

    def __init__(self, label: str = "", validators: Any = (), **more: Any) -> None:
        filters = [strip, _line_ends, *more.pop("filters", ())]
        super().__init__(label, validators, filters=filters, **more)


def _line_ends(value: Any) -> Any:
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value
