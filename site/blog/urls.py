"""The addresses of the blog."""

from blog.controllers import PostComment, PostDetail, PostList
from blog.models import Post
from framework.routing.routes import Routes

routes = Routes()
routes.add("/", PostList, name="post_list")
routes.add("/<int:year>/<int:month>/<int:day>/<slug:slug>/", PostDetail, name="post_detail")
routes.add("/<int:id>/comment/", PostComment, name="post_comment")


def address(post: Post) -> tuple[str, dict[str, object]]:
    """The one address of a post."""
    day = post.publish_date
    return "post_detail", {"year": day.year, "month": day.month, "day": day.day, "slug": post.slug}


routes.canonical(Post, address)
