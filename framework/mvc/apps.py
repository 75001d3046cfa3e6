"""Apps: the registry of the parts a site is made of.

In   Apps([AppConfig(accounts), AppConfig(blog)], root="site")
Out  apps.get_model("blog", "post") → Post; apps.get_app_config("blog").verbose_name → "Blog"
An app is a Python package, given as the object, not as a string: a wrong name fails at the
import. What it brings is found by convention: models.py, commands.py, migrations/, templates/,
static/. After all apps are known each one's `ready()` runs once. A folder below `root` that
looks like an app but is not wired is named at start.
"""

from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from logging import getLogger
from pathlib import Path
from types import ModuleType

from framework.mvc.model import Model

logger = getLogger("framework.apps")


class AppConfig:
    """What the registry knows of one app; subclass it for a `ready()` of your own."""

    def __init__(self, package: ModuleType, verbose_name: str | None = None) -> None:
        if not getattr(package, "__path__", None):
            raise TypeError(f"AppConfig({package!r}): pass the app's package, not a module")
        self.package = package
        self.name = package.__name__
        self.label = self.name.rpartition(".")[2]
        self.verbose_name = verbose_name or self.label.replace("_", " ").capitalize()
        self.path = Path(package.__path__[0])
        self.models = self.module("models")

    def module(self, name: str) -> ModuleType | None:
        """The app's module of this name, imported; None if it has none."""
        dotted = f"{self.name}.{name}"
        return import_module(dotted) if find_spec(dotted) else None

    def folder(self, name: str) -> Path | None:
        """The app's folder of this name ("templates", "static", "migrations"), if it has one."""
        path = self.path / name
        return path if path.is_dir() else None

    @property
    def migrations_path(self) -> Path | None:
        """Where its migrations lie."""
        return self.folder("migrations")

    @property
    def commands(self) -> ModuleType | None:
        """Its commands, imported now."""
        return self.module("commands")

    def get_models(self) -> list[type[Model]]:
        """The models that the app defines, by name."""
        mappers = Model.registry.mappers
        own = [m.class_ for m in mappers if f"{m.class_.__module__}.".startswith(self.name + ".")]
        return sorted(own, key=lambda model: model.__name__)

    def get_model(self, model_name: str) -> type[Model]:
        """The model of this name, in any case; LookupError if there is none."""
        for model in self.get_models():
            if model.__name__.lower() == model_name.lower():
                return model
        raise LookupError(f"app {self.label!r} has no model {model_name!r}")

    def ready(self) -> None:
        """Runs once, when all apps are known: the place to connect signals."""


class Apps:
    """All apps of a site, in the order of wiring."""

    def __init__(self, configs: Sequence[AppConfig], root: str | Path | None = None) -> None:
        self._configs: dict[str, AppConfig] = {}
        self.is_ready = False
        for config in configs:
            other = self._configs.setdefault(config.label, config)
            if other is not config:
                raise ValueError(f"two apps named {config.label!r}: {other.name}, {config.name}")
        self.unwired = self._unwired(Path(root)) if root is not None else []
        for folder in self.unwired:
            logger.warning("%s is not wired: AppConfig(%s) is missing in Apps(…)", folder, folder)
        for config in configs:
            config.ready()
        self.is_ready = True

    def _unwired(self, root: Path) -> list[str]:
        """The folders below the root that hold an app which nobody wired."""
        wired = {config.path.resolve() for config in self}
        folders = [path.parent for path in sorted(root.glob("*/__init__.py"))]
        return [folder.name for folder in folders if folder.resolve() not in wired]

    def __iter__(self) -> Iterator[AppConfig]:
        return iter(self._configs.values())

    def require_ready(self) -> None:
        """Raises RuntimeError while the apps are still being collected."""
        if not self.is_ready:
            raise RuntimeError("the apps are not ready yet: ask after Apps(…) has returned")

    def get_app_config(self, label: str) -> AppConfig:
        """The app of this label; LookupError names those there are."""
        if label not in self._configs:
            raise LookupError(f"no app {label!r}; there are {', '.join(self._configs)}")
        return self._configs[label]

    def get_models(self) -> list[type[Model]]:
        """All models of all apps."""
        return [model for config in self for model in config.get_models()]

    def get_model(self, app_label: str, model_name: str, require_ready: bool = True) -> type[Model]:
        """A model by app and name, in any case."""
        if require_ready:
            self.require_ready()
        return self.get_app_config(app_label).get_model(model_name)

    def is_installed(self, name: str) -> bool:
        """Whether an app of this full name is wired (an app's name, not a model's)."""
        return any(config.name == name for config in self)

    def folders(self, name: str) -> list[Path]:
        """The folders of this name ("templates", "static") of all apps that have one."""
        return [path for config in self if (path := config.folder(name)) is not None]
