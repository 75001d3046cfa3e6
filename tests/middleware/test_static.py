import os
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from framework.application import Application
from framework.http.response import FileBody, Response
from framework.middleware.chain import default_chain
from framework.middleware.errors import ErrorPages
from framework.middleware.static import StaticFiles, content_type
from framework.routing.routes import Routes
from framework.tools.client import Client, RequestFactory, make_environ

LARGE = bytes(range(256)) * 1024  # 256 KiB, as in conftest


def site(*roots, **options):
    routes = Routes()
    routes.add("/", lambda request: Response("page"), name="page")
    routes.add("/static", lambda request: Response("a route"), name="static")
    layers = default_chain(errors=ErrorPages(), static=StaticFiles("/static/", roots, **options))
    return Client(Application(routes, layers), raise_exceptions=False)


@pytest.fixture
def client(root):
    return site(root)


# Through the door


def test_only_what_lies_below_the_prefix_is_a_file(client):
    assert client.get("/static").text == "a route"
    assert client.get("/").text == "page"
    assert client.get("/static_private/secret.txt").status == 404


def test_a_pipe_is_no_file_and_nobody_waits_for_it(client, root):
    os.mkfifo(root / "pipe.txt")
    assert client.get("/static/pipe.txt").status == 404


# The answer


def test_a_file_is_sent_with_its_type_and_validators(client):
    response = client.get("/static/style/site.css")
    assert (response.status, response.text) == (200, "a {}")
    assert response.headers["Content-Type"] == "text/css; charset=utf-8"
    assert response.headers["Content-Length"] == "4"
    assert response.headers["Cache-Control"] == "no-cache"
    assert "ETag" in response.headers
    assert response.headers["Last-Modified"].endswith(" GMT")


@pytest.mark.parametrize(
    ("path", "text"),
    [("style/%C3%A9t%C3%A9.css", "b {}"), ("two%20words.txt", "two words"), ("empty.txt", "")],
)
def test_names_with_accents_and_spaces_and_empty_files_are_sent(client, path, text):
    response = client.get("/static/" + path)
    assert (response.status, response.text) == (200, text)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.css", "text/css; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.html", "text/html; charset=utf-8"),
        ("a.json", "application/json; charset=utf-8"),
        ("a.svg", "image/svg+xml; charset=utf-8"),
        ("a.png", "image/png"),
        ("a.woff2", "font/woff2"),
        ("a.unknown", "application/octet-stream"),
        ("a", "application/octet-stream"),
    ],
)
def test_the_type_follows_the_ending(name, kind):
    assert content_type(name) == kind


def test_a_life_is_given_when_asked_for(root):
    headers = site(root, max_age_seconds=3600).get("/static/style/site.css").headers
    assert headers["Cache-Control"] == "max-age=3600"


def test_head_says_the_same_and_sends_no_bytes(client):
    for path in ("/static/style/site.css", "/static/large.bin"):
        get, head = client.get(path), client.head(path)
        assert (head.status, head.body) == (200, b"")
        assert head.headers.items() == get.headers.items()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "BREW"])
