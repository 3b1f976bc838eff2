"""What commands share: finding files, reading them, and saying what went wrong."""

from __future__ import annotations

import codecs
import gc
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import typer

from p2c_dsl.cli import EXIT_FINDINGS, EXIT_USAGE
from p2c_dsl.diagnostics.model import Diagnostic, Severity
from p2c_dsl.names import did_you_mean
from p2c_dsl.resolve import Loaded, load
from p2c_dsl.spec import Task
from p2c_dsl.syntax.nodes import ComposeDecl

STDIN = "-"


def fail(message: str, code: int = EXIT_USAGE) -> NoReturn:
    """Ends the command with a message on stderr."""
    typer.echo(f"p2c: {message}", err=True)
    raise typer.Exit(code)


def needs_extra(extra: str, *modules: str) -> None:
    """Ends the command where libraries are missing that one of the package's extras brings."""
    from importlib.util import find_spec

    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        fail(f"this takes {', '.join(missing)}: pip install 'p2c-dsl[{extra}]'")


def for_training(*modules: str) -> None:
    """Makes ready for a command that trains: ends it without the extra that takes, and has garbage collected.

    Such a command is long, and a graph of tensors has cycles; the others do without the collector.
    """
    needs_extra("train", "torch", "transformers", "llguidance", *modules)
    gc.enable()


def with_progress(files: Sequence[str], word: str) -> Iterator[str]:
    """The files one by one, with a progress bar on a terminal when there are many."""
    if len(files) < 20 or not sys.stderr.isatty():
        yield from files
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(files, description=word, console=Console(stderr=True), transient=True)


def stdin_text() -> str:
    """All of standard input as text, without a byte order mark; ends the command if it is not UTF-8."""
    return text_of(stdin_bytes())


def stdin_bytes() -> bytes:
    """All of standard input; ends the command if it is closed."""
    try:
        return sys.stdin.buffer.read()
    except (AttributeError, OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is closed"
        fail(f"standard input cannot be read: {reason}")


def text_of(data: bytes) -> str:
    """Standard input's bytes as text, without a byte order mark; ends the command if they are not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fail(f"standard input is not UTF-8: {error}")


def load_spec(path: str) -> Loaded:
    """A file that has to be free of errors; ends the command with what is wrong otherwise."""
    from p2c_dsl.rules import read_rules

    loaded = load(Path(path))
    found = [*loaded.diagnostics]
    for task in loaded.spec.tasks.values():
        # A rule for all tasks is read with each of them.
        found += (d for d in read_rules(loaded.spec, task)[1] if d not in found)
    if not loaded.readable:
        fail(f"{path}: {found[0].message}")
    show_and_stop(found)
    return loaded


def show_and_stop(diagnostics: Iterable[Diagnostic]) -> None:
    """Prints errors, if there are any, and ends the command."""
    errors = [d for d in diagnostics if d.severity is Severity.ERROR]
    if errors:
        from rich.console import Console

        from p2c_dsl.diagnostics.text import render

        render(errors, Console(stderr=True, highlight=False))
        raise typer.Exit(EXIT_FINDINGS)


def compositions(loaded: Loaded, task: str | None) -> list[ComposeDecl]:
    """The compositions of a file, or those of one task; ends the command when there is none."""
    found = [d for d in loaded.root.declarations if isinstance(d, ComposeDecl)]
    name = loaded.root.source.name
    if not found:
        fail(f"{name} holds no composition; `p2c plan` makes one")
    if task is None:
        return found
    chosen = [d for d in found if d.task.text == task]
    if not chosen:
        fail(f"{name} holds no composition of `{task}`: {did_you_mean(task, [d.task.text for d in found])}")
    return chosen


def task_of(loaded: Loaded, name: str | None) -> Task:
    """The task of that name, or the only one; ends the command when it is not clear which."""
    tasks = loaded.spec.tasks
    if name is None:
        if len(tasks) == 1:
            return next(iter(tasks.values()))
        listed = ", ".join(tasks) or "none"
        fail(f"say which task with --task; there is: {listed}")
    if name not in tasks:
        fail(f"there is no task `{name}`: {did_you_mean(name, tasks) or 'the file declares none'}")
    return tasks[name]


def write(text: str, output: str | None) -> None:
    """Prints, or writes into a file."""
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        Path(output).write_text(text, encoding="utf-8", errors="backslashreplace")
    except (OSError, ValueError) as error:
        fail(f"cannot write {output}: {getattr(error, 'strerror', None) or error}")


def save(text: str, path: str) -> None:
    """Writes a file of ours again, with its byte order mark if it has one; ends the command if it cannot."""
    file = Path(path)
    try:
        file.write_bytes(marked(text, file.read_bytes()))
    except OSError as error:
        fail(f"cannot write {path}: {error.strerror or error}")


def marked(text: str, before: bytes) -> bytes:
    """A text as bytes, with a byte order mark if it had one before."""
    return (codecs.BOM_UTF8 if before.startswith(codecs.BOM_UTF8) else b"") + text.encode()
