"""The syntax tree of a composition's body, and of what it shares with declarations: names, comments, types.

Every node is immutable and carries its span. `p2c_dsl.syntax.nodes` has the rest of the tree and re-exports this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from p2c_dsl.source import Span

NOWHERE = Span(0, 0)
"""The place of a part that was not written."""


class Name(NamedTuple):
    """An identifier as written."""

    text: str
    span: Span


class Comment(NamedTuple):
    """A `#` comment, its text with the `#`; `own_line` when nothing stands before it."""

    text: str
    span: Span
    own_line: bool


# ---------------------------------------------------------------- types


@dataclass(frozen=True, slots=True)
class TypeBound:
    """`<= 20` or `>= 1` after the type of a collection or number."""

    op: str
    value: int | float
    span: Span


@dataclass(frozen=True, slots=True)
class TypeExpr:
    """`Map[User, Set[Restaurant]] <= 20`; `literal Text` allows free literals."""

    name: Name
    arguments: tuple[TypeExpr, ...]
    bounds: tuple[TypeBound, ...]
    literal: bool
    span: Span


# ---------------------------------------------------------------- expressions


@dataclass(frozen=True, slots=True)
class Variable:
    """A bare name: a local, a task input or a constant."""

    name: Name

    @property
    def span(self) -> Span:
        return self.name.span


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant written out: text, number, truth value or `None`."""

    value: str | int | float | bool | None
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """`f(x, p=y)`, or `Passenger(first=x)`, which makes a record."""

    function: Name
    arguments: tuple[Expr, ...]
    keywords: tuple[tuple[Name, Expr], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Attribute:
    """`order.customer`, or `Channel.email` for an enum's member."""

    base: Expr
    name: Name
    span: Span


@dataclass(frozen=True, slots=True)
class Subscript:
    """`prefs[user]`: a map lookup."""

    base: Expr
    key: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class EmptyMap:
    """`{}`, the start of a map accumulator."""

    span: Span


@dataclass(frozen=True, slots=True)
class EmptyList:
    """`[]`, the start of a list accumulator."""

    span: Span


@dataclass(frozen=True, slots=True)
class ListDisplay:
    """`[a, b]`: a list of these values."""

    elements: tuple[Expr, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Not:
    """`not x`, in a condition only."""

    operand: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class IsNone:
    """`x is None`, or with `negated` `x is not None`, in a condition only."""

    operand: Expr
    negated: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Compare:
    """`a == b`, or with another operator, in a condition only."""

    left: Expr
    operator: str
    right: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class And:
    """`a and b and …`, in a condition only; none of the operands is an `And` itself."""

    operands: tuple[Expr, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Or:
    """`a or b or …`, in a condition only; none of the operands is an `Or` itself."""

    operands: tuple[Expr, ...]
    span: Span


Data = EmptyMap | EmptyList | ListDisplay
Expr = Variable | Literal | Call | Attribute | Subscript | Data | Not | IsNone | Compare | And | Or


# ---------------------------------------------------------------- statements


@dataclass(frozen=True, slots=True)
class Assign:
    """`x = f(y)`."""

    target: Name
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class SetItem:
    """`m[k] = v`: write into a map accumulator."""

    target: Name
    key: Expr
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Append:
    """`xs.append(v)`: write into a list accumulator."""

    target: Name
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class ExprStatement:
    """A call whose result is not kept."""

    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class For:
    """`for x in xs:`; `span` covers the header, the body follows."""

    variable: Name
    iterable: Expr
    body: tuple[Statement, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class If:
    """`if c: … else: …`; an `elif` is an `If` with `is_elif` alone in `orelse`."""

    condition: Expr
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]
    is_elif: bool
    span: Span
    else_span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Return:
    """`return` or `return x`."""

    value: Expr | None
    span: Span


Statement = Assign | SetItem | Append | ExprStatement | For | If | Return
