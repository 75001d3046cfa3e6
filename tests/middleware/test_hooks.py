import pytest

from framework.application import Application
from framework.http.errors import Conflict, Forbidden, NotFound
from framework.http.response import Response
from framework.middleware.errors import ErrorPages
from framework.middleware.hooks import MiddlewareHooks
from framework.mvc.model import UnitOfWork
from framework.routing.routes import Routes
from framework.tools.client import Client, RequestFactory


class Recorded(MiddlewareHooks):
    """All four words, each written down."""

    def __init__(self, name, steps):
        self.name, self.steps = name, steps

    def process_request(self, request):
        self.steps.append(f"{self.name} request")

    def process_view(self, request, match):
        self.steps.append(f"{self.name} view")

    def process_exception(self, request, error):
        self.steps.append(f"{self.name} exception")

    def process_response(self, request, response):
        self.steps.append(f"{self.name} response")
        return response


def site(*layers, controller=lambda request: Response("page"), **route):
    routes = Routes()
    routes.add("/", controller, name="page", **route)
    routes.add("/posts/<int:id>", lambda request, id: Response(f"post {id}"), name="post")
    return Client(Application(routes, layers), raise_exceptions=False)


def hook(**words):
    """A hook class with these words, made into a layer."""
    return type("Hook", (MiddlewareHooks,), words)()


# Wiring


def handler(request):
    return Response("inner")


def test_a_class_without_words_adds_no_call():
    assert MiddlewareHooks()(handler) is handler
    assert MiddlewareHooks().view_hook is None


@pytest.mark.parametrize(
    ("word", "wraps"),
    [
        ("process_request", True),
        ("process_response", True),
        ("process_exception", True),
        ("process_view", False),
    ],
)
def test_only_the_words_that_a_class_defines_are_wired(word, wraps):
    layer = hook(**{word: lambda self, request, *rest: None})
    assert (layer(handler) is not handler) is wraps
    assert (layer.view_hook is not None) is not wraps


def test_an_inherited_word_is_wired_too():
    class Child(Recorded):
        pass

    steps = []
    site(Child("child", steps)).get("/")
    assert steps == ["child request", "child view", "child response"]


def test_the_words_of_an_unchanged_class_do_nothing():
    hooks, request = MiddlewareHooks(), RequestFactory().get("/")
    response = Response("page")
    assert hooks.process_request(request) is None
    assert hooks.process_view(request, None) is None
    assert hooks.process_exception(request, ValueError()) is None
    assert hooks.process_response(request, response) is response


# Order


def test_all_requests_come_before_any_view_and_responses_in_reverse():
    steps = []
    site(Recorded("a", steps), Recorded("b", steps)).get("/")
    assert steps == ["a request", "b request", "a view", "b view", "b response", "a response"]


def test_a_layer_between_two_hook_classes_keeps_its_place():
    steps = []

    def plain(inner):
        def handle(request):
            steps.append("plain in")
            response = inner(request)
            steps.append("plain out")
            return response

        return handle

    site(Recorded("a", steps), plain, Recorded("b", steps)).get("/")
    assert steps[:3] == ["a request", "plain in", "b request"]
    assert steps[-3:] == ["b response", "plain out", "a response"]


def test_the_routes_own_hooks_come_after_those_of_the_classes():
    steps = []

    def guard(request, match):
        steps.append("guard")

    def controller(request):
        steps.append("controller")
        return Response("page")

    site(Recorded("a", steps), controller=controller, hooks=(guard,)).get("/")
    assert steps == ["a request", "a view", "guard", "controller", "a response"]


# Short cuts


def test_a_request_hook_that_answers_keeps_the_inside_out():
    steps = []
    closed = hook(process_request=lambda self, request: Response("closed", 503))
    response = site(Recorded("a", steps), closed, Recorded("b", steps)).get("/")
    assert (response.status, response.text) == (503, "closed")
    assert steps == ["a request", "a response"]


def test_the_response_hook_runs_after_its_own_short_cut():
    def process_response(self, request, response):
        response.set_header("X-Seen", "yes")
        return response

    closed = hook(
        process_request=lambda self, request: Response("closed"), process_response=process_response
    )
    assert site(closed).get("/").headers["X-Seen"] == "yes"


def test_a_view_hook_that_answers_skips_the_other_hooks_and_the_controller():
    steps = []
    cached = hook(process_view=lambda self, request, match: Response("cached"))
    client = site(cached, Recorded("b", steps), controller=lambda request: steps.append("called"))
    assert client.get("/").text == "cached"
    assert steps == ["b request", "b response"]


