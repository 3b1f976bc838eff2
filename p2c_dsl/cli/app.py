"""The table of commands."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

import typer

COMMANDS = {
    "lint": "lint",
    "fix": "fix",
    "fmt": "fmt",
    "explain": "explain",
    "rules": "rules",
    "graph": "graph",
    "grammar": "grammar",
    "plan": "plan",
    "run": "run",
    "new": "new",
    "train": "train",
    "eval": "evaluate",
    "align": "align",
    "measure": "app",
    "mcp": "mcp",
    "label": "label",
    "import": "app",
}
"""The commands in the order of the help, each with its name in the module of the same name."""


def app(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The command line with some of its commands; the others are not imported."""
    table = typer.Typer(
        name="p2c",
        help="Plans that cannot break their rules: write a task's spec; lint, draw, plan and run its compositions.",
        epilog="Start with `p2c new my_domain`, or `p2c plan examples/dinner/dinner.p2c --run`.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    table.callback()(_root)
    for name in names:
        module = import_module(f"p2c_dsl.cli.{name if name != 'import' else 'import_'}")
        command = getattr(module, COMMANDS[name])
        if isinstance(command, typer.Typer):
            table.add_typer(command, name=name)
        else:
            table.command(name)(command)
    return table


def named(arguments: list[str]) -> Iterable[str]:
    """The command that the arguments name, or else all commands."""
    return arguments[:1] if arguments and arguments[0] in COMMANDS else COMMANDS


def _show_version(wanted: bool) -> None:
    if wanted:
        from p2c_dsl import __version__

        typer.echo(f"p2c {__version__}")
        raise typer.Exit


def _root(
    version: bool = typer.Option(
        False, "--version", "-V", callback=_show_version, is_eager=True, help="Print the version and exit."
    ),
) -> None: ...
