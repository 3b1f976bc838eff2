"""From the grammar's rules to nodes: one callback for each, called with what the rule keeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.lexer import Lexeme
from p2c_dsl.syntax.nodes import Name
from p2c_dsl.syntax.span import Span
from p2c_dsl.syntax.text import clean, unquote


class Block(NamedTuple):
    """A block's statements, and where its header ended."""

    header_end: int
    statements: tuple[nodes.Statement, ...]


class Doc(NamedTuple):
    """A docstring and where it stands."""

    text: str | None
    span: Span


class Else(NamedTuple):
    """What an `if` does otherwise, and where its `else:` stands."""

    span: Span
    statements: tuple[nodes.Statement, ...]


class Cost(NamedTuple):
    """`cost 3`."""

    value: int | None
    span: Span


_NO_COST = Cost(None, nodes.NOWHERE)
_NO_DOC = Doc(None, nodes.NOWHERE)
_NO_ELSE = Else(nodes.NOWHERE, ())


class Misuse(Exception):
    """A rule's parts fit the grammar, but not together."""

    def __init__(self, code: str, span: Span, message: str, help: str) -> None:
        super().__init__(message)
        self.code, self.span, self.message, self.help = code, span, message, help


@dataclass(frozen=True, slots=True)
class Method:
    """`base.name(…)`, which only `xs.append(v)` on a line of its own may be."""

    base: nodes.Expr
    name: Name
    arguments: tuple[nodes.Expr, ...]
    span: Span

    def misuse(self) -> Misuse:
        message = f"values have no methods such as `{self.name.text}`"
        return Misuse(
            "P2C111", self.name.span, message, "call a subtask; lists are written with `xs.append(value)`"
        )


Items = Any
"""A list under construction: nested pairs, the last item outermost, so that no copy of it can change."""


def items(pairs: Items) -> tuple[Any, ...]:
    """The list that nested pairs stand for, without the lines that could not be read."""
    found = []
    while pairs is not None:
        pairs, item = pairs
        if item is not None:
            found.append(item)
    return tuple(reversed(found))


