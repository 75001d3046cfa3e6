from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from accounts.models import User
from blog.models import Comment, Post, Status, Tag
from framework.application import Application
from framework.mvc.model import UnitOfWork
from framework.sessions.stores.database import SessionRow
from framework.tools.client import Client, count_sql

DAY = datetime(2026, 11, 2, 12, tzinfo=UTC)
FIRST = "/blog/2026/11/2/first/"
GOOD = {"name": "Bob", "email": "bob@b.example", "body": "A fine text."}


@pytest.fixture
def client(site):
    return Client(site)


@pytest.fixture
def post(site, write_post):
    """The post at FIRST."""
    return write_post(site)


def rows(site, kind=Comment):
    with site.database.sessions() as db:
        return db.scalars(select(kind)).all()


def ago(**time):
    return datetime.now(UTC) - timedelta(**time)


# The list


@pytest.fixture
def seven(site, write_post):
    """Seven posts, the highest number the newest."""
    for number in range(1, 8):
        write_post(site, slug=f"p{number}", title=f"Post {number}", publish=DAY + timedelta(number))


def titles(page):
    return [word for word in page.text.replace("Post ", "Post").split() if word.startswith("Post")][
        1:
    ]


def numbers(read_page, answer):
    """The numbers of the posts on a page, in their order."""
    hrefs = [own["href"] for own in read_page(answer).all("a")]
    return [
        int(href.strip("/").rpartition("/p")[2]) for href in hrefs if href.startswith("/blog/2")
    ]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", [7, 6, 5]),
        ("?page=1", [7, 6, 5]),
        ("?page=2", [4, 3, 2]),
        ("?page=3", [1]),
        ("?page=4", [1]),
        ("?page=99999999999999999999", [1]),
        ("?page=0", [7, 6, 5]),
        ("?page=-1", [7, 6, 5]),
        ("?page=banana", [7, 6, 5]),
        ("?page=", [7, 6, 5]),
        ("?page=2&page=3", [4, 3, 2]),
        ("?page=1;drop table blog_post", [7, 6, 5]),
    ],
)
def test_three_posts_a_page_the_newest_first(query, shown, seven, client, read_page):
    assert numbers(read_page, client.get("/blog/" + query)) == shown


def test_the_way_through_the_pages_keeps_the_other_parameters(seven, client):
    html = client.get("/blog/?tag=wsgi&page=2").text
    assert "Page 2 of 3" in html
    assert 'href="?tag=wsgi&amp;page=3" rel="next"' in html


def test_posts_of_one_moment_keep_their_order(site, write_post, client, read_page):
    for number in range(1, 6):
        write_post(site, slug=f"p{number}")
    pages = [numbers(read_page, client.get(f"/blog/?page={number}")) for number in (1, 2)]
    assert pages == [[5, 4, 3], [2, 1]]


def test_an_empty_blog_says_so_and_leads_on(client, read_page):
    answer = client.get("/blog/")
    assert (answer.status, read_page(answer).problems) == (200, [])
    assert "No posts yet" in answer.text


HIDDEN = {
    "a draft": {"status": "draft"},
    "a post of tomorrow": {"publish": datetime.now(UTC) + timedelta(days=1)},
}


@pytest.mark.parametrize("values", HIDDEN.values(), ids=HIDDEN)
def test_what_is_not_published_is_reachable_nowhere(values, site, write_post, client):
    hidden = write_post(site, title="Secret", slug="secret", **values)
    day = hidden.publish_date
    address = f"/blog/{day.year}/{day.month}/{day.day}/secret/"
    for path in ("/", "/blog/", "/blog/?page=9", address):
        assert "Secret" not in client.get(path).text
    assert client.get(address).status == 404


def test_without_the_condition_the_draft_would_be_there(site, write_post, client, monkeypatch):
    write_post(site, title="Secret", status="draft")
    monkeypatch.setattr("blog.models.published", lambda: select(Post))
    assert "Secret" in client.get("/blog/").text
    assert client.get(FIRST).status == 200


def test_a_post_appears_when_its_moment_has_come(site, write_post, client):
    write_post(site, title="Just now", publish=ago(seconds=1))
    assert "Just now" in client.get("/blog/").text


# One post