def test_a_view_hook_is_told_the_route_and_its_values():
    told = []

    def process_view(self, request, match):
        told.append((match.route.name, match.arguments, request.route))

    site(hook(process_view=process_view)).get("/posts/7")
    assert told == [("post", {"id": 7}, "post")]


@pytest.mark.parametrize(("method", "status"), [("GET", 404), ("POST", 405)])
def test_without_a_match_no_view_hook_runs(method, status):
    steps = []
    path = "/" if status == 405 else "/nowhere"
    assert site(Recorded("a", steps)).open(method, path).status == status
    assert "a view" not in steps


def test_a_view_hook_may_refuse_with_an_http_error():
    steps = []

    def process_view(self, request, match):
        raise Forbidden

    client = site(
        hook(process_view=process_view), controller=lambda request: steps.append("called")
    )
    assert (client.get("/").status, steps) == (403, [])


def test_the_response_hook_may_answer_with_another_response():
    other = hook(process_response=lambda self, request, response: Response("other"))
    assert site(other).get("/").text == "other"


def test_a_body_is_closed_when_the_response_hook_fails():
    closed = []

    class Body:
        def __iter__(self):
            return iter([b"page"])

        def close(self):
            closed.append(True)

    def fail(self, request, response):
        raise ZeroDivisionError

    client = site(ErrorPages(), hook(process_response=fail), controller=lambda r: Response(Body()))
    assert (client.get("/").status, closed) == (500, [True])


# Exceptions


def fail(request):
    raise ZeroDivisionError("in the controller")


def answering(text, seen=None):
    """A hook class that turns every exception into this answer."""

    def process_exception(self, request, error):
        if seen is not None:
            seen.append((request, error))
        return Response(text, 502)

    return hook(process_exception=process_exception)


def test_an_exception_hook_answers_at_its_own_layer():
    steps = []
    client = site(Recorded("a", steps), answering("saved"), Recorded("b", steps), controller=fail)
    assert client.get("/").text == "saved"
    assert steps == [*("a request", "b request", "a view", "b view"), "b exception", "a response"]


def test_the_innermost_exception_hook_that_answers_wins():
    assert site(answering("outer"), answering("inner"), controller=fail).get("/").text == "inner"


def test_an_exception_that_no_hook_answers_passes_outward_as_it_was():
    steps = []
    response = site(ErrorPages(), Recorded("a", steps), controller=fail).get("/")
    assert response.status == 500
    assert str(response.error) == "in the controller"
    assert steps == ["a request", "a view", "a exception"]


def test_an_answered_exception_is_kept_in_the_request():
    seen = []
    site(answering("saved", seen), controller=fail).get("/")
    (request, error), *_ = seen
    assert request.error is error
    assert isinstance(error, ZeroDivisionError)


def test_an_exception_that_passed_is_not_kept():
    seen = []

    def process_exception(self, request, error):
        seen.append(request)

    site(ErrorPages(), hook(process_exception=process_exception), controller=fail).get("/")
    assert seen[0].error is None


@pytest.mark.parametrize("error", [NotFound, Conflict, Forbidden])
def test_an_exception_hook_does_not_see_the_http_errors_of_a_controller(error):
    def refuse(request):
        raise error

    steps = []
    assert site(Recorded("a", steps), controller=refuse).get("/").status == error().status
    assert steps == ["a request", "a view", "a response"]


def test_an_exception_hook_does_not_see_the_http_errors_of_a_layer():
    def busy(inner):
        def handle(request):
            raise Conflict

        return handle

    steps = []
    assert site(ErrorPages(), Recorded("a", steps), busy).get("/").status == 409
    assert steps == ["a request"]


def test_the_unit_of_work_rolls_back_when_an_inner_hook_answered_the_exception(tmp_path):
    from framework.mvc.model import Database, session_of

    database = Database(f"sqlite:///{tmp_path / 'test.db'}")
    with database.transaction() as db:
        db.connection().exec_driver_sql("CREATE TABLE note (text TEXT)")

    def write_and_fail(request):
        session_of(request).connection().exec_driver_sql("INSERT INTO note VALUES ('half')")
        raise ZeroDivisionError

    hooks = hook(process_exception=lambda self, request, error: Response("sorry", 200))
    assert site(UnitOfWork(database), hooks, controller=write_and_fail).get("/").text == "sorry"
    with database.transaction() as db:
        assert db.connection().exec_driver_sql("SELECT * FROM note").all() == []
    database.dispose()
