import importlib
import sys
from functools import partial
from types import ModuleType

import pytest

from framework.mvc.apps import AppConfig, Apps


def write_app(root, name, **modules):
    """Writes an app and imports its package."""
    folder = root.joinpath(*name.split("."))
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text('"""An app."""')
    for module, source in modules.items():
        (folder / f"{module}.py").write_text(source)
    importlib.invalidate_caches()
    return importlib.import_module(name)


@pytest.fixture
def make_app(tmp_path, monkeypatch):
    """`make_app("apps_shop", commands="…")`: an app that is forgotten with the test."""
    monkeypatch.syspath_prepend(str(tmp_path))
    yield partial(write_app, tmp_path)
    for name in [name for name in sys.modules if name.startswith("apps_")]:
        del sys.modules[name]


# What an app brings is found by convention


def test_an_app_is_known_by_the_last_word_of_its_name(make_app):
    app = AppConfig(make_app("apps_shop.apps_tea_house"))
    assert (app.name, app.label) == ("apps_shop.apps_tea_house", "apps_tea_house")
    assert app.verbose_name == "Apps tea house"


def test_it_may_have_a_nicer_name(make_app):
    assert AppConfig(make_app("apps_shop"), "The tea house").verbose_name == "The tea house"


def test_its_modules_are_imported_when_they_are_there(make_app):
    app = AppConfig(make_app("apps_shop", models="NAME = 'teas'", commands="NAME = 'brew'"))
    assert (app.models.NAME, app.commands.NAME) == ("teas", "brew")


def test_commands_are_imported_only_when_asked_for(make_app):
    AppConfig(make_app("apps_shop", commands="raise SystemExit"))
    assert "apps_shop.commands" not in sys.modules


def test_an_app_may_bring_nothing(make_app):
    app = AppConfig(make_app("apps_bare"))
    assert (app.models, app.commands, app.migrations_path, app.folder("static")) == (None,) * 4
    assert app.get_models() == []


def test_a_mistake_inside_models_is_not_taken_for_their_absence(make_app):
    package = make_app("apps_shop", models="import no_such_package")
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        AppConfig(package)


def test_its_folders_are_found(make_app):
    package = make_app("apps_shop")
    app = AppConfig(package)
    for name in ("templates", "static", "migrations"):
        (app.path / name).mkdir()
    assert Apps([app]).folders("templates") == [app.path / "templates"]
    assert app.migrations_path == app.path / "migrations"


@pytest.mark.parametrize("wrong", ["apps_shop", ModuleType("module")], ids=["a name", "a module"])
def test_what_is_no_package_is_refused_with_the_cure(wrong):
    with pytest.raises(TypeError, match="pass the app's package, not a module"):
        AppConfig(wrong)


# The registry

NAMES = ("shopapp", "shopapp_cafe")
MODELS = """
from sqlalchemy.orm import Mapped, mapped_column
from framework.mvc.model import Model

class Pot(Model):
    __tablename__ = "%s_pot"
    id: Mapped[int] = mapped_column(primary_key=True)

class GreenTea(Model):
    __tablename__ = "%s_tea"
    id: Mapped[int] = mapped_column(primary_key=True)
"""


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """Two apps with two models each; models stay in the registry, so they are made once."""
    root = tmp_path_factory.mktemp("two")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(root))
        packages = [write_app(root, name, models=MODELS % (name, name)) for name in NAMES]
        yield Apps([AppConfig(package) for package in packages])


def test_apps_are_found_by_label_in_the_order_of_wiring(two):
    assert [app.label for app in two] == ["shopapp", "shopapp_cafe"]
    assert two.get_app_config("shopapp_cafe").name == "shopapp_cafe"


def test_an_unknown_label_names_those_there_are(two):
    with pytest.raises(LookupError, match="no app 'tea'; there are shopapp, shopapp_cafe"):
        two.get_app_config("tea")


@pytest.mark.parametrize("name", ["GreenTea", "greentea", "GREENTEA"])
def test_a_model_is_found_in_any_case(name, two):
    assert two.get_model("shopapp", name).__tablename__ == "shopapp_tea"


def test_a_model_that_is_not_there_names_the_app(two):
    with pytest.raises(LookupError, match="app 'shopapp_cafe' has no model 'BlackTea'"):
        two.get_model("shopapp_cafe", "BlackTea")


def test_each_app_has_its_own_models_by_name(two):
    tables = [model.__tablename__ for model in two.get_models()]
    assert tables == ["shopapp_tea", "shopapp_pot", "shopapp_cafe_tea", "shopapp_cafe_pot"]


def test_is_installed_asks_for_the_full_name(two):
    assert two.is_installed("shopapp")
    assert not two.is_installed("shopap")
    assert not two.is_installed("shopapp.models")


def test_two_apps_with_one_label_are_refused_at_the_start(make_app):
    configs = [AppConfig(make_app("apps_a.apps_tea")), AppConfig(make_app("apps_b.apps_tea"))]
    with pytest.raises(ValueError, match=r"two apps named 'apps_tea': apps_a.*, apps_b"):
        Apps(configs)


# What runs once all are known


class Recording(AppConfig):
    order: list[str]
    apps: Apps | None = None

    def ready(self):
        self.order.append(self.label)


def test_ready_runs_once_for_each_app_in_order(make_app):
    Recording.order = []
    Apps([Recording(make_app(f"apps_{name}")) for name in "abc"])
    assert Recording.order == ["apps_a", "apps_b", "apps_c"]


def test_no_app_is_ready_before_all_are_known(make_app):
    Recording.order = []
    twice = [Recording(make_app("apps_x.apps_a")), Recording(make_app("apps_y.apps_a"))]
    with pytest.raises(ValueError, match="two apps"):
        Apps(twice)
    assert Recording.order == []


class Asking(AppConfig):
    def ready(self):
        apps = Apps.__new__(Apps)
        apps.is_ready = False
        apps.get_model("any", "Any")


def test_who_asks_too_early_is_told(make_app):
    with pytest.raises(RuntimeError, match=r"ask after Apps\(…\) has returned"):
        Apps([Asking(make_app("apps_a"))])


def test_who_knows_that_it_is_early_may_ask(two):
    assert two.get_model("shopapp", "Pot", require_ready=False).__tablename__ == "shopapp_pot"


def test_afterwards_the_registry_is_ready(two):
    two.require_ready()
    assert two.is_ready


# A folder that nobody wired


def test_an_app_folder_that_is_not_wired_is_named(make_app, tmp_path, caplog):
    wired = AppConfig(make_app("apps_wired"))
    make_app("apps_forgotten")
    (tmp_path / "templates").mkdir()
    assert Apps([wired], root=tmp_path).unwired == ["apps_forgotten"]
    assert "apps_forgotten is not wired" in caplog.text


def test_when_all_are_wired_nothing_is_said(make_app, tmp_path, caplog):
    Apps([AppConfig(make_app("apps_wired"))], root=tmp_path)
    assert caplog.text == ""