def test_a_post_is_shown_with_its_author_tags_and_date(site, write_post, client, read_page):
    write_post(site, body="A *leaf*.\n\n# More", tags=[Tag(name="two words", slug="two-words")])
    page = read_page(client.get(FIRST))
    for part in ("First", "2 November 2026", "Ann", "two words", "leaf", "More"):
        assert part in page.text
    assert page.all("em")
    assert page.problems == []


@pytest.mark.parametrize(
    "path",
    [
        "/blog/2026/11/3/first/",
        "/blog/2026/2/30/first/",
        "/blog/2026/13/1/first/",
        "/blog/0/1/1/first/",
        "/blog/10000/1/1/first/",
        "/blog/99999999999/1/1/first/",
        f"/blog/{2**63 - 1}/{2**63 - 1}/{2**63 - 1}/first/",
        f"/blog/{2**63}/1/1/first/",
        f"/blog/{'9' * 5000}/1/1/first/",
        "/blog/2026/11/2/second/",
        "/blog/2026/11/2/FIRST/",
        "/blog/2026/11/2/first'--/",
        "/blog/2026/11/2/first%00/",
        "/blog/-2026/11/2/first/",
        "/blog/٢٠٢٦/11/2/first/",
    ],
)
def test_what_is_not_there_is_404(path, post, client, read_page):
    answer = client.get(path)
    assert answer.status == 404
    assert read_page(answer).problems == []


def test_each_post_has_one_address(post, client):
    link = f'<link rel="canonical" href="http://localhost{FIRST}">'
    assert link in client.get(FIRST + "?utm=x").text


def test_the_date_of_an_address_is_that_of_utc(site, write_post, client):
    kathmandu = datetime.fromisoformat("2026-11-03T02:00:00+05:45")
    write_post(site, publish=kathmandu)
    assert client.get(FIRST).status == 200


# Comments


def comment(client, /, **values):
    """Fills in the form below the first post, as a reader does."""
    return client.submit(client.get(FIRST), "#comment-form", **(GOOD | values))


def test_a_good_comment_is_kept_told_once_and_shown(post, client, site, read_page):
    answer = comment(client)
    [kept] = rows(site)
    assert (answer.status, answer.headers["Location"]) == (303, f"{FIRST}#comment-{kept.id}")
    page = read_page(client.get(FIRST))
    for part in ("Done: Your comment was added.", "1 comment", "Bob", "A fine text."):
        assert part in page.text
    assert "Your comment was added." not in client.get(FIRST).text
    assert page.problems == []


def test_an_address_is_shown_to_nobody(post, client):
    comment(client)
    assert "bob@b.example" not in client.get(FIRST).text


def test_comments_stand_in_the_order_of_writing(post, client, site, read_page):
    for body in ("one", "two", "three"):
        comment(client, body=body)
    text = read_page(client.get(FIRST)).text
    assert text.index("one") < text.index("two") < text.index("three")
    assert "3 comments" in text


def test_a_comment_that_is_not_active_is_not_shown(post, client, site):
    comment(client)
    with site.database.transaction() as db:
        db.execute(text("UPDATE blog_comment SET active = (1 = 0)"))
    page = client.get(FIRST).text
    assert "A fine text." not in page
    assert "Nobody has written here yet." in page


WRONG = {
    "no name": {"name": ""},
    "only blanks": {"name": " \t ", "body": "\r\n \r\n"},
    "a long name": {"name": "x" * 81},
    "no address": {"email": "bob"},
    "two lines": {"email": "bob@b.example\r\nBcc: all@b.example"},
    "a long address": {"email": "b" * 260 + "@b.example"},
    "a long text": {"body": "x" * 5001},
    "nothing at all": {"name": "", "email": "", "body": ""},
}


@pytest.mark.parametrize("values", WRONG.values(), ids=WRONG)
def test_a_bad_comment_keeps_what_was_typed_and_says_what_to_do(
    values, post, client, site, read_page
):
    answer = comment(client, **values)
    page = read_page(answer)
    assert (answer.status, rows(site)) == (422, [])
    form = answer.form("#comment-form")
    typed = {name: text.strip().splitlines() for name, text in (GOOD | values).items()}
    assert {name: form.data[name][0].strip().splitlines() for name in GOOD} == typed
    assert page.problems == []
    assert answer.text.count("<title>Error: First") == 1


