"""From expressions to operands: names, fields, lookups and nested calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from p2c_dsl.analysis.context import Context
from p2c_dsl.analysis.displays import Displays, made_record
from p2c_dsl.analysis.resolved import Resolved, calls
from p2c_dsl.machine import Violations
from p2c_dsl.machine.defects.values import Mismatch
from p2c_dsl.machine.typing import field_type, lookup_type
from p2c_dsl.program import Call, ConstantOf, FieldOf, Hole, ItemOf, Operand, Return, TakeOut, Var, lookups
from p2c_dsl.source import Span
from p2c_dsl.spec import EnumMember, Subtask
from p2c_dsl.syntax import nodes
from p2c_dsl.types import BOOL, FLOAT, INT, NONE, TEXT, Enum, Optional, Unknown, is_subtype, show

_MOST_PARTS = 64


class Expressions:
    """Resolves a composition's expressions; the calls in them become steps on the way."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._displays = Displays(context, self.values)

    def value(self, expr: nodes.Expr, *, nested: bool = False) -> Resolved:
        """The operand that an expression stands for; a `Hole` after an error. `nested`: inside a call."""
        match expr:
            case nodes.Variable(name):
                return self._variable(name)
            case nodes.Literal(value, span):
                return Resolved(_literal(value), span)
            case nodes.Attribute():
                return self._attribute(expr, nested)
            case nodes.Subscript():
                return self._subscript(expr, nested)
            case nodes.Call():
                return self._used_call(expr, nested)
            case nodes.EmptyMap(span) | nodes.EmptyList(span):
                help_ = "create the accumulator on a line of its own: `m = {}`"
                return self._refuse("P2C165", span, "an empty collection cannot be used as a value", help_)
            case nodes.ListDisplay():
                return self._displays.list(expr, nested)
            case nodes.Not() | nodes.IsNone() | nodes.Compare() | nodes.And() | nodes.Or():
                return self._refuse("P2C169", expr.span, "a condition cannot be used as a value", "use it in an `if`")

    def values(self, exprs: Sequence[nodes.Expr], nested: bool) -> list[Resolved]:
        """The operands of expressions that stand side by side, from left to right."""
        values: list[Resolved] = []
        for place, expression in enumerate(exprs):
            values.append(self.value(expression, nested=nested))
            self.take_out_before(exprs[place + 1 :], values[-1])
        return values

    # ------------------------------------------------------------ names and parts

    def _variable(self, name: nodes.Name) -> Resolved:
        context = self._context
        binding = context.scope.find(name.text)
        if binding is not None:
            return Resolved(binding.operand, name.span, None, binding.size)
        constant = context.constants.get(name.text)
        if constant is not None:
            return Resolved(ConstantOf(constant.value, constant.type, constant.name), name.span)
        return self._unknown(name)

    def _unknown(self, name: nodes.Name) -> Resolved:
        context, text = self._context, name.text
        ended = context.scope.ended.get(text)
        first_time = text not in context.reported
        context.reported.add(text)
        if ended is not None:
            if first_time:
                context.report(
                    "P2C162",
                    name.span,
                    f"`{text}` is not defined here: it is only visible in the block that assigns it",
                    "collect its values in an accumulator that is created before the loop, or use it inside the block",
                    notes=[(f"`{text}` is assigned here, in a block that may not run", ended.span)],
                )
            return Resolved(Hole(), name.span, ended.type)
        if not first_time:
            return Resolved(Hole(), name.span)
        if text in context.spec.subtasks:
            help_ = f"call it: `{text}(…)`"
            return self._refuse("P2C165", name.span, f"`{text}` is a subtask, not a value", help_)
        if isinstance(context.spec.types.get(text), Enum):
            help_ = f"use one of its members: `{text}.…`"
            return self._refuse("P2C165", name.span, f"`{text}` is an enum, not a value", help_)
        known = [*context.scope.names(), *context.constants]
        return self._refuse("P2C161", name.span, f"`{text}` is not defined", context.closest(text, known))

    def _attribute(self, expr: nodes.Attribute, nested: bool) -> Resolved:
        context, name = self._context, expr.name.text
        if isinstance(expr.base, nodes.Variable) and context.scope.find(expr.base.name.text) is None:
            enum = context.spec.types.get(expr.base.name.text)
            if isinstance(enum, Enum):
                if name in enum.members:
                    return Resolved(ConstantOf(EnumMember(enum.name, name), enum), expr.span)
                message = f"`{enum.name}` has no member `{name}`"
                return self._refuse("P2C166", expr.name.span, message, context.closest(name, enum.members))
        base = self.value(expr.base, nested=nested)
        of = context.machine.value(context.state, base.operand).type
        if isinstance(of, Unknown):
            return Resolved(Hole(), expr.span)
        if field_type(context.spec, of, name) is None:
            if isinstance(of, Optional):
                help_: str | None = "it may be None: test it with `is not None` first"
            else:
                help_ = context.closest(name, context.spec.records.get(show(of), ()))
            return self._refuse("P2C237", expr.name.span, f"{show(of)} has no field `{name}`", help_)
        return self._bounded(FieldOf(base.operand, name), expr.span, base.size + 1)

    def _subscript(self, expr: nodes.Subscript, nested: bool) -> Resolved:
        context = self._context
        base = self.value(expr.base, nested=nested)
        self.take_out_before((expr.key,), base)
        key = self.value(expr.key, nested=nested)
        of = context.machine.value(context.state, base.operand).type
        key_type = context.machine.value(context.state, key.operand).type
        if isinstance(of, Unknown) or isinstance(key_type, Unknown):
            return Resolved(Hole(), expr.span)
        if lookup_type(of, key_type) is None:
            message = f"cannot look up {show(key_type)} in {show(of)}"
            help_ = "only a Map supports lookups, by a key of its key type; loop over a List or Set instead"
            return self._refuse("P2C238", expr.span, message, help_)
        return self._bounded(ItemOf(base.operand, key.operand), expr.span, base.size + key.size)

    def _bounded(self, operand: Operand, span: Span, size: int) -> Resolved:
        if size > _MOST_PARTS:
            message = f"this chain has more than {_MOST_PARTS} fields and lookups"
            return self._refuse("P2C168", span, message, "call a subtask that extracts the value")
        return Resolved(operand, span, None, size)

    def _refuse(self, code: str, span: Span, message: str, help: str | None) -> Resolved:
        self._context.report(code, span, message, help)
        return Resolved(Hole(), span)

    def take_out_before(self, later: Iterable[nodes.Expr], resolved: Resolved) -> None:
        """Makes an operand's lookups now if a call follows it in its statement: evaluation is from left to right."""
        if lookups(resolved.operand) and any(map(calls, later)):
            self.take_out(resolved)

    def take_out(self, resolved: Resolved) -> None:
        """Makes an operand's lookups now, and reads the accumulator that it is a part of."""
        context, out = self._context, Violations()
        context.state, _ = context.machine.read(context.state, resolved.operand, out)
        context.object(out, resolved.span)
        if lookups(resolved.operand):
            context.add(TakeOut(resolved.operand, resolved.span))

    # ------------------------------------------------------------ calls

    def _used_call(self, expr: nodes.Call, nested: bool) -> Resolved:
        record = made_record(expr, self._context.spec)
        if record is not None:
            return self._displays.record(expr, record, nested)
        subtask = self._context.spec.subtasks.get(expr.function.text)
        operand = self.call(expr, nested=nested)
        if subtask is not None and subtask.result is None:
            message = f"`{subtask.name}` does not return a result"
            return self._refuse("P2C244", expr.span, message, "call it on a line of its own")
        return Resolved(operand, expr.span)

    def call(self, expr: nodes.Call, *, nested: bool = False) -> Operand:
        """Adds a call and all calls inside it as steps. Returns its result, a `Hole` if there is none."""
        context = self._context
        given = [*expr.arguments, *(e for _, e in expr.keywords)]
        values = self.values(given, True)
        positional = values[: len(expr.arguments)]
        keywords = [(n, v) for (n, _), v in zip(expr.keywords, values[len(positional) :], strict=True)]
        subtask = context.spec.subtasks.get(expr.function.text)
        if subtask is None:
            self._no_subtask(expr.function)
            # The program keeps a place where its runs fail: the calls before it may still break a rule.
            context.add(Return(Hole(), expr.span))
            return Hole()
        arguments = self._bind(subtask, expr, positional, keywords)
        operands = tuple(None if a is None else a.operand for a in arguments)
        out: Violations = []
        before = context.state
        context.state = context.machine.call(before, subtask, operands, out, nested=nested)
        for index, (argument, parameter) in enumerate(zip(arguments, subtask.parameters, strict=True)):
            if argument and argument.ghost and not is_subtype(argument.ghost, parameter.type):
                out.append(Mismatch(parameter.name, parameter.type, argument.ghost, argument=index))
        context.object(out, expr.span, {i: a.span for i, a in enumerate(arguments) if a is not None})
        slot = None if subtask.result is None else before.slots
        step = Call(subtask, operands, slot, nested, expr.span)
        context.narrator.record(step)
        context.add(step)
        return Hole() if slot is None else Var(slot)

    def _no_subtask(self, name: nodes.Name) -> None:
        spec, text = self._context.spec, name.text
        performers = [s.name for s in spec.subtasks.values() if any(u.effect.name == text for u in s.effects)]
        help_: str | None
        if text in spec.effects:
            message = f"`{text}` is an effect and cannot be called"
            listed = ", ".join(f"`{p}`" for p in performers[:4])
            help_ = f"call a subtask that has this effect: {listed}" if listed else "no subtask has this effect"
        elif text in spec.tasks:
            message = f"`{text}` is a task and cannot be called"
            help_ = "call the subtasks that it consists of"
        else:
            message, help_ = f"there is no subtask `{text}`", self._context.closest(text, spec.subtasks)
        self._context.report("P2C160", name.span, message, help_)

    def _bind(
        self,
        subtask: Subtask,
        expr: nodes.Call,
        positional: Sequence[Resolved],
        keywords: Sequence[tuple[nodes.Name, Resolved]],
    ) -> list[Resolved | None]:
        """One argument for each parameter, `None` where the default stands in."""
        context, names = self._context, [p.name for p in subtask.parameters]
        bound: list[Resolved | None] = [*positional[: len(names)]]
        bound += [None] * (len(names) - len(bound))
        if len(positional) > len(names):
            takes = f"`{subtask.name}` takes {len(names)} argument{'s' * (len(names) != 1)}"
            message = f"{takes}, but got {len(positional)}"
            context.report("P2C241", positional[len(names)].span, message, _signature(subtask))
        for name, argument in keywords:
            if name.text not in names:
                message = f"`{subtask.name}` has no parameter `{name.text}`"
                help_ = context.closest(name.text, names) or _signature(subtask)
                context.report("P2C242", name.span, message, help_)
            elif bound[names.index(name.text)] is not None:
                context.report("P2C243", name.span, f"`{name.text}` is given twice", "remove one of them")
            else:
                bound[names.index(name.text)] = argument
        missing = [p for p, a in zip(subtask.parameters, bound, strict=True) if a is None and not p.optional]
        if missing:
            listed = ", ".join(f"`{p.name}: {show(p.type)}`" for p in missing)
            message = f"`{subtask.name}` is missing an argument for {listed}"
            context.report("P2C240", expr.span, message, _signature(subtask))
        return [
            Resolved(Hole(), expr.span) if a is None and not p.optional else a
            for p, a in zip(subtask.parameters, bound, strict=True)
        ]


def _literal(value: str | int | float | bool | None) -> ConstantOf:
    if value is None:
        return ConstantOf(None, NONE)
    types = {bool: BOOL, int: INT, float: FLOAT, str: TEXT}
    return ConstantOf(value, types[type(value)], free=True)


def _signature(subtask: Subtask) -> str:
    parameters = ", ".join(f"{p.name}: {show(p.type)}" for p in subtask.parameters)
    result = "" if subtask.result is None else f" -> {show(subtask.result)}"
    return f"it is declared as `{subtask.name}({parameters}){result}`"
