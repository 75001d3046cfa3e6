import re

import pytest

from framework.application import Application
from framework.http.body import Limits
from framework.http.response import Response, text_response
from framework.mvc.controller import Controller
from framework.routing.converters import CONVERTERS
from framework.routing.routes import Route, Routes
from framework.tools.client import Client


def page(request, **values):
    return text_response(f"{request.method} {request.route} {values}")


def other(request, **values):
    return text_response("other")


def read(request):
    return text_response(str(len(request.body)))


def guard(request, match):
    return None


class PostList(Controller):
    def get(self, request):
        return text_response("list")

    def post(self, request):
        return text_response("made", 201)


def names(routes):
    return [route.name for route in routes]


# Three ways to say it


def test_a_table_may_be_a_list():
    routes = Routes([("/", page, "home"), ("/posts/", PostList, "post_list")])
    assert names(routes) == ["home", "post_list"]
    assert Client(Application(routes)).get("/posts/").text == "list"


@pytest.mark.parametrize("verb", ["get", "post", "put", "patch", "delete"])
def test_each_verb_has_its_decorator(verb):
    routes = Routes()
    assert getattr(routes, verb)("/<int:id>")(page) is page
    client = Client(Application(routes))
    assert client.open(verb.upper(), "/5").text == f"{verb.upper()} page {{'id': 5}}"
    assert client.open("DELETE" if verb != "delete" else "GET", "/5").status == 405


def test_one_function_may_answer_several_methods():
    routes = Routes()
    routes.get("/note")(routes.put("/note")(page))
    client = Client(Application(routes))
    assert client.get("/note").text == "GET page {}"
    assert client.put("/note").text == "PUT page {}"
    assert client.post("/note").headers["Allow"] == "GET, HEAD, PUT, OPTIONS"


def test_a_route_takes_options_that_its_hooks_can_read():
    routes = Routes()
    routes.add("/a", page, hooks=(guard,), csrf=False, options={"throttle": "5/minute"})
    routes.get("/b", "b", options={"cache_seconds": 60}, hooks=(guard,))(page)
    assert routes["page"].options == {"throttle": "5/minute"}
    assert (routes["page"].hooks, routes["page"].csrf) == ((guard,), False)
    assert (routes["b"].options, routes["b"].hooks) == ({"cache_seconds": 60}, (guard,))
    assert routes["b"].csrf is True


@pytest.mark.parametrize("wrong", [{"hook": (guard,)}, {"crsf": False}, {"throttle": 5}])
def test_an_option_that_is_none_fails_at_the_start(wrong):
    with pytest.raises(TypeError, match=next(iter(wrong))):
        Routes().add("/a", page, **wrong)
    with pytest.raises(TypeError, match=next(iter(wrong))):
        Routes().get("/a", **wrong)(page)


def test_a_route_may_have_limits_of_its_own():
    routes = Routes()
    routes.add("/small", read, "small", methods=("POST",), limits=Limits(max_body_bytes=10))
    routes.add("/other", read, "other", methods=("POST",))
    client = Client(Application(routes))
    assert client.post("/small", data=b"x" * 11, content_type="text/plain").status == 413
    assert client.post("/other", data=b"x" * 11, content_type="text/plain").text == "11"


def test_its_limits_hold_before_any_hook_reads_the_form():
    sizes = []

    def reading(request, match):
        sizes.append(len(request.form["text"]))

    routes = Routes()
    large = Limits(max_form_bytes=3_000_000)
    routes.add("/large", read, "large", methods=("POST",), hooks=(reading,), limits=large)
    Client(Application(routes)).post("/large", data={"text": "x" * 2_000_000})
    assert sizes == [2_000_000]


def test_only_the_decorator_form_answers_values():
    routes = Routes([("/a", page, "a")])
    routes.get("/b", "b")(page)
    assert [route.answers_values for route in routes] == [False, True]


@pytest.mark.parametrize(
    ("controller", "name"),
    [(page, "page"), (PostList, "post_list"), (PostList(), "post_list")],
    ids=["function", "class", "object"],
)
def test_a_route_without_a_name_is_named_after_its_controller(controller, name):
    routes = Routes()
    routes.add("/", controller)
    assert names(routes) == [name]


