"""`p2c fmt`."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated

import typer

from p2c_dsl.cli import EXIT_FINDINGS, EXIT_USAGE
from p2c_dsl.cli.files import STDIN, marked, save, stdin_bytes, text_of, with_progress
from p2c_dsl.cli.paths import FORCE_EXCLUDE, STDIN_FILENAME, display_name, files_of, settings_hold
from p2c_dsl.diagnostics.model import Diagnostic
from p2c_dsl.settings import Settings
from p2c_dsl.syntax.span import Source


def fmt(
    paths: Annotated[list[str], typer.Argument(help="Files, folders, or - for standard input.")],
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if a file would change.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Write nothing; show what would change.")] = False,
    stdin_filename: Annotated[str | None, STDIN_FILENAME] = None,
    force_exclude: Annotated[bool, FORCE_EXCLUDE] = True,
) -> None:
    """Lay files out in the one canonical way. Comments stay, and so does what the file means.

    A byte order mark stays, and lines end as the first one does. What the settings exclude is left alone.

    Examples:

      p2c fmt .

      p2c fmt --check examples
    """
    with settings_hold():
        named = files_of(paths, Settings(), force_exclude=force_exclude, stdin=stdin_filename)
    data = stdin_bytes() if STDIN in paths else b""
    if STDIN in paths and STDIN not in named and not (check or diff):
        typer.echo(data, nl=False)
    changed = unreadable = False
    for path in with_progress(named, "formatting"):
        name = display_name(stdin_filename) if path == STDIN else path
        before, after, errors = _formatted(path, name, data)
        if errors:
            _complain(errors)
            unreadable = True
        elif path == STDIN and not (check or diff):
            typer.echo(marked(after, data), nl=False)
        elif before != after:
            changed = True
            _settle(name, before, after, check, diff)
    if unreadable:
        raise typer.Exit(EXIT_USAGE)
    if changed and (check or diff):
        raise typer.Exit(EXIT_FINDINGS)


def _formatted(path: str, name: str, data: bytes) -> tuple[str, str, tuple[Diagnostic, ...]]:
    from p2c_dsl.resolve.loading import read_source
    from p2c_dsl.syntax.formatter import format_file
    from p2c_dsl.syntax.parser import parse

    source = Source(name, text_of(data)) if path == STDIN else read_source(Path(path))
    if isinstance(source, Diagnostic):
        return "", "", (source,)
    result = parse(source)
    if result.diagnostics:
        return source.text, source.text, result.diagnostics
    return source.text, format_file(result.file), ()


def _settle(path: str, before: str, after: str, check: bool, diff: bool) -> None:
    if diff:
        old, new = before.splitlines(), after.splitlines()
        lines = difflib.unified_diff(old, new, path, f"{path} (formatted)", lineterm="")
        typer.echo("\n".join(lines) if old != new else f"{path}: some lines would end otherwise")
    elif check:
        typer.echo(f"would change {path}")
    else:
        save(after, path)
        typer.echo(f"changed {path}")


def _complain(errors: tuple[Diagnostic, ...]) -> None:
    from rich.console import Console

    from p2c_dsl.diagnostics.text import render

    render(errors, Console(stderr=True, highlight=False))
