"""The addresses of the blog."""

from blog.controllers import PostComment, PostDetail, PostList
from blog.models import Post
from framework.routing.routes import Routes

routes = Routes(
    [
        ("/", PostList, "post_list"),
        ("/<int:year>/<int:month>/<int:day>/<slug:slug>/", PostDetail, "post_detail"),
        ("/<int:id>/comment/", PostComment, "post_comment"),
    ]
)


def address(post: Post) -> tuple[str, dict[str, object]]:
    """The one address of a post."""
    day = post.publish_date
    return "post_detail", {"year": day.year, "month": day.month, "day": day.day, "slug": post.slug}


routes.canonical(Post, address)
