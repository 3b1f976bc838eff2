"""All canonical, well-typed compositions of a task up to a number of steps, by brute force.

It knows scope and types only, and shares nothing with the machine or the planners. Sizes of accumulators are left to
the analyzer, so some of what comes out is ill-typed after all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from p2c_dsl.spec import Parameter, Spec, Task
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.nodes import NOWHERE
from p2c_dsl.types import (
    BOOL,
    BOTTOM,
    NONE,
    Enum,
    ListOf,
    MapOf,
    Optional,
    Record,
    SetOf,
    Type,
    allows_literal,
    element_of,
    join,
    range_of,
)
from tests.generators.compared import Comparisons
from tests.generators.fitting import fits
from tests.generators.made import Making

_Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Filling:
    """An accumulator that may be written here, or (`waiting`) in the next loop of its block."""

    is_map: bool
    waiting: bool
    key: Type = BOTTOM
    value: Type = BOTTOM
    written: bool = False

    @property
    def type(self) -> Type:
        return MapOf(self.key, self.value) if self.is_map else ListOf(self.value)


@dataclass(frozen=True, slots=True)
class _Scope:
    """What is visible: values by name, and accumulators that are not complete yet.

    `known` are the types that values and parts have here because a test has come out so.
    """

    values: tuple[tuple[str, Type], ...]
    filling: tuple[tuple[str, _Filling], ...] = ()
    names: int = 0
    in_loop: bool = False
    returned: bool = False
    known: tuple[tuple[nodes.Expr, Type], ...] = ()

    def fresh(self) -> tuple[str, _Scope]:
        return f"v{self.names}", replace(self, names=self.names + 1)

    def with_value(self, name: str, of: Type) -> _Scope:
        return replace(self, values=(*self.values, (name, of)))

    def with_filling(self, name: str, filling: _Filling) -> _Scope:
        kept = tuple(entry for entry in self.filling if entry[0] != name)
        return replace(self, filling=(*kept, (name, filling)))

    def leave(self, inner: _Scope) -> _Scope:
        """This scope after a block: its own names are gone, what it wrote stays."""
        own = dict(self.filling)
        filling = tuple((n, f) for n, f in inner.filling if n in own)
        return replace(self, filling=filling, names=inner.names)


_Block = tuple[tuple[nodes.Statement, ...], _Scope, int]
"""A block's statements, the scope at its end and the steps it has taken."""


