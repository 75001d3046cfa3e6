"""The tables of the blog: Post, Comment, Tag.

In   db.scalars(published().limit(3))
Out  the newest published posts, each with author and tags in two statements, however many
"""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Select,
    String,
    Table,
    Text,
    UniqueConstraint,
    desc,
    select,
)
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship, selectinload, validates

from accounts.models import User
from framework.contrib.markdown import first_paragraph, to_html
from framework.mvc.model import Model
from framework.mvc.view import Markup


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


class Status(StrEnum):
    """A draft is reachable nowhere."""

    DRAFT = "draft"
    PUBLISHED = "published"


post_tag = Table(
    "blog_post_tag",
    Model.metadata,
    Column("post_id", ForeignKey("blog_post.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("blog_tag.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Tag(Model):
    """A word that posts share."""

    __tablename__ = "blog_tag"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    slug: Mapped[str] = mapped_column(String(100), unique=True)


class Post(Model):
    """A post; its address is the date of its publication (in UTC) and a slug."""

    __tablename__ = "blog_post"
    __table_args__ = (
        UniqueConstraint("publish_date", "slug"),
        Index("ix_blog_post_status_publish", "status", desc("publish")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(250))
    slug: Mapped[str] = mapped_column(String(250))
    author_id: Mapped[int] = mapped_column(
        ForeignKey("accounts_user.id", ondelete="CASCADE"), index=True
    )
    body: Mapped[str] = mapped_column(Text)
    publish: Mapped[datetime]
    publish_date: Mapped[date]
    created: Mapped[datetime] = mapped_column(default=now)
    updated: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    status: Mapped[str] = mapped_column(String(10), default=Status.DRAFT)

    author: Mapped[User] = relationship()
    tags: Mapped[list[Tag]] = relationship(secondary=post_tag, order_by=Tag.name)
    comments: Mapped[list["Comment"]] = relationship(
        back_populates="post", cascade="all, delete-orphan", passive_deletes=True
    )

    def __init__(self, **values: Any) -> None:
        super().__init__(**{"publish": now(), **values})

    @validates("publish")
    def _date_it(self, name: str, publish: datetime) -> datetime:
        """The date in the address follows the moment of publication."""
        self.publish_date = publish.astimezone(UTC).date()
        return publish

    @property
    def body_html(self) -> Markup:
        """The body as safe HTML."""
        return to_html(self.body)

    @property
    def excerpt_html(self) -> Markup:
        """The first paragraph as safe HTML."""
        return to_html(first_paragraph(self.body))


class Comment(Model):
    """What a reader wrote below a post; shown while `active`."""

    __tablename__ = "blog_comment"
    __table_args__ = (Index("ix_blog_comment_post_id_created", "post_id", "created"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("blog_post.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str] = mapped_column(String(254))
    body: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(default=now)
    updated: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    active: Mapped[bool] = mapped_column(default=True)

    post: Mapped[Post] = relationship(back_populates="comments")


def published() -> Select[Post]:
    """The posts that visitors may see: published, their moment reached."""
    return select(Post).where(Post.status == Status.PUBLISHED, Post.publish <= now())


def latest_posts() -> Select[Post]:
    """Published posts, newest first, with author and tags."""
    loads = (joinedload(Post.author), selectinload(Post.tags))
    return published().order_by(Post.publish.desc(), Post.id.desc()).options(*loads)


def post_at(day: date, slug: str) -> Select[Post]:
    """The published post of this address."""
    return latest_posts().where(Post.publish_date == day, Post.slug == slug)


def comments_of(post: Post) -> Select[Comment]:
    """The comments of a post that are shown, oldest first."""
    shown = select(Comment).where(Comment.post_id == post.id, Comment.active)
    return shown.order_by(Comment.created, Comment.id)
