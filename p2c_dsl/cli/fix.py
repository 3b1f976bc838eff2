"""`p2c fix`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from p2c_dsl.cli import EXIT_FINDINGS
from p2c_dsl.cli.failure import report
from p2c_dsl.cli.options import ForceExclude, OnlyTask, StdinFilename
from p2c_dsl.cli.paths import display_name, included, valid_settings
from p2c_dsl.cli.specs import compositions, show, without_errors
from p2c_dsl.cli.text_files import STDIN, diff, marked, save, stdin_bytes, text_of
from p2c_dsl.diagnostics.model import Diagnostic, Severity
from p2c_dsl.diagnostics.plain import plain, printable
from p2c_dsl.settings import Settings
from p2c_dsl.syntax.text import line_end, with_line_ends

if TYPE_CHECKING:
    from p2c_dsl.planners.repair import Edit, Repair
    from p2c_dsl.resolve import Loaded
    from p2c_dsl.syntax.nodes import ComposeDecl

_FIRST = "correct these errors first: a composition can only be repaired if it can be read"


def fix(
    path: Annotated[str, Argument(help="The file with the compositions, or - for standard input.")],
    write_: Annotated[bool, Option("--write", help="Change the file; with -, print the repaired text.")] = False,
    task: OnlyTask = None,
    max_edits: Annotated[int, Option(help="The most steps that a repair may edit.", min=0)] = 8,
    effort: Annotated[int, Option(help="How many steps the search may try.", min=1)] = 200_000,
    stdin_filename: StdinFilename = None,
    force_exclude: ForceExclude = True,
) -> None:
    """Find the nearest composition that cannot break the task's rules.

    Each rejected composition is repaired with the fewest edits: calls, writes, loops, branches and returns that are
    added, removed or changed. The diff is shown, and for each edit what lint would say without it. Nothing is changed
    without --write. Findings that the settings ignore and reviewed exceptions are left as they are.

    Exit status: 0 nothing to repair, or all repaired with --write; 1 there is something to repair, or no repair was
    found; 2 usage error or unreadable input; 3 internal error.

    Examples:

      p2c fix examples/dinner/unaligned.p2c

      p2c fix plan.p2c --write
    """
    settings = Settings()
    data = stdin_bytes() if path == STDIN else b""
    with valid_settings():
        if not included(path, settings, force_exclude=force_exclude, stdin=stdin_filename):
            if write_ and path == STDIN:
                typer.echo(data, nl=False)
            return
        loaded = _loaded(path, data, stdin_filename)
        repairs, failures = all_repairs(loaded, compositions(loaded, task), max_edits, effort, wanted=settings.wants)
    for failure in failures:
        report(f"{failure.where}: {failure.message}")
        if failure.diagnostics:
            show(failure.diagnostics)
    before = loaded.root.source.text
    after = repaired(before, repairs)
    if write_ and path == STDIN:
        typer.echo(marked(after, data), nl=False)
    else:
        _show(before, after, repairs, path)
        if write_ and repairs:
            save(after, path)
    if failures or (repairs and not write_):
        raise typer.Exit(EXIT_FINDINGS)


# ---------------------------------------------------------------- what other commands use


@dataclass(frozen=True, slots=True)
class Failure:
    """A composition for which there is no repair, and why."""

    where: str
    message: str
    diagnostics: tuple[Diagnostic, ...]


def all_repairs(
    loaded: Loaded,
    composed: Sequence[ComposeDecl],
    max_edits: int,
    effort: int,
    *,
    wanted: Callable[[Diagnostic], bool] = lambda _: True,
) -> tuple[list[Repair], list[Failure]]:
    """The repairs of the rejected compositions, and those that cannot be repaired.

    A composition whose only errors are reviewed exceptions or not `wanted` stays as it is.
    """
    from p2c_dsl.analysis import analyze
    from p2c_dsl.lint import lint_loaded
    from p2c_dsl.planners.repair import Unrepairable, recompose

    repairs, failures = [], []
    source = loaded.root.source
    excepted = {s.diagnostic for s in lint_loaded(loaded, counterexamples=False).suppressed}
    for compose in composed:
        where = f"{source.name}:{source.position(compose.span.start).line}"
        analysis = analyze(loaded.spec, compose, source)
        if analysis.program is None:
            failures.append(Failure(where, _FIRST, analysis.diagnostics))
            continue
        if excepted.issuperset(d for d in analysis.diagnostics if d.severity is Severity.ERROR and wanted(d)):
            continue
        try:
            repair = recompose(analysis.program, loaded.spec, most_edits=max_edits, effort=effort)
        except Unrepairable as error:
            failures.append(Failure(where, str(error), error.diagnostics))
        else:
            repairs += [repair] if repair.edits else []
    return repairs, failures


def repaired(text: str, repairs: Sequence[Repair]) -> str:
    """A file's text with several compositions repaired."""
    end = line_end(text)
    for repair in sorted(repairs, key=lambda r: r.span, reverse=True):
        text = text[: repair.span.start] + with_line_ends(repair.body, end) + text[repair.span.end :]
    return text


# ---------------------------------------------------------------- reading and writing


def _loaded(path: str, data: bytes, stdin_filename: str | None) -> Loaded:
    from p2c_dsl.resolve import load, load_text

    if path == STDIN:
        name = display_name(stdin_filename)
        place = None if stdin_filename is None else Path(name)
        loaded = load_text(text_of(data), name, Path(name).parent, place)
    else:
        loaded = load(Path(path))
    return without_errors(loaded, path, f"{path}: {_FIRST}")


# ---------------------------------------------------------------- showing


def _show(before: str, after: str, repairs: Sequence[Repair], path: str) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    if not repairs:
        console.print("nothing to repair")
        return
    for line in diff(path, before, after, "repaired"):
        console.print(Text(printable(line), _style(line)))
    for repair in repairs:
        console.print()
        edited = f"{repair.steps} edited step{'s' * (repair.steps != 1)}"
        console.print(Text(f"{repair.program.task.name}: {edited}", "bold"))
        for edit in repair.edits:
            console.print(Text(_done(edit), "bold"))
            for reason in edit.reasons:
                rule = "" if reason.rule is None else f" (rule: {reason.rule})"
                console.print(Text(plain(f"    else {reason.code}: {reason.message}") + plain(rule)))


def _style(line: str) -> str:
    if line.startswith(("+++", "---")):
        return "bold"
    return {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")


def _done(edit: Edit) -> str:
    new = plain(" and ".join(f"`{line}`" for line in (edit.after or "").split("\n")))
    match edit.kind:
        case "insert":
            return f"  added {new}"
        case "drop":
            return f"  removed `{plain(edit.before or '')}` (line {edit.line})"
        case _:
            return f"  changed `{plain(edit.before or '')}` (line {edit.line}) to {new}"
