"""Generic controllers: the list and the detail page that most models have.

    class TeaList(ListController):
        model = Tea
        template = "shop/tea_list.html"         # gets page: {{ pages(page) }}, page.items

    class TeaDetail(DetailController):
        model = Tea
        template = "shop/tea_detail.html"       # gets tea

    routes.add("/teas/", TeaList)
    routes.add("/teas/<slug:slug>/", TeaDetail) # WHERE slug = …; no row: 404

Where not every row may be seen, override `statement`: it has the request and the route's values.
A page that does more than this is clearer as a Controller of its own, as in site/blog.
"""

from framework.contrib.generic.detail import DetailController
from framework.contrib.generic.list import ListController

__all__ = ["DetailController", "ListController"]
