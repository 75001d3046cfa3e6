"""Validators: what a field's value must be, said so that a visitor knows what to do.

In   StringField("Name", validators=[required("Enter your name."), max_length(80)])
Out  ValidationError with the sentence; all of a field's failing checks are shown
"""

from re import compile as compile_pattern
from typing import Any

from wtforms.validators import Length, StopValidation, ValidationError

__all__ = ["ValidationError", "email", "max_length", "required"]

EMAIL = compile_pattern(  # the HTML standard's, with a dot in the domain; fullmatch, so no "\n"
    r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])"
)
MAX_EMAIL_LENGTH = 254


def required(message: str = "Fill this in.") -> "Required":
    """Something must be entered: a 0 counts, blanks alone do not."""
    return Required(message)


class Required:
    """The check; its flag tells the browser too."""

    field_flags = {"required": True}

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, form: Any, field: Any) -> None:
        if field.data or (field.data == 0 and field.data is not False):
            return
        if field.process_errors and any(str(raw).strip() for raw in field.raw_data):
            raise StopValidation  # what was entered is no number, say: its own error tells more
        field.errors[:] = []
        raise StopValidation(self.message)


def max_length(count: int) -> Length:
    """At most so many characters."""
    return Length(max=count, message=f"Use at most {count} characters.")


def email(message: str = "Enter an address like name@example.com.") -> Any:
    """An e-mail address as the HTML standard knows it, of at most 254 characters."""

    def check(form: Any, field: Any) -> None:
        text = field.data or ""
        if text and (len(text) > MAX_EMAIL_LENGTH or not EMAIL.fullmatch(text)):
            raise ValidationError(message)

    return check
