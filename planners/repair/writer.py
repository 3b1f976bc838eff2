"""A repair as text, and its edits with the reasons for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import Literal

from p2c_dsl.analysis import Analysis, analyze
from p2c_dsl.diagnostics.model import Diagnostic, Severity
from p2c_dsl.machine import Machine
from p2c_dsl.planners.automaton.units import Kind, Original
from p2c_dsl.planners.repair.items import Items
from p2c_dsl.planners.repair.layout import Crossed, Item, Layout
from p2c_dsl.planners.repair.model import Edit, Repair, Stop, Unrepairable
from p2c_dsl.planners.repair.points import EditPath
from p2c_dsl.source import Source, Span
from p2c_dsl.spec import Spec
from p2c_dsl.syntax.nodes import ComposeDecl
from p2c_dsl.syntax.parser import parse

_MOST_REASONS = 3


class RepairWriter:
    """Writes repairs of one composition."""

    def __init__(
        self, machine: Machine, compose: ComposeDecl, analysis: Analysis, before: Original, source: Source
    ) -> None:
        self.source = source
        self.machine, self.compose, self.analysis, self.before = machine, compose, analysis, before

    def repair(self, path: EditPath, excluded: int, stop: Stop | None) -> Repair:
        """The repair that a path stands for. Raises `Unrepairable` where it cannot be written."""
        for inline in (True, False):
            items = Items(self.machine, self.before, path, inline=inline).all()
            repaired = _WithoutEdits(Layout(self.source, self.before, items), self.machine.spec, self.compose)
            after = repaired.analysis(frozenset())
            if after is not None and after.accepted and after.program is not None:
                edits = tuple(_edits(repaired, path, self.analysis))
                layout = repaired.layout
                return Repair(after.program, self.source, layout.span, layout.body(), edits, excluded, stop)
        raise Unrepairable(
            "an accepted composition was found, but cannot be written with these names: rename a variable"
        )


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
