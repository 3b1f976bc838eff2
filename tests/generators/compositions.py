"""Random compositions of a spec's task, as syntax trees: mostly well-typed, with every kind of statement."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from p2c_dsl.spec import Spec, Task
from p2c_dsl.syntax import nodes
from p2c_dsl.types import BOOL, ListOf, MapOf, Optional, Record, SetOf, Type, element_of, is_subtype
from tests.generators.comparing import Comparing
from tests.generators.draft import Known
from tests.generators.guards import guarded
from tests.generators.patterns import assigned

_DEEPEST = 3


@dataclass
class _Filling:
    """An accumulator whose loop is open, and what has been written into it."""

    name: str
    is_map: bool
    key: Type | None = None
    value: Type | None = None


class _Composer(Comparing):
    def __init__(self, spec: Spec, task: Task, random: Random) -> None:
        super().__init__(spec, task, random)
        self.open: list[_Filling] = []

    def block(self, most: int) -> list[nodes.Statement]:
        """A block with names of its own."""
        before = len(self.known)
        statements: list[nodes.Statement] = []
        for _ in range(self.random.randrange(1, most + 1)):
            statements += self.statement()
        for filling in self.open:
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
        kinds += [self.make] if self.random.random() < 0.5 else []
        if self.depth < _DEEPEST:
            kinds += [self.loop, self.loop, self.branch, self.branch, self.guarded, self.accumulate]
            kinds += [self.answers, self.nested_answers] if self.depth == 0 and self.random.random() < 0.3 else []
            kinds += [self.rounds] if self.loops == 0 else []
        return self.random.choice(kinds)()

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
        outer = self.open
        self.open = [*outer, *filling]
        self.known.append(Known(name, element))
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
        self.open = outer
        if not body:
            body = [*self.simple()]
            self.known = [k for k in self.known if not body or k.name != assigned(body[0])]
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
                self.known.append(Known(f.name, of))
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
        condition, narrowed_then, narrowed_else = self.widened(found)
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

    def _arm(self, narrowed: Known | None) -> list[nodes.Statement]:
        outer = list(self.known)
        if narrowed is not None:
            self._narrow(narrowed)
        self.budget = max(self.budget, 1)
        body = self.block(2)
        self.known = outer
        if self.loops == 0 and self.random.random() < 0.2:
            body += self.ret()
        return body

    def _narrow(self, narrowed: Known) -> None:
        self.known = [narrowed if k.name == narrowed.name else k for k in self.known]

    def _condition(self) -> tuple[nodes.Expr, Known | None, Known | None] | None:
        optionals = [k for k in self.known if isinstance(k.type, Optional)]
        if optionals and self.random.random() < 0.6:
            known = self.random.choice(optionals)
            assert isinstance(known.type, Optional)
            inner = Known(known.name, known.type.inner)
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


def random_composition(spec: Spec, task: Task, random: Random) -> nodes.ComposeDecl:
    """A composition of the task; every node has a span of its own."""
    return _Composer(spec, task, random).compose()
