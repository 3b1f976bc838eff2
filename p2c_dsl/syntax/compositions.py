"""From the grammar's rules to nodes: compositions, their statements and their expressions."""

from __future__ import annotations

from typing import NamedTuple

from p2c_dsl.source import Span
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.building import Items, Misuse, floating_of, integer_of, items, text_of
from p2c_dsl.syntax.lexer import Lexeme
from p2c_dsl.syntax.nodes import Name


class ParsedBlock(NamedTuple):
    """A block's statements, and where its header ended."""

    header_end: int
    statements: tuple[nodes.Statement, ...]


class Else(NamedTuple):
    """The statements of an `else`, and its place."""

    span: Span
    statements: tuple[nodes.Statement, ...]


_NO_ELSE = Else(nodes.NOWHERE, ())


class Compositions:
    """The callbacks of compositions; each takes its span and its parts."""

    def compose(self, span: Span, name: Name, inputs: Items, block: ParsedBlock) -> nodes.ComposeDecl:
        header = Span(span.start, block.header_end)
        return nodes.ComposeDecl(name, items(inputs), block.statements, header)

    def block(self, span: Span, statements: Items) -> ParsedBlock:
        return ParsedBlock(span.start, items(statements))

    def assign(self, span: Span, name: Name, value: nodes.Expr) -> nodes.Assign:
        return nodes.Assign(name, value, span)

    def set_item(self, span: Span, base: nodes.Expr, key: nodes.Expr, value: nodes.Expr) -> nodes.SetItem:
        if not isinstance(base, nodes.Variable):
            message = "only an accumulator can be written to, by its own name"
            raise Misuse("P2C111", base.span, message, "write `m[key] = value`")
        return nodes.SetItem(base.name, key, value, span)

    def append(self, span: Span, base: nodes.Expr, method: Name, arguments: Items) -> nodes.Append:
        if method.text != "append":
            message = f"values have no method `{method.text}`"
            help_ = "call a subtask, or add to a list accumulator with `xs.append(value)`"
            raise Misuse("P2C111", method.span, message, help_)
        if not isinstance(base, nodes.Variable):
            message = "only an accumulator can be written to, by its own name"
            raise Misuse("P2C111", base.span, message, "write `xs.append(value)`")
        match items(arguments):
            case (value,) if type(value) is not tuple:
                return nodes.Append(base.name, value, span)
        raise Misuse("P2C111", method.span, "`append` takes exactly one value", "write `xs.append(value)`")

    def call_statement(self, span: Span, call: nodes.Call) -> nodes.ExprStatement:
        return nodes.ExprStatement(call, span)

    def for_loop(self, span: Span, variable: Name, iterable: nodes.Expr, block: ParsedBlock) -> nodes.For:
        return nodes.For(variable, iterable, block.statements, Span(span.start, block.header_end))

    def if_branch(self, span: Span, condition: nodes.Expr, block: ParsedBlock, orelse: Else | None) -> nodes.If:
        return _if(span, condition, block, orelse, False)

    def else_block(self, span: Span, block: ParsedBlock) -> Else:
        return Else(span, block.statements)

    def elif_block(self, span: Span, condition: nodes.Expr, block: ParsedBlock, orelse: Else | None) -> Else:
        return Else(span, (_if(span, condition, block, orelse, True),))

    def return_statement(self, span: Span, value: nodes.Expr | None) -> nodes.Return:
        return nodes.Return(value, span)

    # ------------------------------------------------------------ expressions

    def either(self, span: Span, left: nodes.Expr, right: nodes.Expr) -> nodes.Or:
        return nodes.Or((*_operands(nodes.Or, left), *_operands(nodes.Or, right)), span)

    def both(self, span: Span, left: nodes.Expr, right: nodes.Expr) -> nodes.And:
        return nodes.And((*_operands(nodes.And, left), *_operands(nodes.And, right)), span)

    def comparison(self, span: Span, left: nodes.Expr, operator: str, right: nodes.Expr) -> nodes.Compare:
        return nodes.Compare(left, operator, right, span)

    def comparator(self, span: Span, operator: Lexeme) -> str:
        return operator.text

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

    def member_value(self, span: Span, base: Name, name: Name) -> nodes.Attribute:
        return nodes.Attribute(nodes.Variable(base), name, span)

    def subscript(self, span: Span, base: nodes.Expr, key: nodes.Expr) -> nodes.Subscript:
        return nodes.Subscript(base, key, span)

    def parenthesized(self, span: Span, inner: nodes.Expr) -> nodes.Expr:
        return inner

    def empty_map(self, span: Span) -> nodes.EmptyMap:
        return nodes.EmptyMap(span)

    def empty_list(self, span: Span) -> nodes.EmptyList:
        return nodes.EmptyList(span)

    def list_display(self, span: Span, elements: Items) -> nodes.ListDisplay:
        return nodes.ListDisplay(items(elements), span)

    def call(self, span: Span, function: Name, arguments: Items) -> nodes.Call:
        given = items(arguments)
        first = next((i for i, argument in enumerate(given) if type(argument) is tuple), len(given))
        for argument in given[first:]:
            if type(argument) is not tuple:
                message = "positional argument after a keyword argument"
                raise Misuse("P2C112", argument.span, message, "put the positional arguments first")
        return nodes.Call(function, given[:first], given[first:], span)

    def keyword(self, span: Span, name: Name, value: nodes.Expr) -> tuple[Name, nodes.Expr]:
        return name, value

    # ------------------------------------------------------------ literals

    def text(self, span: Span, token: Lexeme) -> nodes.Literal:
        return nodes.Literal(text_of(token), span)

    def int(self, span: Span, token: Lexeme) -> nodes.Literal:
        return nodes.Literal(integer_of(token), span)

    def float(self, span: Span, token: Lexeme) -> nodes.Literal:
        return nodes.Literal(floating_of(token), span)

    def negative_int(self, span: Span, token: Lexeme) -> nodes.Literal:
        return nodes.Literal(-integer_of(token), span)

    def negative_float(self, span: Span, token: Lexeme) -> nodes.Literal:
        return nodes.Literal(-floating_of(token), span)

    def true(self, span: Span) -> nodes.Literal:
        return nodes.Literal(True, span)

    def false(self, span: Span) -> nodes.Literal:
        return nodes.Literal(False, span)

    def none(self, span: Span) -> nodes.Literal:
        return nodes.Literal(None, span)


def _operands(kind: type[nodes.And] | type[nodes.Or], operand: nodes.Expr) -> tuple[nodes.Expr, ...]:
    return operand.operands if isinstance(operand, nodes.And | nodes.Or) and type(operand) is kind else (operand,)


def _if(span: Span, condition: nodes.Expr, block: ParsedBlock, orelse: Else | None, is_elif: bool) -> nodes.If:
    place, statements = orelse or _NO_ELSE
    header = Span(span.start, block.header_end)
    return nodes.If(condition, block.statements, statements, is_elif, header, place)
