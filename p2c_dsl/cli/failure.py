"""How a command ends when something is wrong or missing."""

from __future__ import annotations

from typing import NoReturn

import typer

from p2c_dsl.cli import EXIT_USAGE


def fail(message: str, code: int = EXIT_USAGE) -> NoReturn:
    """Ends the command with a message on stderr."""
    report(message)
    raise typer.Exit(code)


def report(message: str) -> None:
    """Prints a message about the command's work on stderr."""
    typer.echo(f"p2c: {message}", err=True)


def need_extra(extra: str, *modules: str) -> None:
    """Ends the command if any of the libraries that one of the package's extras installs is missing."""
    from importlib.util import find_spec

    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        fail(f"this command needs {', '.join(missing)}: pip install 'p2c-dsl[{extra}]'")
