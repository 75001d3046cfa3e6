"""Pagination: a long list in pages.

In   paginate(db, select(Post).order_by(…), request.query.get("page"), per_page=3)
Out  Page(items, number=2, page_count=14); in a template {{ pages(page) }}
What is no number is page 1, what lies beyond the end is the last page: an old link never dies.
"""

from framework.contrib.pagination.page import (
    Page,
    count_pages,
    count_rows,
    page_number,
    paginate,
    paginate_sequence,
)

__all__ = ["Page", "count_pages", "count_rows", "page_number", "paginate", "paginate_sequence"]