@pytest.mark.parametrize("name", ["name", "email", "body"])
def test_each_error_is_tied_to_its_field(name, post, client, read_page):
    page = read_page(comment(client, **{name: ""}))
    [control] = [own for _, own in page.elements if own.get("name") == name]
    assert (control["aria-invalid"], control["required"]) == ("true", None)
    assert f"{name}-errors" in control["aria-describedby"].split()
    assert page.all("ul", id=f"{name}-errors")
    assert page.all("a", href=f"#{name}")  # in the summary
    wrong = [own for _, own in page.elements if own.get("aria-invalid")]
    assert wrong == [control]


def test_a_mended_comment_is_taken(post, client, site):
    wrong = comment(client, email="bob")
    answer = client.submit(wrong, "#comment-form", email="bob@b.example")
    assert answer.status == 303
    assert [kept.body for kept in rows(site)] == ["A fine text."]


def test_a_comment_is_kept_as_text_with_its_lines(post, client, site):
    comment(client, body=" One\r\nline.\r\n\r\nTwo. ")
    assert rows(site)[0].body == "One\nline.\n\nTwo."
    assert "<p>One<br>line.</p>\n<p>Two.</p>" in client.get(FIRST).text


@pytest.mark.parametrize("body", ["\0", "a\0b", "\ud7ff\ue000", "🜁 ﷽", "﻿bom", "x" * 5000])
def test_any_text_is_a_comment_or_an_error_but_no_accident(body, post, client):
    assert comment(client, body=body).status in (303, 422)


@pytest.mark.parametrize(
    "data", [b"name=%ff%fe&body=%ed%a0%80", b"\xff\xfe", b"&" * 500, b"name=" + b"x" * 100_000]
)
def test_any_bytes_are_refused_politely(data, post, client):
    token = client.get(FIRST).form("#comment-form").data["csrf_token"][0]
    answer = client.post(
        f"/blog/{post.id}/comment/",
        data=data,
        content_type="application/x-www-form-urlencoded",
        headers={"X-CSRF-Token": token},
    )
    assert answer.status in (400, 413, 422)


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_a_comment_is_posted_and_nothing_else(method, post, client):
    answer = getattr(client, method)(f"/blog/{post.id}/comment/")
    assert (answer.status, answer.headers["Allow"]) == (405, "POST, OPTIONS")


def send(client, id, **headers):
    """A comment with the token of another post's page."""
    token = client.get(FIRST).form("#comment-form").data["csrf_token"][0]
    return client.post(f"/blog/{id}/comment/", data=GOOD | {"csrf_token": token}, headers=headers)


@pytest.mark.parametrize(
    "id", [0, 999, 2**31, 2**31 - 1, 2**32, 2**63 - 1, 2**63, 10**30, "-1", "1e3"]
)
def test_no_post_of_this_number_is_404(id, post, client, site):
    assert send(client, id).status == 404
    assert rows(site) == []


@pytest.mark.parametrize("values", HIDDEN.values(), ids=HIDDEN)
def test_a_post_that_is_not_published_takes_no_comment(values, post, site, write_post, client):
    hidden = write_post(site, slug="hidden", **values)
    assert send(client, hidden.id).status == 404
    assert rows(site) == []


def test_a_post_that_is_deleted_meanwhile_is_404_too(post, site, client, monkeypatch):
    def deleting(form):
        with site.database._side_engine.begin() as other:
            other.execute(text("DELETE FROM blog_post"))
        return True

    page = client.get(FIRST)
    monkeypatch.setattr("blog.forms.CommentForm.validate", deleting)
    assert client.submit(page, "#comment-form", **GOOD).status == 404


def test_without_the_condition_it_would(post, site, write_post, client, monkeypatch):
    hidden = write_post(site, slug="hidden", status="draft")
    monkeypatch.setattr("blog.models.published", lambda: select(Post))
    assert send(client, hidden.id).status == 303


def test_who_comments_cannot_set_what_the_form_does_not_ask(post, client, site):
    token = client.get(FIRST).form("#comment-form").data["csrf_token"][0]
    extra = {"active": "", "id": "77", "post_id": "999", "created": "2000-01-01"}
    client.post(f"/blog/{post.id}/comment/", data=GOOD | extra | {"csrf_token": token})
    [kept] = rows(site)
    assert (kept.active, kept.post_id) == (True, post.id)
    assert (kept.id != 77, kept.created > ago(minutes=1)) == (True, True)


