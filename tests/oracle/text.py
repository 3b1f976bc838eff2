"""The rules about the program, read off its syntax tree."""

from __future__ import annotations

from collections.abc import Iterator

from p2c_dsl.syntax.nodes import (
    Append,
    Assign,
    Attribute,
    Call,
    ComposeDecl,
    EmptyList,
    EmptyMap,
    Expr,
    ExprStatement,
    For,
    If,
    IsNone,
    Not,
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


def calls_in(expr: Expr) -> Iterator[Call]:
    """All calls in an expression, the outer before the inner."""
    match expr:
        case Call(arguments=arguments, keywords=keywords):
            yield expr
            for inner in (*arguments, *(value for _, value in keywords)):
                yield from calls_in(inner)
        case Attribute(base=base):
            yield from calls_in(base)
        case Subscript(base=base, key=key):
            yield from calls_in(base)
            yield from calls_in(key)
        case Not(operand=operand) | IsNone(operand=operand):
            yield from calls_in(operand)


def is_sequence(compose: ComposeDecl) -> bool:
    """No `if`, and no call inside another call's arguments."""
    for statement in statements(compose.body):
        if isinstance(statement, If):
            return False
        for expr in expressions(statement):
            for call in calls_in(expr):
                if len(list(calls_in(call))) > 1:
                    return False
    return True


def depth(block: tuple[Statement, ...], kind: type[For] | type[If]) -> int:
    """How deep statements of a kind are nested."""
    deepest = 0
    for statement in block:
        inside = max((depth(inner, kind) for inner in _blocks(statement)), default=0)
        deepest = max(deepest, inside + isinstance(statement, kind))
    return deepest


def steps(compose: ComposeDecl) -> int:
    """The size that `steps <= n` bounds."""
    total = 0
    for statement in statements(compose.body):
        total += sum(len(list(calls_in(expr))) for expr in expressions(statement))
        match statement:
            case For() | If() | Return() | Assign(value=EmptyMap() | EmptyList()):
                total += 1
            case SetItem(value=value) | Append(value=value):
                total += not isinstance(value, Call)
    return total
