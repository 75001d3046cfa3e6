"""The project that a command works on: found in the working folder, imported when first needed.

In   "serve:application", or what --app names
Out  Project.wsgi (any WSGI callable), .application (ours), .apps, .database
A command that needs none of them, `version` say, imports no site. What is missing is said in a
CommandError: one sentence with the cure, never a traceback.
"""

import sys
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from wsgiref.types import WSGIApplication

if TYPE_CHECKING:
    from framework.application import Application
    from framework.mvc.apps import Apps
    from framework.mvc.model import Database


DEFAULT = "serve:application"


class CommandError(Exception):
    """A command cannot go on; the text says why and what to do."""


def sentence(error: Exception) -> str:
    """An error in one line. What we did not foresee says its kind, and how to see more."""
    if isinstance(error, CommandError):
        return str(error)
    errors = getattr(error, "errors", None)
    if callable(errors):  # pydantic knows all that is wrong with the settings
        return "; ".join(str(item["msg"]).removeprefix("Value error, ") for item in errors())
    text = (str(error).splitlines() or ["no more is known"])[0]
    return f"{type(error).__name__}: {text} (--debug shows where)"


class Project:
    """One application, by the name of its module and the name in it."""

    def __init__(self, name: str = DEFAULT, logins: str = "") -> None:
        self.name = name
        self.logins = logins
        self.folder = Path.cwd()
        self.debug = False

    @cached_property
    def module(self) -> ModuleType:
        """The module that holds the application, imported with the working folder on the path."""
        if str(self.folder) not in sys.path:
            sys.path.insert(0, str(self.folder))
        name, _, attribute = self.name.partition(":")
        if not attribute:
            raise CommandError(f"--app {self.name}: write module:name, as in serve:application.")
        if self.name == DEFAULT:
            is_there = (self.folder / "serve.py").is_file()
        else:
            is_there = find_spec(name.partition(".")[0]) is not None
        if not is_there:
            raise CommandError(
                f"There is no {name}.py in {self.folder}: "
                "change into the project's folder, or name the application with --app module:name."
            )
        return import_module(name)

    @property
    def wsgi(self) -> WSGIApplication:
        """The callable itself."""
        attribute = self.name.partition(":")[2]
        found = getattr(self.module, attribute, None)
        if not callable(found):
            raise CommandError(f"{self.module.__name__} has no application named {attribute!r}.")
        application: WSGIApplication = found
        return application

    @property
    def application(self) -> "Application":
        """The callable as our Application."""
        from framework.application import Application

        found = self.wsgi
        if not isinstance(found, Application):
            raise CommandError(f"{self.name} is no framework.application.Application.")
        return found

    @property
    def is_production(self) -> bool:
        """Whether the settings that stand beside the application say that visitors come here."""
        settings = getattr(self.module, "settings", None)
        return getattr(settings, "development", True) is False

    @property
    def apps(self) -> "Apps":
        """The registry that site/wiring.py gave the application."""
        found: Apps = self._wired("apps")
        return found

    @property
    def database(self) -> "Database":
        """The database that site/wiring.py gave the application."""
        found: Database = self._wired("database")
        return found

    def _wired(self, attribute: str) -> Any:
        found = getattr(self.application, attribute, None)
        if found is None:
            raise CommandError(
                f"{self.name} has no {attribute}: "
                f"set application.{attribute} where the application is made (site/wiring.py)."
            )
        return found
