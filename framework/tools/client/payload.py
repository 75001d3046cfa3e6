"""Payload: the values of a test, written as the bytes that a browser sends.

URL Standard §5.2 (urlencoded), RFC 7578 and HTML §4.10.22.8 (multipart), RFC 8259 (JSON).
In   {"q": "tea", "tag": ["a", "b"]}           a list repeats its name
Out  b"q=tea&tag=a&tag=b", "application/x-www-form-urlencoded"
In   files={"photo": ("cat.png", b"…", "image/png")}
Out  one multipart part per value and per file

The way back is `framework.http.body`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote, urlencode

FORM = "application/x-www-form-urlencoded"
UPLOAD = "multipart/form-data"

Values = Mapping[str, object] | Sequence[tuple[str, object]]
File = tuple[str, bytes, str]
Files = Mapping[str, File | list[File]]


def encode_query(values: Values | str | None) -> str:
    """Values become "q=tea&tag=a"; a string stays as it is, only its invisible part escaped.

    >>> encode_query({"q": "grüner tee", "tag": ["a", "b"]})
    'q=gr%C3%BCner+tee&tag=a&tag=b'
    >>> encode_query("q=%zz&x")
    'q=%zz&x'
    """
    if isinstance(values, str):
        return "".join(char if "!" <= char <= "~" else quote(char) for char in values)
    return urlencode(list(pairs(values or {})))


def pairs(values: Values) -> Iterator[tuple[str, str]]:
    """Each name with each of its values, as text. Raises TypeError for None."""
    for name, value in values.items() if isinstance(values, Mapping) else values:
        for one in value if isinstance(value, list | tuple) else [value]:
            if one is None:
                raise TypeError(f"{name!r} is None, which no form can send: leave it out or use ''")
            yield name, str(one)


def encode_body(
    data: Values | bytes | str | None, files: Files | None, json_value: object, content_type: str
) -> tuple[bytes | None, str]:
    """The body and its Content-Type; the body is None when there is nothing to send."""
    if json_value is not None:
        if data is not None or files is not None:
            raise ValueError("json= is the whole body: send data= and files= in another request")
        return json.dumps(json_value).encode(), content_type or "application/json"
    if isinstance(data, bytes | str):
        if files:
            raise ValueError("files= needs data= as a dict: its values become the other parts")
        return data if isinstance(data, bytes) else data.encode(), content_type
    if files is not None or content_type == UPLOAD:
        return encode_multipart(data or {}, files or {})
    if data is None:
        return None, content_type
    if content_type not in ("", FORM):
        raise ValueError(f"data= as a dict is sent as a form; for {content_type} give json=, bytes")
    return encode_query(data).encode(), FORM


def encode_multipart(data: Values, files: Files) -> tuple[bytes, str]:
    """Parts for the values, then for the files; the boundary is one that no part contains."""
    parts = [_part(name, value.encode()) for name, value in pairs(data)]
    for name, given in files.items():
        for filename, content, content_type in given if isinstance(given, list) else [given]:
            parts.append(_part(name, content, filename, content_type))
    boundary = "glasshouse"
    while any(boundary.encode() in part for part in parts):
        boundary += "x"
    body = b"".join(b"--%b\r\n%b\r\n" % (boundary.encode(), part) for part in parts)
    return body + b"--%b--\r\n" % boundary.encode(), f"{UPLOAD}; boundary={boundary}"


def _part(name: str, content: bytes, filename: str | None = None, content_type: str = "") -> bytes:
    """One part: its head, an empty line, its content."""
    head = f'Content-Disposition: form-data; name="{_quoted(name)}"'
    if filename is not None:
        head += f'; filename="{_quoted(filename)}"\r\nContent-Type: {content_type}'
    return head.encode() + b"\r\n\r\n" + content


def _quoted(text: str) -> str:
    """As browsers do: a quote or a line break would end the header."""
    return text.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
