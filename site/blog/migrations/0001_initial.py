"""Blog 0001: initial."""

import sqlalchemy as sa
from alembic import op

from framework.mvc.columns import UTCDateTime

revision = "blog_0001"
down_revision = None
branch_labels = ("blog",)
depends_on = ("accounts_0001",)


def upgrade() -> None:
    """Brings the tables up to this migration."""
    op.create_table(
        "blog_tag",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blog_tag")),
        sa.UniqueConstraint("slug", name=op.f("uq_blog_tag_slug")),
    )
    op.create_table(
        "blog_post",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=250), nullable=False),
        sa.Column("slug", sa.String(length=250), nullable=False),
        sa.Column(
            "author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("publish", UTCDateTime(timezone=True), nullable=False),
        sa.Column("publish_date", sa.Date(), nullable=False),
        sa.Column("created", UTCDateTime(timezone=True), nullable=False),
        sa.Column("updated", UTCDateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["accounts_user.id"],
            name=op.f("fk_blog_post_author_id_accounts_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blog_post")),
        sa.UniqueConstraint("publish_date", "slug", name=op.f("uq_blog_post_publish_date_slug")),
    )
    with op.batch_alter_table("blog_post", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_blog_post_author_id"), ["author_id"], unique=False)

    op.create_table(
        "blog_comment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created", UTCDateTime(timezone=True), nullable=False),
        sa.Column("updated", UTCDateTime(timezone=True), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["blog_post.id"],
            name=op.f("fk_blog_comment_post_id_blog_post"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blog_comment")),
    )
    with op.batch_alter_table("blog_comment", schema=None) as batch_op:
        batch_op.create_index(
            "ix_blog_comment_post_id_created", ["post_id", "created"], unique=False
        )

    op.create_table(
        "blog_post_tag",
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tag_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["blog_post.id"],
            name=op.f("fk_blog_post_tag_post_id_blog_post"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tag_id"],
            ["blog_tag.id"],
            name=op.f("fk_blog_post_tag_tag_id_blog_tag"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("post_id", "tag_id", name=op.f("pk_blog_post_tag")),
    )
    with op.batch_alter_table("blog_post_tag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_blog_post_tag_tag_id"), ["tag_id"], unique=False)

    op.create_index(
        "ix_blog_post_status_publish",
        "blog_post",
        ["status", sa.literal_column("publish DESC")],
        unique=False,
    )


def downgrade() -> None:
    """Takes this migration back."""
    op.drop_index("ix_blog_post_status_publish", table_name="blog_post")
    with op.batch_alter_table("blog_post_tag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_blog_post_tag_tag_id"))

    op.drop_table("blog_post_tag")
    with op.batch_alter_table("blog_comment", schema=None) as batch_op:
        batch_op.drop_index("ix_blog_comment_post_id_created")

    op.drop_table("blog_comment")
    with op.batch_alter_table("blog_post", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_blog_post_author_id"))

    op.drop_table("blog_post")
    op.drop_table("blog_tag")
