"""Spans for compositions that were never text."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from p2c_dsl.source import Span
from p2c_dsl.syntax import nodes


def with_own_spans(compose: nodes.ComposeDecl) -> nodes.ComposeDecl:
    """The composition with a span of its own for each statement, so that a trace can tell them apart."""
    numbers = count()

    def block(statements: tuple[nodes.Statement, ...]) -> tuple[nodes.Statement, ...]:
        return tuple(statement(s) for s in statements)

    def statement(s: nodes.Statement) -> nodes.Statement:
        at = next(numbers)
        s = replace(s, span=Span(at, at + 1))
        match s:
            case nodes.For():
                return replace(s, body=block(s.body))
            case nodes.If():
                return replace(s, body=block(s.body), orelse=block(s.orelse))
        return s

    return replace(compose, body=block(compose.body))