# From elsewhere


def test_a_comment_without_a_token_is_refused(post, client, site):
    assert client.post(f"/blog/{post.id}/comment/", data=GOOD).status == 403
    assert rows(site) == []


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}],
)
def test_a_comment_sent_by_another_site_is_refused(headers, post, client, site):
    assert send(client, post.id, **headers).status == 403
    assert rows(site) == []


def test_without_the_layer_any_site_could_comment(post, site):
    client = Client(without(site, "CsrfMiddleware"))
    headers = {"Origin": "https://evil.example"}
    client.post(f"/blog/{post.id}/comment/", data=GOOD, headers=headers)
    assert len(rows(site)) == 1


def without(site, kind):
    """The same site without the layer of this class."""
    layers = [layer for layer in site.layers if type(layer).__name__ != kind]
    return Application(site.routes, layers, view=site._view, database=site.database)


# What somebody wrote is shown as text

PAYLOADS = {
    "a script": "<script>alert(1)</script>",
    "a handler": '"><img src=x onerror=alert(1)>',
    "single quotes": "'><svg onload=alert(1)>",
    "the end of a text area": "</textarea></title><script>alert(1)</script>",
    "a template": "{{ request }}{% include 'layout.html' %}",
    "an entity": "&lt;script&gt;alert(1)&lt;/script&gt;",
}


def infest(site, write_post, payload):
    """The payload in every field of the blog."""
    ann = User(username="u" + payload, first_name=payload, last_name=payload, email=payload)
    tags = [Tag(name=payload, slug="x" + payload)]
    post = write_post(site, title=payload, body=f"{payload}\n\n# {payload}", tags=tags, author=ann)
    with site.database.transaction() as db:
        db.add(Comment(post_id=post.id, name=payload, email=payload, body=payload))


def ran(page):
    """What a browser would run of a page."""
    scripts = [own for own in page.all("script") if not own.get("src", "").startswith("/static/")]
    handlers = [own for _, own in page.elements if any(name.startswith("on") for name in own)]
    return [*scripts, *handlers, *[own for own in page.all("img") if own.get("src") == "x"]]


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_every_field_is_inert_on_every_page(payload, sqlite_site, write_post, read_page):
    infest(sqlite_site, write_post, payload)
    client = Client(sqlite_site)
    bad = comment(client, name=payload * 9, email=payload, body="")
    for answer in (client.get("/"), client.get("/blog/"), client.get(FIRST), bad):
        page = read_page(answer)
        assert page.problems == []
        assert ran(page) == []


@pytest.mark.parametrize("name", ["a script", "a handler"])
def test_with_autoescape_off_it_runs(name, sqlite_site, write_post, read_page):
    environment = sqlite_site._view.environment
    environment.bytecode_cache, environment.autoescape = None, False
    infest(sqlite_site, write_post, PAYLOADS[name])
    assert ran(read_page(Client(sqlite_site).get(FIRST)))


# What it costs


@pytest.fixture
def full(site, write_post):
    """Thirty posts with five tags, thirty comments below the first."""
    tags = [Tag(name=f"tag {number}", slug=f"tag-{number}") for number in range(5)]
    with site.database.transaction() as db:
        db.add_all(tags)
    for number in range(30):
        with site.database.transaction() as db:
            own = [db.merge(tag) for tag in tags]
            db.add(
                Post(
                    title="Post",
                    slug=f"p{number}" if number else "first",
                    body="Text.",
                    status=Status.PUBLISHED,
                    publish=DAY - timedelta(number),
                    author=User(username=f"user{number}"),
                    tags=own,
                    comments=[Comment(**GOOD) for _ in range(30 if not number else 1)],
                )
            )


COSTS = {"/": 2, "/blog/": 3, "/blog/?page=7": 3, FIRST: 4, "/blog/2026/11/2/none/": 1, "/none/": 0}


@pytest.mark.parametrize(("path", "most"), COSTS.items())
def test_a_page_costs_the_same_whatever_the_length(path, most, full, client, site):
    with count_sql(site.database) as sql:
        client.get(path)
    assert len(sql) <= most, sql
    assert sql.repeated == {}


