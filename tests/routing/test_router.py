import re
import sys
from itertools import permutations

import pytest

from framework.routing.router import Router

GET = ("GET",)


def table(*patterns, methods=GET):
    """A router in which each pattern is its own name."""
    router = Router()
    for pattern in patterns:
        router.add(pattern, methods, pattern)
    return router


# Which route


@pytest.mark.parametrize(
    ("patterns", "path", "winner"),
    [
        (("/new", "/<slug>"), "/new", "/new"),
        (("/new", "/<slug>"), "/old", "/<slug>"),
        (("/<int:id>", "/<slug:s>"), "/5", "/<int:id>"),
        (("/<int:id>", "/<slug:s>"), "/five", "/<slug:s>"),
        (("/<slug:s>", "/<x>"), "/a b", "/<x>"),
        (("/<uuid:id>", "/<slug:s>"), "/" + "0" * 36, "/<slug:s>"),
        (("/a/<x>", "/<x>/b"), "/a/b", "/a/<x>"),
        (("/<x>/b/c", "/a/<x>/<y>"), "/a/b/c", "/<x>/b/c"),
        (("/a/<x>/c", "/a/b/<x>"), "/a/b/c", "/a/b/<x>"),
        (("/v<int:n>", "/<x>"), "/v1", "/v<int:n>"),
        (("/v<int:n>", "/<x>"), "/vx", "/<x>"),
        (("/v<int:n>", "/v<x>"), "/v1", "/v<int:n>"),
        (("/v<int:n>", "/<int:n>"), "/1", "/<int:n>"),
        (("/ab<x>", "/a<x>"), "/abc", "/ab<x>"),
        (("/<x>", "/<path:p>"), "/a", "/<x>"),
        (("/<x>", "/<path:p>"), "/a/b", "/<path:p>"),
        (("/a/<path:p>", "/<path:p>"), "/a/b", "/a/<path:p>"),
        (("/a/<path:p>", "/a/<int:n>/<path:p>"), "/a/1/b", "/a/<int:n>/<path:p>"),
        (("/a/<path:p>", "/a/<int:n>/<path:p>"), "/a/x/b", "/a/<path:p>"),
        (("/a/<x>/c", "/a/<path:p>"), "/a/b/c", "/a/<x>/c"),
        (("/a/<int:x>/c", "/a/<path:p>"), "/a/b/c", "/a/<path:p>"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value[:12],
)
def test_the_most_special_route_answers_in_whatever_order_they_were_added(patterns, path, winner):
    for order in permutations(patterns):
        assert table(*order).match("GET", path)[0] == winner


MANY = ["/a<x>", "/<x>b", "/<int:n>", "/<slug:s>", "/<str:x>", "/<path:p>"]


@pytest.mark.parametrize("path", ["/ab", "/7", "/7b", "/a b", "/é é", "/a/b"])
def test_the_order_of_adding_never_matters(path):
    answers = {str(table(*order).match("GET", path)) for order in permutations(MANY)}
    assert len(answers) == 1


def test_a_route_gives_its_values():
    router = table("/<int:year>/<slug:title>/")
    _, values = router.match("GET", "/2026/light/")
    assert values == {"year": 2026, "title": "light"}


def test_a_route_without_values_gives_an_empty_mapping_that_nobody_can_fill():
    _, values = table("/").match("GET", "/")
    assert values == {}
    with pytest.raises(TypeError):
        values["a"] = 1


@pytest.mark.parametrize("path", ["", "a", "*", "//", "/a//", "/A", "/a/", " /a", "/a\n", "/\0"])
def test_a_path_that_nobody_has_allows_no_method(path):
    assert table("/", "/a", "/b/<int:x>").match("GET", path) == []


# Which method


def test_get_answers_head_too():
    assert table("/", "/<x>").match("HEAD", "/")[0] == "/"
    assert table("/", "/<x>").match("HEAD", "/a")[0] == "/<x>"


@pytest.mark.parametrize(
    "order", [(("GET", "page"), ("HEAD", "short")), (("HEAD", "short"), ("GET", "page"))]
)
def test_a_head_of_its_own_goes_before_that_of_get(order):
    router = Router()
    for method, name in order:
        router.add("/<x>", [method], name)
    assert router.match("HEAD", "/a")[0] == "short"
    assert router.match("GET", "/a")[0] == "page"


def test_methods_of_one_pattern_lead_to_different_names():
    router = Router()
    router.add("/<x>", ["GET"], "show")
    router.add("/<x>", ["POST", "PUT"], "change")
    assert router.match("POST", "/a") == ("change", {"x": "a"})
    assert router.match("PUT", "/a") == ("change", {"x": "a"})
    assert router.match("GET", "/a") == ("show", {"x": "a"})


@pytest.mark.parametrize("pattern", ["/a", "/<x>", "/<path:x>"], ids=["text", "value", "tail"])
@pytest.mark.parametrize(
    ("methods", "allowed"),
    [
        (["GET"], ["GET", "HEAD"]),
        (["POST"], ["POST"]),
        (["PUT", "GET"], ["GET", "HEAD", "PUT"]),
        (["HEAD"], ["HEAD"]),
        (["PURGE", "M-SEARCH"], ["M-SEARCH", "PURGE"]),
    ],
)
def test_another_method_is_told_those_that_are_allowed(pattern, methods, allowed):
    assert table(pattern, methods=methods).match("DELETE", "/a") == allowed
    assert table(pattern, methods=methods).match("get", "/a") == allowed


def test_what_is_allowed_is_said_of_all_patterns_that_fit():
    router = table("/a", "/<int:x>", "/<path:x>", methods=["POST"])
    router.add("/<slug:y>", ["PUT"], "slug")
    assert router.match("GET", "/a") == ["POST", "PUT"]
    assert router.match("GET", "/a b") == ["POST"]


def test_a_wider_pattern_answers_the_methods_that_a_special_one_lacks():
    router = table("/new", "/<int:id>")
    router.add("/<slug>", ["POST"], "post")
    assert router.match("POST", "/new") == ("post", {"slug": "new"})
    assert router.match("POST", "/5") == ("post", {"slug": "5"})
    router.add("/<path:p>", ["PUT"], "put")
    assert router.match("PUT", "/new") == ("put", {"p": "new"})


# Conflicts


@pytest.mark.parametrize(
    ("first", "second"),
    [(["GET"], ["GET"]), (["GET", "POST"], ["PUT", "POST"]), (["GET", "HEAD"], ["HEAD"])],
)
def test_two_names_for_one_method_of_one_pattern_do_not_start(first, second):
    for one, other in ((first, second), (second, first)):
        router = Router()
        router.add("/<x>", one, "one")
        with pytest.raises(ValueError, match=r"/<x> leads to 'one' already, not 'other'"):
            router.add("/<x>", other, "other")


def test_the_same_route_may_be_added_twice():
    router = table("/a", "/a")
    assert router.match("GET", "/a")[0] == "/a"
    assert len(router.explain("GET", "/a")) == 1


def test_patterns_that_differ_in_the_names_of_values_only_do_not_start():
    router = table("/posts/<int:id>")
    cure = "/posts/<int:pk> takes the same paths as /posts/<int:id>: name its values as there"
    with pytest.raises(ValueError, match=re.escape(cure)):
        router.add("/posts/<int:pk>", ["POST"], "other")


def test_a_pattern_that_was_refused_leaves_nothing_behind():
    router = table("/<int:id>")
    for wrong in ("/<int:pk>", "/<no:kind>", "no"):
        with pytest.raises(ValueError):  # noqa: PT011 - each has its own sentence
            router.add(wrong, GET, "wrong")
    assert router.match("GET", "/a") == []
    assert len(router.explain("GET", "/a")) == 1


# The way back


def test_a_name_leads_back_to_its_path():
    router = table("/<int:year>/<slug>/")
    assert router.build("/<int:year>/<slug>/", {"year": 2026, "slug": "é"}) == "/2026/%C3%A9/"
    assert table("/").build("/") == "/"


def test_the_pattern_of_a_name_is_chosen_by_its_values():
    router = Router()
    for pattern in ("/posts/", "/posts/<int:page>", "/posts/<tag>/<int:page>"):
        router.add(pattern, GET, "posts")
    assert router.build("posts") == "/posts/"
    assert router.build("posts", {"page": 2}) == "/posts/2"
    assert router.build("posts", {"page": 2, "tag": "wsgi"}) == "/posts/wsgi/2"
    assert router.match("GET", "/posts/2") == ("posts", {"page": 2})


def test_of_two_patterns_with_the_same_values_the_first_is_the_address():
    router = Router()
    for pattern in ("/posts/", "/old/"):
        router.add(pattern, GET, "posts")
    assert router.build("posts") == "/posts/"
    assert router.match("GET", "/old/") == ("posts", {})


@pytest.mark.parametrize(
    ("name", "cure"),
    [("post_lsit", "near: ['post_list'"), ("PostList", "no route is named 'PostList'")],
)
def test_an_unknown_name_is_told_the_near_ones(name, cure):
    router = Router()
    for known in ("post_list", "post_detail", "home"):
        router.add(f"/{known}", GET, known)
    with pytest.raises(LookupError, match=re.escape(cure)):
        router.build(name)


def test_values_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"takes \['id'\], not \[\]"):
        table("/<int:id>").build("/<int:id>")


# What it costs


def lines_run(function):
    """How many lines of Python run: no clock, no noise."""
    count, before = [0], sys.gettrace()

    def trace(frame, event, argument):
        count[0] += event == "line"
        return trace

    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(before)
    return count[0]


def large(count):
    """Routes of five shapes and one tail."""
    router = Router()
    for n in range(count // 5):
        router.add(f"/static{n}/", GET, f"static{n}")
        router.add(f"/area{n}/<int:id>", GET, f"detail{n}")
        router.add(f"/area{n}/<slug>/edit", GET, f"edit{n}")
        router.add(f"/<lang>/page{n}/", GET, f"page{n}")
        router.add(f"/a{n}/b/<int:id>/<slug>", GET, f"deep{n}")
    router.add("/files/<path:name>", GET, "files")
    return router


@pytest.mark.parametrize(
    "path",
    ["/static1/", "/area1/5", "/area1/a/edit", "/de/page1/", "/a1/b/1/x", "/files/a", "/nobody/x"],
)
def test_ten_and_ten_thousand_routes_are_looked_up_alike(path, ten, ten_thousand):
    assert ten_thousand.match("GET", path) == ten.match("GET", path)
    many = lines_run(lambda: ten_thousand.match("GET", path))
    assert many == lines_run(lambda: ten.match("GET", path))


@pytest.fixture(scope="module")
def ten():
    return large(10)


@pytest.fixture(scope="module")
def ten_thousand():
    return large(10_000)


def test_ten_thousand_routes_have_a_handful_of_shapes(ten_thousand):
    shapes = [shape for same in ten_thousand._shapes.values() for shape in same]
    assert (len(shapes), len(ten_thousand._tails)) == (4, 1)


@pytest.mark.parametrize("piece", ["/", "a/", "/..", "a", "%", "/é"])
def test_a_long_path_takes_linear_time(piece, is_linear):
    router = large(50)
    for pattern in ("/<x>", "/v<x>.txt", "/<path:p>"):
        router.add(pattern, GET, pattern)

    assert is_linear(
        lambda path: router.match("GET", path), lambda size: "/" + piece * (size // len(piece))
    )
