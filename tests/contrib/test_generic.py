import pytest
from sqlalchemy import select
from sqlalchemy.exc import MultipleResultsFound
from sqlalchemy.orm import Mapped, mapped_column

from framework.application import Application
from framework.contrib.generic import DetailController, ListController
from framework.mvc.model import Database, Model, UnitOfWork
from framework.mvc.view import View
from framework.routing.routes import Routes
from framework.tools.client import Client, count_sql


class Tea(Model):
    __tablename__ = "generic_tea"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str]
    kind: Mapped[str] = mapped_column(default="green")


class TeaList(ListController):
    model = Tea
    template = "list.html"


class TeaDetail(DetailController):
    model = Tea
    template = "detail.html"


class GreenTeas(ListController):
    template = "greens.html"
    name = "greens"
    per_page = 2

    def statement(self, request, **values):
        return select(Tea).where(Tea.kind == values["kind"]).order_by(Tea.slug)

    def context(self, request, found):
        return {"title": f"{found.item_count} {request.query.get('title', 'teas')}"}


class GreenTea(DetailController):
    template = "detail.html"
    name = "tea"
    lookup = {"word": "slug"}
    not_found = "We never had this tea."

    def statement(self, request, **values):
        return select(Tea).where(Tea.kind == "green")


ROUTES = {
    "/teas/": TeaList,
    "/teas/<int:id>/": TeaDetail,
    "/teas/<int:id>/<slug:slug>/": type("Both", (TeaDetail,), {}),
    "/by_slug/<slug>/": type("BySlug", (TeaDetail,), {}),
    "/kinds/<kind>/": GreenTeas,
    "/green/<slug:word>/": GreenTea,
    "/wrong/<colour>/": type("Wrong", (TeaDetail,), {}),
}
TEMPLATES = {
    "list": "{% for tea in page.items %}{{ tea.slug }} {% endfor %}",
    "greens": "{{ title }}: {% for tea in greens.items %}{{ tea.slug }} {% endfor %}",
    "detail": "{{ tea.slug }}, {{ tea.kind }}",
}


@pytest.fixture
def database(database_url):
    """Sencha, Assam (black), Matcha, Gunpowder."""
    database = Database(database_url)
    Tea.__table__.create(database.engine)
    with database.transaction() as db:
        for id, slug in enumerate(["sencha", "assam", "matcha", "gunpowder"], start=1):
            db.add(Tea(id=id, slug=slug, kind="black" if slug == "assam" else "green"))
    yield database
    database.dispose()


@pytest.fixture
def client(database, tmp_path):
    routes = Routes()
    for pattern, controller in ROUTES.items():
        routes.add(pattern, controller)
    for name, source in TEMPLATES.items():
        (tmp_path / f"{name}.html").write_text(source)
    return Client(Application(routes, [UnitOfWork(database)], view=View([tmp_path])))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/teas/", "sencha assam matcha gunpowder "),
        ("/kinds/green/", "3 teas: gunpowder matcha "),
        ("/kinds/green/?page=2&title=kept", "3 kept: sencha "),
        ("/kinds/green/?page=99", "3 teas: sencha "),
        ("/kinds/green/?page=banana", "3 teas: gunpowder matcha "),
        ("/kinds/white/", "0 teas: "),
        ("/teas/2/", "assam, black"),
        ("/by_slug/matcha/", "matcha, green"),
        ("/teas/3/matcha/", "matcha, green"),
        ("/green/matcha/", "matcha, green"),
    ],
)
def test_what_an_address_shows(path, text, client):
    assert client.get(path).text == text


@pytest.mark.parametrize(
    "path",
    ["/teas/9/", f"/teas/{2**63 - 1}/", "/by_slug/coffee/", "/by_slug/a%00b/", "/teas/3/sencha/"],
)
def test_what_is_not_there_is_404(path, client):
    assert client.get(path).status == 404


def test_a_row_that_the_statement_leaves_out_is_not_found_with_our_sentence(client):
    answer = client.get("/green/assam/")
    assert (answer.status, "We never had this tea." in answer.text) == (404, True)


@pytest.mark.parametrize(
    ("path", "count"), [("/teas/", 2), ("/kinds/green/?page=2", 2), ("/teas/2/", 1)]
)
def test_the_statements_are_counted(path, count, client, database):
    with count_sql(database) as sql:
        client.get(path)
    assert len(sql) == count


def test_an_address_that_names_two_rows_is_a_fault_and_not_a_guess(client, database):
    with database.transaction() as db:
        db.add(Tea(id=5, slug="sencha"))
    with pytest.raises(MultipleResultsFound):
        client.get("/by_slug/sencha/")


def test_values_of_the_address_are_no_sql(client):
    assert client.get("/by_slug/x' OR '1'='1/").status == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_only_reading_is_answered(method, client):
    assert getattr(client, method)("/teas/").status == 405


def test_a_value_without_a_column_names_the_cure(client):
    with pytest.raises(TypeError, match=r"has no 'colour': set lookup = \{…\}"):
        client.get("/wrong/green/")


@pytest.mark.parametrize(
    ("base", "attributes", "cure"),
    [
        (ListController, {"template": "x"}, "set model = …, or write statement"),
        (DetailController, {"template": "x"}, "set model = …, or write statement"),
        (ListController, {"model": Tea}, 'set template = "app/page.html"'),
        (DetailController, {"template": "x", "statement": lambda self: 0}, 'set name = "…"'),
    ],
)
def test_what_is_missing_is_said_at_the_start(base, attributes, cure):
    with pytest.raises(TypeError, match=cure):
        Routes().add("/", type("Teas", (base,), attributes))
