"""A path from outside names a file below the root, or nothing: each way out is tried twice."""

import os
from ntpath import join as windows_join
from ntpath import normpath as windows_path

import pytest

from framework.application import Application
from framework.middleware import static
from framework.middleware.errors import ErrorPages
from framework.middleware.static import StaticFiles, resolve
from framework.routing.routes import Routes
from framework.tools.client import Client, make_environ

SECRET = "the secret"  # as in conftest


def site(root):
    return Client(Application(Routes(), [ErrorPages(), StaticFiles("/static/", [root])]))


@pytest.fixture
def client(root):
    return site(root)


def ask(client, path):
    """The answer for exactly this PATH_INFO, which a server has decoded already."""
    environ = make_environ("GET", "/")
    environ["PATH_INFO"] = path
    return client.raw(environ)


def naive(root, path):
    """What a first attempt does: join, and look whether the file is there."""
    return os.path.normpath(os.path.join(root, path))


# resolve


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("style/site.css", "style/site.css"),
        ("style/été.css", "style/été.css"),
        ("two words.txt", "two words.txt"),
        ("large.bin", "large.bin"),
        ("link_in.css", "style/site.css"),
        ("style", "style"),
        ("none.css", "none.css"),
        ("a..b.css", "a..b.css"),
        ("console.css", "console.css"),
        ("com10.css", "com10.css"),
    ],
)
def test_a_path_below_the_root_names_its_file(root, path, file):
    assert resolve(str(root), path) == str(root / file)


OUTSIDE = {
    "parent": "../secret.txt",
    "parent of a folder": "style/../../secret.txt",
    "parent of no folder": "none/../../secret.txt",
    "sibling whose name begins alike": "../static_private/secret.txt",
    "absolute": "{parent}/secret.txt",
    "link out": "link_out.txt",
    "link out of a folder": "folder_out/secret.txt",
    "dot": "./../secret.txt",
    "hidden file": ".env",
    "hidden folder": ".git/config",
}


@pytest.mark.parametrize("path", OUTSIDE.values(), ids=OUTSIDE)
def test_a_path_that_leads_outside_names_nothing(root, path):
    assert resolve(str(root), path.format(parent=root.parent)) is None


@pytest.mark.parametrize("path", OUTSIDE.values(), ids=OUTSIDE)
def test_attack_a_naive_join_opens_the_secret(root, path):
    with open(naive(root, path.format(parent=root.parent))) as file:
        assert file.read() == SECRET


WINDOWS = {
    "backslash": "..\\secret.txt",
    "backslash inside": "style\\..\\..\\secret.txt",
    "drive": "D:/secret.txt",
    "drive, relative": "D:secret.txt",
    "share": "\\\\evil\\share\\x",
}


@pytest.mark.parametrize("path", WINDOWS.values(), ids=WINDOWS)
def test_a_path_that_leads_outside_on_windows_names_nothing(root, path):
    assert resolve(str(root), path) is None
    naive_file = windows_path(windows_join("C:\\site\\static", path))
    assert not naive_file.startswith("C:\\site\\static\\")


ODD = {
    "nothing": "",
    "slash": "/",
    "folder with a slash": "style/",
    "two slashes": "style//site.css",
    "leading slash": "/style/site.css",
    "dot": ".",
    "two dots": "..",
    "three dots": "...",
    "inner dot": "style/./site.css",
    "NUL": "style/site.css\0",
    "NUL before an ending": "../secret.txt\0.css",
    "line feed": "style/site.css\n",
    "escape": "\x1b[31m",
    "bidi": "style/\u202esite.css",
    "link to the root": "link_here",
    "stream of NTFS": "style/site.css::$DATA",
    "trailing dot": "style/site.css.",
    "trailing space": "style/site.css ",
    "device": "nul",
    "device in capitals": "CON",
    "device with an ending": "con.css",
    "device with two endings": "aux.tar.gz",
    "device as a folder": "prn/site.css",
    "port": "COM1",
    "port with an ending": "lpt9.txt",
    "port in superscript": "com¹.txt",
}


@pytest.mark.parametrize("path", ODD.values(), ids=ODD)
def test_an_odd_path_names_nothing(root, path):
    assert resolve(str(root), path) is None


@pytest.mark.parametrize("path", ["a" * 300, "a/" * 3_000 + "a"], ids=["name", "path"])
def test_a_path_longer_than_the_system_takes_is_no_file(client, path):
    assert ask(client, "/static/" + path).status == 404


# Through the door


@pytest.mark.parametrize("path", OUTSIDE.values(), ids=OUTSIDE)
def test_what_lies_outside_is_not_found(root, path):
    response = ask(site(root), "/static/" + path.format(parent=root.parent))
    assert (response.status, SECRET in response.text) == (404, False)


@pytest.mark.parametrize("path", OUTSIDE.values(), ids=OUTSIDE)
def test_attack_with_a_naive_resolve_the_secret_is_served(root, path, monkeypatch):
    monkeypatch.setattr(static, "resolve", naive)
    response = ask(site(root), "/static/" + path.format(parent=root.parent))
    assert (response.status, response.text) == (200, SECRET)


@pytest.mark.parametrize(
    "path",
    [
        *("%2e%2e/secret.txt", "%2e%2e%2fsecret.txt", "..%2fsecret.txt", "..%5csecret.txt"),
        *("%252e%252e%252fsecret.txt", "style/%2e%2e/%2e%2e/secret.txt", ".%2e/secret.txt"),
        *("%c0%ae%c0%ae/secret.txt", "%00", "site.css%00.txt", "%2fetc%2fpasswd", "//etc/passwd"),
    ],
)
def test_an_encoded_way_out_is_not_found(client, path):
    for response in (client.get("/static/" + path), ask(client, "/static/" + path)):
        assert response.status in (400, 404)
        assert SECRET not in response.text


@pytest.mark.parametrize(
    "path",
    [
        *("/static/", "/static//", "/static/style", "/static/style/"),
        *("/static/none.css", "/static/loop.txt"),
    ],
)
def test_a_folder_a_missing_file_and_a_link_to_itself_are_not_found(client, path):
    assert ask(client, path).status == 404
