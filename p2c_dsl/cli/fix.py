"""`p2c fix`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from p2c_dsl.cli import EXIT_FINDINGS
from p2c_dsl.cli.failure import fail, report
from p2c_dsl.cli.options import ForceExclude, OnlyTask, StdinFilename
from p2c_dsl.cli.paths import display_name, included, valid_settings
from p2c_dsl.cli.progress import once_slow
from p2c_dsl.cli.repairs import READ_FIRST, Outcomes, RepairLimits, all_repairs, repaired
from p2c_dsl.cli.signals import signals_as_interrupts, status_of
from p2c_dsl.cli.specs import compositions, show, without_errors
from p2c_dsl.cli.text_files import STDIN, diff, marked, save, stdin_bytes, text_of
from p2c_dsl.diagnostics.plain import plain, printable
from p2c_dsl.names import did_you_mean
from p2c_dsl.settings import Settings

if TYPE_CHECKING:
    from p2c_dsl.planners.repair import Edit, Repair
    from p2c_dsl.resolve import Loaded

_NAMES = {"timeout": "--timeout", "effort": "--effort", "max_edits": "--max-edits"}


def fix(
    path: Annotated[str, Argument(help="The file with the compositions, or - for standard input.")],
    write_: Annotated[bool, Option("--write", help="Change the file; with -, print the repaired text.")] = False,
    task: OnlyTask = None,
    max_edits: Annotated[int, Option(help="The most steps that a repair may edit.", min=0)] = 8,
    timeout: Annotated[float, Option(help="The most seconds to search for each composition's repair.", min=0)] = 10,
    effort: Annotated[int, Option(help="How many steps the search may try.", min=1)] = 200_000,
    keep: Annotated[
        list[str] | None, Option(help="An effect or subtask that no repair may lose; may be given several times.")
    ] = None,
    stdin_filename: StdinFilename = None,
    force_exclude: ForceExclude = True,
) -> None:
    """Find the nearest composition that cannot break the task's rules.

    Each rejected composition is repaired with the fewest edits: calls, writes, loops, branches and returns that are
    added, removed or changed. The diff is shown, and for each edit what lint would say without it. Nothing is changed
    without --write. A composition whose only errors are reviewed exceptions, or ignored by the settings, is left alone.

    If no call does any longer what a rule asks for, that counts as two more edits. With --keep, a repair that no longer
    does an event is not taken at all.

    A search that is stopped by --timeout or --effort says what it knows by then: up to how many edits there is no
    repair, and the best repair that it has met, if it has met one. An interrupted command shows what it has found and
    writes nothing.

    Exit status: 0 nothing to repair, or all repaired with --write; 1 there is something to repair, or no repair was
    found; 2 usage error or unreadable input; 3 internal error; 130 interrupted.

    Examples:

      p2c fix examples/dinner/unaligned.p2c

      p2c fix plan.p2c --write

      p2c fix plan.p2c --keep pay

      p2c fix plan.p2c --timeout 60
    """
    settings = Settings()
    data = stdin_bytes() if path == STDIN else b""
    with valid_settings():
        if not included(path, settings, force_exclude=force_exclude, stdin=stdin_filename):
            if write_ and path == STDIN:
                typer.echo(data, nl=False)
            return
        loaded = _loaded(path, data, stdin_filename)
        composed = compositions(loaded, task)
        _check_events(loaded, keep or ())
        limits = RepairLimits(max_edits, effort, timeout, _NAMES)
        with signals_as_interrupts(), once_slow() as doing:
            found = all_repairs(loaded, composed, limits, wanted=settings.wants, keep=keep or (), show=doing)
    _report(found, write_)
    before = loaded.root.source.text
    after = repaired(before, found.repairs)
    if write_ and path == STDIN:
        if found.interrupt is None:
            typer.echo(marked(after, data), nl=False)
    else:
        _show(before, after, found, path)
        if write_ and found.repairs and found.interrupt is None:
            save(after, path)
    if found.interrupt is not None:
        raise typer.Exit(status_of(found.interrupt))
    if found.failures or (found.repairs and not write_):
        raise typer.Exit(EXIT_FINDINGS)


# ---------------------------------------------------------------- reading and writing


def _loaded(path: str, data: bytes, stdin_filename: str | None) -> Loaded:
    from p2c_dsl.resolve import load, load_text

    if path == STDIN:
        name = display_name(stdin_filename)
        place = None if stdin_filename is None else Path(name)
        loaded = load_text(text_of(data), name, Path(name).parent, place)
    else:
        loaded = load(Path(path))
    return without_errors(loaded, path, f"{path}: {READ_FIRST}")


def _check_events(loaded: Loaded, names: Iterable[str]) -> None:
    """Ends the command if one of the names is not an event of the spec."""
    events = [*loaded.spec.effects, *loaded.spec.subtasks]
    for name in names:
        if name not in events:
            fail(f"--keep: there is no effect or subtask `{name}`: {did_you_mean(name, events)}")


# ---------------------------------------------------------------- showing


def _report(found: Outcomes, write: bool) -> None:
    """Says on stderr what is not as it should be."""
    for failure in found.failures:
        report(f"{failure.where}: {failure.message}")
        if failure.diagnostics:
            show(failure.diagnostics)
    for doubt in found.doubts:
        report(doubt)
    if found.interrupted is not None:
        report(found.interrupted + ("; nothing was written" if write else ""))
    elif found.failures and found.repairs:
        rejected = len(found.failures) + len(found.repairs)
        report(f"{len(found.failures)} of {rejected} rejected compositions have no repair and stay as they are")


def _show(before: str, after: str, found: Outcomes, path: str) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    if not found.repairs:
        if not found.failures and found.interrupt is None:
            console.print(f"nothing to repair{found.left and '; '}{found.left}")
        return
    for line in diff(path, before, after, "repaired"):
        console.print(Text(printable(line), _style(line)))
    for repair in found.repairs:
        console.print()
        console.print(Text(_heading(repair), "bold"))
        for edit in repair.edits:
            console.print(Text(_done(edit), "bold"))
            for reason in edit.reasons:
                rule = "" if reason.rule is None else f" (rule: {reason.rule})"
                console.print(Text(plain(f"    else {reason.code}: {reason.message}") + plain(rule)))


def _heading(repair: Repair) -> str:
    from p2c_dsl.planners.repair import steps

    doubt = "" if repair.nearest else " (not proved to be the nearest)"
    return f"{repair.program.task.name}: {steps(repair.steps)}{doubt}"


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