class Builder:
    """The callbacks, named as the grammar's rules and aliases are; each takes its span and its parts."""

    def callback(self, name: str) -> Callable[..., Any]:
        """The method for a rule."""
        found: Callable[..., Any] = getattr(self, name)
        return found

    # ------------------------------------------------------------ lists

    def one(self, span: Span, item: Any) -> Items:
        return (None, item)

    def more(self, span: Span, earlier: Items, item: Any) -> Items:
        return (earlier, item)

    def same(self, span: Span, earlier: Items) -> Items:
        return earlier

    def start(self, span: Span, declarations: Items) -> tuple[nodes.Declaration, ...]:
        return items(declarations)

    def bad_line(self, span: Span, bad: Lexeme) -> None:
        return None

    # ------------------------------------------------------------ declarations

    def name(self, span: Span, word: Lexeme) -> Name:
        return Name(word.text, span)

    def use(self, span: Span, path: Lexeme) -> nodes.Use:
        return nodes.Use(_text(path), span)

    def type_plain(self, span: Span, name: Name) -> nodes.TypeDecl:
        return nodes.TypeDecl(name, None, None, span)

    def type_child(self, span: Span, name: Name, parent: Name) -> nodes.TypeDecl:
        return nodes.TypeDecl(name, parent, None, span)

    def type_new(self, span: Span, name: Name, base: nodes.TypeExpr) -> nodes.TypeDecl:
        return nodes.TypeDecl(name, None, base, span)

    def record(self, span: Span, name: Name, doc: Doc | None, fields: Items) -> nodes.RecordDecl:
        text, place = doc or _NO_DOC
        return nodes.RecordDecl(name, text, items(fields), span, place)

    def field(self, span: Span, name: Name, of: nodes.TypeExpr) -> nodes.Field:
        return nodes.Field(name, of, span)

    def enum(self, span: Span, name: Name, doc: Doc | None, members: Items) -> nodes.EnumDecl:
        text, place = doc or _NO_DOC
        return nodes.EnumDecl(name, text, items(members), span, place)

    def member(self, span: Span, name: Name) -> Name:
        return name

    def constant(self, span: Span, name: Name, of: nodes.TypeExpr, value: nodes.Expr) -> nodes.ConstantDecl:
        return nodes.ConstantDecl(name, of, value, span)

    def effect(self, span: Span, name: Name, keys: Items, word: Name | None) -> nodes.EffectDecl:
        if word is not None and word.text != "irreversible":
            message = f"here stands `irreversible` or nothing, not `{word.text}`"
            raise Misuse("P2C110", word.span, message, "write `irreversible`, or remove it")
        return nodes.EffectDecl(name, items(keys), word is not None, span)

    def effect_keys(self, span: Span, types: Items) -> Items:
        return types

    def subtask_plain(self, span: Span, name: Name, parameters: Items, result: Any) -> nodes.SubtaskDecl:
        return nodes.SubtaskDecl(name, items(parameters), result, None, (), None, span)

    def subtask_full(
        self, span: Span, name: Name, parameters: Items, result: Any, body: tuple[Doc, Items]
    ) -> nodes.SubtaskDecl:
        (doc, place), clauses = body[0], items(body[1])
        effects = tuple(c for c in clauses if isinstance(c, nodes.EffectClause))
        costs = [c for c in clauses if isinstance(c, Cost)]
        if len(costs) > 1:
            raise Misuse("P2C110", costs[1].span, "a subtask has one cost", "remove one of the two")
        cost, cost_place = costs[0] if costs else _NO_COST
        given = items(parameters)
        return nodes.SubtaskDecl(name, given, result, doc, effects, cost, span, place, cost_place)

    def result(self, span: Span, of: nodes.TypeExpr) -> nodes.TypeExpr:
        return of

    def documented(self, span: Span, doc: Doc, lines: Items) -> tuple[Doc, Items]:
        return doc, lines

    def undocumented(self, span: Span, lines: Items) -> tuple[Doc, Items]:
        return _NO_DOC, lines

    def does(self, span: Span, effect: Name, arguments: Items) -> nodes.EffectClause:
        return nodes.EffectClause(effect, items(arguments), True, span)

    def may(self, span: Span, effect: Name, arguments: Items) -> nodes.EffectClause:
        return nodes.EffectClause(effect, items(arguments), False, span)

    def effect_arguments(self, span: Span, arguments: Items) -> Items:
        for argument in items(arguments):
            if not _is_path(argument):
                place = argument[0].span if isinstance(argument, tuple) else argument.span
                message = "an effect's key is a parameter, or a field of one"
                raise Misuse(
                    "P2C110", place, message, "write `does contact(user)` or `does pay(order.total)`"
                )
        return arguments

    def cost(self, span: Span, number: Lexeme) -> Cost:
        return Cost(_integer(number), span)

    def rules(self, span: Span, lines: Items) -> nodes.RulesDecl:
        return nodes.RulesDecl(items(lines), span)

    def rule_line(self, span: Span, tokens: Items) -> nodes.RuleLine:
        return nodes.RuleLine(items(tokens), span)

    def rule_token(self, span: Span, token: Lexeme) -> nodes.Token:
        kind = {"NAME": "name", "INT": "int"}.get(token.type, "op")
        return nodes.Token(kind, token.text, span)

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
        return Doc(clean(_text(text)), span)

    def parameter(
        self, span: Span, name: Name, of: nodes.TypeExpr, default: nodes.Expr | None
    ) -> nodes.Parameter:
        return nodes.Parameter(name, of, default, span)

    # ------------------------------------------------------------ types

    def type(
        self, span: Span, literal: bool | None, name: Name, arguments: Items, bounds: Items
    ) -> nodes.TypeExpr:
        return nodes.TypeExpr(name, items(arguments), items(bounds), bool(literal), span)

    def name_literal(self, span: Span) -> bool:
        return True

    def type_arguments(self, span: Span, types: Items) -> Items:
        return types

    def bound(self, span: Span, op: Lexeme, number: Lexeme) -> nodes.SizeBound:
        return nodes.SizeBound(op.text, _integer(number), span)

    # ------------------------------------------------------------ compositions

    def compose(self, span: Span, name: Name, inputs: Items, block: Block) -> nodes.ComposeDecl:
        header = Span(span.start, block.header_end)
        return nodes.ComposeDecl(name, items(inputs), block.statements, header)

    def block(self, span: Span, statements: Items) -> Block:
        return Block(span.start, items(statements))

    def assign(self, span: Span, name: Name, value: nodes.Expr) -> nodes.Assign:
        return nodes.Assign(name, value, span)

    def set_item(self, span: Span, base: nodes.Expr, key: nodes.Expr, value: nodes.Expr) -> nodes.SetItem:
        if not isinstance(base, nodes.Variable):
            message = "only an accumulator's own name can be written into"
            raise Misuse("P2C111", base.span, message, "write `m[key] = value`")
        return nodes.SetItem(base.name, key, value, span)

    def call_statement(self, span: Span, call: nodes.Expr) -> nodes.Statement:
        if isinstance(call, Method):
            if (
                call.name.text != "append"
                or len(call.arguments) != 1
                or not isinstance(call.base, nodes.Variable)
            ):
                raise call.misuse()
            return nodes.Append(call.base.name, call.arguments[0], span)
        return nodes.ExprStatement(call, span)

    def for_loop(self, span: Span, variable: Name, iterable: nodes.Expr, block: Block) -> nodes.For:
        return nodes.For(variable, iterable, block.statements, Span(span.start, block.header_end))

    def if_branch(self, span: Span, condition: nodes.Expr, block: Block, orelse: Else | None) -> nodes.If:
        return _if(span, condition, block, orelse, False)

    def else_block(self, span: Span, block: Block) -> Else:
        return Else(span, block.statements)

    def elif_block(self, span: Span, condition: nodes.Expr, block: Block, orelse: Else | None) -> Else:
        return Else(span, (_if(span, condition, block, orelse, True),))

    def return_statement(self, span: Span, value: nodes.Expr | None) -> nodes.Return:
        return nodes.Return(value, span)

    # ------------------------------------------------------------ expressions

    def negation(self, span: Span, operand: nodes.Expr) -> nodes.Not:
        return nodes.Not(operand, span)

    def is_none(self, span: Span, operand: nodes.Expr) -> nodes.IsNone:
        return nodes.IsNone(operand, False, span)

    def is_not_none(self, span: Span, operand: nodes.Expr) -> nodes.IsNone:
        return nodes.IsNone(operand, True, span)

    def bad_condition(self, span: Span, bad: Lexeme) -> nodes.Expr:
        return nodes.Literal(None, span)

    def variable(self, span: Span, word: Lexeme) -> nodes.Variable:
        return nodes.Variable(Name(word.text, span))

    def attribute(self, span: Span, base: nodes.Expr, name: Name) -> nodes.Attribute:
        return nodes.Attribute(base, name, span)

    def expr_name_attribute(self, span: Span, base: Name, name: Name) -> nodes.Attribute:
        return nodes.Attribute(nodes.Variable(base), name, span)

    def subscript(self, span: Span, base: nodes.Expr, key: nodes.Expr) -> nodes.Subscript:
        return nodes.Subscript(base, key, span)

    def parenthesized(self, span: Span, inner: nodes.Expr) -> nodes.Expr:
        return inner

    def empty_map(self, span: Span) -> nodes.EmptyMap:
        return nodes.EmptyMap(span)

    def empty_list(self, span: Span) -> nodes.EmptyList:
        return nodes.EmptyList(span)

    def call(self, span: Span, function: nodes.Expr, arguments: Items) -> Any:
        given = items(arguments)
        positional = tuple(a for a in given if not isinstance(a, tuple))
        keywords = tuple(a for a in given if isinstance(a, tuple))
        if keywords and given[: len(positional)] != positional:
            late = next(a for a in given[given.index(keywords[0]) :] if not isinstance(a, tuple))
            message = "an argument without a name stands behind one with a name"
            raise Misuse("P2C112", late.span, message, "put the arguments without names first")
        match function:
            case nodes.Variable(name):
                return nodes.Call(name, positional, keywords, span)
            case nodes.Attribute(base, name):
                return Method(base, name, positional, span)
        raise Misuse("P2C111", function.span, "only subtasks can be called", "call a subtask by its name")

    def keyword(self, span: Span, name: Name, value: nodes.Expr) -> tuple[Name, nodes.Expr]:
        return name, value

    # ------------------------------------------------------------ literals

    def text(self, span: Span, token: Lexeme) -> nodes.Literal:
        return nodes.Literal(_text(token), span)

    def int(self, span: Span, token: Lexeme) -> nodes.Literal:
        return nodes.Literal(_integer(token), span)

    def float(self, span: Span, token: Lexeme) -> nodes.Literal:
        return nodes.Literal(_floating(token), span)

    def negative_int(self, span: Span, token: Lexeme) -> nodes.Literal:
        return nodes.Literal(-_integer(token), span)

    def negative_float(self, span: Span, token: Lexeme) -> nodes.Literal:
        return nodes.Literal(-_floating(token), span)

    def true(self, span: Span) -> nodes.Literal:
        return nodes.Literal(True, span)

    def false(self, span: Span) -> nodes.Literal:
        return nodes.Literal(False, span)

    def none(self, span: Span) -> nodes.Literal:
        return nodes.Literal(None, span)


def _if(span: Span, condition: nodes.Expr, block: Block, orelse: Else | None, is_elif: bool) -> nodes.If:
    place, statements = orelse or _NO_ELSE
    header = Span(span.start, block.header_end)
    return nodes.If(condition, block.statements, statements, is_elif, header, place)


def _is_path(argument: Any) -> bool:
    while isinstance(argument, nodes.Attribute):
        argument = argument.base
    return isinstance(argument, nodes.Variable)


def _text(token: Lexeme) -> str:
    try:
        return unquote(token.text)
    except ValueError as error:
        place = Span(token.start, token.end)
        raise Misuse(
            "P2C107", place, f"this text cannot be read: {error}", "write a backslash as `\\\\`"
        ) from None


def _integer(token: Lexeme) -> int:
    if len(token.text) > 18:
        message = "this number has more than 18 digits"
        raise Misuse("P2C107", Span(token.start, token.end), message, "use a smaller one")
    return int(token.text)


def _floating(token: Lexeme) -> float:
    value = float(token.text)
    if value in (float("inf"), float("-inf")):
        message = "this number is too large"
        raise Misuse("P2C107", Span(token.start, token.end), message, "use a smaller one")
    return value
