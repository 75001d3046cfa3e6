"""Forms: fields, checks and one accessible rendering; WTForms behind its door.

    class CommentForm(Form):
        name = StringField("Name", validators=[required(), max_length(80)])

In   CommentForm(request.form)          Out  form.validate(), form.name.data, form.errors
In a template: {% from "forms/field.html" import field %}{{ field(form.name) }}
All errors of a field are found at once; a form that fails is shown again with status 422 and
everything that was typed.
"""

from framework.contrib.forms.fields import (
    BooleanField,
    EmailField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from framework.contrib.forms.form import Form
from framework.contrib.forms.validators import ValidationError, email, max_length, required

__all__ = [
    "BooleanField",
    "EmailField",
    "Form",
    "IntegerField",
    "RadioField",
    "SelectField",
    "StringField",
    "TextAreaField",
    "ValidationError",
    "email",
    "max_length",
    "required",
]
