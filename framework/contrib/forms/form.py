"""Form: a class with fields, bound to what a visitor sent.

In   CommentForm(request.form)     or CommentForm() for an empty one
Out  form.validate() → bool; form.data; form.errors = {"name": ["Enter your name."]}
"""

from collections.abc import Mapping
from typing import Any

import wtforms

from framework.http.multidict import MultiDict


class Form(wtforms.Form):
    """Base of all forms; texts are stripped, and "" counts as nothing entered."""

    def __init__(
        self,
        sent: MultiDict[str] | None = None,
        instance: object | None = None,
        prefix: str = "",
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(sent, obj=instance, prefix=prefix, data=dict(initial or {}))
