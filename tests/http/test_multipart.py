import contextlib
import io
import tempfile
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework.application import Application
from framework.http import multipart
from framework.http.body import BodyStream, Limits
from framework.http.errors import BadRequest, HTTPError, PayloadTooLarge
from framework.http.multipart import MultipartReader, UploadedFile, parse_boundary
from framework.http.response import text_response
from framework.routing.routes import Routes
from framework.tools.client import Client
from framework.tools.client.payload import encode_multipart

MEGABYTE = 1024 * 1024
WIDE = Limits(**dict.fromkeys(Limits.__dataclass_fields__, 64 * MEGABYTE))
FIELD = b'Content-Disposition: form-data; name="a"'
FILE = FIELD + b'; filename="a.txt"'
END = b"--b--\r\n"


def part(head=FIELD, content=b"x"):
    return b"--b\r\n" + head + b"\r\n\r\n" + content + b"\r\n"


class Trickle(io.BytesIO):
    """A connection that brings a few bytes at a time."""

    step = 1

    def read(self, size=-1):
        return super().read(min(size, self.step))


def read(data, limits=WIDE, boundary=b"b", source=io.BytesIO):
    reader = MultipartReader(boundary, limits)
    environ = {"wsgi.input": source(data), "CONTENT_LENGTH": str(len(data))}
    reader.read(BodyStream(environ, limits.max_body_bytes))
    return reader


def files(data, **more):
    """The name, the file's name and the bytes of every file."""
    return [(name, file.filename, file.read()) for name, file in read(data, **more).files]


@pytest.fixture(autouse=True)
def opened(monkeypatch):
    """Every temporary file that the reader opens; closed at the end."""
    found = []

    class Recorded(tempfile.SpooledTemporaryFile):
        def __init__(self, *arguments, **more):
            super().__init__(*arguments, **more)
            found.append(self)

    monkeypatch.setattr(multipart, "SpooledTemporaryFile", Recorded)
    yield found
    for file in found:
        file.close()


def test_a_body_cut_in_its_last_dashes_gets_no_byte_more():
    data = part(FILE, b"abc") + b"--b--"
    source = type("Cut", (Trickle,), {"step": len(data) - 1})
    assert files(data, source=source) == [("a", "a.txt", b"abc")]


NAMES = st.text(st.characters(categories=["L", "N", "S"]), min_size=1, max_size=20)


@given(
    fields=st.lists(st.tuples(NAMES, st.text()), max_size=4),
    content=st.binary(max_size=200)
    | st.lists(st.sampled_from([b"\r", b"\n", b"-", b"glass"])).map(b"".join),
    name=NAMES,
    step=st.integers(1, 100),
)
def test_what_a_form_holds_comes_back_however_it_arrives(fields, content, name, step):
    data, content_type = encode_multipart(fields, {name: (name, content, "image/png")})
    source = type("Steps", (Trickle,), {"step": step})
    reader = read(data, boundary=parse_boundary(content_type), source=source)
    assert reader.fields == fields
    ((field, file),) = reader.files
    assert (field, file.filename, file.read(), file.size) == (name, name, content, len(content))


def test_a_file_has_the_type_that_the_browser_claims():
    claimed = read(part(FILE + b"\r\nContent-Type: image/png") + part(FILE) + END)
    assert [file.content_type for _, file in claimed.files] == [
        "image/png",
        "application/octet-stream",
    ]


def test_two_files_of_one_name_are_two_files():
    assert files(part(FILE, b"1") + part(FILE, b"2") + END) == [
        ("a", "a.txt", b"1"),
        ("a", "a.txt", b"2"),
    ]


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ("multipart/form-data; boundary=abc", b"abc"),
        ('multipart/form-data; boundary="a b"', b"a b"),
        ("multipart/form-data;charset=utf-8;  BOUNDARY=----x'()+_,-./:=?", b"----x'()+_,-./:=?"),
        ("multipart/form-data; boundary=" + "x" * 70, b"x" * 70),
    ],
)
def test_a_boundary_is_found(content_type, boundary):
    assert parse_boundary(content_type) == boundary


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param("", id="none"),
        pytest.param("; boundary=", id="empty"),
        pytest.param('; boundary=""', id="empty in quotes"),
        pytest.param("; boundary=a; boundary=b", id="two"),
        pytest.param('; boundary="a"; Boundary=b', id="two spellings"),
        pytest.param('; boundary="a', id="open quote"),
        pytest.param('; boundary="a\r\nb"', id="line end"),
        pytest.param("; boundary=é", id="beyond ASCII"),
        pytest.param("; boundary=" + "x" * 71, id="too long"),
        pytest.param("; boundary*0=a", id="continued"),
    ],
)
def test_a_body_has_exactly_one_boundary(parameters):
    with pytest.raises(BadRequest):
        parse_boundary("multipart/form-data" + parameters)


