"""Secrets: found by where they stand, hidden by what they are.

In   Authorization: Bearer abc123, and "…abc123…" in a local variable
Out  "«Authorization»" in both places
A list of suspicious names alone leaks: the password that a form carried stands in an SQL
parameter, in a message, in a variable named `text`. So the values are collected where a secret is
known to be, and then replaced in the whole text, also in the forms in which they travel.
"""

from html import escape
from re import IGNORECASE
from re import compile as compile_pattern
from urllib.parse import quote, quote_plus

from framework.http.request import Request

NAMES = compile_pattern(r"passw|secret|token|key|session|csrf|auth|card|cvc", IGNORECASE)
HEADERS = ("Authorization", "Proxy-Authorization", "Cookie", "X-CSRF-Token", "X-Api-Key")
MIN_LENGTH = 4


def secrets_of(request: Request) -> dict[str, str]:
    """Every secret that the request brought, with what to show instead."""
    found = {}
    for name, value in request.cookies.items():
        if NAMES.search(name):
            found[value] = f"cookie {name}"
    for header in HEADERS:
        if value := request.headers.get(header, ""):
            found[value] = header
            found[value.rpartition(" ")[2]] = header
    form = request.__dict__.get("_form")  # never read here what nobody has read
    for pairs in (request.query.pairs(), form.fields.pairs() if form else []):
        found.update({value: name for name, value in pairs if NAMES.search(name)})
    return {value: label for value, label in found.items() if len(value) >= MIN_LENGTH}


def hidden(text: str, secrets: dict[str, str]) -> str:
    """The text with every secret replaced, the longest first.

    >>> hidden("user=ann&pw=a%20b%2Bc", {"a b+c": "password"})
    'user=ann&pw=«password»'
    """
    for value in sorted(secrets, key=len, reverse=True):
        forms = {value, quote(value, safe=""), quote_plus(value), escape(value), repr(value)[1:-1]}
        for form in sorted(forms, key=len, reverse=True):
            text = text.replace(form, f"«{secrets[value]}»")
    return text
