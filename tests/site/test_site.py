import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from framework.tools.client import Client

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "site"
APPS = [path.parent.name for path in SITE.glob("*/__init__.py")]


def python(*words, **environ):
    command = [sys.executable, *words]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | environ, capture_output=True, text=True, check=False
    )


# The folder site/ beside the stdlib's module site


def test_the_folder_is_no_package():
    assert not (SITE / "__init__.py").exists()
    assert not (SITE / "site.py").exists()


@pytest.mark.parametrize("name", APPS)
def test_no_app_hides_a_module_of_the_stdlib(name):
    assert name not in sys.stdlib_module_names


def test_packages_are_found_even_without_frozen_modules():
    done = python("-X", "frozen_modules=off", "-c", "import gunicorn", PYTHONPATH=".")
    assert done.returncode == 0, done.stderr


def test_with_an_init_they_would_not_be(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "__init__.py").touch()
    code = ("-X", "frozen_modules=off", "-c", "import gunicorn")
    assert python(*code, PYTHONPATH=str(tmp_path)).returncode != 0


def test_site_is_still_the_stdlibs():
    import site

    assert Path(site.__file__).parent != SITE


@pytest.mark.parametrize("path", sorted(SITE.glob("*.py")), ids=lambda path: path.name)
def test_the_top_modules_have_no_doctests(path):
    assert ">>> " not in path.read_text("utf-8")


def test_every_app_is_wired(demo_site):
    assert demo_site.apps.unwired == []
    assert set(APPS) <= {app.label for app in demo_site.apps}


# Every page


@pytest.fixture(scope="module")
def whole(demo_site, read_page):
    """Every page that links lead to from the first one on, and every file that these load."""
    client, todo = Client(demo_site), ["/"]
    pages, files = {}, {}
    while todo:
        path = todo.pop()
        pages[path] = client.get(path)
        for _, element in read_page(pages[path]).elements:
            url = urlsplit(urljoin(path, element.get("href") or element.get("src") or path))
            link = f"{url.path}?{url.query}" if url.query else url.path
            if url.scheme or link in pages or link in todo or link in files:
                continue
            if link.startswith("/static/"):
                files[link] = client.get(link)
            else:
                todo.append(link)
    return pages, files


def test_every_link_leads_to_a_page(whole):
    pages, _ = whole
    assert [path for path, answer in pages.items() if answer.status != 200] == []
    assert len(pages) > 40 + 14


def test_every_file_of_a_page_is_there(whole):
    _, files = whole
    assert [path for path, answer in files.items() if answer.status != 200] == []
    assert len(files) > 5


def test_every_page_is_well_made(whole, read_page):
    pages, _ = whole
    found = {path: read_page(answer).problems for path, answer in pages.items()}
    assert {path: problems for path, problems in found.items() if problems} == {}


def test_every_page_is_html_with_a_title_of_its_own(whole, read_page):
    pages, _ = whole
    titles = [
        answer.text.partition("<title>")[2].partition("</title>")[0] for answer in pages.values()
    ]
    assert all(title.endswith("Glasshouse") for title in titles)
    assert {answer.content_type for answer in pages.values()} == {"text/html"}
    assert len(set(titles)) >= len(pages) - 1  # /blog/ and /blog/?page=1 are one page


WRONG = [
    ("GET", "/nowhere/", 404),
    ("GET", "/theme/", 405),
    ("POST", "/blog/", 405),
    ("POST", "/theme/", 400),
    ("POST", "/blog/1/comment/", 403),
    ("GET", "/blog/2026/2/30/x/", 404),
]


@pytest.mark.parametrize(("method", "path", "status"), WRONG)
def test_a_page_that_says_no_is_well_made_too(method, path, status, demo_site, read_page):
    answer = Client(demo_site).open(method, path)
    assert answer.status == status
    assert read_page(answer).problems == []


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("HEAD", "/blog/"), ("GET", "/static/logo.svg"), *((m, p) for m, p, _ in WRONG)],
)
def test_every_answer_has_the_security_headers(method, path, demo_site):
    headers = Client(demo_site).open(method, path).headers
    assert {name: headers.get(name) for name in HEADERS} == HEADERS
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy


def test_a_page_says_as_much_to_head_as_to_get(demo_site):
    client = Client(demo_site)
    get, head = client.get("/blog/"), client.head("/blog/")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"]


def test_an_address_without_its_last_slash_is_sent_there(demo_site):
    answer = Client(demo_site).get("/blog?page=2")
    assert (answer.status, answer.location) == (308, "http://localhost/blog/?page=2")


def test_below_a_prefix_every_link_stays_below_it(demo_site):
    client = Client(demo_site, "http://localhost/house")
    pages = client.get("/"), client.get("/blog/?page=2"), client.get("/nowhere/")
    for page in pages:
        for part in page.text.split(' href="/')[1:] + page.text.split(' src="/')[1:]:
            assert part.startswith("house/"), part[:40]


# What a visitor sends may be anything


@pytest.mark.parametrize(
    "path",
    [
        "/see%20evil.example%20now",
        "/%3Cscript%3Ealert(1)%3C/script%3E",
        "/blog/2026/11/20/visit-evil-example/",
        "/nowhere/?q=evil.example",
    ],
)
def test_a_404_echoes_nothing_of_the_address(path, demo_site, read_page):
    answer = Client(demo_site).get(path)
    assert answer.status == 404
    assert "evil" not in answer.text
    assert "alert(1)" not in answer.text


def test_a_page_that_is_there_may_name_its_own_address(demo_site):
    assert 'value="/blog/?page=2"' in Client(demo_site).get("/blog/?page=2").text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/%ff%fe", 400),
        ("/blog/%00/", 404),
        ("/blog/?page=%ff", 200),
        ("/" + "x" * 9_000, 414),
        ("/?" + "a&" * 5_000, 414),
        ("/blog/" + "9" * 4_000 + "/comment/", 404),
        ("/static/../site/settings.py", 404),
        ("/static/%2e%2e/%2e%2e/var/secret_key", 404),
        ("/..%2fvar/secret_key", 404),
    ],
)
def test_an_odd_address_is_no_accident(path, status, demo_site, read_page):
    answer = Client(demo_site).get(path)
    assert answer.status == status
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost@evil.example", "localhost:80:90", "a b"]
)
def test_a_foreign_host_is_refused_before_any_page(host, demo_site):
    answer = Client(demo_site).get("/", headers={"Host": host})
    assert answer.status == 400
    assert host not in answer.text


# Production


@pytest.fixture(scope="module")
def production(make_site, empty_file):
    changes = {"site_env": "production", "hsts_seconds": 60, "allowed_hosts": ["glass.example"]}
    return Client(make_site(f"sqlite:///{empty_file}", **changes), "https://glass.example")


def test_the_style_guide_is_there_in_development_only(production, demo_site, read_page):
    guide = Client(demo_site).get("/_style/")
    assert (guide.status, read_page(guide).problems) == (200, [])
    assert production.get("/_style/").status == 404


def test_in_production_browsers_are_told_to_use_https(production):
    assert production.get("/").headers["Strict-Transport-Security"] == "max-age=60"


def test_on_https_every_cookie_is_secure(production):
    answer = production.post("/theme/", data={"theme": "dark"})
    assert answer.cookies["theme"].secure
