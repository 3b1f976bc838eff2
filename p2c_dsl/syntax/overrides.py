"""From the grammar's rules to nodes: overrides."""

from __future__ import annotations

from typing import NamedTuple

from p2c_dsl.source import Span
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.building import Items, Misuse, items
from p2c_dsl.syntax.declarations import Doc, Literals, Required, contract
from p2c_dsl.syntax.lexer import Lexeme
from p2c_dsl.syntax.nodes import Name


class Narrowed(NamedTuple):
    """The narrower types in the head of an override: `(order: OrderId) -> Order`."""

    parameters: tuple[nodes.ParameterDecl, ...]
    result: nodes.TypeExpr | None


_AS_DECLARED = Narrowed((), None)


class Overrides:
    """The callbacks of overrides; each takes its span and its parts."""

    def override_full(
        self, span: Span, name: Name, narrowed: Narrowed | None, body: tuple[Doc, Items]
    ) -> nodes.OverrideDecl:
        (doc, place), effects, (cost, cost_place), pure, claims, literals, required = contract(body)
        if claims:
            message = "`claims` is not allowed in an override"
            raise Misuse("P2C110", claims[0].span, message, "state what the subtask does: `pure`, or its effects")
        parameters, result = narrowed or _AS_DECLARED
        return nodes.OverrideDecl(
            name, doc, effects, cost, span, place, cost_place, pure, *_merged(literals),
            parameters, result, *_merged(required),
        )  # fmt: skip

    def override_plain(self, span: Span, name: Name, narrowed: Narrowed | None) -> nodes.OverrideDecl:
        parameters, result = narrowed or _AS_DECLARED
        return nodes.OverrideDecl(name, None, (), None, span, parameters=parameters, result=result)

    def narrowed(self, span: Span, parameters: Items, result: nodes.TypeExpr | None) -> Narrowed:
        given: tuple[nodes.ParameterDecl, ...] = items(parameters)
        for parameter in given:
            if parameter.default is not None:
                help_ = "remove it: only `required` changes whether a parameter may be left out"
                raise Misuse("P2C110", parameter.span, "a parameter in an override has no default", help_)
            if parameter.original is not None:
                help_ = "remove `as`: the tool's own file says what the tool calls it"
                raise Misuse("P2C110", parameter.span, "a parameter in an override has no outside name", help_)
        return Narrowed(given, result)

    def narrowed_result(self, span: Span, result: nodes.TypeExpr) -> Narrowed:
        return Narrowed((), result)

    def override_record(self, span: Span, name: Name, lines: Items) -> nodes.RecordOverrideDecl:
        listed = items(lines)
        fields = tuple(line for line in listed if isinstance(line, nodes.FieldDecl))
        required, place = _merged(tuple(line for line in listed if isinstance(line, Required)))
        return nodes.RecordOverrideDecl(name, fields, required, span, place)

    def narrowed_field(self, span: Span, name: Name, of: nodes.TypeExpr) -> nodes.FieldDecl:
        return nodes.FieldDecl(name, of, span)

    def narrowed_label(self, span: Span, name: Lexeme) -> Name:
        return Name(name.text, span)


def _merged(lines: tuple[Literals | Required, ...]) -> tuple[tuple[Name, ...], Span]:
    """The names of several lines, and the place of the first."""
    return tuple(n for line in lines for n in line.names), lines[0].span if lines else nodes.NOWHERE
