"""From the grammar's rules to nodes: the declarations of a file, except for compositions."""

from __future__ import annotations

from typing import Any, NamedTuple

from p2c_dsl.source import Span
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.building import Items, Misuse, check_digits, check_size, integer_of, items, text_of
from p2c_dsl.syntax.lexer import NAME, OTHERWISE, RESERVED, Lexeme
from p2c_dsl.syntax.nodes import Name
from p2c_dsl.syntax.text import clean


class Doc(NamedTuple):
    """A docstring and its place."""

    text: str | None
    span: Span


class CostClause(NamedTuple):
    """`cost 3`."""

    value: int | None
    span: Span


class Pure(NamedTuple):
    """`pure`."""

    span: Span


class Literals(NamedTuple):
    """`literal subject, body`."""

    names: tuple[Name, ...]
    span: Span


class Required(NamedTuple):
    """`required total, customer`."""

    names: tuple[Name, ...]
    span: Span


class SubtaskBody(NamedTuple):
    """The body of a subtask or of an override."""

    doc: Doc
    effects: tuple[nodes.EffectClause, ...]
    cost: CostClause
    pure: Span | None
    claims: tuple[nodes.Claims, ...]
    literals: tuple[Literals, ...]
    required: tuple[Required, ...]


_NO_DOC = Doc(None, nodes.NOWHERE)
_NO_COST = CostClause(None, nodes.NOWHERE)
_KINDS = {NAME: "name", RESERVED: "name", **dict.fromkeys(OTHERWISE, "name"), "INT": "int", "FLOAT": "number"}


