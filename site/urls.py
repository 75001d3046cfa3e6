"""All addresses of the site; each part brings its own table."""

from blog.urls import routes as blog
from framework.routing.routes import Routes
from home.controllers import Home, SetTheme, StyleGuide


def make_routes(development: bool) -> Routes:
    """The table of the whole site; `/_style/` is there in development only."""
    routes = Routes()
    routes.add("/", Home, name="home")
    routes.add("/theme/", SetTheme, name="set_theme", csrf=False)  # changes a look, nothing else
    routes.include("/blog", blog)
    if development:
        routes.add("/_style/", StyleGuide, name="style_guide")
    return routes
