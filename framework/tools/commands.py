"""Commands: what the developer can say; click's door.

In   python serve.py migrate blog 0001, or python -m framework …, or glasshouse …
Out  lines on stdout and exit status 0; else one sentence on stderr and exit status 1
This file reads words and shows answers. The work is done in the modules beside it, each imported
when its command is called. A word that is not ours is looked for in the apps' `commands.py`.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NoReturn
from wsgiref.types import WSGIApplication

import click

from framework.tools.command_line import Commands, app_option, debug_option, run
from framework.tools.project import CommandError, Project

if TYPE_CHECKING:
    from framework.tools.migrations import Migrations


@click.group(cls=Commands, params=[app_option, debug_option])
def commands() -> None:
    """Glasshouse: a web framework you can see through."""


def main(
    arguments: Sequence[str] | None = None, default: Sequence[str] = (), logins: str = ""
) -> NoReturn:
    """Runs one command and exits with its status; `default` is the command of an empty line."""
    words = sys.argv[1:] if arguments is None else arguments
    run(commands, words, default, Project(logins=logins))


@commands.command(context_settings={"show_default": True})
@click.option("--server", type=click.Choice(["wsgiref", "waitress", "gunicorn"]), default="wsgiref")
@click.option("--host", default="127.0.0.1")
@click.option("--port", type=click.IntRange(1, 65535), default=8000)
@click.option("--workers", type=click.IntRange(1), default=1, help="Processes of gunicorn.")
@click.option("--threads", type=click.IntRange(1), default=8, help="Threads of each process.")
@click.option("--reload", is_flag=True, help="Start again whenever a file changes.")
@click.option("--prepare", is_flag=True, help="Migrate and load the demo data first.")
@click.pass_obj
def serve(project: Project, /, server: str, reload: bool, prepare: bool, **place: Any) -> None:
    """Serve the site until Ctrl-C."""
    from framework.tools import servers

    where = servers.Place(**place)
    if where.is_loopback and server != "gunicorn":
        os.environ.setdefault("DEBUG_PAGES", "1")  # errors with their source, for you alone

    def load() -> WSGIApplication:
        if prepare:
            migrations(project).upgrade()
            if not project.is_production:
                load_demo(project)
        application = project.wsgi
        click.echo(f"Glasshouse on {where.url} ({server}). Ctrl-C ends it.")
        if (
            prepare
            and project.logins
            and any(route.name == "login" for route in project.application.routes)
        ):
            click.echo(project.logins)
        return application

    servers.serve(load, server, where, reload=reload)


@commands.command()
@click.argument("app", required=False)
@click.argument("name", required=False)
@click.pass_obj
def migrate(project: Project, app: str | None, name: str | None) -> None:
    """Bring the tables up to date.

    Of all apps, of one APP, or up or down to its migration NAME; "zero" takes all of them back.
    """
    todo = migrations(project)
    if not (todo.migrate(app, name) if app else todo.upgrade()):
        click.echo("Nothing to migrate.")


@commands.command()
@click.argument("apps", nargs=-1)
@click.option("-n", "--name", default="", help="The file's name after its number.")
@click.option("--empty", is_flag=True, help="A migration to fill by hand.")
@click.option("--check", is_flag=True, help="Write nothing; exit status 1 if something is missing.")
@click.pass_obj
def makemigrations(
    project: Project, apps: tuple[str, ...], name: str, empty: bool, check: bool
) -> None:
    """Write the migrations that the models lack."""
    if empty and len(apps) != 1:
        raise CommandError("--empty writes one migration: name its app.")
    paths = migrations(project).make(apps, name, empty=empty, write=not check)
    if paths and not check and find_spec("ruff"):
        subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", *paths], check=False)
    for path in paths:
        click.echo(f"{'Missing' if check else 'Written'}: {path}")
    if not paths:
        click.echo("The migrations build what the models say.")
    elif check:
        raise CommandError("The models are ahead of the migrations: makemigrations writes these.")


@commands.command()
@click.argument("apps", nargs=-1)
@click.pass_obj
def showmigrations(project: Project, apps: tuple[str, ...]) -> None:
    """Show which migrations are applied."""
    for label in apps:
        project.apps.get_app_config(label)
    states = [state for state in migrations(project).states() if not apps or state.label in apps]
    rows = [("x" if state.is_applied else "-", state.label, state.name) for state in states]
    show(("applied", "app", "migration"), rows)


@commands.command()
@click.option("--match", "path", help="Try one path on every route and say why each does or not.")
@click.option("--method", default="GET", show_default=True)
@click.pass_obj
def routes(project: Project, path: str | None, method: str) -> None:
    """List the routes, or explain a path."""
    table = project.application.routes
    if path is None:
        rows = [(" ".join(r.methods), r.pattern, r.name, title(r.controller)) for r in table]
        show(("methods", "pattern", "name", "controller"), rows)
        return
    reasons = table.router.explain(method.upper(), path)
    show(
        ("verdict", "pattern", "name", "reason"),
        [(r.verdict.replace("_", " "), r.pattern, r.name, r.sentence) for r in reasons],
    )


@commands.command()
@click.pass_obj
def loaddemo(project: Project) -> None:
    """Load the apps' demo data, once."""
    if project.is_production:
        raise CommandError("Everybody knows the demo accounts' password: not in production.")
    if not load_demo(project):
        click.echo("Nothing to load: the demo data is there, or no app has any.")


@commands.command()
@click.pass_obj
def clearsessions(project: Project) -> None:
    """Forget the sessions that have expired."""
    from framework.sessions.middleware import SessionMiddleware

    layers = [la for la in project.application.layers if isinstance(la, SessionMiddleware)]
    if not layers:
        raise CommandError("This application has no sessions.")
    click.echo(f"Expired sessions forgotten: {layers[0]._store.clear_expired()}.")


@commands.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def test(context: click.Context, arguments: tuple[str, ...]) -> None:
    """Run the tests.

    pytest takes the ARGUMENTS; without any, it uses all processors.
    """
    if not find_spec("pytest"):
        raise CommandError("pytest is not here: pip install -e '.[dev]' brings it.")
    command = [sys.executable, "-m", "pytest", *(arguments or ("-n", "auto"))]
    context.exit(subprocess.run(command, check=False).returncode)


@commands.command()
def version() -> None:
    """Say which Glasshouse and which Python this is."""
    from framework import __version__

    click.echo(f"Glasshouse {__version__}, Python {sys.version.split()[0]}")


def migrations(project: Project) -> "Migrations":
    """The migrations of the project, with a line for each step."""
    from framework.tools.migrations import Migrations

    return Migrations(project.apps, project.database, report=click.echo)


def load_demo(project: Project) -> int:
    """Calls `load(database)` of each app's demo/load.py; how many of them found something to do."""
    loaders = [app for app in project.apps if (app.path / "demo" / "load.py").is_file()]
    modules = {app.label: import_module(f"{app.name}.demo.load") for app in loaders}
    labels = [label for label, module in modules.items() if module.load(project.database)]
    for label in labels:
        click.echo(f"  {label}: demo data loaded")
    return len(labels)


def title(controller: object) -> str:
    """The dotted name of a controller: its function's, or its class's."""
    named = controller if hasattr(controller, "__qualname__") else type(controller)
    return f"{named.__module__}.{getattr(named, '__qualname__', '')}"


def show(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table: by rich on a terminal, in plain columns for a pipe."""
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(*headings, box=None, header_style="bold", pad_edge=False)
        for row in rows:
            table.add_row(*map(Text, row))
        Console().print(table)
        return
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
