"""The gateway's checks: each wrong answer is refused, the right one passes."""

from dataclasses import replace

import pytest

from benchmarks.gateway import WrongAnswer, ask, serve, start_response, verify
from benchmarks.works import WORKS

WORK = WORKS["a"]
TEXT = ("Content-Type", "text/plain")


def answering(body=b"Hello, World!", status="200 OK", headers=(TEXT,)):
    def application(environ, start):
        start(status, list(headers))
        return [body]

    return application


def test_the_right_answer_passes():
    verify(answering(), WORK)
    serve(answering(), WORK, 3)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(answering(body=b"hello, world!"), id="another body of the same length"),
        pytest.param(answering(body=b""), id="no body"),
        pytest.param(answering(status="404 Not Found"), id="another status"),
        pytest.param(answering(headers=[("Content-Type", "text/html")]), id="another type"),
        pytest.param(answering(headers=[]), id="no type"),
        pytest.param(lambda environ, start: [WORK.body], id="start_response not called"),
    ],
)
def test_a_wrong_answer_is_refused(wrong):
    with pytest.raises(WrongAnswer):
        verify(wrong, WORK)


@pytest.mark.parametrize(
    ("status", "headers", "error"),
    [
        pytest.param("200 OK", (TEXT,), WrongAnswer, id="headers in a tuple"),
        pytest.param(200, [TEXT], WrongAnswer, id="status as a number"),
        pytest.param("200 OK", [("Name", 5)], TypeError, id="value as a number"),
        pytest.param("200 OK", [(b"Name", b"value")], TypeError, id="bytes"),
        pytest.param("200 OK", [("Name", "a", "b")], ValueError, id="three in a row"),
        pytest.param("200 OK", [("Name", "a\r\nSet-Cookie: b=c")], WrongAnswer, id="line ends"),
        pytest.param("200 OK", [("Name", "ä→")], UnicodeEncodeError, id="not latin-1"),
    ],
)
def test_start_response_checks_its_arguments(status, headers, error):
    with pytest.raises(error):
        start_response(status, headers)


def test_a_body_of_another_length_stops_the_timing():
    with pytest.raises(WrongAnswer):
        serve(answering(body=b"Hello"), WORK, 1)


def test_each_request_has_its_own_environ():
    seen = []

    def application(environ, start):
        assert "mine" not in environ
        environ["mine"] = True
        seen.append(environ)
        return answering()(environ, start)

    serve(application, WORK, 3)
    assert len({id(environ) for environ in seen}) == 3


def test_the_iterable_is_closed():
    class Body(list):
        closed = 0

        def close(self):
            Body.closed += 1

    def application(environ, start):
        start("200 OK", [TEXT])
        return Body([WORK.body])

    ask(application, WORK)
    serve(application, WORK, 2)
    assert Body.closed == 3


def test_the_work_itself_says_what_is_expected():
    with pytest.raises(WrongAnswer):
        verify(answering(), replace(WORK, status=404))