@pytest.mark.parametrize("piece", [";", "; ", '; boundary="', ";boundary", "; boundary=", " "])
def test_a_boundary_is_found_in_linear_time(piece, is_linear):
    def find(content_type):
        with pytest.raises(BadRequest):
            parse_boundary(content_type)

    assert is_linear(find, lambda size: "multipart/form-data" + piece * (size // len(piece)))


DEFAULTS = {
    "200,000 parts of one byte": part() * 200_000,
    "20,000 empty files": part(FILE, b"") * 20_000,
    "a text of 15 MB": part(FIELD, b"x" * 15 * MEGABYTE),
    "a body of 50 MB": part(FILE, b"x" * 50 * MEGABYTE),
    "a preamble of 15 MB": b"x" * 15 * MEGABYTE + part(),
    "a preamble of 15 MB of CR": b"\r" * 15 * MEGABYTE + part(),
    "an epilogue of 15 MB": part() + END + b"x" * 15 * MEGABYTE,
    "spaces that claim to be base64": part(
        FIELD + b"\r\nContent-Transfer-Encoding: base64", b" " * 15 * MEGABYTE
    ),
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_flood_is_refused_where_nobody_set_limits(name):
    with pytest.raises(PayloadTooLarge):
        read(DEFAULTS[name] + END, Limits())


EACH = {
    "parts": ((part() + part(FILE)) * 6, {"max_parts": 11}),
    "fields": (part() * 11, {"max_fields": 10}),
    "files": (part(FILE) * 11, {"max_files": 10}),
    "one text": (part(FIELD, b"x" * 99_999), {"max_form_bytes": 99_999}),
    "all texts": (part(FIELD, b"x" * 99) * 999, {"max_form_bytes": 99_999}),
    "one file": (part(FILE, b"x" * 99_999), {"max_file_bytes": 99_998}),
    "body": (part(FILE, b"x" * 99_999), {"max_body_bytes": 99_999}),
    "preamble": (b"x" * 2 * MEGABYTE + part(), {"max_form_bytes": MEGABYTE}),
    "one part header": (part(FIELD + b"; x=" + b"x" * 99_999), {"max_form_bytes": 99_999}),
    "all part headers": (part(FIELD + b"; x=" + b"x" * 999) * 99, {"max_form_bytes": 99_999}),
    "folded header": (part(FIELD + b";\r\n x=y" * 20_000), {"max_form_bytes": 99_999}),
}


@pytest.mark.parametrize("name", EACH)
def test_each_limit_holds_and_without_it_the_same_body_is_taken(name):
    data, limit = EACH[name]
    with pytest.raises(PayloadTooLarge):
        read(data + END, replace(WIDE, **limit))
    reader = read(data + END, WIDE)
    assert reader.fields or reader.files


@pytest.mark.parametrize(
    "piece",
    [b"\r", b"\n", b"\r\n", b"--b", b"\r\n--b", b"\r\n--bX", b"\r\n--b ", b"-", b"\r\n-", b"\0"],
)
@pytest.mark.parametrize("head", [FIELD, FILE], ids=["field", "file"])
def test_content_takes_linear_time(head, piece, is_linear):
    def take(data):
        with contextlib.suppress(HTTPError):
            read(data, Limits())

    def make(size):
        return part(head, b"\r" + piece * (size // len(piece)) + b"x") + END

    assert is_linear(take, make)


@pytest.mark.parametrize(
    "piece", [b";a=b", b'\\"', b"\\", b";", b" ", b"\r\n ", b"\r\nX: y", b"; x*1=a"]
)
def test_a_part_header_takes_linear_time(piece, is_linear):
    def take(data):
        read(data, Limits())

    assert is_linear(take, lambda size: part(FIELD + b'; x="' + piece * (size // len(piece))) + END)


BROKEN = {
    "nothing": b"",
    "no boundary": b"x" * 1000,
    "only boundaries": b"\r\n--b" * 10_000,
    "no end": part(),
    "cut in a header": b"--b\r\nContent-Dispo",
    "cut in the content": b"--b\r\n" + FIELD + b"\r\n\r\nxxx",
    "no disposition": part(b"Content-Type: text/plain") + END,
    "no header": b"--b\r\n\r\n\r\nx\r\n" + END,
    "no name": part(b"Content-Disposition: form-data") + END,
    "empty name": part(b'Content-Disposition: form-data; name=""') + END,
    "a file without a name": part(b'Content-Disposition: form-data; filename="a"') + END,
    "CR in a name": part(b'Content-Disposition: form-data; name="a\rb"') + END,
    "latin-1 in a header": part(b'Content-Disposition: form-data; name="\xe9"') + END,
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_body_is_a_bad_request(name):
    with pytest.raises(BadRequest):
        read(BROKEN[name])


@pytest.mark.parametrize(
    ("head", "name"),
    [
        pytest.param(b'name="x\r\n y"', "x y", id="folded"),
        pytest.param(b'name="a"; name="b"', "b", id="name twice"),
        pytest.param(b"name=plain", "plain", id="without quotes"),
        pytest.param('name="é日"'.encode(), "é日", id="UTF-8"),
        pytest.param(b'name="a%22b"', 'a"b', id="as browsers escape quotes"),
    ],
)
def test_a_name_is_read_as_browsers_write_it(head, name):
    assert read(part(b"Content-Disposition: form-data; " + head) + END).fields == [(name, "x")]


TRAVERSAL = [
    pytest.param(b'"../../x.py"', "x.py", id="up"),
    pytest.param(rb'"..\\..\\x.py"', "x.py", id="up on Windows"),
    pytest.param(b'"/etc/passwd"', "passwd", id="absolute"),
    pytest.param(rb'"C:\\Windows\\x.ini"', "x.ini", id="drive"),
    pytest.param(b'"x/"', "", id="folder"),
    pytest.param(b'".."', "", id="two dots"),
    pytest.param(b'"a/.."', "", id="two dots at the end"),
    pytest.param(b'"."', "", id="one dot"),
    pytest.param(b'".\0."', "", id="two dots around a NUL"),
    pytest.param(b"x; filename*=UTF-8''..%2F..%2Fx.py", "x.py", id="RFC 2231"),
    pytest.param(b'"x\0.png"', "x.png", id="NUL"),
    pytest.param(b'"x\x1b[31m.png"', "x[31m.png", id="terminal escape"),
    pytest.param(b'"' + b"x" * 300 + b'"', "x" * 255, id="300 characters"),
]


@pytest.mark.parametrize(("filename", "kept"), TRAVERSAL)
def test_a_filename_is_never_a_path(filename, kept, monkeypatch):
    data = part(FIELD + b"; filename=" + filename) + END
    assert files(data) == [("a", kept, b"x")]
    monkeypatch.setattr(multipart, "_basename", str)
    assert files(data) != [("a", kept, b"x")]


@pytest.mark.parametrize("filename", ["%2e%2e", "CON.png", "a b.txt", "é日😀.png", ".htaccess", ""])
def test_a_filename_stays_what_the_visitor_called_it(filename):
    head = FIELD + f'; filename="{filename}"'.encode()
    assert files(part(head) + END) == [("a", filename, b"x")]


def test_a_small_file_stays_in_memory_and_a_large_one_does_not(opened):
    read(part(FILE, b"x") + part(FILE, b"x" * 100_000) + END)
    assert [file._rolled for file in opened] == [False, True]


LATE = part(FILE, b"x" * 100_000)


@pytest.mark.parametrize(
    ("data", "limits"),
    [
        pytest.param(LATE, WIDE, id="no end"),
        pytest.param(LATE * 3 + END, Limits(max_files=2), id="too many files"),
        pytest.param(LATE * 2 + END, Limits(max_file_bytes=99_999), id="too large a file"),
        pytest.param(LATE + part(FIELD, b"x" * 2 * MEGABYTE) + END, Limits(), id="too much text"),
        pytest.param(LATE + BROKEN["no name"], WIDE, id="broken"),
    ],
)
def test_every_file_is_closed_when_the_body_cannot_be_read(data, limits, opened, monkeypatch):
    with pytest.raises(HTTPError):
        read(data, limits)
    assert opened
    assert all(file.closed for file in opened)
    monkeypatch.setattr(UploadedFile, "close", lambda file: None)
    with pytest.raises(HTTPError):
        read(data, limits)
    assert not all(file.closed for file in opened)


def test_every_file_is_closed_when_the_connection_breaks(opened):
    class Lost(Trickle):
        step = 50_000

        def read(self, size=-1):
            if self.tell() >= 150_000:
                raise OSError
            return super().read(size)

    with pytest.raises(BadRequest):
        read(LATE * 3 + END, source=Lost)
    assert [file.closed for file in opened] == [True, True]


@pytest.mark.parametrize("fails", [False, True], ids=["answered", "failed"])
def test_every_file_is_closed_at_the_end_of_its_request(fails, opened):
    routes = Routes()

    @routes.post("/")
    def upload(request):
        assert request.files["photo"].read(3) == b"xxx"
        assert not opened[0].closed
        if fails:
            raise LookupError
        return text_response("kept")

    files = {"photo": ("a.png", b"x" * 100_000, "image/png")}
    answer = Client(Application(routes), raise_exceptions=False).post("/", files=files)
    assert answer.status == (500 if fails else 200)
    assert [file.closed for file in opened] == [True]
