"""`p2c fmt`."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated

import typer

from p2c_dsl.cli import EXIT_FINDINGS, EXIT_USAGE
from p2c_dsl.cli.files import STDIN, config_here, files_of, stdin_text, with_progress, write
from p2c_dsl.diagnostics.model import Diagnostic


def fmt(
    paths: Annotated[list[str], typer.Argument(help="Files, folders, or - for standard input.")],
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if a file would change.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Write nothing; show what would change.")] = False,
) -> None:
    """Lay files out in the one canonical way. Comments stay, and so does what the file means.

    Examples:

      p2c fmt .

      p2c fmt --check examples
    """
    changed = unreadable = False
    for path in with_progress(files_of(paths, config_here()), "formatting"):
        before, after, errors = _formatted(path)
        if errors:
            _complain(errors)
            unreadable = True
        elif path == STDIN and not (check or diff):
            typer.echo(after, nl=False)
        elif before != after:
            changed = True
            _settle(path, before, after, check, diff)
    if unreadable:
        raise typer.Exit(EXIT_USAGE)
    if changed and (check or diff):
        raise typer.Exit(EXIT_FINDINGS)


def _formatted(path: str) -> tuple[str, str, tuple[Diagnostic, ...]]:
    from p2c_dsl.resolve.loading import read_source
    from p2c_dsl.syntax.formatter import format_file
    from p2c_dsl.syntax.parser import parse
    from p2c_dsl.syntax.span import Source

    source = Source("<stdin>", stdin_text()) if path == STDIN else read_source(Path(path))
    if isinstance(source, Diagnostic):
        return "", "", (source,)
    result = parse(source)
    if result.diagnostics:
        return source.text, source.text, result.diagnostics
    return source.text, format_file(result.file), ()


def _settle(path: str, before: str, after: str, check: bool, diff: bool) -> None:
    if diff:
        lines = difflib.unified_diff(
            before.splitlines(), after.splitlines(), path, f"{path} (formatted)", lineterm=""
        )
        typer.echo("\n".join(lines))
    elif check:
        typer.echo(f"would change {path}")
    else:
        write(after, path)
        typer.echo(f"changed {path}")


def _complain(errors: tuple[Diagnostic, ...]) -> None:
    from rich.console import Console

    from p2c_dsl.diagnostics.text import render

    render(errors, Console(stderr=True, highlight=False))
