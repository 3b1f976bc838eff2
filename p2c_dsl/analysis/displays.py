"""Lists and records that a composition makes from values: `[a, b]` and `Passenger(first=a, last=b)`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from p2c_dsl.analysis.context import Context
from p2c_dsl.analysis.resolved import Resolved
from p2c_dsl.machine import Violations
from p2c_dsl.machine.defects.values import Mismatch
from p2c_dsl.program import Hole, MakeList, MakeRecord, Operand, Var
from p2c_dsl.source import Span
from p2c_dsl.spec import Spec
from p2c_dsl.syntax import nodes
from p2c_dsl.types import Optional, Record, is_subtype, show

Values = Callable[[Sequence[nodes.Expr], bool], list[Resolved]]
"""Resolves expressions that stand side by side, from left to right; also given whether they stand inside a call."""


def made_record(expr: nodes.Expr, spec: Spec) -> Record | None:
    """The record that an expression makes, if it does. A subtask of that name comes first."""
    if not isinstance(expr, nodes.Call) or expr.function.text in spec.subtasks:
        return None
    of = spec.types.get(expr.function.text)
    return of if isinstance(of, Record) else None


class Displays:
    """Adds what is made as steps."""

    def __init__(self, context: Context, values: Values) -> None:
        self._context, self._values = context, values

    def list(self, expr: nodes.ListDisplay, nested: bool) -> Resolved:
        """`[a, b]`."""
        context = self._context
        elements = self._values(expr.elements, nested)
        operands, slot = tuple(e.operand for e in elements), context.state.slots
        out: Violations = []
        context.state = context.machine.make_list(context.state, operands, out)
        context.object(out, expr.span, _places(elements))
        context.add(MakeList(slot, operands, expr.span))
        return Resolved(Var(slot), expr.span)

    def record(self, expr: nodes.Call, of: Record, nested: bool) -> Resolved:
        """`Passenger(first=a, last=b)`."""
        context = self._context
        values = self._values([*expr.arguments, *(value for _, value in expr.keywords)], nested)
        named = zip(expr.keywords, values[len(expr.arguments) :], strict=True)
        given = self._fields(expr, of, [(name, value) for (name, _), value in named])
        fields: dict[str, Operand] = {name: value.operand for name, value in given.items()}
        slot = context.state.slots
        out: Violations = []
        context.state = context.machine.make_record(context.state, of, fields, out)
        for index, (name, value) in enumerate(given.items()):
            declared = context.spec.records[of.name][name]
            if value.ghost and not is_subtype(value.ghost, declared):
                out.append(Mismatch(f"{of.name}.{name}", declared, value.ghost, argument=index))
        context.object(out, expr.span, _places(list(given.values())))
        context.add(MakeRecord(slot, of, tuple(fields.items()), expr.span))
        return Resolved(Var(slot), expr.span)

    def _fields(
        self, expr: nodes.Call, of: Record, named: Sequence[tuple[nodes.Name, Resolved]]
    ) -> dict[str, Resolved]:
        """The fields that are given, and a hole for each that is missing."""
        declared = self._context.spec.records[of.name]
        if expr.arguments:
            first = next(iter(declared), "field")
            self._refuse(expr.arguments[0].span, "a record's fields are given by name", f"write `{first}=…`")
        given: dict[str, Resolved] = {}
        for name, value in named:
            if name.text not in declared:
                help_ = self._context.closest(name.text, declared) or _signature(of, self._context.spec)
                self._refuse(name.span, f"{of.name} has no field `{name.text}`", help_)
            elif name.text in given:
                self._refuse(name.span, f"`{name.text}` is given twice", "remove one of them")
            else:
                given[name.text] = value
        missing = [n for n, t in declared.items() if n not in given and not isinstance(t, Optional)]
        if missing and not expr.arguments:
            listed = ", ".join(f"`{name}: {show(declared[name])}`" for name in missing)
            self._refuse(expr.span, f"{of.name} is missing {listed}", _signature(of, self._context.spec))
        return given | {name: Resolved(Hole(), expr.span) for name in missing}

    def _refuse(self, span: Span, message: str, help_: str) -> None:
        self._context.report("P2C246", span, message, help_)


def _places(parts: Sequence[Resolved]) -> dict[int, Span]:
    return {index: part.span for index, part in enumerate(parts)}


def _signature(of: Record, spec: Spec) -> str:
    fields = ", ".join(f"{name}: {show(field)}" for name, field in spec.records[of.name].items())
    return f"its fields are ({fields})"