class _Enumerator:
    def __init__(self, spec: Spec, task: Task) -> None:
        self.spec, self.task = spec, task
        self.subtasks = sorted(spec.subtasks.values(), key=lambda s: s.name)
        self.made, self.compared = Making(spec, task), Comparisons(spec, task)

    def blocks(self, scope: _Scope, steps: int, *, empty: bool = True) -> Iterator[_Block]:
        """All blocks of at most that many steps. Accumulators that wait for a loop stay unwritten."""
        if empty:
            yield (), scope, 0
        if steps <= 0 or scope.returned:
            return
        for first, after, used in self.statements(scope, steps):
            for rest, end, more in self.blocks(after, steps - used):
                yield (first, *rest), end, used + more

    def statements(self, scope: _Scope, steps: int) -> Iterator[tuple[nodes.Statement, _Scope, int]]:
        name, after = scope.fresh()
        for call, of in self.calls(scope):
            if of is None:
                yield nodes.ExprStatement(call, NOWHERE), scope, 1
            else:
                yield nodes.Assign(_name(name), call, NOWHERE), after.with_value(name, of), 1
        for made, whole in self.made(lambda of: [expr for expr, _ in self.operands(scope, of)]):
            yield nodes.Assign(_name(name), made, NOWHERE), after.with_value(name, whole), 1
        yield from self.writes(scope)
        if steps >= 2:
            yield from self.creations(scope)
            yield from self.loops(scope, steps)
            yield from self.branches(scope, steps)
        if not scope.in_loop:
            yield from self.returns(scope)

    # ------------------------------------------------------------ expressions

    def operands(self, scope: _Scope, wanted: Type) -> Iterator[tuple[nodes.Expr, Type]]:
        """Everything in scope that fits a type; fields two deep, look-ups one deep."""
        for expr, of in self.parts(scope):
            if fits(of, wanted):
                yield expr, of
        for constant in self.spec.constants_of(self.task).values():
            if fits(constant.type, wanted):
                yield _variable(constant.name), constant.type
        inner = wanted.inner if isinstance(wanted, Optional) else wanted
        if isinstance(inner, Enum):
            for member in inner.members:
                yield nodes.Attribute(_variable(inner.name), _name(member), NOWHERE), inner
        if isinstance(wanted, Optional):
            yield nodes.Literal(None, NOWHERE), wanted

    def parts(self, scope: _Scope) -> Iterator[tuple[nodes.Expr, Type]]:
        whole = [p for name, of in scope.values for p in self._fields(scope, _variable(name), of, 2)]
        yield from whole
        for holder, of in whole:
            for key, key_type in whole if isinstance(of, MapOf) else ():
                if isinstance(of, MapOf) and fits(key_type, of.key):
                    item = nodes.Subscript(holder, key, NOWHERE)
                    yield from self._fields(scope, item, of.value, 1)

    def _fields(self, scope: _Scope, expr: nodes.Expr, of: Type, depth: int) -> Iterator[tuple[nodes.Expr, Type]]:
        of = dict(scope.known).get(expr, of)
        yield expr, of
        if depth and isinstance(of, Record):
            for field, inner in self.spec.records[of.name].items():
                part = nodes.Attribute(expr, _name(field), NOWHERE)
                yield from self._fields(scope, part, inner, depth - 1)

    def calls(self, scope: _Scope) -> Iterator[tuple[nodes.Call, Type | None]]:
        for subtask in self.subtasks:
            for given in range(subtask.required, len(subtask.parameters) + 1):
                for arguments in self._arguments(scope, subtask.parameters[:given]):
                    yield nodes.Call(_name(subtask.name), arguments, (), NOWHERE), subtask.result

    def _arguments(self, scope: _Scope, parameters: tuple[Parameter, ...]) -> Iterator[tuple[nodes.Expr, ...]]:
        if not parameters:
            yield ()
            return
        firsts = [first for first, _ in self.operands(scope, parameters[0].type)]
        if parameters[0].literal or allows_literal(parameters[0].type):
            number = range_of(parameters[0].type).nearest
            firsts += [nodes.Literal(value, NOWHERE) for value in ("", number, float(number), True, False)]
        for first in firsts:
            for rest in self._arguments(scope, parameters[1:]):
                yield (first, *rest)

    # ------------------------------------------------------------ statements

    def creations(self, scope: _Scope) -> Iterator[tuple[nodes.Statement, _Scope, int]]:
        for is_map in (True, False):
            name, after = scope.fresh()
            empty = nodes.EmptyMap(NOWHERE) if is_map else nodes.EmptyList(NOWHERE)
            created = nodes.Assign(_name(name), empty, NOWHERE)
            yield created, after.with_filling(name, _Filling(is_map, waiting=True)), 1

    def writes(self, scope: _Scope) -> Iterator[tuple[nodes.Statement, _Scope, int]]:
        for name, filling in scope.filling:
            if filling.waiting:
                continue
            direct = [(call, of) for call, of in self.calls(scope) if of is not None]
            for value, of in (*direct, *self.parts(scope)):
                joined = join(filling.value, of)
                if joined is None:
                    continue
                changed = replace(filling, value=joined, written=True)
                if filling.is_map:
                    yield from self._set_items(scope, name, changed, value)
                else:
                    yield nodes.Append(_name(name), value, NOWHERE), scope.with_filling(name, changed), 1

    def _set_items(
        self, scope: _Scope, name: str, filling: _Filling, value: nodes.Expr
    ) -> Iterator[tuple[nodes.Statement, _Scope, int]]:
        for key, of in self.parts(scope):
            joined = join(filling.key, of)
            if joined is not None and not isinstance(of, SetOf | MapOf | ListOf):
                after = scope.with_filling(name, replace(filling, key=joined))
                yield nodes.SetItem(_name(name), key, value, NOWHERE), after, 1

    def loops(self, scope: _Scope, steps: int) -> Iterator[tuple[nodes.Statement, _Scope, int]]:
        for collection, of in list(self.parts(scope)):
            element = element_of(of)
            if element is None:
                continue
            name, inner = scope.fresh()
            opened = tuple((n, replace(f, waiting=False)) for n, f in scope.filling)
            inner = replace(inner.with_value(name, element), filling=opened, in_loop=True)
            waiting = {n for n, f in scope.filling if f.waiting}
            for body, end, used in self.blocks(inner, steps - 1, empty=False):
                after = scope.leave(end)
                complete = [(n, f) for n, f in after.filling if n in waiting]
                if any(not f.written for _, f in complete) or _left_open(end, scope):
                    continue
                after = replace(after, filling=tuple(e for e in after.filling if e[0] not in waiting))
                for n, f in complete:
                    after = after.with_value(n, f.type)
                yield nodes.For(_name(name), collection, body, NOWHERE), after, used + 1

    def branches(self, scope: _Scope, steps: int) -> Iterator[tuple[nodes.Statement, _Scope, int]]:
        start = replace(scope, filling=tuple((n, f) for n, f in scope.filling if not f.waiting))
        waiting = tuple((n, f) for n, f in scope.filling if f.waiting)
        for condition, then_scope, else_scope in list(self._conditions(start)):
            for body, end, used in self.blocks(then_scope, steps - 1, empty=False):
                if _left_open(end, start):
                    continue
                middle = replace(else_scope, filling=start.leave(end).filling, names=end.names)
                for orelse, last, more in self.blocks(middle, steps - 1 - used):
                    if _left_open(last, start) or (end.returned and last.returned):
                        continue
                    after = start.leave(last)
                    if end.returned:
                        after = replace(after, known=else_scope.known)
                    elif last.returned:
                        after = replace(after, known=then_scope.known)
                    after = replace(after, filling=(*after.filling, *waiting))
                    yield nodes.If(condition, body, orelse, False, NOWHERE), after, used + more + 1

    def _conditions(self, scope: _Scope) -> Iterator[tuple[nodes.Expr, _Scope, _Scope]]:
        parts = list(self.parts(scope))
        yield from ((comparison, scope, scope) for comparison in self.compared(parts))
        for expr, of in parts:
            if of == BOOL:
                yield expr, scope, scope
                yield nodes.Not(expr, NOWHERE), scope, scope
            elif isinstance(of, Optional):
                some = replace(scope, known=(*scope.known, (expr, of.inner)))
                none = replace(scope, known=(*scope.known, (expr, NONE)))
                yield nodes.IsNone(expr, True, NOWHERE), some, none
                yield nodes.IsNone(expr, False, NOWHERE), none, some

    def returns(self, scope: _Scope) -> Iterator[tuple[nodes.Statement, _Scope, int]]:
        after = replace(scope, returned=True)
        if self.task.result is None:
            yield nodes.Return(None, NOWHERE), after, 1
            return
        for value, _ in self.operands(scope, self.task.result):
            yield nodes.Return(value, NOWHERE), after, 1


def _left_open(inner: _Scope, outer: _Scope) -> bool:
    """Whether a block has left an accumulator of its own without a loop that fills it."""
    own = {name for name, _ in outer.filling}
    return any(filling.waiting and name not in own for name, filling in inner.filling)


def _name(text: str) -> nodes.Name:
    return nodes.Name(text, NOWHERE)


def _variable(text: str) -> nodes.Variable:
    return nodes.Variable(_name(text))


def all_compositions(spec: Spec, task: Task, steps: int) -> Iterator[nodes.ComposeDecl]:
    """Every canonical composition of at most that many steps that calls something."""
    enumerator = _Enumerator(spec, task)
    scope = _Scope(tuple((p.name, p.type) for p in task.parameters))
    parameters = tuple(_name(p.name) for p in task.parameters)
    for body, end, _ in enumerator.blocks(scope, steps, empty=False):
        finished = task.result is None or end.returned
        if finished and not any(filling.waiting for _, filling in end.filling):
            yield nodes.ComposeDecl(_name(task.name), parameters, body, NOWHERE)
