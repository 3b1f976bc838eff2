"""What an expression has been resolved to, and what it would do."""

from __future__ import annotations

from dataclasses import dataclass

from p2c_dsl.program import Operand
from p2c_dsl.source import Span
from p2c_dsl.syntax import nodes
from p2c_dsl.types import Type


@dataclass(frozen=True, slots=True)
class Resolved:
    """An expression's operand. `ghost` is the type that a name out of scope had, `size` counts parts."""

    operand: Operand
    span: Span
    ghost: Type | None = None
    size: int = 1


def calls(expr: nodes.Expr) -> bool:
    """Whether an expression contains a call."""
    match expr:
        case nodes.Call():
            return True
        case nodes.Attribute(base=base):
            return calls(base)
        case nodes.Subscript(base=base, key=key):
            return calls(base) or calls(key)
        case nodes.ListDisplay(elements):
            return any(map(calls, elements))
    return False
