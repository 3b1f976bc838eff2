"""The spec, task and compositions that a command works on. Each function ends the command with what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from p2c_dsl.cli import EXIT_FINDINGS
from p2c_dsl.cli.failure import fail, report
from p2c_dsl.diagnostics.model import Diagnostic, Severity
from p2c_dsl.names import did_you_mean
from p2c_dsl.resolve import Loaded, load
from p2c_dsl.spec import Task
from p2c_dsl.syntax.nodes import ComposeDecl

if TYPE_CHECKING:
    from p2c_dsl.program import Program


def load_spec(path: str) -> Loaded:
    """A file that is free of errors, apart from those in its compositions."""
    return without_errors(load(Path(path)), path)


def spec_path(path: str) -> str:
    """The file of a spec, which may be named by its folder."""
    from p2c_dsl.runtime.domain import spec_file

    if not Path(path).is_dir():
        return path
    try:
        return str(spec_file(Path(path)))
    except ValueError as error:
        fail(str(error))


def without_errors(loaded: Loaded, path: str, advice: str = "") -> Loaded:
    """What has been loaded, if it is free of errors, apart from those in its compositions."""
    if not loaded.readable:
        fail(f"{path}: {loaded.diagnostics[0].message}")
    stop_on_errors(spec_diagnostics(loaded), advice)
    return loaded


def spec_diagnostics(loaded: Loaded) -> Iterable[Diagnostic]:
    """What is wrong with the declarations and with the rules of every task."""
    from p2c_dsl.rules import read_rules

    rules = (d for task in loaded.spec.tasks.values() for d in read_rules(loaded.spec, task)[1])
    # A rule for all tasks is read with each of them.
    return dict.fromkeys((*loaded.diagnostics, *rules))


def task_of(loaded: Loaded, name: str | None) -> Task:
    """The task of that name, or the only one."""
    tasks = loaded.spec.tasks
    if name is None:
        if len(tasks) == 1:
            return next(iter(tasks.values()))
        fail(f"choose a task with --task: {', '.join(tasks)}" if tasks else "the file declares no task")
    if name not in tasks:
        fail(f"there is no task `{name}`: {did_you_mean(name, tasks) or 'the file declares none'}")
    return tasks[name]


def compositions(loaded: Loaded, task: str | None) -> list[ComposeDecl]:
    """The compositions of a file, or those of one task."""
    found = [d for d in loaded.root.declarations if isinstance(d, ComposeDecl)]
    name = loaded.root.source.name
    if not found:
        fail(f"there is no composition in {name}; `p2c plan` writes one")
    chosen = [d for d in found if task in (None, d.task.text)]
    if task is not None and not chosen:
        hint = did_you_mean(task, [d.task.text for d in found])
        fail(f"there is no composition of `{task}` in {name}: {hint}")
    return chosen


def programs_of(loaded: Loaded, task: str | None, advice: str | None = None) -> list[Program]:
    """The programs of a file's compositions, as far as they can be read.

    With `advice` on what to do about a rejected one, a rejected composition ends the command, too.
    """
    from p2c_dsl.analysis import analyze

    programs = []
    for composition in compositions(loaded, task):
        analysis = analyze(loaded.spec, composition, loaded.root.source)
        if analysis.program is None:
            stop_on_errors(analysis.diagnostics)
        else:
            if advice is not None:
                stop_on_errors(analysis.diagnostics, advice)
            programs.append(analysis.program)
    return programs


def stop_on_errors(diagnostics: Iterable[Diagnostic], advice: str = "") -> None:
    """Prints the errors, if there are any, with some advice, and ends the command."""
    errors = [d for d in diagnostics if d.severity is Severity.ERROR]
    if errors:
        show(errors)
        if advice:
            report(advice)
        raise typer.Exit(EXIT_FINDINGS)


def show(diagnostics: Iterable[Diagnostic]) -> None:
    """Prints diagnostics on stderr."""
    from rich.console import Console

    from p2c_dsl.diagnostics.text import render

    render(list(diagnostics), Console(stderr=True, highlight=False))
