"""Random compositions of a spec's task, as syntax trees: mostly well-typed, with every kind of statement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from random import Random

from p2c_dsl.spec import Parameter, Spec, Subtask, Task
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.span import Span
from p2c_dsl.types import (
    BOOL,
    Base,
    Enum,
    ListOf,
    MapOf,
    Optional,
    Record,
    SetOf,
    Type,
    allows_literal,
    element_of,
    is_subtype,
)
from tests.generators.guards import guarded

_DEEPEST = 3
_SLIP = 0.01


@dataclass
class _Known:
    """A name in scope."""

    name: str
    type: Type


@dataclass
class _Filling:
    """An accumulator whose loop is open, and what has been written into it."""

    name: str
    is_map: bool
    key: Type | None = None
    value: Type | None = None


class _Composer:
    def __init__(self, spec: Spec, task: Task, random: Random) -> None:
        self.spec, self.task, self.random = spec, task, random
        self.known = [_Known(p.name, p.type) for p in task.parameters]
        self.ended: list[str] = []
        self.filling: list[_Filling] = []
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
        visible = {k.name for k in self.known} | {f.name for f in self.filling}
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
        if self.random.random() < _SLIP:
            return self.variable(self.random.choice([*(k.name for k in self.known), *self.ended[-2:]]))
        again = [k.name for k in self.known if k.name in self.recent and is_subtype(k.type, wanted)]
        if again and self.random.random() < 0.4:
            return self.variable(self.random.choice(again))
        candidates = self._parts(lambda t: is_subtype(t, wanted))
        candidates += self._constants(wanted)
        if depth < 2 and (not candidates or self.random.random() < 0.12):
            call = self._nested(wanted, depth)
            if call is not None:
                return call
        return self.random.choice(candidates)() if candidates else None

    def _parts(self, fits: Callable[[Type], bool]) -> list[Callable[[], nodes.Expr]]:
        found: list[Callable[[], nodes.Expr]] = []
        for k in self.known:
            if fits(k.type):
                found += [lambda k=k: self.variable(k.name)] * 3
            if isinstance(k.type, Record):
                for field, of in self.spec.records[k.type.name].items():
                    if fits(of):
                        found.append(lambda k=k, f=field: self._attribute(k.name, f))
            if isinstance(k.type, MapOf) and fits(k.type.value):
                keys = [o.name for o in self.known if is_subtype(o.type, k.type.key)]
                found += [lambda k=k, key=key: self._subscript(k.name, key) for key in keys[-2:]]
        return found

    def _attribute(self, base: str, field: str) -> nodes.Attribute:
        return nodes.Attribute(self.variable(base), self.name(field), self.span())

    def _subscript(self, base: str, key: str) -> nodes.Subscript:
        return nodes.Subscript(self.variable(base), self.variable(key), self.span())

    def _constants(self, wanted: Type) -> list[Callable[[], nodes.Expr]]:
        found: list[Callable[[], nodes.Expr]] = []
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
        makers = [
            s for s in self.spec.subtasks.values() if s.result is not None and is_subtype(s.result, wanted)
        ]
        return self.call(self.random.choice(makers), depth + 1) if makers else None

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
            value = 1 if isinstance(parameter.type, Base) else "a"
            return nodes.Literal(value, self.span())
        return self.expression(parameter.type, depth)

    # ------------------------------------------------------------ statements

    def block(self, most: int) -> list[nodes.Statement]:
        """A block with names of its own."""
        before = len(self.known)
        statements: list[nodes.Statement] = []
        for _ in range(self.random.randrange(1, most + 1)):
            statements += self.statement()
        for filling in self.filling:
            if self.random.random() < 0.5:
                statements += self.write(filling)
        self.ended += [k.name for k in self.known[before:]]
        del self.known[before:]
        return statements

    def statement(self) -> list[nodes.Statement]:
        if self.budget <= 0:
            return []
        self.budget -= 1
        kinds = [self.simple] * 5 + [self.check, self.alias]
        if self.depth < _DEEPEST:
            kinds += [self.loop, self.loop, self.branch, self.branch, self.guarded, self.accumulate]
            kinds += [self.answers] if self.depth == 0 and self.random.random() < 0.3 else []
        return self.random.choice(kinds)()

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
        self.known.append(_Known(name, of))
        return nodes.Assign(self.name(name), value, self.span())

    def alias(self) -> list[nodes.Statement]:
        known = self.random.choice(self.known)
        if isinstance(known.type, Record) and self.random.random() < 0.7:
            field, of = self.random.choice(list(self.spec.records[known.type.name].items()))
            return [self.assign(self._attribute(known.name, field), of)]
        return [self.assign(self.variable(known.name), known.type)]

    def _collection(self) -> tuple[nodes.Expr, Type] | None:
        options: list[tuple[nodes.Expr, Type]] = []
        recent = self.recent
        for k in self.known:
            if element_of(k.type) is not None:
                options += [(self.variable(k.name), k.type)] * (4 if k.name in recent else 2)
            if isinstance(k.type, Record):
                fields = self.spec.records[k.type.name].items()
                options += [(self._attribute(k.name, f), t) for f, t in fields if element_of(t) is not None]
            if isinstance(k.type, MapOf) and element_of(k.type.value) is not None:
                keys = [o.name for o in self.known if is_subtype(o.type, k.type.key)]
                options += [(self._subscript(k.name, key), k.type.value) for key in keys[-2:]]
        if not options or self.random.random() < 0.1:
            makers = [s for s in self.spec.subtasks.values() if s.result and element_of(s.result)]
            if makers:
                maker = self.random.choice(makers)
                call = self.call(maker)
                if call is not None and maker.result is not None:
                    return call, maker.result
        return self.random.choice(options) if options else None

    def loop(self) -> list[nodes.Statement]:
        return self._loop([])

    def _loop(self, filling: list[_Filling]) -> list[nodes.Statement]:
        found = self._collection()
        if found is None:
            return []
        collection, of = found
        element = element_of(of)
        assert element is not None
        name = self.new_name()
        outer = self.filling
        self.filling = [*outer, *filling]
        self.known.append(_Known(name, element))
        self.loops += 1
        self.depth += 1
        body = self.block(3)
        for new in filling:
            if new.value is None:
                body += self.write(new)
        self.loops -= 1
        self.depth -= 1
        self.known = [k for k in self.known if k.name != name]
        self.ended.append(name)
        self.filling = outer
        if not body:
            body = [*self.simple()]
            self.known = [k for k in self.known if not body or k.name != _assigned(body[0])]
        if not body:
            return []
        return [nodes.For(self.name(name), collection, tuple(body), self.span())]

    def accumulate(self) -> list[nodes.Statement]:
        """One or two accumulators, and the loop that fills them."""
        created: list[nodes.Statement] = []
        fillings: list[_Filling] = []
        for _ in range(self.random.choice((1, 1, 1, 2))):
            is_map = self.random.random() < 0.6
            filling = _Filling(f"v{next(self._fresh)}", is_map)
            empty = nodes.EmptyMap(self.span()) if is_map else nodes.EmptyList(self.span())
            created.append(nodes.Assign(self.name(filling.name), empty, self.span()))
            fillings.append(filling)
        if self.random.random() < 0.2:
            created += self.simple()
        loop = self._loop(fillings)
        for f in fillings:
            if f.value is not None:
                of = MapOf(f.key, f.value) if f.key is not None else ListOf(f.value)
                self.known.append(_Known(f.name, of))
        return created + loop

    def write(self, filling: _Filling) -> list[nodes.Statement]:
        value, of = self._written(filling.value)
        if value is None or of is None:
            return []
        if not filling.is_map:
            filling.value = of
            return [nodes.Append(self.name(filling.name), value, self.span())]
        key, key_type = self._key(filling.key)
        if key is None:
            return []
        filling.key, filling.value = key_type, of
        return [nodes.SetItem(self.name(filling.name), key, value, self.span())]

    def _written(self, of: Type | None) -> tuple[nodes.Expr | None, Type | None]:
        if of is not None:
            return self.expression(of), of
        if self.random.random() < 0.6:
            makers = [s for s in self.spec.subtasks.values() if s.result is not None]
            for maker in self.random.sample(makers, min(3, len(makers))):
                call = self.call(maker)
                if call is not None:
                    return call, maker.result
        known = self.random.choice(self.known[-3:])
        return self.variable(known.name), known.type

    def _key(self, of: Type | None) -> tuple[nodes.Expr | None, Type | None]:
        if of is not None:
            return self.expression(of), of
        scalars = [k for k in self.known if not isinstance(k.type, SetOf | MapOf | ListOf | Optional)]
        if not scalars:
            return None, None
        known = scalars[-1] if self.random.random() < 0.7 else self.random.choice(scalars)
        return self.variable(known.name), known.type

    def branch(self, *, is_elif: bool = False) -> list[nodes.Statement]:
        found = self._condition()
        if found is None:
            return []
        condition, narrowed_then, narrowed_else = found
        self.depth += 1
        body = self._arm(narrowed_then)
        orelse: list[nodes.Statement] = []
        chance = self.random.random()
        if chance < 0.15 and self.budget > 0:
            orelse = self.branch(is_elif=True)
        elif chance < 0.6:
            orelse = self._arm(narrowed_else)
        self.depth -= 1
        if not body:
            return []
        returned_then = isinstance(body[-1], nodes.Return)
        returned_else = bool(orelse) and isinstance(orelse[-1], nodes.Return)
        if returned_then and returned_else:
            orelse = orelse[:-1]
        elif returned_then and not returned_else and narrowed_else is not None:
            self._narrow(narrowed_else)
        return [nodes.If(condition, tuple(body), tuple(orelse), is_elif, self.span())]

    def guarded(self) -> list[nodes.Statement]:
        """`if check(x): f(x)`, where one argument of the check is an argument of what it guards."""
        checks = [s for s in self.spec.subtasks.values() if s.result == BOOL and s.parameters]
        check = self.random.choice(checks) if checks else None
        call = self.call(check) if check is not None else None
        if call is None or not call.arguments or not isinstance(call.arguments[0], nodes.Variable):
            return []
        self.depth += 1
        self.recent = [call.arguments[0].name.text] * 3
        body = self.simple()[:1]
        self.known = [k for k in self.known if not body or k.name != _assigned(body[0])]
        orelse = self._arm(None) if self.random.random() < 0.3 else []
        self.depth -= 1
        if not body:
            return []
        return [nodes.If(call, tuple(body), tuple(orelse), False, self.span())]

    def answers(self) -> list[nodes.Statement]:
        """A map of a check's answers, and a loop that acts on those that are true."""
        checks = [s for s in self.spec.subtasks.values() if s.result == BOOL and s.required == 1]
        sets = [k for k in self.known if isinstance(k.type, SetOf)]
        if not checks or not sets:
            return []
        check, over = self.random.choice(checks), self.random.choice(sets)
        answers, asked, acted = (f"v{next(self._fresh)}" for _ in range(3))
        asking = self._round(asked, over, lambda: self._ask(check, answers, asked))
        acting = self._round(acted, over, lambda: self._act(answers, acted))
        if not asking or not acting:
            return []
        again = self.variable(self.random.choice((over.name, over.name, answers)))
        return [
            nodes.Assign(self.name(answers), nodes.EmptyMap(self.span()), self.span()),
            nodes.For(self.name(asked), self.variable(over.name), tuple(asking), self.span()),
            nodes.For(self.name(acted), again, tuple(acting), self.span()),
        ]

    def _round(
        self, name: str, over: _Known, write: Callable[[], list[nodes.Statement]]
    ) -> list[nodes.Statement]:
        """A loop's body, in which something may happen before what it is for."""
        before = len(self.known)
        self.known.append(_Known(name, element_of(over.type) or BOOL))
        self.recent = [name] * 4
        first = self.simple() if self.random.random() < 0.4 else []
        last = write()
        del self.known[before:]
        return [*first, *last] if last else []

    def _ask(self, check: Subtask, answers: str, asked: str) -> list[nodes.Statement]:
        argument = self.expression(check.parameters[0].type)
        if argument is None:
            return []
        call = nodes.Call(self.name(check.name), (argument,), (), self.span())
        return [nodes.SetItem(self.name(answers), self.variable(asked), call, self.span())]

    def _act(self, answers: str, acted: str) -> list[nodes.Statement]:
        body = self.simple()[:1]
        test = nodes.Subscript(self.variable(answers), self.variable(acted), self.span())
        return [nodes.If(test, tuple(body), (), False, self.span())] if body else []

    def _arm(self, narrowed: _Known | None) -> list[nodes.Statement]:
        outer = list(self.known)
        if narrowed is not None:
            self._narrow(narrowed)
        self.budget = max(self.budget, 1)
        body = self.block(2)
        self.known = outer
        if self.loops == 0 and self.random.random() < 0.2:
            body += self.ret()
        return body

    def _narrow(self, narrowed: _Known) -> None:
        self.known = [narrowed if k.name == narrowed.name else k for k in self.known]

    def _condition(self) -> tuple[nodes.Expr, _Known | None, _Known | None] | None:
        optionals = [k for k in self.known if isinstance(k.type, Optional)]
        if optionals and self.random.random() < 0.6:
            known = self.random.choice(optionals)
            assert isinstance(known.type, Optional)
            inner = _Known(known.name, known.type.inner)
            negated = self.random.random() < 0.6
            test = nodes.IsNone(self.variable(known.name), negated, self.span())
            return test, inner if negated else None, None if negated else inner
        known_truths = [k.name for k in self.known if k.type == BOOL]
        if known_truths and self.random.random() < 0.5:
            truth: nodes.Expr | None = self.variable(self.random.choice(known_truths))
        else:
            truth = self.expression(BOOL) if self.random.random() < 0.5 else self._nested(BOOL, 1)
        if truth is None:
            return None
        if self.random.random() < 0.25:
            truth = nodes.Not(truth, self.span())
        return truth, None, None

    def ret(self) -> list[nodes.Statement]:
        if self.task.result is None:
            return [nodes.Return(None, self.span())]
        value = self.expression(self.task.result)
        return [] if value is None else [nodes.Return(value, self.span())]

    def compose(self) -> nodes.ComposeDecl:
        body: list[nodes.Statement] = []
        while self.budget > 0:
            body += self.statement()
        if self.task.result is not None or self.random.random() < 0.05:
            body += self.ret()
        parameters = tuple(self.name(p.name) for p in self.task.parameters)
        compose = nodes.ComposeDecl(self.name(self.task.name), parameters, tuple(body), self.span())
        return guarded(compose, self.spec, self.random, self.span) if self.random.random() < 0.4 else compose


def _assigned(statement: nodes.Statement) -> str | None:
    return statement.target.text if isinstance(statement, nodes.Assign) else None


def random_composition(spec: Spec, task: Task, random: Random) -> nodes.ComposeDecl:
    """A composition of the task; every node has a span of its own."""
    return _Composer(spec, task, random).compose()
