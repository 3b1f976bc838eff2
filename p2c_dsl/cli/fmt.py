"""`p2c fmt`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from p2c_dsl.cli import EXIT_FINDINGS, EXIT_USAGE
from p2c_dsl.cli.options import ForceExclude, StdinFilename
from p2c_dsl.cli.paths import display_name, files_of, valid_settings
from p2c_dsl.cli.progress import with_progress
from p2c_dsl.cli.specs import show
from p2c_dsl.cli.text_files import STDIN, diff, marked, save, stdin_bytes, text_of
from p2c_dsl.diagnostics.model import Diagnostic
from p2c_dsl.settings import Settings
from p2c_dsl.source import Source


def fmt(
    paths: Annotated[list[str], Argument(help="Files, folders, or - for standard input.")],
    check: Annotated[bool, Option("--check", help="Write nothing; exit 1 if a file would change.")] = False,
    diff_: Annotated[bool, Option("--diff", help="Write nothing; show what would change.")] = False,
    stdin_filename: StdinFilename = None,
    force_exclude: ForceExclude = True,
) -> None:
    """Format files in the one canonical way. Comments and meaning stay the same.

    A byte order mark is kept, and lines end as the first one does. Files that the settings exclude are left alone.

    Examples:

      p2c fmt .

      p2c fmt --check examples
    """
    with valid_settings():
        named = files_of(paths, Settings(), force_exclude=force_exclude, stdin=stdin_filename)
    data = stdin_bytes() if STDIN in paths else b""
    if STDIN in paths and STDIN not in named and not (check or diff_):
        typer.echo(data, nl=False)
    changed = unreadable = False
    for path in with_progress(named, "formatting"):
        name = display_name(stdin_filename) if path == STDIN else path
        before, after, errors = _formatted(path, name, data)
        if errors:
            show(errors)
            unreadable = True
        elif path == STDIN and not (check or diff_):
            typer.echo(marked(after, data), nl=False)
        elif before != after:
            changed = True
            _settle(name, before, after, check, diff_)
    if unreadable:
        raise typer.Exit(EXIT_USAGE)
    if changed and (check or diff_):
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


def _settle(path: str, before: str, after: str, check: bool, diff_: bool) -> None:
    if diff_:
        lines = diff(path, before, after, "formatted")
        typer.echo("\n".join(lines) or f"{path}: only line ends would change")
    elif check:
        typer.echo(f"would change {path}")
    else:
        save(after, path)
        typer.echo(f"changed {path}")
