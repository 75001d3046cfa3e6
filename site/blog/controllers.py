"""The pages of the blog. Stop 6 of 9: a request becomes values, values become a response."""

from datetime import date

from blog.forms import CommentForm
from blog.models import Comment, Post, comments_of, latest_posts, post_at
from framework.contrib.pagination import count_pages, count_rows, paginate
from framework.http.errors import NotFound
from framework.http.request import Request
from framework.http.response import Response, redirect
from framework.mvc.controller import Controller
from framework.mvc.model import IntegrityError, session_of
from framework.mvc.view import render

POSTS_PER_PAGE = 3
COMMENTS_PER_PAGE = 50
NOT_HERE = "There is no post at this address."


class PostList(Controller):
    """Published posts, newest first, three a page."""

    def get(self, request: Request) -> Response:
        """One page of posts."""
        db = session_of(request)
        page = paginate(db, latest_posts(), request.query.get("page"), POSTS_PER_PAGE)
        return render(request, "blog/post_list.html", page=page)


class PostDetail(Controller):
    """One post with its comments."""

    def get(self, request: Request, year: int, month: int, day: int, slug: str) -> Response:
        """The post of this date; a draft or a wrong date is not found."""
        try:
            post = session_of(request).scalar(post_at(date(year, month, day), slug))
        except (ValueError, OverflowError):  # 30 February; a year beyond all calendars
            post = None
        if post is None:
            raise NotFound(NOT_HERE)
        return post_page(request, post, CommentForm())


class PostComment(Controller):
    """The form below a post."""

    def post(self, request: Request, id: int) -> Response:
        """Keeps a good comment and goes back to the post; shows a bad one again."""
        db = session_of(request)
        post = db.scalar(latest_posts().where(Post.id == id))
        if post is None:
            raise NotFound(NOT_HERE)
        form = CommentForm(request.form)
        if not form.validate():
            return post_page(request, post, form, status=422)
        comment = Comment(
            post_id=post.id, name=form.name.data, email=form.email.data, body=form.body.data
        )
        try:
            with db.begin_nested():
                db.add(comment)
        except IntegrityError:  # the post was deleted a moment ago
            raise NotFound(NOT_HERE) from None
        request.messages.success("Your comment was added.")
        last = count_pages(count_rows(db, comments_of(post)), COMMENTS_PER_PAGE)
        where = request.url_for(post, {"page": last} if last > 1 else None)
        return redirect(f"{where}#comment-{comment.id}")


def post_page(request: Request, post: Post, form: CommentForm, status: int = 200) -> Response:
    """The page of a post, with the comment form as far as it is filled in."""
    db, number = session_of(request), request.query.get("page")
    comments = paginate(db, comments_of(post), number, COMMENTS_PER_PAGE)
    context = {"post": post, "comments": comments, "form": form}
    return render(request, "blog/post_detail.html", status, **context)