def test_other_methods_are_not_allowed(client, method):
    response = client.open(method, "/static/style/site.css")
    assert (response.status, response.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_options_names_the_methods(client):
    response = client.options("/static/style/site.css")
    assert (response.status, response.headers["Allow"]) == (204, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize("path", ["/static/style/site.css", "/static/large.bin"])
def test_no_file_stays_open(client, path):
    client.get(path)
    before = len(os.listdir("/dev/fd"))
    for _ in range(20):
        client.get(path)
    assert len(os.listdir("/dev/fd")) < before + 20


# Conditional requests


def date(days):
    return format_datetime(datetime.now(UTC) + timedelta(days=days), usegmt=True)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/static/style/site.css", "/static/large.bin"])
def test_a_good_copy_is_not_sent_again(client, method, path):
    etag = client.get(path).headers["ETag"]
    response = client.open(method, path, headers={"If-None-Match": f'"other", {etag}'})
    assert (response.status, response.body) == (304, b"")
    assert response.headers["ETag"] == etag


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-Modified-Since": date(1)}, 304),
        ({"If-Modified-Since": date(-1)}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-None-Match": '"other"', "If-Modified-Since": date(1)}, 200),
        ({"If-None-Match": "*"}, 304),
        ({"If-Match": '"other"'}, 412),
        ({"If-Unmodified-Since": date(-1)}, 412),
    ],
    ids=["seen since", "changed since", "no date", "tag wins", "any", "match", "unmodified"],
)
def test_preconditions_decide_the_status(client, headers, status):
    assert client.get("/static/style/site.css", headers=headers).status == status


def test_a_changed_file_has_another_tag(client, root):
    before = client.get("/static/style/site.css").headers["ETag"]
    (root / "style" / "site.css").write_text("a { color: red }")
    response = client.get("/static/style/site.css", headers={"If-None-Match": before})
    assert (response.status, response.text) == (200, "a { color: red }")


# Large files


def test_a_large_file_is_sent_in_chunks_and_whole(client):
    response = client.get("/static/large.bin")
    assert response.body == LARGE
    assert response.headers["Content-Length"] == str(len(LARGE))


def stream_of(client):
    """What the server is handed for a large file."""
    environ = make_environ("GET", "/static/large.bin")
    return client.application(environ, lambda status, headers: None)


def test_no_chunk_of_a_large_file_is_large(client):
    body = stream_of(client)
    sizes = [len(chunk) for chunk in body]
    body.close()
    assert max(sizes) <= 64 * 1024
    assert sum(sizes) == len(LARGE)


@pytest.mark.parametrize("chunks_read", [0, 1], ids=["nothing was read", "the visitor left"])
def test_a_large_file_is_closed_by_the_servers_close(client, chunks_read):
    body = stream_of(client)
    for _, _chunk in zip(range(chunks_read), body, strict=False):
        pass
    body.close()
    with pytest.raises(ValueError, match="closed file"):
        next(iter(body))


def test_a_large_file_is_closed_when_only_its_head_was_asked(root):
    opened = []

    def watching(handler):
        def handle(request):
            response = handler(request)
            opened.append(response.body)
            return response

        return handle

    layers = [watching, StaticFiles("/static/", [root])]
    Client(Application(Routes(), layers)).head("/static/large.bin")
    assert isinstance(opened[0], FileBody)
    with pytest.raises(ValueError, match="closed file"):
        next(iter(opened[0]))


# Roots


def test_the_first_root_that_has_the_file_answers(root, tmp_path):
    shelf = tmp_path / "shelf"
    (shelf / "style").mkdir(parents=True)
    (shelf / "style" / "site.css").write_text("of the shelf")
    (shelf / "style" / "more.css").write_text("more")
    assert site(root, shelf).get("/static/style/site.css").text == "a {}"
    assert site(shelf, root).get("/static/style/site.css").text == "of the shelf"
    assert site(root, shelf).get("/static/style/more.css").text == "more"


def test_a_folder_in_one_root_does_not_hide_a_file_in_the_next(root, tmp_path):
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    (shelf / "style").write_text("a file")
    assert site(root, shelf).get("/static/style").text == "a file"


def test_a_root_that_is_a_link_is_followed_once_at_start(root, tmp_path):
    (tmp_path / "current").symlink_to(root)
    assert site(tmp_path / "current").get("/static/style/site.css").text == "a {}"


def test_a_file_is_answered_without_the_chain_inside(root):
    def never(handler):
        raise AssertionError

    layer = StaticFiles("/static/", [root])(never)
    assert layer(RequestFactory().get("/static/style/site.css")).status == 200


# Wrong wiring fails at start


@pytest.mark.parametrize("prefix", ["static/", "/static", "", "static"])
def test_a_prefix_starts_and_ends_with_a_slash(root, prefix):
    with pytest.raises(ValueError, match="must start and end with '/'"):
        StaticFiles(prefix, [root])


def test_a_root_that_is_no_folder_is_named(root, tmp_path):
    with pytest.raises(ValueError, match=r"no folder .*missing"):
        StaticFiles("/static/", [root, tmp_path / "missing"])
