"""The expressions in a statement's own line, and the names in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from p2c_dsl.source import Span
from p2c_dsl.syntax import nodes


def inside(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def bound(statement: nodes.Statement) -> str | None:
    match statement:
        case nodes.Assign(target):
            return target.text
        case nodes.For(variable):
            return variable.text
    return None


def _expressions(statement: nodes.Statement) -> Sequence[nodes.Expr | None]:
    match statement:
        case nodes.Assign(_, value) | nodes.ExprStatement(value) | nodes.Return(value):
            return (value,)
        case nodes.Append(target, value):
            return (nodes.Variable(target), value)
        case nodes.SetItem(target, key, value):
            return (nodes.Variable(target), key, value)
        case nodes.For(_, iterable):
            return (iterable,)
        case nodes.If(condition):
            return (condition,)


def parts(statement: nodes.Statement) -> Iterator[nodes.Expr]:
    """All expressions in a statement's own line."""
    pending = [e for e in _expressions(statement) if e is not None]
    while pending:
        expr = pending.pop()
        yield expr
        match expr:
            case nodes.Call(_, arguments, keywords):
                pending += [*arguments, *(value for _, value in keywords)]
            case nodes.ListDisplay(elements):
                pending += elements
            case nodes.Attribute(base, _):
                pending.append(base)
            case nodes.Subscript(base, key):
                pending += [base, key]
            case nodes.Not(operand) | nodes.IsNone(operand):
                pending.append(operand)
            case nodes.Compare(left, _, right):
                pending += [left, right]
            case nodes.And(operands) | nodes.Or(operands):
                pending += operands


def mentioned(statement: nodes.Statement) -> Iterator[str]:
    return (e.name.text for e in parts(statement) if isinstance(e, nodes.Variable))


def arguments_of(statement: nodes.Statement, span: Span, parameters: Sequence[str]) -> Sequence[nodes.Expr | None]:
    """The expressions given for a call's parameters."""
    for expr in parts(statement):
        if isinstance(expr, nodes.Call) and expr.span == span:
            named = {name.text: value for name, value in expr.keywords}
            rest = [named.get(p) for p in parameters[len(expr.arguments) :]]
            return [*expr.arguments[: len(parameters)], *rest]
    return [None] * len(parameters)


def names_in(statement: nodes.Statement, span: Span) -> frozenset[str]:
    """The parameters that a call names in the text."""
    calls = (e for e in parts(statement) if isinstance(e, nodes.Call) and e.span == span)
    return frozenset(name.text for call in calls for name, _ in call.keywords)


def key_and_value(statement: nodes.Statement) -> tuple[nodes.Expr | None, nodes.Expr | None]:
    match statement:
        case nodes.SetItem(_, key, value):
            return key, value
        case nodes.Append(_, value):
            return None, value
    return None, None


def tested(condition: nodes.Expr) -> Iterator[nodes.Expr]:
    """The values that a condition tests, in the order of the text."""
    match condition:
        case nodes.Not(operand):
            yield from tested(operand)
        case nodes.IsNone(operand):
            yield operand
        case nodes.Compare(left, _, right):
            yield from (left, right)
        case nodes.And(operands) | nodes.Or(operands):
            for operand in operands:
                yield from tested(operand)
        case _:
            yield condition
