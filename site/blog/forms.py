"""The forms of the blog."""

from framework.contrib.forms import (
    EmailField,
    Form,
    StringField,
    TextAreaField,
    email,
    max_length,
    required,
)


class CommentForm(Form):
    """What a reader writes below a post."""

    name = StringField("Name", [required("Enter your name."), max_length(80)])
    email = EmailField(
        "E-mail",
        [required("Enter your e-mail address."), email()],
        description="It is not shown to anybody.",
    )
    body = TextAreaField("Comment", [required("Write a comment."), max_length(5_000)])