# Class controllers


def test_a_class_controller_is_made_once():
    made = []

    class Counted(Controller):
        def __init__(self):
            made.append(self)

        def get(self, request, **values):
            return text_response(str(id(self)))

    routes = Routes([("/", Counted, "counted"), ("/<int:page>", Counted, "counted")])
    client = Client(Application(routes))
    assert client.get("/").text == client.get("/2").text == str(id(made[0]))
    assert len(made) == 1


def test_the_methods_of_a_class_are_those_it_defines():
    client = Client(Application(Routes([("/posts/", PostList, "post_list")])))
    assert client.post("/posts/").status == 201
    assert client.put("/posts/").headers["Allow"] == "GET, HEAD, POST, OPTIONS"


def test_any_callable_object_is_a_controller():
    class Page:
        def __call__(self, request):
            return text_response("object")

    assert Client(Application(Routes([("/", Page(), "page")]))).get("/").text == "object"


def test_a_class_may_answer_options_itself():
    class Own(Controller):
        def options(self, request):
            return text_response("own")

    client = Client(Application(Routes([("/", Own, "own")])))
    assert client.options("/").text == "own"
    assert client.get("/").headers["Allow"] == "OPTIONS"


# Wrong wiring fails at start, with the cure


class Empty(Controller):
    pass


def wire(*adds):
    """The table after all these calls of `add`."""
    routes = Routes()
    for arguments, keywords in adds:
        routes.add(*arguments, **keywords)
    return routes


