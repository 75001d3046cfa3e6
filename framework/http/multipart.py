"""Multipart: a form with files, taken apart part by part while it arrives.

RFC 7578 (multipart/form-data), RFC 2046 §5.1 (boundaries). Werkzeug's decoder finds the parts
(its door); the limits, the temporary files and their names are ours.
In   b'--b\\r\\nContent-Disposition: form-data; name="photo"; filename="a.png"\\r\\n…'
Out  [("title", "Leaf")], [("photo", UploadedFile("a.png", "image/png", …))]
A file lies in memory up to 64 KiB, above that in a temporary file which the request closes.

Stop 3 of 9: `request.form` and `request.files`, at the first reading.
"""

from dataclasses import dataclass, field
from re import IGNORECASE
from re import compile as compile_pattern
from tempfile import SpooledTemporaryFile
from typing import Any

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from framework.http.body import CHUNK_BYTES, BodyStream, Limits
from framework.http.errors import BadRequest, PayloadTooLarge

BOUNDARY = compile_pattern(r';\s*boundary=("[^"]*"|[^\s;"]*)', IGNORECASE)
BOUNDARY_TEXT = compile_pattern(r"[0-9A-Za-z'()+_,\-./:=? ]{1,70}")  # RFC 2046 §5.1.1
CONTROL = compile_pattern(r"[\x00-\x1f\x7f]")


@dataclass(slots=True)
class UploadedFile:
    """A file that came with a form: what the browser calls it, its type as claimed, its bytes.

    `filename` and `content_type` are the visitor's words: never a path, never a proof.
    """

    filename: str
    content_type: str
    stream: SpooledTemporaryFile[bytes] = field(repr=False)
    size: int = 0

    def read(self, size: int = -1) -> bytes:
        """The next `size` bytes, all that is left by default."""
        return self.stream.read(size)

    def close(self) -> None:
        """Gives the memory or the temporary file back."""
        self.stream.close()


def parse_boundary(content_type: str) -> bytes:
    """The boundary named by a Content-Type; BadRequest unless there is exactly one."""
    found = BOUNDARY.findall(content_type)
    text = found[0].strip('"') if len(found) == 1 else ""
    if not BOUNDARY_TEXT.fullmatch(text):
        raise BadRequest("A multipart body needs one boundary.")
    return text.encode("ascii")


class MultipartReader:
    """Collects the fields and files of one body, within the limits."""

    def __init__(self, boundary: bytes, limits: Limits) -> None:
        self.fields: list[tuple[str, str]] = []
        self.files: list[tuple[str, UploadedFile]] = []
        self._limits = limits
        self._form_bytes = 0
        self._part: Field | File | None = None
        self._text = bytearray()
        self._half_end = b"--" + boundary + b"-"
        self._decoder = MultipartDecoder(
            boundary, max(limits.max_form_bytes, 2 * CHUNK_BYTES), max_parts=limits.max_parts
        )

    def read(self, stream: BodyStream) -> None:
        """Takes the whole body in; closes every file again if it cannot."""
        stream.begin()
        try:
            while data := stream.read():
                self._receive(data)
            self._receive(None)
        except BaseException as error:
            for _, file in self.files:
                file.close()
            if isinstance(error, RequestEntityTooLarge):
                raise PayloadTooLarge("This form holds too much.") from error
            if isinstance(error, ValueError):
                raise BadRequest("The multipart body is broken.") from error
            raise

    def _receive(self, data: bytes | None) -> None:
        self._decoder.receive_data(data)
        if data and self._decoder.buffer.endswith(self._half_end):
            # Cut between the last two dashes, it would take a CR for content: wait for the second.
            return  # https://github.com/pallets/werkzeug/issues/3285
        while not isinstance(event := self._decoder.next_event(), (NeedData, Epilogue)):
            if isinstance(event, (Field, File)):
                self._begin(event)
            elif isinstance(event, Data):
                self._take(event)

    def _begin(self, part: Field | File) -> None:
        """A new part starts: a field collects text, a file gets its temporary file."""
        if not part.name:
            raise BadRequest("A part of the form has no name.")
        self._part = part
        self._text.clear()
        self._count(sum(len(name) + len(value) for name, value in part.headers))
        if isinstance(part, File):
            kind = part.headers.get("Content-Type", "application/octet-stream")
            stream: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=CHUNK_BYTES)
            self.files.append((part.name, UploadedFile(_basename(part.filename), kind, stream)))
            if len(self.files) > self._limits.max_files:
                raise PayloadTooLarge(f"More than {self._limits.max_files} files.")

    def _take(self, data: Data) -> None:
        """The next bytes of the part that has begun."""
        if isinstance(self._part, File):
            self._take_file(self.files[-1][1], data)
        elif isinstance(self._part, Field):
            self._take_field(self._part, data)

    def _take_file(self, file: UploadedFile, data: Data) -> None:
        file.size += len(data.data)
        if file.size > self._limits.max_file_bytes:
            raise PayloadTooLarge(f"{file.filename} is too large.")
        file.stream.write(data.data)
        if not data.more_data:
            file.stream.seek(0)

    def _take_field(self, part: Field, data: Data) -> None:
        self._count(len(data.data))
        self._text += data.data
        if not data.more_data:
            self.fields.append((part.name, self._text.decode("utf-8", "replace")))
            if len(self.fields) > self._limits.max_fields:
                raise PayloadTooLarge(f"More than {self._limits.max_fields} fields.")

    def _count(self, size: int) -> None:
        """Fields and the heads of all parts share one allowance: both stay in memory."""
        self._form_bytes += size
        if self._form_bytes > self._limits.max_form_bytes:
            raise PayloadTooLarge("This form holds too much text.")


def _basename(filename: Any) -> str:
    """The last part of what the browser calls the file: no folder, no control character."""
    name = CONTROL.sub("", str(filename or "")).replace("\\", "/").rpartition("/")[2]
    return "" if name in (".", "..") else name[:255]
