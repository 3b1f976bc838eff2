"""The syntax tree of a `.p2c` file. Every node is immutable and carries its span.

The tree says what was written and nothing about what it means: names are unresolved, and a
rule is a line of tokens, because each rule's own file says how its line is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from p2c_dsl.syntax.span import Source, Span

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
class SizeBound:
    """`<= 20` or `>= 1` behind a collection's type."""

    op: str
    value: int
    span: Span


@dataclass(frozen=True, slots=True)
class TypeExpr:
    """`Map[User, Set[Restaurant]] <= 20`; `literal Text` allows free literals."""

    name: Name
    arguments: tuple[TypeExpr, ...]
    bounds: tuple[SizeBound, ...]
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
    """`f(x, p=y)`."""

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
    """`prefs[user]`: a map look-up."""

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


Expr = Variable | Literal | Call | Attribute | Subscript | EmptyMap | EmptyList | Not | IsNone


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


# ---------------------------------------------------------------- declarations


@dataclass(frozen=True, slots=True)
class Use:
    """`use "other.p2c"`; the path is relative to this file."""

    path: str
    span: Span


@dataclass(frozen=True, slots=True)
class TypeDecl:
    """`type Restaurant`, `type Bistro < Restaurant` (parent), `type Email = Text` (base)."""

    name: Name
    parent: Name | None
    base: TypeExpr | None
    span: Span


@dataclass(frozen=True, slots=True)
class Field:
    """`total: Int`, a line of a record."""

    name: Name
    type: TypeExpr
    span: Span


@dataclass(frozen=True, slots=True)
class RecordDecl:
    """`record Order:` and its fields."""

    name: Name
    doc: str | None
    fields: tuple[Field, ...]
    span: Span
    doc_span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class EnumDecl:
    """`enum Channel:` and its members, one a line."""

    name: Name
    doc: str | None
    members: tuple[Name, ...]
    span: Span
    doc_span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class ConstantDecl:
    """`constant office: Email = "office@example.org"`, in a spec or in a task."""

    name: Name
    type: TypeExpr
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class EffectDecl:
    """`effect reserve(Restaurant) irreversible`."""

    name: Name
    keys: tuple[TypeExpr, ...]
    irreversible: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Parameter:
    """`user: User` or `limit: Int = 10`."""

    name: Name
    type: TypeExpr
    default: Expr | None
    span: Span


@dataclass(frozen=True, slots=True)
class EffectClause:
    """`does contact(user)` (`certain`) or `may contact(user)`; arguments are parameters or their fields."""

    effect: Name
    arguments: tuple[Expr, ...]
    certain: bool
    span: Span


@dataclass(frozen=True, slots=True)
class SubtaskDecl:
    """A subtask's signature, docstring, effects and cost; no body lines means pure and free."""

    name: Name
    parameters: tuple[Parameter, ...]
    result: TypeExpr | None
    doc: str | None
    effects: tuple[EffectClause, ...]
    cost: int | None
    span: Span
    doc_span: Span = NOWHERE
    cost_span: Span = NOWHERE


class Token(NamedTuple):
    """A piece of a rule's line: kind `name`, `int` or `op` (`<=`, `.`, `,`, `(`, `)`)."""

    kind: str
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule as written; `p2c_dsl.rules` reads its tokens."""

    tokens: tuple[Token, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class RulesDecl:
    """`rules:` at the top of a file: rules that hold for every task."""

    rules: tuple[RuleLine, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class TaskDecl:
    """A task's inputs, result, docstring, constants and rules."""

    name: Name
    parameters: tuple[Parameter, ...]
    result: TypeExpr | None
    doc: str | None
    constants: tuple[ConstantDecl, ...]
    rules: tuple[RuleLine, ...]
    span: Span
    doc_span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class ComposeDecl:
    """`compose book_dinner(users):` and its body; `span` covers the header."""

    task: Name
    parameters: tuple[Name, ...]
    body: tuple[Statement, ...]
    span: Span


Declaration = (
    Use
    | TypeDecl
    | RecordDecl
    | EnumDecl
    | ConstantDecl
    | EffectDecl
    | SubtaskDecl
    | RulesDecl
    | TaskDecl
    | ComposeDecl
)


@dataclass(frozen=True, slots=True)
class File:
    """A parsed file: declarations in order, and all comments in order."""

    source: Source
    declarations: tuple[Declaration, ...]
    comments: tuple[Comment, ...]