@pytest.mark.parametrize(
    ("adds", "error", "cure"),
    [
        ([(("/", Empty), {})], TypeError, "/: its class has no get, post"),
        ([(("/", page), {"methods": ("POST")})], TypeError, "write them as ('POST',)"),
        ([(("/", page), {"methods": ("post",)})], TypeError, "write them as ('POST',)"),
        ([(("/", page), {"hooks": (guard)})], TypeError, "write them as (hook,)"),
        ([(("/", page), {"hooks": ("guard",)})], TypeError, "write them as (hook,)"),
        ([(("/", "blog.views.page"), {})], TypeError, "is no controller: pass a function or class"),
        ([(("/", None), {})], TypeError, "is no controller"),
        ([(("/<id", page), {})], ValueError, "should be like <int:id>"),
        (
            [(("/a", page, "x"), {}), (("/b", other, "x"), {})],
            ValueError,
            "two routes are named 'x' (/a and /b), but their controllers, hooks or options differ",
        ),
        ([(("/a", page, "a"), {}), (("/a", page, "b"), {})], ValueError, "GET /a leads to 'a'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_wrong_wiring_is_named_with_its_cure(adds, error, cure):
    with pytest.raises(error, match=re.escape(cure)):
        wire(*adds)


DIFFERING = [{"hooks": (guard,)}, {"csrf": False}, {"options": {"throttle": "5/minute"}}]


@pytest.mark.parametrize("more", DIFFERING, ids=["hooks", "csrf", "options"])
def test_two_routes_of_one_name_are_guarded_alike(more):
    adds = [(("/safe", page, "x"), {}), (("/open", page, "x"), more)]
    for order in (adds, adds[::-1]):
        with pytest.raises(ValueError, match="hooks or options differ"):
            wire(*order)


def test_attack_without_the_check_a_namesake_takes_the_guard_away(monkeypatch):
    def refuse(request, match):
        return text_response("members only", 403)

    monkeypatch.setattr(Route, "__eq__", lambda *_: True)
    routes = wire((("/safe", page, "x"), {"hooks": (refuse,)}), (("/open", page, "x"), {}))
    assert Client(Application(routes)).get("/safe").status == 200


def test_the_same_name_may_have_several_patterns():
    routes = wire((("/posts/", page, "posts"), {}), (("/posts/<int:page>", page, "posts"), {}))
    assert routes.url_for("posts") == "/posts/"
    assert routes.url_for("posts", page=2) == "/posts/2"
    assert Client(Application(routes)).get("/posts/2").text == "GET posts {'page': 2}"


def test_a_sealed_table_takes_no_more():
    routes = Routes([("/", page, "home")])
    Application(routes)
    late = [
        lambda: routes.add("/late", page),
        lambda: routes.get("/late")(other),
        lambda: routes.mount("/late", lambda environ, start_response: []),
        lambda: routes.include("/late", Routes([("/", other, "late")])),
    ]
    for add in late:
        with pytest.raises(RuntimeError, match=r"add it before Application\(routes\) is made"):
            add()
    assert names(routes) == ["home"]


def test_one_table_may_serve_two_applications():
    routes = Routes([("/", page, "home")])
    assert [Client(Application(routes)).get("/").status for _ in "ab"] == [200, 200]


# Tables include tables


def blog():
    return Routes([("/", page, "post_list"), ("/<int:id>/", page, "post_detail")])


@pytest.mark.parametrize(("namespace", "name"), [("", "post_detail"), ("blog", "blog:post_detail")])
def test_a_table_is_included_below_a_prefix(namespace, name):
    site = Routes([("/", other, "home")])
    site.include("/blog", blog(), namespace)
    assert Client(Application(site)).get("/blog/5/").text == f"GET {name} {{'id': 5}}"
    assert site.url_for(name, id=5) == "/blog/5/"


def test_an_included_route_keeps_all_it_has():
    part, site = Routes(), Routes()
    part.get("/a", "a", hooks=(guard,), csrf=False, options={"cache_seconds": 60})(page)
    site.include("/part", part, "part")
    route = site["part:a"]
    assert (route.pattern, route.hooks, route.csrf) == ("/part/a", (guard,), False)
    assert (route.answers_values, route.options) == (True, {"cache_seconds": 60})


def test_what_includes_may_be_included():
    country, continent, world = blog(), Routes(), Routes()
    continent.include("/de", country, "de")
    world.include("/eu", continent, "eu")
    assert world.url_for("eu:de:post_detail", id=1) == "/eu/de/1/"
    assert Client(Application(world)).get("/eu/de/1/").text == "GET eu:de:post_detail {'id': 1}"


def test_one_table_may_be_included_twice():
    part, site = blog(), Routes()
    site.include("/en", part, "en")
    site.include("/de", part, "de")
    assert (site.url_for("en:post_list"), site.url_for("de:post_list")) == ("/en/", "/de/")


def test_a_prefix_may_hold_values():
    site = Routes()
    site.include("/<slug:lang>", blog(), "blog")
    answer = Client(Application(site)).get("/de/5/")
    assert answer.text == "GET blog:post_detail {'lang': 'de', 'id': 5}"


def test_two_tables_with_one_name_need_a_namespace():
    site = blog()
    with pytest.raises(ValueError, match="two routes are named 'post_list'"):
        site.include("/shop", Routes([("/", other, "post_list")]))


@pytest.mark.parametrize("prefix", ["/", "/blog/"])
def test_a_prefix_ends_without_a_slash(prefix):
    with pytest.raises(ValueError, match="must not end with '/'"):
        Routes().include(prefix, blog())
    with pytest.raises(ValueError, match="must not end with '/'"):
        Routes().mount(prefix, print)


def test_an_included_table_is_sealed_for_what_comes_later_would_be_lost():
    part, site = blog(), Routes()
    site.include("/blog", part)
    with pytest.raises(RuntimeError, match="include called"):
        part.add("/late", page)


def test_a_table_cannot_include_itself():
    site = blog()
    with pytest.raises(RuntimeError, match="include called"):
        site.include("/again", site, "again")


class Hex:
    rank = 10

    def to_python(self, text):
        return int(text, 16)

    def to_url(self, value):
        return f"{value:x}"


def test_an_included_table_brings_its_converters():
    site, part = Routes(), Routes([("/<hex:n>", page, "page")], converters={"hex": Hex()})
    site.include("/part", part)
    assert Client(Application(site)).get("/part/ff").text == "GET page {'n': 255}"


def test_tables_that_share_a_converter_fit():
    own = {"hex": Hex()}
    site, part = Routes(converters=own), Routes([("/<hex:n>", page, "page")], converters=own)
    site.include("/part", part)
    assert site.url_for("page", n=255) == "/part/ff"


@pytest.mark.parametrize("kind", ["hex", "int"])
def test_a_kind_that_means_two_things_does_not_start(kind):
    site = Routes(converters={kind: Hex()})
    part = Routes(converters={"hex": Hex()})
    with pytest.raises(ValueError, match=f"<{kind}:…> is another converter there"):
        site.include("/part", part)
    assert Routes().router.converters == CONVERTERS


# Addresses


@pytest.mark.parametrize(
    ("query", "address"),
    [
        (None, "/5/"),
        ({}, "/5/"),
        ({"page": 2}, "/5/?page=2"),
        ({"tag": ["a", "b"]}, "/5/?tag=a&tag=b"),
        ({"q": "a b&c=d/é#"}, "/5/?q=a+b%26c%3Dd%2F%C3%A9%23"),
    ],
)
def test_an_address_may_have_a_query(query, address):
    assert blog().url_for("post_detail", query, id=5) == address


@pytest.mark.parametrize(
    ("name", "values", "error", "cure"),
    [
        ("post_detial", {"id": 5}, LookupError, "near: ['post_detail'"),
        (
            "blog:post_list",
            {},
            LookupError,
            "no route is named 'blog:post_list'; near: ['post_list",
        ),
        ("post_detail", {}, ValueError, "/<int:id>/ takes ['id'], not []"),
        ("post_detail", {"id": "light"}, ValueError, "'light' is not a number"),
        ("post_list", {"query": {"page": 2}}, ValueError, "takes [], not ['query']"),
    ],
)
def test_an_address_that_does_not_exist_is_an_error_with_the_cure(name, values, error, cure):
    with pytest.raises(error, match=re.escape(cure)):
        blog().url_for(name, **values)


def test_a_value_may_be_named_like_the_parameters_of_url_for():
    routes = Routes([("/<target>/<query>/<self>", page, "page")])
    assert routes.url_for("page", target="a", query="b", self="c") == "/a/b/c"


class Entry:
    def __init__(self, id):
        self.id = id


class Post(Entry):
    pass


class Draft(Post):
    pass


def with_canonical():
    routes = Routes([("/e/<int:id>", page, "entry"), ("/p/<int:id>", page, "post")])
    routes.canonical(Entry, lambda entry: ("entry", {"id": entry.id}))
    routes.canonical(Post, lambda post: ("post", {"id": post.id}))
    return routes


@pytest.mark.parametrize(
    ("target", "address"),
    [(Entry(1), "/e/1"), (Post(2), "/p/2"), (Draft(3), "/p/3")],
    ids=["the class", "its own", "the nearest ancestor's"],
)
def test_an_object_has_the_address_of_its_class(target, address):
    assert with_canonical().url_for(target) == address
    assert with_canonical().url_for(target, {"page": 2}) == address + "?page=2"


def test_an_object_without_an_address_is_told_how_to_get_one():
    with pytest.raises(LookupError, match=re.escape("Routes has no address: routes.canonical(")):
        with_canonical().url_for(Routes())


def test_values_beside_an_object_are_no_secret_loss():
    with pytest.raises(ValueError, match=r"takes \['id'\], not \['id', 'page'\]"):
        with_canonical().url_for(Post(2), page=2)


def test_an_included_table_brings_its_canonical_addresses_with_namespace():
    site, outer = Routes(), Routes()
    site.include("/blog", with_canonical(), "blog")
    outer.include("/en", site, "en")
    assert site.url_for(Draft(3)) == "/blog/p/3"
    assert outer.url_for(Draft(3)) == "/en/blog/p/3"


def test_a_request_knows_addresses_below_its_own_prefix():
    routes = Routes()
    routes.add("/here", lambda request: Response(request.url_for("here", {"a": 1})), "here")
    client = Client(Application(routes), "http://localhost/café")
    assert client.get("/here").text == "/caf%C3%A9/here?a=1"
