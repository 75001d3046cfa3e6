"""Hints: what probably helps, for the errors that everybody makes once.

In   TemplateSyntaxError("Encountered unknown tag 'load'.")
Out  "{% load %} is Django's: here it is {% from 'forms/field.html' import field %}"
"""

from re import compile as compile_pattern

TAG = compile_pattern(r"unknown tag '(\w+)'")
FILTER = compile_pattern(r"No filter named '(\w+)'")
DJANGO_TAGS = {
    "load": "{% from 'forms/field.html' import field %}",
    "url": "{{ url_for('post_detail', id=5) }}",
    "static": "{{ static('style/site.css') }}",
    "csrf_token": "{{ csrf_input() }}",
    "empty": "{% for … %} … {% else %} … {% endfor %}",
    "ifchanged": "{% if loop.changed(value) %}",
    "comment": "{# … #}",
    "verbatim": "{% raw %} … {% endraw %}",
    "cycle": "{{ loop.cycle('odd', 'even') }}",
    "firstof": "{{ a or b }}",
    "regroup": "{{ items|groupby('attribute') }}",
    "now": "a value that the controller passes",
    "trans": "{{ _('text') }}",
    "translate": "{{ _('text') }}",
    "blocktrans": "{% trans %} … {% endtrans %}",
    "lorem": "{{ lipsum() }}",
    "querystring": "{{ querystring(page=2) }}",
    "spaceless": "{%- … -%}",
    "templatetag": "{% raw %}",
    "widthratio": "{{ (a / b * 100)|round }}",
}
DJANGO_FILTERS = {
    "add": "{{ a + b }}",
    "cut": "{{ text|replace(' ', '') }}",
    "default_if_none": "{{ 'x' if value is none else value }}",
    "divisibleby": "{{ number is divisibleby(3) }}",
    "safe": "safe",
    "truncatewords": "{{ text|truncate(80) }}",
    "truncatechars": "{{ text|truncate(80, true) }}",
    "length_is": "{{ items|length == 3 }}",
}


def hint(error: BaseException) -> str:
    """A sentence that may help; "" when none is known."""
    text = str(error)
    if found := TAG.search(text):
        ours = DJANGO_TAGS.get(found[1])
        return f"{{% {found[1]} %}} is Django's. Here: {ours}" if ours else ""
    if found := FILTER.search(text):
        ours = DJANGO_FILTERS.get(found[1])
        return f"|{found[1]} is Django's. Here: {ours}" if ours else ""
    if "no such table" in text or "UndefinedTable" in text:
        return "The tables are missing: python serve.py migrate"
    if "is undefined" in text and "'dict object'" not in text:
        return "A template asks for a name that the controller did not pass to render()."
    return ""
