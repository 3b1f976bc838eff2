"""The syntax tree of a `.p2c` file. Every node is immutable and carries its span.

The tree records what was written, but not what it means: names are unresolved, and a
rule is a line of tokens, because each rule's own file defines how its line is parsed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from p2c_dsl.source import Source, Span
from p2c_dsl.syntax.statements import (
    NOWHERE,
    And,
    Append,
    Assign,
    Attribute,
    Call,
    Comment,
    Compare,
    EmptyList,
    EmptyMap,
    Expr,
    ExprStatement,
    For,
    If,
    IsNone,
    ListDisplay,
    Literal,
    Name,
    Not,
    Or,
    Return,
    SetItem,
    Statement,
    Subscript,
    TypeBound,
    TypeExpr,
    Variable,
)

__all__ = [
    "NOWHERE",
    "And",
    "Append",
    "Assign",
    "Attribute",
    "Call",
    "Claims",
    "Comment",
    "Compare",
    "ComposeDecl",
    "ConstantDecl",
    "Declaration",
    "EffectClause",
    "EffectDecl",
    "EmptyList",
    "EmptyMap",
    "EnumDecl",
    "Expr",
    "ExprStatement",
    "FieldDecl",
    "File",
    "For",
    "If",
    "IsNone",
    "Key",
    "ListDisplay",
    "Literal",
    "Member",
    "Name",
    "Not",
    "Or",
    "OverrideDecl",
    "ParameterDecl",
    "RecordDecl",
    "RecordOverrideDecl",
    "Return",
    "RuleLine",
    "RulesDecl",
    "SetItem",
    "Statement",
    "Subscript",
    "SubtaskDecl",
    "TaskDecl",
    "Token",
    "TypeBound",
    "TypeDecl",
    "TypeExpr",
    "Use",
    "Variable",
]


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
class FieldDecl:
    """`total: Int`, a line of a record; `original` is the outside name (`as "…"`)."""

    name: Name
    type: TypeExpr
    span: Span
    original: str | None = None


@dataclass(frozen=True, slots=True)
class RecordDecl:
    """`record Order:` and its fields."""

    name: Name
    doc: str | None
    fields: tuple[FieldDecl, ...]
    span: Span
    doc_span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Member:
    """A line of an enum; `original` is the outside name."""

    name: Name
    original: str | None = None


@dataclass(frozen=True, slots=True)
class EnumDecl:
    """`enum Channel:` and its members, one per line."""

    name: Name
    doc: str | None
    members: tuple[Member, ...]
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
class Key:
    """One of an effect's keys: `Text`, or with a name `recipient: Text`."""

    type: TypeExpr
    name: Name | None = None


@dataclass(frozen=True, slots=True)
class EffectDecl:
    """`effect reserve(Restaurant) irreversible`."""

    name: Name
    keys: tuple[Key, ...]
    irreversible: bool
    span: Span


@dataclass(frozen=True, slots=True)
class ParameterDecl:
    """`user: User` or `limit: Int = 10`."""

    name: Name
    type: TypeExpr
    default: Expr | None
    span: Span
    original: str | None = None


@dataclass(frozen=True, slots=True)
class EffectClause:
    """`does contact(user)` (`certain`) or `may contact(user)`; arguments are parameters or their fields."""

    effect: Name
    arguments: tuple[Expr, ...]
    certain: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Claims:
    """`claims read_only, idempotent`: statements about a subtask that have not been signed off."""

    names: tuple[Name, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class SubtaskDecl:
    """A subtask's signature, docstring, effects and cost; no body lines means pure and free.

    `pure` is the place of that word, if it is written; `original` is the outside name.
    """

    name: Name
    parameters: tuple[ParameterDecl, ...]
    result: TypeExpr | None
    doc: str | None
    effects: tuple[EffectClause, ...]
    cost: int | None
    span: Span
    doc_span: Span = NOWHERE
    cost_span: Span = NOWHERE
    pure: Span | None = None
    claims: tuple[Claims, ...] = ()
    original: str | None = None


@dataclass(frozen=True, slots=True)
class OverrideDecl:
    """`override subtask f(p: T) -> R:`: a person's statement about a subtask, which replaces that of its file.

    `parameters` (only those listed) and `result` have narrower types, `literals` are the parameters that also allow
    free literals, `required` those that cannot be left out.
    """

    name: Name
    doc: str | None
    effects: tuple[EffectClause, ...]
    cost: int | None
    span: Span
    doc_span: Span = NOWHERE
    cost_span: Span = NOWHERE
    pure: Span | None = None
    literals: tuple[Name, ...] = ()
    literal_span: Span = NOWHERE
    parameters: tuple[ParameterDecl, ...] = ()
    result: TypeExpr | None = None
    required: tuple[Name, ...] = ()
    required_span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class RecordOverrideDecl:
    """`override record Order:`: narrower types for the listed fields; the `required` ones are never `None`."""

    name: Name
    fields: tuple[FieldDecl, ...]
    required: tuple[Name, ...]
    span: Span
    required_span: Span = NOWHERE


class Token(NamedTuple):
    """A piece of a rule's line: kind `name`, `int`, `number` (`-1`, `5.5`) or `op` (`<=`, `.`, `,`, `(`, `)`, `*`)."""

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
    parameters: tuple[ParameterDecl, ...]
    result: TypeExpr | None
    doc: str | None
    constants: tuple[ConstantDecl, ...]
    rules: tuple[RuleLine, ...]
    span: Span
    doc_span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class ComposeDecl:
    """`compose book_dinner(users):` and its body; `span` covers the header.

    `whole` if all of it could be read; otherwise, no further checks are possible.
    """

    task: Name
    parameters: tuple[Name, ...]
    body: tuple[Statement, ...]
    span: Span
    whole: bool = True


Declaration = (
    Use
    | TypeDecl
    | RecordDecl
    | EnumDecl
    | ConstantDecl
    | EffectDecl
    | SubtaskDecl
    | OverrideDecl
    | RecordOverrideDecl
    | RulesDecl
    | TaskDecl
    | ComposeDecl
)


@dataclass(frozen=True, slots=True)
class File:
    """A parsed file: declarations in order, and all comments in order.

    `whole` when everything outside its compositions could be read.
    """

    source: Source
    declarations: tuple[Declaration, ...]
    comments: tuple[Comment, ...]
    whole: bool = True