@pytest.mark.parametrize(("values", "most"), [({}, 4), ({"body": ""}, 4)], ids=["good", "bad"])
def test_a_comment_costs_four_statements(values, most, full, client, site):
    page = client.get(FIRST)
    with count_sql(site.database) as sql:
        client.submit(page, "#comment-form", **(GOOD | values))
    assert len(sql) <= most, sql


def test_asking_for_each_row_would_be_seen(full, client, site, monkeypatch):
    monkeypatch.setattr("blog.controllers.latest_posts", lambda: select(Post).order_by(Post.id))
    with count_sql(site.database) as sql:
        client.get("/blog/")
    assert sql.repeated


# Without a session, without a cookie


def test_reading_writes_no_session_and_sets_no_cookie(post, site):
    for path in ("/", "/blog/", "/nowhere/") * 5:
        assert Client(site).get(path).cookies == {}
    assert list(Client(site).get(FIRST).cookies) == ["csrf"]
    assert rows(site, SessionRow) == []


def test_even_a_comment_writes_no_session(post, client, site):
    comment(client)
    client.get(FIRST)
    assert rows(site, SessionRow) == []


def test_pages_work_without_the_layers_they_do_not_need(post, site):
    bare = Application(site.routes, [UnitOfWork(site.database)], view=site._view)
    for path in ("/", "/blog/", "/nowhere/"):
        assert Client(bare).get(path).status in (200, 404)


def test_a_page_with_a_token_is_for_one_visitor_only(post, client):
    headers = client.get(FIRST).headers
    assert headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in headers["Vary"]


# In the database


def test_a_slug_is_unique_for_its_day_in_the_database_too(site, write_post):
    write_post(site)
    write_post(site, publish=DAY + timedelta(days=1))
    with pytest.raises(IntegrityError):
        write_post(site, publish=DAY.replace(hour=23))


def test_a_tag_has_its_slug_alone(site, write_post):
    write_post(site, tags=[Tag(name="Glass", slug="glass")])
    with pytest.raises(IntegrityError):
        write_post(site, slug="second", tags=[Tag(name="glass", slug="glass")])


def test_a_post_is_a_draft_of_now_unless_told_otherwise(site, post):
    with site.database.transaction() as db:
        db.add(new := Post(title="New", slug="new", body="", author_id=post.author_id))
        db.flush()
        assert (new.status, new.publish_date) == ("draft", datetime.now(UTC).date())
        assert new.publish > ago(minutes=1)


def test_the_date_follows_the_moment_of_publication(post):
    post.publish = datetime.fromisoformat("2027-01-01T00:30:00+01:00")
    assert post.publish_date.isoformat() == "2026-12-31"


@pytest.mark.parametrize("statement", ["DELETE FROM blog_post", "DELETE FROM accounts_user"])
def test_what_belongs_to_a_post_goes_with_it(statement, post, client, site):
    comment(client)
    with site.database.transaction() as db:
        db.execute(text(statement))
        assert db.scalar(select(func.count()).select_from(Comment)) == 0
    assert client.get(FIRST).status == 404


def test_an_endless_word_in_a_comment_does_not_widen_the_page():
    """A column of `auto` is as wide as its longest word: at 360 px the page scrolled sideways."""
    sheet = Path(__file__, "../../../static/style/reading.css").resolve().read_text()
    rule = sheet.partition(".comments {")[2].partition("}")[0]
    assert "grid-template-columns: minmax(0, 1fr)" in rule


def test_many_comments_are_on_pages_and_a_new_one_leads_to_the_last(client, site, write_post):
    write_post(site, comments=[Comment(**GOOD) for _ in range(51)])
    page = client.get(FIRST)
    assert (page.text.count('<li class="comment"'), "Page 1 of 2" in page.text) == (50, True)
    answer = client.submit(page, "#comment-form", **GOOD)
    assert "?page=2#comment-" in answer.headers["Location"]
    assert client.get(f"{FIRST}?page=2").text.count('<li class="comment"') == 2


def test_a_post_with_the_longest_slug_takes_a_comment(client, site, write_post):
    write_post(site, slug="漢" * 250)
    (href,) = {
        part.partition('"')[0]
        for part in client.get("/blog/").text.split('href="')
        if part.startswith("/blog/2026")
    }
    assert client.submit(client.get(href), "#comment-form", **GOOD).status == 303
