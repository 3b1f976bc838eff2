"""The rules about the program, read off its syntax tree."""

from __future__ import annotations

from collections.abc import Iterator

from p2c_dsl.spec import Spec
from p2c_dsl.syntax.nodes import (
    And,
    Append,
    Assign,
    Attribute,
    Call,
    Compare,
    ComposeDecl,
    EmptyList,
    EmptyMap,
    Expr,
    ExprStatement,
    For,
    If,
    IsNone,
    ListDisplay,
    Not,
    Or,
    Return,
    SetItem,
    Statement,
    Subscript,
)


def statements(block: tuple[Statement, ...]) -> Iterator[Statement]:
    """All statements of a block, at any depth."""
    for statement in block:
        yield statement
        for inner in _blocks(statement):
            yield from statements(inner)


def _blocks(statement: Statement) -> tuple[tuple[Statement, ...], ...]:
    match statement:
        case For(body=body):
            return (body,)
        case If(body=body, orelse=orelse):
            return (body, orelse)
    return ()


def expressions(statement: Statement) -> tuple[Expr, ...]:
    """A statement's own expressions, outermost ones only."""
    match statement:
        case SetItem(key=key, value=value):
            return (key, value)
        case Assign(value=value) | Append(value=value) | ExprStatement(value=value):
            return (value,)
        case For(iterable=iterable):
            return (iterable,)
        case If(condition=condition):
            return (condition,)
        case Return(value=value):
            return () if value is None else (value,)


def inside(expr: Expr) -> Iterator[Expr]:
    """An expression and all those in it, the outer before the inner."""
    yield expr
    match expr:
        case Call(arguments=arguments, keywords=keywords):
            parts: tuple[Expr, ...] = (*arguments, *(value for _, value in keywords))
        case ListDisplay(parts) | And(parts) | Or(parts):
            pass
        case Subscript(base=base, key=key):
            parts = (base, key)
        case Attribute(base=base):
            parts = (base,)
        case Not(operand=operand) | IsNone(operand=operand):
            parts = (operand,)
        case Compare(left=left, right=right):
            parts = (left, right)
        case _:
            parts = ()
    for part in parts:
        yield from inside(part)


def calls_in(expr: Expr) -> Iterator[Call]:
    """All calls in an expression, and all records that it makes, the outer before the inner."""
    return (part for part in inside(expr) if isinstance(part, Call))


def is_call(expr: Expr, spec: Spec) -> bool:
    """Whether an expression calls a subtask, and does not make a record."""
    return isinstance(expr, Call) and expr.function.text in spec.subtasks


def is_sequence(compose: ComposeDecl, spec: Spec) -> bool:
    """No `if`, and no call inside another call's arguments."""
    for statement in statements(compose.body):
        if isinstance(statement, If):
            return False
        for expr in expressions(statement):
            for call in calls_in(expr):
                if is_call(call, spec) and sum(is_call(inner, spec) for inner in calls_in(call)) > 1:
                    return False
    return True


def depth(block: tuple[Statement, ...], kind: type[For] | type[If]) -> int:
    """How deep statements of a kind are nested."""
    deepest = 0
    for statement in block:
        inside = max((depth(inner, kind) for inner in _blocks(statement)), default=0)
        deepest = max(deepest, inside + isinstance(statement, kind))
    return deepest


def steps(compose: ComposeDecl, spec: Spec) -> int:
    """The size that `steps <= n` bounds."""
    total = 0
    for statement in statements(compose.body):
        parts = (part for expr in expressions(statement) for part in inside(expr))
        total += sum(isinstance(part, Call | ListDisplay) for part in parts)
        match statement:
            case For() | If() | Return() | Assign(value=EmptyMap() | EmptyList()):
                total += 1
            case SetItem(value=value) | Append(value=value):
                total += not is_call(value, spec)
    return total
