import io

import pytest

from framework.tools.client import make_environ
from framework.tools.client.gateway import run

HTML = [("Content-Type", "text/html")]


class Body:
    """A body that tells whether it was read and closed."""

    def __init__(self, *chunks):
        self.chunks, self.closed = chunks, 0

    def __iter__(self):
        for chunk in self.chunks:
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk

    def close(self):
        self.closed += 1


def app(body, status="200 OK", headers=HTML):
    def application(environ, start_response):
        start_response(status, list(headers))
        return body

    return application


def ask(application, method="GET", **options):
    return run(application, make_environ(method, "/page", **options))


def test_the_answer_is_complete():
    assert ask(app([b"a", b"", b"b"])) == ("200 OK", HTML, b"ab")


def test_the_body_is_closed_once():
    body = Body(b"a")
    ask(app(body))
    assert body.closed == 1


def test_the_body_is_closed_when_it_breaks_off():
    body = Body(b"a", OSError("the disk is gone"))
    with pytest.raises(OSError, match="disk"):
        ask(app(body))
    assert body.closed == 1


def test_the_body_is_closed_when_it_breaks_the_contract():
    body = Body("text")
    with pytest.raises(AssertionError, match="non-bytestring"):
        ask(app(body))
    assert body.closed == 1


def never_starts(environ, start_response):
    return []


def starts_twice(environ, start_response):
    start_response("200 OK", list(HTML))
    start_response("200 OK", list(HTML))
    return []


def reads_without_size(environ, start_response):
    environ["wsgi.input"].read()
    return app([])(environ, start_response)


def swallows_everything(environ, start_response):
    try:
        start_response("200 OK", [])
    except AssertionError:
        start_response("500 Oops", list(HTML))
    return []


@pytest.mark.parametrize(
    ("application", "rule"),
    [
        pytest.param(never_starts, "start_response was never called", id="never started"),
        pytest.param(starts_twice, "called twice", id="started twice"),
        pytest.param(reads_without_size, r"assert_\(len\(args\) == 1\)", id="read() without size"),
        pytest.param(swallows_everything, "No Content-Type", id="breach swallowed"),
        pytest.param(app(b"bytes"), "should not return a string", id="bytes as iterable"),
        pytest.param(app([], headers=[]), "No Content-Type", id="no type"),
        pytest.param(app([], "204 No Content"), "must not return content", id="type of nothing"),
        pytest.param(app([], "20 OK"), "three characters", id="status of two"),
        pytest.param(app([], headers=[*HTML, ("X-A", "1\n2")]), "bad char", id="line break"),
        pytest.param(app([], headers=[*HTML, ("X-A", 1)]), "must be of type str", id="int value"),
        pytest.param(app([b"x"], "204 No Content", []), "has no body", id="body of 204"),
        pytest.param(app([], headers=[*HTML, ("Connection", "close")]), "hop by hop", id="hop"),
        pytest.param(
            app([b"abc"], headers=[*HTML, ("Content-Length", "4")]), "has 3 bytes", id="length"
        ),
    ],
)
def test_a_breach_of_the_contract_names_request_and_rule(application, rule):
    with pytest.raises(AssertionError, match=rf"(?s)^GET /page: .*contract of WSGI.*{rule}"):
        ask(application)


def test_the_answer_to_head_has_no_body():
    with pytest.raises(AssertionError, match="200 to HEAD has no body"):
        ask(app([b"x"]), "HEAD")


def test_the_answer_to_head_may_tell_the_length_of_the_other():
    assert ask(app([], headers=[*HTML, ("Content-Length", "12")]), "HEAD").body == b""


def test_an_assert_of_the_application_itself_stays_as_it_is():
    def application(environ, start_response):
        raise AssertionError("stock is never negative")

    with pytest.raises(AssertionError, match=r"^stock is never negative$"):
        ask(application)


def test_a_method_of_its_own_is_no_breach():
    assert ask(app([b"gone"]), "PURGE").body == b"gone"


def test_what_is_written_comes_before_what_is_returned():
    def application(environ, start_response):
        start_response("200 OK", list(HTML))(b"first ")
        return [b"second"]

    assert ask(application).body == b"first second"


def test_start_response_may_begin_again_with_the_reason():
    def application(environ, start_response):
        start_response("200 OK", list(HTML))
        try:
            raise ValueError("too early")
        except ValueError as error:
            exc_info = (ValueError, error, error.__traceback__)
            start_response("500 Internal Server Error", list(HTML), exc_info)
        return [b"sorry"]

    assert ask(application).status == "500 Internal Server Error"


def test_start_response_comes_too_late_once_bytes_have_left():
    def application(environ, start_response):
        start_response("200 OK", list(HTML))(b"half")
        error = ValueError("too late")
        start_response("500 Internal Server Error", list(HTML), (ValueError, error, None))
        return []

    with pytest.raises(ValueError, match="too late"):
        ask(application)


def test_unchecked_the_environ_may_be_anything():
    seen = []

    def application(environ, start_response):
        seen.append(environ)
        return app([b"ok"], headers=[])(environ, start_response)

    hostile = {"REQUEST_METHOD": "GET", "wsgi.input": io.BytesIO(), "PATH_INFO": None}
    assert run(application, hostile, checked=False).body == b"ok"
    assert seen == [hostile]
