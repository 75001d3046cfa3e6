"""Command line: how words become a command, and an error a sentence.

In   ["migrate", "--debug"], the group of our commands
Out  the command called with the Project; the process ends with its exit status
`--debug` may stand before a command or after it: then an error shows its traceback. Exit status:
0 done, 1 an error, 2 words that are not understood (click's), 130 Ctrl-C.
"""

import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from framework.tools.project import DEFAULT, Project, sentence


class Commands(click.Group):
    """Our commands, and those that the apps of the site add."""

    def list_commands(self, context: click.Context) -> list[str]:
        """All names; a site that cannot be imported has none to add."""
        try:
            return sorted({*self.commands, *of_apps(context.obj)})
        except Exception as error:
            if context.obj.debug:
                raise
            click.echo(f"The commands of the apps are not here. {sentence(error)}\n", err=True)
            return sorted(self.commands)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Ours first, so that they work where the site does not."""
        command = self.commands.get(name) or of_apps(context.obj).get(name)
        if command is not None and debug_option not in command.params:
            command.params.append(debug_option)
        return command


def of_apps(project: Project) -> dict[str, click.Command]:
    """The click commands in each app's `commands.py`, by name."""
    modules = [app.commands for app in project.apps]
    found = [value for module in modules if module for value in vars(module).values()]
    return {str(item.name): item for item in found if isinstance(item, click.Command)}


def set_app(context: click.Context, option: click.Parameter, value: str) -> None:
    """Eager, so that `--app other:application --help` lists the commands of the other."""
    context.obj.name = value


def set_debug(context: click.Context, option: click.Parameter, value: bool) -> None:
    """`--debug` may stand before the command's name or after it."""
    context.obj.debug |= value


debug_option = click.Option(
    ["--debug"],
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=set_debug,
    help="Show the traceback of an error.",
)
app_option = click.Option(
    ["--app"],
    metavar="MODULE:NAME",
    default=DEFAULT,
    show_default=True,
    is_eager=True,
    expose_value=False,
    callback=set_app,
    help="The application to work on.",
)


def run(
    group: click.Group, words: Sequence[str], default: Sequence[str], project: Project
) -> NoReturn:
    """Calls one command and ends the process with its status."""
    if default:
        words = with_default(group, words, default)
    try:
        status = group.main(words, prog_name=program(), obj=project, standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except Exception as error:
        if project.debug:
            raise
        click.echo(f"Error: {sentence(error)}", err=True)
        sys.exit(1)


def with_default(group: click.Group, words: Sequence[str], default: Sequence[str]) -> Sequence[str]:
    """No words, or `--port 9000` alone, stand for the default command."""
    options = {name for option in group.commands[default[0]].params for name in option.opts}
    is_default = not words or words[0].partition("=")[0] in options
    return [*default, *words] if is_default else words


def program() -> str:
    """How we were called, as the help shows it."""
    name = sys.argv[0].replace("\\", "/").rpartition("/")[2]
    return {"__main__.py": "python -m framework", "serve.py": "python serve.py"}.get(name, name)
