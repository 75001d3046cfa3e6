"""Loads the demo data: five people, their posts, the comments below.

In   an empty, migrated database
Out  True; False when there are posts already: nothing is changed then
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import User
from blog.models import Comment, Post, Tag
from framework.contrib.auth.passwords import hash_password
from framework.mvc.model import Database

HERE = Path(__file__).parent
PASSWORD = "see-through-1"


def load(database: Database) -> bool:
    """Fills an empty blog; all of it or nothing."""
    with database.sessions() as db:
        if db.scalar(select(Post.id).limit(1)) is not None:
            return False
        people = _people(db)
        posts = _posts(db, people)
        _comments(db, posts)
        db.commit()
    return True


def _people(db: Session) -> dict[str, User]:
    """The users by name; those who exist already stay as they are."""
    people = {user.username: user for user in db.scalars(select(User))}
    password = hash_password(PASSWORD)
    for row in json.loads((HERE / "people.json").read_text("utf-8")):
        if row["username"] not in people:
            admin = row["username"] == "admin"
            user = User(**row, password=password, is_staff=admin, is_superuser=admin)
            people[user.username] = user
            db.add(user)
    return people


def _posts(db: Session, people: dict[str, User]) -> dict[str, Post]:
    """The posts by slug, dated back from now."""
    tags = {tag.name: tag for tag in db.scalars(select(Tag))}
    posts = {}
    for path in sorted((HERE / "posts").glob("*.md")):
        head, body = read_post(path.read_text("utf-8"))
        for name in head["tags"]:
            tags.setdefault(name, Tag(name=name, slug=name.replace(" ", "-")))
        moment = _moment(int(head["days_ago"]), head["time"])
        posts[head["slug"]] = post = Post(
            title=head["title"],
            slug=head["slug"],
            author=people[head["author"]],
            body=body,
            publish=moment,
            created=moment,
            updated=moment,
            status=head["status"],
            tags=[tags[name] for name in head["tags"]],
        )
        db.add(post)
    return posts


def _comments(db: Session, posts: dict[str, Post]) -> None:
    for row in json.loads((HERE / "comments.json").read_text("utf-8")):
        post = posts[row.pop("post")]
        moment = post.publish + timedelta(hours=row.pop("hours_after"))
        db.add(Comment(post=post, created=moment, updated=moment, **row))


def read_post(text: str) -> tuple[dict[str, Any], str]:
    """The head of a post ("name: value" lines between two "---") and its body."""
    _, head, body = text.split("---\n", 2)
    values: dict[str, Any] = {}
    for line in head.strip().splitlines():
        name, _, value = line.partition(":")
        values[name.strip()] = value.strip()
    values["tags"] = [tag.strip() for tag in values["tags"].split(",")]
    return values, body.strip() + "\n"


def _moment(days_ago: int, time: str) -> datetime:
    """So many days ago at this time of day, in UTC."""
    hour, minute = time.split(":")
    day = datetime.now(UTC) - timedelta(days=days_ago)
    return day.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
