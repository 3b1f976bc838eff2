"""Random syntax trees with every kind of node in them, and trees as plain data without their places."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar

from p2c_dsl.source import Source, Span
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.nodes import NOWHERE, Name, Token
from p2c_dsl.syntax.text import clean

T = TypeVar("T")

_NAMES = (
    "x",
    "user",
    "prefs",
    "a_rather_long_name_of_something",
    "type",
    "task",
    "cost",
    "does",
    "é",
    "_x1",
    "match",
    "required",
)
_LABELS = (*_NAMES, "from", "class", "in", "is", "None")
_TEXTS = (
    "",
    "a",
    "it's",
    'say "no"',
    "both ' and \"",
    "back\\slash",
    "é\n\t\0\x85\u2028",
    "\ud800",
    "long " * 30,
    "#",
)
_DOCS = (
    "",
    "Ask.",
    'Say "no"',
    "End\\",
    "First\n\nthen\n    deeper",
    "\n  deep\nshallow",
    '"""\nquotes\n"""',
    "\\n\n\\",
)
_NUMBERS = (0, 7, -12, 0.0, 2.5, -1e-07, 1e22)
_OPERATORS = ("<=", ">=", "==", "<", ">", "=", ",", ".", "(", ")")
_DEEPEST = 3


def stripped(node: object) -> object:
    """A tree as plain tuples, without places, sources and comments."""
    if isinstance(node, Name):
        return node.text
    if isinstance(node, Token):
        return node.kind, node.text
    if isinstance(node, tuple):
        return tuple(map(stripped, node))
    if is_dataclass(node):
        parts = [getattr(node, f.name) for f in fields(node) if f.name != "comments"]
        return type(node).__name__, *(stripped(p) for p in parts if not isinstance(p, (Span, Source)))
    return type(node).__name__, node


class Trees:
    """A source of random trees; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def file(self) -> nodes.File:
        return nodes.File(Source("tree.p2c", ""), self._some(self._declaration, 0, 6), ())

    # ------------------------------------------------------------ parts

    def _some(self, make: Callable[[], T], least: int = 0, most: int = 4) -> tuple[T, ...]:
        return tuple(make() for _ in range(self.rng.randint(least, most)))

    def _maybe(self, make: Callable[[], T]) -> T | None:
        return make() if self.rng.random() < 0.5 else None

    def _flag(self) -> bool:
        return self.rng.random() < 0.5

    def _name(self) -> Name:
        return Name(self.rng.choice(_NAMES), NOWHERE)

    def _label(self) -> Name:
        return Name(self.rng.choice(_LABELS), NOWHERE)

    def _doc(self) -> str:
        return clean(self.rng.choice(_DOCS))

    def _type(self, depth: int = 0) -> nodes.TypeExpr:
        arguments = self._some(lambda: self._type(depth + 1), 0, 2 if depth < _DEEPEST else 0)
        return nodes.TypeExpr(self._name(), arguments, self._some(self._bound, 0, 2), self._flag(), NOWHERE)

    def _bound(self) -> nodes.TypeBound:
        return nodes.TypeBound(self.rng.choice(("<=", ">=")), self.rng.choice((0, 1, 30, -4, 0.5)), NOWHERE)

    def _value(self) -> nodes.Expr:
        return nodes.Attribute(nodes.Variable(self._name()), self._name(), NOWHERE) if self._flag() else self._literal()

    def _literal(self) -> nodes.Literal:
        return nodes.Literal(self.rng.choice((*_TEXTS, *_NUMBERS, True, False, None)), NOWHERE)

    # ------------------------------------------------------------ declarations

    def _declaration(self) -> nodes.Declaration:
        makers: tuple[Callable[[], nodes.Declaration], ...] = (
            *(self._use, self._type_decl, self._record, self._enum, self._constant),
            *(
                self._effect,
                self._subtask,
                self._override,
                self._record_override,
                self._rules,
                self._task,
                self._compose,
            ),
        )
        return self.rng.choice(makers)()

    def _use(self) -> nodes.Use:
        return nodes.Use(self.rng.choice(_TEXTS), NOWHERE)

    def _type_decl(self) -> nodes.TypeDecl:
        parent = self._maybe(self._name)
        return nodes.TypeDecl(self._name(), parent, None if parent else self._maybe(self._type), NOWHERE)

    def _record(self) -> nodes.RecordDecl:
        made = self._some(lambda: nodes.FieldDecl(self._label(), self._type(), NOWHERE, self._original()), 1)
        return nodes.RecordDecl(self._name(), self._maybe(self._doc), made, NOWHERE)

    def _enum(self) -> nodes.EnumDecl:
        members = self._some(lambda: nodes.Member(self._name(), self._original()), 1)
        return nodes.EnumDecl(self._name(), self._maybe(self._doc), members, NOWHERE)

    def _original(self) -> str | None:
        return self._maybe(lambda: self.rng.choice(_TEXTS))

    def _constant(self) -> nodes.ConstantDecl:
        return nodes.ConstantDecl(self._name(), self._type(), self._value(), NOWHERE)

    def _effect(self) -> nodes.EffectDecl:
        return nodes.EffectDecl(self._name(), self._some(self._key), self._flag(), NOWHERE)

    def _key(self) -> nodes.Key:
        return nodes.Key(self._type(), self._maybe(self._label))

    def _subtask(self) -> nodes.SubtaskDecl:
        effects = self._some(self._clause, 0, 3)
        pure = None if effects else self._maybe(lambda: NOWHERE)
        cost = self._maybe(lambda: self.rng.randint(0, 99))
        result = self._maybe(self._type)
        parameters = self._some(self._parameter)
        claims = self._some(lambda: nodes.Claims(self._some(self._name, 1), NOWHERE), 0, 2)
        made = nodes.SubtaskDecl(self._name(), parameters, result, self._maybe(self._doc), effects, cost, NOWHERE)
        return replace(made, pure=pure, claims=claims, original=self._original())

    def _override(self) -> nodes.OverrideDecl:
        effects = self._some(self._clause, 1, 3)
        made = nodes.OverrideDecl(self._name(), self._maybe(self._doc), effects, None, NOWHERE)
        made = replace(made, literals=self._some(self._label, 0, 2), required=self._some(self._label, 0, 2))
        return replace(made, parameters=self._some(self._narrowed_parameter), result=self._maybe(self._type))

    def _narrowed_parameter(self) -> nodes.ParameterDecl:
        return nodes.ParameterDecl(self._label(), self._type(), None, NOWHERE)

    def _record_override(self) -> nodes.RecordOverrideDecl:
        fields = self._some(lambda: nodes.FieldDecl(self._label(), self._type(), NOWHERE))
        return nodes.RecordOverrideDecl(self._name(), fields, self._some(self._label, 0 if fields else 1), NOWHERE)

    def _parameter(self) -> nodes.ParameterDecl:
        return nodes.ParameterDecl(self._label(), self._type(), self._maybe(self._value), NOWHERE, self._original())

    def _clause(self) -> nodes.EffectClause:
        return nodes.EffectClause(self._name(), self._some(self._path, 0, 3), self._flag(), NOWHERE)

    def _path(self) -> nodes.Expr:
        path: nodes.Expr = nodes.Variable(self._label())
        for label in self._some(self._label, 0, 2):
            path = nodes.Attribute(path, label, NOWHERE)
        return path

    def _rules(self) -> nodes.RulesDecl:
        return nodes.RulesDecl(self._some(self._rule, 1), NOWHERE)

    def _rule(self) -> nodes.RuleLine:
        return nodes.RuleLine((self._word(), *self._some(self._token, 0, 8)), NOWHERE)

    def _word(self) -> Token:
        return Token("name", self.rng.choice(_LABELS), NOWHERE)

    def _token(self) -> Token:
        kinds = (self._word, lambda: Token("int", str(self.rng.randint(0, 20)), NOWHERE))
        operator = Token("op", self.rng.choice(_OPERATORS), NOWHERE)
        return operator if operator.text not in "()" and self._flag() else self.rng.choice(kinds)()

    def _task(self) -> nodes.TaskDecl:
        constants, rules = self._some(self._constant, 0, 2), self._some(self._rule)
        doc = self._maybe(self._doc)
        return nodes.TaskDecl(
            self._name(), self._some(self._parameter), self._maybe(self._type), doc, constants, rules, NOWHERE
        )

    # ------------------------------------------------------------ compositions

    def _compose(self) -> nodes.ComposeDecl:
        return nodes.ComposeDecl(self._name(), self._some(self._name), self._block(0), NOWHERE)

    def _block(self, depth: int) -> tuple[nodes.Statement, ...]:
        return self._some(lambda: self._statement(depth), 1)

    def _statement(self, depth: int) -> nodes.Statement:
        match self.rng.randrange(8 if depth < _DEEPEST else 5):
            case 0:
                return nodes.Assign(self._name(), self._expression(), NOWHERE)
            case 1:
                return nodes.SetItem(self._name(), self._expression(2), self._expression(), NOWHERE)
            case 2:
                return nodes.Append(self._name(), self._expression(), NOWHERE)
            case 3:
                return nodes.ExprStatement(self._call(0), NOWHERE)
            case 4:
                return nodes.Return(self._maybe(self._expression), NOWHERE)
            case 5:
                return nodes.For(self._name(), self._expression(), self._block(depth + 1), NOWHERE)
        return self._conditional(depth, is_elif=False)

    def _conditional(self, depth: int, is_elif: bool) -> nodes.If:
        orelse: tuple[nodes.Statement, ...] = ()
        match self.rng.randrange(3):
            case 0:
                orelse = (self._conditional(depth + 1, is_elif=True),) if depth < _DEEPEST else ()
            case 1:
                orelse = self._block(depth + 1)
        return nodes.If(self._condition(), self._block(depth + 1), orelse, is_elif, NOWHERE)

    def _condition(self, depth: int = 0) -> nodes.Expr:
        match self.rng.randrange(6 if depth < _DEEPEST else 3):
            case 0:
                return nodes.IsNone(self._operand(depth), self._flag(), NOWHERE)
            case 1:
                operator = self.rng.choice(("==", "!=", "<", "<=", ">", ">="))
                return nodes.Compare(self._operand(depth), operator, self._operand(depth), NOWHERE)
            case 3:
                return nodes.Not(self._condition(depth + 1), NOWHERE)
            case 4:
                return nodes.And(self._conditions(depth, nodes.And), NOWHERE)
            case 5:
                return nodes.Or(self._conditions(depth, nodes.Or), NOWHERE)
        return self._operand(depth)

    def _conditions(self, depth: int, kind: type[nodes.And] | type[nodes.Or]) -> tuple[nodes.Expr, ...]:
        found: list[nodes.Expr] = []
        while len(found) < 2 + self._flag():
            condition = self._condition(depth + 1)
            found += condition.operands if type(condition) is kind else [condition]  # type: ignore[attr-defined]
        return tuple(found)

    def _operand(self, depth: int) -> nodes.Expr:
        """A value, or in brackets and without a meaning, a condition."""
        deep = depth < _DEEPEST and self.rng.random() < 0.1
        return self._condition(depth + 1) if deep else self._expression(1)

    def _expression(self, depth: int = 0) -> nodes.Expr:
        return self._literal() if self.rng.random() < 0.2 else self._postfix(depth)

    def _postfix(self, depth: int) -> nodes.Expr:
        match self.rng.randrange(9 if depth < _DEEPEST else 4):
            case 0:
                return nodes.EmptyMap(NOWHERE)
            case 1:
                return nodes.EmptyList(NOWHERE)
            case 4:
                return nodes.Attribute(self._postfix(depth + 1), self._name(), NOWHERE)
            case 5:
                return nodes.Subscript(self._postfix(depth + 1), self._expression(depth + 1), NOWHERE)
            case 6 | 7:
                return self._call(depth)
            case 8:
                return nodes.ListDisplay(self._some(lambda: self._expression(depth + 1), 1, 3), NOWHERE)
        return nodes.Variable(self._name())

    def _call(self, depth: int) -> nodes.Call:
        deeper = depth + 1
        arguments = self._some(lambda: self._expression(deeper), 0, 3)
        keywords = self._some(lambda: (self._name(), self._expression(deeper)), 0, 2)
        return nodes.Call(self._name(), arguments, keywords, NOWHERE)
