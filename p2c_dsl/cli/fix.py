"""`p2c fix`."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from p2c_dsl.cli import EXIT_FINDINGS
from p2c_dsl.cli.files import STDIN, compositions, fail, marked, save, show_and_stop, stdin_bytes, text_of
from p2c_dsl.cli.paths import FORCE_EXCLUDE, STDIN_FILENAME, display_name, left, settings_hold
from p2c_dsl.diagnostics.model import Diagnostic, Severity
from p2c_dsl.diagnostics.plain import plain, printable
from p2c_dsl.settings import Settings
from p2c_dsl.syntax.text import line_end, with_line_ends

if TYPE_CHECKING:
    from p2c_dsl.planners.repair import Edit, Repair
    from p2c_dsl.resolve import Loaded
    from p2c_dsl.syntax.nodes import ComposeDecl

_FIRST = "mend these first: what a composition says has to be clear before it can be repaired"


def fix(
    path: Annotated[str, typer.Argument(help="The file with the compositions, or - for standard input.")],
    write_: Annotated[
        bool, typer.Option("--write", help="Change the file; with -, print the repaired text.")
    ] = False,
    task: Annotated[str | None, typer.Option(help="Only the compositions of this task.")] = None,
    max_edits: Annotated[int, typer.Option(help="The most steps that a repair may edit.", min=0)] = 8,
    effort: Annotated[
        int, typer.Option(help="How many possible steps the search may try before it gives up.", min=1)
    ] = 200_000,
    stdin_filename: Annotated[str | None, STDIN_FILENAME] = None,
    force_exclude: Annotated[bool, FORCE_EXCLUDE] = True,
) -> None:
    """Find the nearest composition that cannot break the task's rules.

    Each rejected composition is repaired with the fewest edited steps: calls, writes, loops, branches and returns
    that are put in, dropped or changed. The difference is shown, and for each edit what lint would say without it.
    Nothing is changed without --write. What the settings ignore, and reviewed exceptions, are left as they are.

    Exit status: 0 nothing to repair, or all repaired with --write; 1 there is something to repair, or no repair was
    found; 2 usage or unreadable input; 3 internal error.

    Examples:

      p2c fix examples/dinner/unaligned.p2c

      p2c fix plan.p2c --write
    """
    settings = Settings()
    data = stdin_bytes() if path == STDIN else b""
    with settings_hold():
        if not left(path, settings, force_exclude=force_exclude, stdin=stdin_filename):
            if write_ and path == STDIN:
                typer.echo(data, nl=False)
            return
        loaded = _loaded(path, data, stdin_filename)
        repairs, failures = all_repairs(
            loaded, compositions(loaded, task), max_edits, effort, wanted=settings.wants
        )
    for failure in failures:
        typer.echo(f"p2c: {failure.where}: {failure.message}", err=True)
        _complain(failure.diagnostics)
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
    """A composition that has no repair, and why."""

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
    """The repairs of those compositions that are rejected, and what cannot be repaired.

    One that is accepted but for reviewed exceptions, and for what is not `wanted`, stays as it is.
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
    """A file's text with the bodies of several compositions repaired."""
    end = line_end(text)
    for repair in sorted(repairs, key=lambda r: r.span, reverse=True):
        text = text[: repair.span.start] + with_line_ends(repair.body, end) + text[repair.span.end :]
    return text


# ---------------------------------------------------------------- reading and writing


def _loaded(path: str, data: bytes, stdin_filename: str | None) -> Loaded:
    from p2c_dsl.resolve import load, load_text
    from p2c_dsl.rules import read_rules

    if path == STDIN:
        name = display_name(stdin_filename)
        place = None if stdin_filename is None else Path(name)
        loaded = load_text(text_of(data), name, Path(name).parent, place)
    else:
        loaded = load(Path(path))
    if not loaded.readable:
        fail(f"{path}: {loaded.diagnostics[0].message}")
    found = list(loaded.diagnostics)
    for task in loaded.spec.tasks.values():
        found += (d for d in read_rules(loaded.spec, task)[1] if d not in found)
    if any(d.severity is Severity.ERROR for d in found):
        typer.echo(f"p2c: {path}: {_FIRST}", err=True)
    show_and_stop(found)
    return loaded


def _complain(diagnostics: Sequence[Diagnostic]) -> None:
    if diagnostics:
        from rich.console import Console

        from p2c_dsl.diagnostics.text import render

        render(diagnostics, Console(stderr=True, highlight=False))


# ---------------------------------------------------------------- showing


def _show(before: str, after: str, repairs: Sequence[Repair], path: str) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    if not repairs:
        console.print("nothing to repair")
        return
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), path, f"{path} (repaired)", lineterm=""
    )
    for line in lines:
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
            return f"  put in {new}"
        case "drop":
            return f"  dropped `{plain(edit.before or '')}` (line {edit.line})"
        case _:
            return f"  changed `{plain(edit.before or '')}` (line {edit.line}) to {new}"
