"""The expressions of a random composition: names in scope, parts, constants and calls that fit a type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from random import Random

from p2c_dsl.source import Span
from p2c_dsl.spec import Parameter, Spec, Subtask, Task
from p2c_dsl.syntax import nodes
from p2c_dsl.types import (
    BOOL,
    Base,
    Bounded,
    Enum,
    ListOf,
    MapOf,
    Optional,
    Record,
    Type,
    allows_literal,
    is_subtype,
)

Make = Callable[[], nodes.Expr]
"""An expression that is written, with spans of its own, each time it is used."""

SLIP = 0.01
"""How often an expression is any name at all."""


@dataclass
class Known:
    """A name in scope."""

    name: str
    type: Type


class Draft:
    """What is in scope while a composition is written, and the expressions and plain steps that it allows."""

    def __init__(self, spec: Spec, task: Task, random: Random) -> None:
        self.spec, self.task, self.random = spec, task, random
        self.known = [Known(p.name, p.type) for p in task.parameters]
        self.ended: list[str] = []
        self.budget = random.choice((2, 3, 4, 5, 6, 8, 10))
        self._spans, self._fresh = count(), count()
        self.loops = 0
        self.depth = 0
        self.recent: list[str] = []

    # ------------------------------------------------------------ names

    def span(self) -> Span:
        at = next(self._spans)
        return Span(at, at + 1)

    def name(self, text: str) -> nodes.Name:
        return nodes.Name(text, self.span())

    def new_name(self) -> str:
        visible = {k.name for k in self.known}
        reusable = [n for n in self.ended if n not in visible]
        if reusable and self.random.random() < 0.2:
            return self.random.choice(reusable)
        return f"v{next(self._fresh)}"

    def variable(self, text: str) -> nodes.Variable:
        self.recent = [*self.recent[-3:], text]
        return nodes.Variable(self.name(text))

    # ------------------------------------------------------------ expressions

    def expression(self, wanted: Type, depth: int = 0) -> nodes.Expr | None:
        """An expression of (a subtype of) a type."""
        if self.random.random() < SLIP:
            return self.variable(self.random.choice([*(k.name for k in self.known), *self.ended[-2:]]))
        again = [k.name for k in self.known if k.name in self.recent and is_subtype(k.type, wanted)]
        if again and self.random.random() < 0.4:
            return self.variable(self.random.choice(again))
        candidates = self._parts(lambda t: is_subtype(t, wanted))
        candidates += self._constants(wanted)
        if depth < 2 and isinstance(wanted, ListOf | Record) and self.random.random() < 0.15:
            made = self.made(wanted, depth)
            if made is not None:
                return made
        if depth < 2 and (not candidates or self.random.random() < 0.12):
            call = self._nested(wanted, depth)
            if call is not None:
                return call
        return self.random.choice(candidates)() if candidates else None

    def _parts(self, fits: Callable[[Type], bool]) -> list[Make]:
        found: list[Make] = []
        for k in self.known:
            if fits(k.type):
                found += [lambda k=k: self.variable(k.name)] * 3
            if isinstance(k.type, Record):
                for field, of in self.spec.records[k.type.name].items():
                    if fits(of):
                        found.append(lambda k=k, f=field: self._attribute(k.name, f))
            if isinstance(k.type, MapOf):
                found += self._items(lambda k=k: self.variable(k.name), k.type, fits)
        return found

    def _items(self, whole: Make, of: MapOf, fits: Callable[[Type], bool]) -> list[Make]:
        """Look-ups by the latest names and by any other name, field or constant; two deep in maps of maps."""
        keys = self._keys(of.key)
        chosen = [*keys[-2:], *self.random.sample(keys[:-2], min(1, len(keys[:-2])))]
        items = [lambda key=key: nodes.Subscript(whole(), key(), self.span()) for key in chosen]
        found = list(items) if fits(of.value) else []
        if isinstance(of.value, MapOf):
            for item in items:
                found += self._items(item, of.value, fits)
        return found

    def _keys(self, of: Type) -> list[Make]:
        """What a map can be looked up by, the latest names last."""
        found = self._constants(of)
        for k in self.known:
            if isinstance(k.type, Record):
                fields = self.spec.records[k.type.name].items()
                found += [lambda k=k, f=f: self._attribute(k.name, f) for f, t in fields if is_subtype(t, of)]
        return found + [lambda k=k: self.variable(k.name) for k in self.known if is_subtype(k.type, of)]

    def _attribute(self, base: str, field: str) -> nodes.Attribute:
        return nodes.Attribute(self.variable(base), self.name(field), self.span())

    def _subscript(self, base: str, key: str) -> nodes.Subscript:
        return nodes.Subscript(self.variable(base), self.variable(key), self.span())

    def _constants(self, wanted: Type) -> list[Make]:
        found: list[Make] = []
        for constant in self.spec.constants_of(self.task).values():
            if is_subtype(constant.type, wanted):
                found.append(lambda c=constant.name: self.variable(c))
        if isinstance(wanted, Enum):
            member = self.random.choice(wanted.members)
            found.append(lambda: self._attribute(wanted.name, member))
        if isinstance(wanted, Optional):
            found.append(lambda: nodes.Literal(None, self.span()))
        return found

    def _nested(self, wanted: Type, depth: int) -> nodes.Call | None:
        makers = [s for s in self.spec.subtasks.values() if s.result is not None and is_subtype(s.result, wanted)]
        return self.call(self.random.choice(makers), depth + 1) if makers else None

    def made(self, wanted: ListOf | Record, depth: int) -> nodes.Expr | None:
        """A list of few values, or a record, that the composition makes itself."""
        if isinstance(wanted, Record):
            return self._made_record(wanted, depth)
        low, high = max(wanted.size.low, 1), min(3 if wanted.size.high is None else wanted.size.high, 3)
        if low > high:
            return None
        elements = [self.expression(wanted.element, depth + 1) for _ in range(self.random.randint(low, high))]
        given = tuple(element for element in elements if element is not None)
        return nodes.ListDisplay(given, self.span()) if len(given) >= low else None

    def _made_record(self, record: Record, depth: int) -> nodes.Expr | None:
        fields: list[tuple[nodes.Name, nodes.Expr]] = []
        for name, of in self.spec.records[record.name].items():
            value = None if isinstance(of, Optional) and self.random.random() < 0.4 else self.expression(of, depth + 1)
            if value is not None:
                fields.append((self.name(name), value))
            elif not isinstance(of, Optional):
                return None
        self.random.shuffle(fields)
        return nodes.Call(self.name(record.name), (), tuple(fields), self.span())

    def call(self, subtask: Subtask, depth: int = 0) -> nodes.Call | None:
        """A call with arguments that fit, some of them by keyword."""
        positional: list[nodes.Expr] = []
        keywords: list[tuple[nodes.Name, nodes.Expr]] = []
        for parameter in subtask.parameters:
            if parameter.optional and self.random.random() < 0.5:
                continue
            argument = self._argument(parameter, depth)
            if argument is None:
                if parameter.optional:
                    continue
                return None
            in_order = len(positional) + len(keywords) == subtask.parameters.index(parameter)
            if keywords or not in_order or self.random.random() < 0.1:
                keywords.append((self.name(parameter.name), argument))
            else:
                positional.append(argument)
        self.random.shuffle(keywords)
        return nodes.Call(self.name(subtask.name), tuple(positional), tuple(keywords), self.span())

    def _argument(self, parameter: Parameter, depth: int) -> nodes.Expr | None:
        literal = parameter.literal or allows_literal(parameter.type)
        if literal and self.random.random() < 0.5:
            value = 1 if isinstance(parameter.type, Base | Bounded) else "a"
            return nodes.Literal(value, self.span())
        return self.expression(parameter.type, depth)

    # ------------------------------------------------------------ plain steps

    def simple(self) -> list[nodes.Statement]:
        for _ in range(4):
            subtask = self.random.choice(list(self.spec.subtasks.values()))
            call = self.call(subtask)
            if call is not None:
                if subtask.result is None or self.random.random() < 0.1:
                    return [nodes.ExprStatement(call, self.span())]
                return [self.assign(call, subtask.result)]
        return []

    def check(self) -> list[nodes.Statement]:
        """A call whose result can be tested."""
        checks = [s for s in self.spec.subtasks.values() if s.result in (BOOL, Optional(BOOL))]
        check = self.random.choice(checks)
        call = self.call(check)
        if call is None or check.result is None:
            return []
        return [self.assign(call, check.result)]

    def assign(self, value: nodes.Expr, of: Type) -> nodes.Statement:
        name = self.new_name()
        self.known.append(Known(name, of))
        return nodes.Assign(self.name(name), value, self.span())

    def make(self) -> list[nodes.Statement]:
        """A list of what is in scope, or a record, under a name of its own."""
        records = [of for of in self.spec.types.values() if isinstance(of, Record)]
        of: Type = ListOf(self.random.choice(self.known[-4:]).type)
        if records and self.random.random() < 0.4:
            of = self.random.choice(records)
        assert isinstance(of, ListOf | Record)
        made = self.made(of, 0)
        return [] if made is None else [self.assign(made, of)]

    def alias(self) -> list[nodes.Statement]:
        known = self.random.choice(self.known)
        if isinstance(known.type, Record) and self.random.random() < 0.7:
            field, of = self.random.choice(list(self.spec.records[known.type.name].items()))
            return [self.assign(self._attribute(known.name, field), of)]
        if isinstance(known.type, MapOf) and self.random.random() < 0.7:
            value = known.type.value
            items = self._items(lambda: self.variable(known.name), known.type, lambda of: of == value)
            if items:
                return [self.assign(self.random.choice(items)(), value)]
        return [self.assign(self.variable(known.name), known.type)]
