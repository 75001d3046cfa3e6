"""The contestants: one module per framework, one function per work.

A function takes the work's arguments and returns a WSGI application, written as the framework's
own documentation shows for production. A contestant in another *form* adds a suffix to the
function's name: `plaintext_full` of `ours` is the work `plaintext` of "glasshouse full".
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType

from ..gateway import Application
from ..works import Work

OURS = "glasshouse"


class NotOffered(Exception):
    """This contestant has no function for this work."""


@dataclass(frozen=True)
class Contestant:
    """A framework, in one form, as it appears in the table."""

    name: str
    module: str
    package: str = ""
    form: str = ""

    @property
    def is_ours(self) -> bool:
        """True for every form of Glasshouse."""
        return self.module == "ours"

    def version(self) -> str:
        """The installed version of its package, "" for bare and ours."""
        try:
            return version(self.package) if self.package else ""
        except PackageNotFoundError:
            return ""

    def offers(self, work: Work) -> bool:
        """True if its module has a function for the work, or cannot say: it is not installed."""
        try:
            return hasattr(self._module(), work.builder + self.form)
        except ImportError:
            return True

    def _module(self) -> ModuleType:
        return import_module(f".{self.module}", __name__)

    def build(self, work: Work) -> Application:
        """Its WSGI application for the work. Raises NotOffered."""
        if not self.offers(work):
            raise NotOffered(f"{self.name} has no {work.builder}{self.form}")
        builder = getattr(self._module(), work.builder + self.form)
        application: Application = builder(*work.arguments)
        return application


CONTESTANTS = {
    contestant.name: contestant
    for contestant in (
        Contestant("bare", "bare"),
        Contestant(OURS, "ours"),
        Contestant(f"{OURS} default", "ours", form="_default"),
        Contestant(f"{OURS} full", "ours", form="_full"),
        Contestant(f"{OURS} without", "ours", form="_without"),
        Contestant("wheezy.web", "wheezy_web", "wheezy.web"),
        Contestant("falcon", "falcon", "falcon"),
        Contestant("bottle", "bottle", "bottle"),
        Contestant("flask", "flask", "Flask"),
        Contestant("django", "django", "Django"),
    )
}
