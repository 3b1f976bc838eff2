"""From a rejected composition to the nearest one that is accepted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import Literal

from p2c_dsl.analysis import Analysis, analyze
from p2c_dsl.analysis.codes import CODES
from p2c_dsl.diagnostics.model import Diagnostic, Severity
from p2c_dsl.machine import Machine
from p2c_dsl.planners.automaton.units import Kind, original
from p2c_dsl.planners.repair.items import Items
from p2c_dsl.planners.repair.layout import Crossed, Item, Layout
from p2c_dsl.planners.repair.model import Edit, Repair, Unrepairable
from p2c_dsl.planners.repair.points import EditPath, GivenUp
from p2c_dsl.planners.repair.search import Search
from p2c_dsl.program import Program
from p2c_dsl.rules import read_rules
from p2c_dsl.source import Source, Span
from p2c_dsl.spec import Spec, Task
from p2c_dsl.syntax.nodes import ComposeDecl
from p2c_dsl.syntax.parser import parse

MOST_EDITS = 8
EFFORT = 200_000
_MOST_REASONS = 3
_UNREADABLE = frozenset(c.code for c in CODES if c.code[3] == "1") | {"P2C241", "P2C242", "P2C243", "P2C244"}
_MOVABLE = frozenset({"P2C162", "P2C170", "P2C171", "P2C172", "P2C173", "P2C174"})
"""Of the findings about names, those that other places and arguments can fix."""


def recompose(program: Program, spec: Spec, *, most_edits: int = MOST_EDITS, effort: int = EFFORT) -> Repair:
    """The accepted composition that is fewest edited steps away from a program.

    An edit inserts, drops or changes one step: a call, write, loop head, branch head, return or new accumulator. A
    dropped line is one edit, even if calls stand inside it. Of several compositions as near, one that loses less
    of what was written is taken. An accepted program comes back as it is, with no edits. Other than lint, which only
    warns, a repair leaves no accumulator empty.

    Args:
        program: The resolved composition; its source must hold the text that it was resolved from.
        spec: The spec whose rules hold.
        most_edits: How many edited steps there may be.
        effort: How many possible steps the search may try.

    Raises:
        Unrepairable: There is no accepted composition within `most_edits`, none was found within `effort`, or the
            composition's text has errors that must be corrected first.
        ValueError: The task's rules cannot be read, or the program is not in its source.
    """
    task = spec.tasks.get(program.task.name)
    compose = _compose_at(program.source, program.span)
    if task is None or compose is None:
        raise ValueError(f"there is no composition of `{program.task.name}` in {program.source.name}")
    rules, wrong = read_rules(spec, task)
    if wrong:
        raise ValueError("; ".join(d.message for d in wrong))
    analysis = analyze(spec, compose, program.source, rules)
    assert analysis.program is not None
    before = original(compose, analysis.program)
    if analysis.accepted:
        span = Layout(program.source, before, ()).span
        return Repair(analysis.program, program.source, span, program.source.text[span.start : span.end], ())
    _check_readable(analysis)
    machine = Machine(spec, task, rules)
    path = _nearest(Search(machine, before, effort), task, most_edits)
    for inline in (True, False):
        items = Items(machine, before, path, inline=inline).all()
        repaired = _WithoutEdits(Layout(program.source, before, items), spec, compose)
        after = repaired.analysis(frozenset())
        if after is not None and after.accepted and after.program is not None:
            edits = tuple(_edits(repaired, path, analysis))
            layout = repaired.layout
            return Repair(after.program, program.source, layout.span, layout.body(), edits)
    raise Unrepairable("the nearest accepted composition cannot be written with these names: rename a variable")


def _compose_at(source: Source, span: Span) -> ComposeDecl | None:
    declarations = parse(source).file.declarations
    return next((d for d in declarations if isinstance(d, ComposeDecl) and d.span == span), None)


def _check_readable(analysis: Analysis) -> None:
    unreadable = tuple(
        d
        for d in analysis.diagnostics
        if d.severity is Severity.ERROR and d.code in _UNREADABLE and d.code not in _MOVABLE
    )
    if unreadable:
        raise Unrepairable(
            "correct these errors first: a composition can only be repaired if it can be read", unreadable
        )


def _nearest(search: Search, task: Task, most_edits: int) -> EditPath:
    name = task.name
    try:
        path = search.nearest(most_edits)
    except GivenUp as reached:
        raise Unrepairable(
            f"no accepted composition of `{name}` was found before the search reached its limit: there is none within "
            f"{int(str(reached)) - 1} edited steps; allow more effort, or plan a new one with `p2c plan`"
        ) from None
    if path is None:
        raise Unrepairable(
            f"no composition of `{name}` within {most_edits} edited steps is accepted; "
            "allow more edits, or plan a new one with `p2c plan`"
        )
    return path


# ---------------------------------------------------------------- edits and their reasons


class _WithoutEdits:
    """The composition with some edits undone, as lint sees it."""

    def __init__(self, layout: Layout, spec: Spec, compose: ComposeDecl) -> None:
        self.layout, self.spec, self.compose = layout, spec, compose

    def analysis(self, undone: Set[int]) -> Analysis | None:
        """What lint says, `None` where this cannot be written."""
        source, span = self.layout.source, self.layout.span
        try:
            body = self.layout.body(undone)
        except Crossed:
            return None
        start = self.compose.span.start
        text = source.text[start : span.start] + body + "\n"
        head = Source(source.name, text)
        parsed = parse(head)
        compose = next((d for d in parsed.file.declarations if isinstance(d, ComposeDecl)), None)
        if parsed.diagnostics or compose is None:
            return None
        return analyze(self.spec, compose, head)


def _edits(repaired: _WithoutEdits, path: EditPath, before: Analysis) -> Iterable[Edit]:
    items = repaired.layout.items
    for number in dict.fromkeys(item.edit for item in items if item.edit is not None):
        own = [item for item in items if item.edit == number]
        steps = sum(path.actions[item.block].edits for item in own if item.kind is Kind.STEP)
        if steps:
            yield _edit(repaired, own, steps, _reasons(repaired, number, own, before))


def _edit(repaired: _WithoutEdits, own: list[Item], steps: int, reasons: tuple[Diagnostic, ...]) -> Edit:
    layout = repaired.layout
    lines = [item for item in own if item.kind is Kind.STEP]
    old = next((item.old for item in lines if item.old is not None), None)
    new = [
        item.new if isinstance(item.new, str) else layout.statement(item.old or 0)
        for item in lines
        if item.new is not None
    ]
    before = None if old is None else layout.statement(old)
    line = None if old is None else layout.line(old)
    kind: Literal["insert", "drop", "change"] = "insert" if old is None else "change" if new else "drop"
    return Edit(kind, steps, before, "\n".join(new) or None, line, reasons)


def _reasons(repaired: _WithoutEdits, number: int, own: list[Item], before: Analysis) -> tuple[Diagnostic, ...]:
    undone = _together(repaired.layout.items, number)
    analysis = repaired.analysis(undone)
    if analysis is None:
        undone = undone | _inside(repaired.layout.items, undone)
        analysis = repaired.analysis(undone)
    if analysis is None or not analysis.diagnostics:
        old = {item.old for item in own if item.old is not None}
        spans = [repaired.layout.original.statements[place].span for place in old]
        touching = [d for d in before.diagnostics if any(_touch(d.location.span, span) for span in spans)]
        return _worst(touching or before.diagnostics)
    return _worst(analysis.diagnostics)


def _together(items: Sequence[Item], number: int) -> frozenset[int]:
    """An edit and all that must be undone with it."""
    edits, pending = {number}, [number]
    while pending:
        edit = pending.pop()
        for item in items:
            if item.edit == edit:
                pending += item.needs - edits
                edits |= item.needs
    return frozenset(edits)


def _inside(items: Sequence[Item], undone: Set[int]) -> frozenset[int]:
    """The edits inside the blocks that are restored: what they dropped is restored, too."""
    depth, inner = 0, set()
    for item in items:
        if item.kind is Kind.END and item.edit in undone:
            depth -= 1
        elif item.kind is Kind.STEP and item.edit in undone and item.opens_old and not item.opens_new:
            depth += 1
        elif depth and item.edit is not None:
            inner.add(item.edit)
    return frozenset(inner)


def _touch(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _worst(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The first few different ones: those of rules and types before those of names and style."""
    distinct: dict[tuple[str, str | None], Diagnostic] = {}
    for diagnostic in diagnostics:
        distinct.setdefault((diagnostic.code, diagnostic.rule), diagnostic)
    errors = [d for d in distinct.values() if d.severity is Severity.ERROR]
    # A name that is no longer defined explains the edit less well than what would be wrong with its use.
    telling = [d for d in errors if d.code != "P2C161"]
    return tuple(telling or errors or distinct.values())[:_MOST_REASONS]