class Declarations:
    """The callbacks of declarations and types; each takes its span and its parts."""

    def use(self, span: Span, path: Lexeme) -> nodes.Use:
        return nodes.Use(text_of(path), span)

    def type_plain(self, span: Span, name: Name) -> nodes.TypeDecl:
        return nodes.TypeDecl(name, None, None, span)

    def type_child(self, span: Span, name: Name, parent: Name) -> nodes.TypeDecl:
        return nodes.TypeDecl(name, parent, None, span)

    def type_new(self, span: Span, name: Name, base: nodes.TypeExpr) -> nodes.TypeDecl:
        return nodes.TypeDecl(name, None, base, span)

    def record(self, span: Span, name: Name, doc: Doc | None, fields: Items) -> nodes.RecordDecl:
        text, place = doc or _NO_DOC
        return nodes.RecordDecl(name, text, items(fields), span, place)

    def field(self, span: Span, name: Name, original: str | None, of: nodes.TypeExpr) -> nodes.FieldDecl:
        return nodes.FieldDecl(name, of, span, original)

    def enum(self, span: Span, name: Name, doc: Doc | None, members: Items) -> nodes.EnumDecl:
        text, place = doc or _NO_DOC
        return nodes.EnumDecl(name, text, items(members), span, place)

    def member(self, span: Span, name: Name, original: str | None) -> nodes.Member:
        return nodes.Member(name, original)

    def original(self, span: Span, text: Lexeme) -> str:
        return text_of(text)

    def constant(self, span: Span, name: Name, of: nodes.TypeExpr, value: nodes.Expr) -> nodes.ConstantDecl:
        return nodes.ConstantDecl(name, of, value, span)

    def effect(self, span: Span, name: Name, keys: Items, word: Name | None) -> nodes.EffectDecl:
        if word is not None and word.text != "irreversible":
            message = f"expected `irreversible` or the end of the line, but found `{word.text}`"
            raise Misuse("P2C110", word.span, message, "write `irreversible`, or remove the word")
        return nodes.EffectDecl(name, items(keys), word is not None, span)

    def effect_keys(self, span: Span, keys: Items) -> Items:
        return keys

    def unnamed_key(self, span: Span, of: nodes.TypeExpr) -> nodes.Key:
        return nodes.Key(of)

    def named_key(self, span: Span, name: Name, of: nodes.TypeExpr) -> nodes.Key:
        return nodes.Key(of, name)

    def subtask_plain(
        self, span: Span, name: Name, original: str | None, parameters: Items, result: Any
    ) -> nodes.SubtaskDecl:
        given = items(parameters)
        return nodes.SubtaskDecl(name, given, result, None, (), None, span, original=original)

    def subtask_full(
        self,
        span: Span,
        name: Name,
        original: str | None,
        parameters: Items,
        result: Any,
        body: tuple[Doc, Items],
    ) -> nodes.SubtaskDecl:
        (doc, place), effects, (cost, cost_place), pure, claims, literals, required = contract(body)
        if literals:
            help_ = "write `literal` before the parameter's type"
            raise Misuse("P2C110", literals[0].span, "`literal` lines are only allowed in an override", help_)
        if required:
            help_ = "write the parameter without a default"
            raise Misuse("P2C110", required[0].span, "`required` lines are only allowed in an override", help_)
        given = items(parameters)
        return nodes.SubtaskDecl(
            name, given, result, doc, effects, cost, span, place, cost_place, pure, claims, original
        )

    def literals(self, span: Span, names: Items) -> Literals:
        return Literals(items(names), span)

    def required(self, span: Span, names: Items) -> Required:
        return Required(items(names), span)

    def pure(self, span: Span) -> Pure:
        return Pure(span)

    def claimed(self, span: Span, names: Items) -> nodes.Claims:
        return nodes.Claims(items(names), span)

    def result(self, span: Span, of: nodes.TypeExpr) -> nodes.TypeExpr:
        return of

    def documented(self, span: Span, doc: Doc | None, lines: Items) -> tuple[Doc, Items]:
        return doc or _NO_DOC, lines

    def undocumented(self, span: Span, lines: Items) -> tuple[Doc, Items]:
        return _NO_DOC, lines

    def does(self, span: Span, effect: Name, arguments: Items) -> nodes.EffectClause:
        return nodes.EffectClause(effect, items(arguments), True, span)

    def may(self, span: Span, effect: Name, arguments: Items) -> nodes.EffectClause:
        return nodes.EffectClause(effect, items(arguments), False, span)

    def effect_arguments(self, span: Span, paths: Items) -> Items:
        return paths

    def cost(self, span: Span, number: Lexeme) -> CostClause:
        return CostClause(integer_of(number), span)

    def rules(self, span: Span, lines: Items) -> nodes.RulesDecl:
        return nodes.RulesDecl(items(lines), span)

    def rule_line(self, span: Span, tokens: Items) -> nodes.RuleLine:
        line = items(tokens)
        for token in line:
            if token.kind in ("int", "number"):
                check_digits(token.text, token.span)
            if token.kind == "number":
                check_size(token.text, token.span)
        return nodes.RuleLine(line, span)

    def rule_word(self, span: Span, token: Lexeme) -> nodes.Token:
        return nodes.Token(_KINDS.get(token.type, "op"), token.text, span)

    def negative_token(self, span: Span, number: Lexeme) -> nodes.Token:
        return nodes.Token("number", f"-{number.text}", span)

    def task_plain(self, span: Span, name: Name, parameters: Items, result: Any) -> nodes.TaskDecl:
        return nodes.TaskDecl(name, items(parameters), result, None, (), (), span)

    def task_full(
        self, span: Span, name: Name, parameters: Items, result: Any, body: tuple[Doc, Items]
    ) -> nodes.TaskDecl:
        (doc, place), lines = body[0], items(body[1])
        constants = tuple(n for n in lines if isinstance(n, nodes.ConstantDecl))
        rules = tuple(n for n in lines if isinstance(n, nodes.RuleLine))
        return nodes.TaskDecl(name, items(parameters), result, doc, constants, rules, span, place)

    def docstring(self, span: Span, text: Lexeme) -> Doc:
        return Doc(clean(text_of(text)), span)

    def parameter(
        self, span: Span, name: Name, original: str | None, of: nodes.TypeExpr, default: nodes.Expr | None
    ) -> nodes.ParameterDecl:
        return nodes.ParameterDecl(name, of, default, span, original)

    # ------------------------------------------------------------ types

    def type(self, span: Span, literal: bool | None, name: Name, arguments: Items, bounds: Items) -> nodes.TypeExpr:
        return nodes.TypeExpr(name, items(arguments), items(bounds), bool(literal), span)

    def name_literal(self, span: Span) -> bool:
        return True

    def type_arguments(self, span: Span, types: Items) -> Items:
        return types

    def bound(self, span: Span, op: Lexeme, number: nodes.Literal | None) -> nodes.TypeBound | None:
        # A number with too many digits has been reported.
        value = None if number is None else number.value
        return nodes.TypeBound(op.text, value, span) if isinstance(value, int | float) else None


def contract(body: tuple[Doc, Items]) -> SubtaskBody:
    """A body's lines by their kinds. Raises `Misuse`."""
    clauses = items(body[1])
    effects = tuple(c for c in clauses if isinstance(c, nodes.EffectClause))
    costs = [c for c in clauses if isinstance(c, CostClause)]
    pure = next((c.span for c in clauses if isinstance(c, Pure)), None)
    if len(costs) > 1:
        raise Misuse("P2C110", costs[1].span, "a subtask can have only one cost", "remove one of them")
    if pure is not None and effects:
        raise Misuse("P2C110", pure, "a subtask cannot be `pure` and have effects", "remove `pure`, or the effects")
    claims = tuple(c for c in clauses if isinstance(c, nodes.Claims))
    literals = tuple(c for c in clauses if isinstance(c, Literals))
    required = tuple(c for c in clauses if isinstance(c, Required))
    return SubtaskBody(body[0], effects, costs[0] if costs else _NO_COST, pure, claims, literals, required)
