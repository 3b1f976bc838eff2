"""Puts calls under checks: chance alone writes too few compositions that keep an `only if` rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from p2c_dsl.source import Span
from p2c_dsl.spec import Spec, Subtask
from p2c_dsl.syntax import nodes
from p2c_dsl.types import BOOL, is_subtype


def guarded(compose: nodes.ComposeDecl, spec: Spec, random: Random, span: Callable[[], Span]) -> nodes.ComposeDecl:
    """The composition with all calls of some subtask under a check of one of their arguments."""
    pairs = [
        (check, subtask, place)
        for check in spec.subtasks.values()
        if check.result == BOOL and check.parameters and check.required <= 1
        for subtask in spec.subtasks.values()
        if subtask.result is None
        for place, parameter in enumerate(subtask.parameters)
        if is_subtype(parameter.type, check.parameters[0].type)
    ]
    if not pairs:
        return compose
    check, subtask, place = random.choice(pairs)
    return replace(compose, body=_block(compose.body, check, subtask, place, span))


def _block(
    statements: tuple[nodes.Statement, ...],
    check: Subtask,
    subtask: Subtask,
    place: int,
    span: Callable[[], Span],
) -> tuple[nodes.Statement, ...]:
    def statement(s: nodes.Statement) -> nodes.Statement:
        match s:
            case nodes.For():
                return replace(s, body=_block(s.body, check, subtask, place, span))
            case nodes.If():
                body = _block(s.body, check, subtask, place, span)
                return replace(s, body=body, orelse=_block(s.orelse, check, subtask, place, span))
            case nodes.ExprStatement(nodes.Call(nodes.Name(name), arguments)) if name == subtask.name:
                if place < len(arguments) and isinstance(arguments[place], nodes.Variable):
                    test = nodes.Call(nodes.Name(check.name, span()), (arguments[place],), (), span())
                    return nodes.If(test, (s,), (), False, span())
        return s

    return tuple(statement(s) for s in statements)
