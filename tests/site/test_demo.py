import pytest
from sqlalchemy import func, select

from accounts.models import User
from blog.demo import load as module
from blog.demo.load import PASSWORD, load, read_post
from blog.models import Comment, Post, Tag, published
from framework.tools.client import Client


def counts(site):
    with site.database.sessions() as db:
        kinds = (User, Post, Tag, Comment)
        return [db.scalar(select(func.count()).select_from(kind)) for kind in kinds]


def test_it_is_loaded_once(site):
    assert load(site.database)
    before = counts(site)
    assert not load(site.database)
    assert counts(site) == before


def test_there_is_enough_to_look_at(demo_site):
    people, posts, tags, comments = counts(demo_site)
    assert (people, posts > 40, tags > 10, comments > 30) == (5, True, True, True)
    with demo_site.database.sessions() as db:
        assert len(db.scalars(published()).all()) >= 41


def test_not_all_of_it_is_public(demo_site):
    with demo_site.database.sessions() as db:
        public = {post.slug for post in db.scalars(published())}
        hidden = set(db.scalars(select(Post.slug))) - public
        assert hidden
        assert db.scalar(select(func.count()).where(~Comment.active)) >= 1
    pages = Client(demo_site).get("/blog/").text + Client(demo_site).get("/").text
    assert not [slug for slug in hidden if slug in pages]


def test_the_five_can_sign_in_with_one_password(demo_site):
    with demo_site.database.sessions() as db:
        people = db.scalars(select(User).order_by(User.username)).all()
    assert [user.username for user in people] == ["admin", "alice", "bob", "otto", "tina"]
    assert PASSWORD == "see-through-1"
    assert people[0].check_password(PASSWORD)
    assert [user.username for user in people if user.is_superuser] == ["admin"]


def test_who_is_there_already_stays_as_they_are(sqlite_site):
    with sqlite_site.database.transaction() as db:
        db.add(User(username="alice", password="!", first_name="Alice herself"))
    load(sqlite_site.database)
    with sqlite_site.database.sessions() as db:
        alice = db.scalar(select(User).where(User.username == "alice"))
    assert (alice.first_name, alice.password) == ("Alice herself", "!")


def test_it_is_loaded_whole_or_not_at_all(sqlite_site, monkeypatch):
    monkeypatch.setattr(module, "_comments", lambda db, posts: posts["no such post"])
    with pytest.raises(KeyError):
        load(sqlite_site.database)
    assert counts(sqlite_site) == [0, 0, 0, 0]


def test_the_head_of_a_post_is_read():
    head, body = read_post("---\ntitle: A: B\ntags: glass, two words\n---\n\nText.\n---\nMore.\n\n")
    assert head == {"title": "A: B", "tags": ["glass", "two words"]}
    assert body == "Text.\n---\nMore.\n"


def test_every_post_has_an_excerpt_of_real_sentences(demo_site):
    with demo_site.database.sessions() as db:
        for post in db.scalars(select(Post)):
            assert len(post.excerpt_html.striptags()) > 60, post.slug
            assert "lorem ipsum" not in post.body.lower()
