"""The lists and records that a canonical composition may make, by brute force: of types that nothing else gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

from p2c_dsl.spec import Spec, Task
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.nodes import NOWHERE
from p2c_dsl.types import ListOf, MapOf, Optional, Record, SetOf, Size, Type, is_subtype


def makeable(spec: Spec, task: Task) -> tuple[set[Record], set[tuple[Type, int]]]:
    """The records, and the lists by their elements' type and number.

    A list is made with the fewest elements that its type allows, but one, or with one more.
    """
    given = {part for of in _given(spec, task) for part in inside(of, spec)}
    has_collection = any(isinstance(of, ListOf | SetOf | MapOf) for of in given)
    records, lists = set[Record](), set[tuple[Type, int]]()
    wanted = {p.type for s in spec.subtasks.values() for p in s.parameters} | ({task.result} if task.result else set())
    while True:
        before = len(wanted)
        for of in [o.inner if isinstance(o, Optional) else o for o in wanted]:
            if any(is_subtype(part, of) for part in given):
                continue
            if isinstance(of, Record):
                records.add(of)
                wanted |= set(spec.records[of.name].values())
            elif isinstance(of, ListOf):
                wanted.add(of.element)
                fewest = of.size.low or 1
                numbers = [n for n in (fewest, fewest + 1) if of.size.high is None or n <= of.size.high]
                lists |= set() if has_collection else {(of.element, n) for n in numbers}
        if len(wanted) == before:
            return records, lists


class Making:
    """Writes them, given the expressions that fit a type."""

    def __init__(self, spec: Spec, task: Task) -> None:
        self._spec = spec
        self._records, self._lists = makeable(spec, task)

    def __call__(self, fitting: Callable[[Type], list[nodes.Expr]]) -> Iterator[tuple[nodes.Expr, Type]]:
        for element, number in self._lists:
            for given in product(fitting(element), repeat=number):
                yield nodes.ListDisplay(given, NOWHERE), ListOf(element, Size(number, number))
        for record in self._records:
            yield from ((made, record) for made in self._of(record, fitting))

    def _of(self, record: Record, fitting: Callable[[Type], list[nodes.Expr]]) -> Iterator[nodes.Expr]:
        """Of a record's optional fields, the last ones may be left out."""
        fields = sorted(self._spec.records[record.name].items(), key=lambda field: isinstance(field[1], Optional))
        required = sum(not isinstance(of, Optional) for _, of in fields)
        names = [nodes.Name(name, NOWHERE) for name, _ in fields]
        for count in range(required, len(fields) + 1):
            for given in product(*(fitting(of) for _, of in fields[:count])):
                keywords = tuple(zip(names, given, strict=False))
                yield nodes.Call(nodes.Name(record.name, NOWHERE), (), keywords, NOWHERE)


def _given(spec: Spec, task: Task) -> Iterator[Type]:
    yield from (p.type for p in task.parameters)
    yield from (c.type for c in spec.constants_of(task).values())
    yield from (s.result for s in spec.subtasks.values() if s.result is not None)


def inside(of: Type, spec: Spec, seen: frozenset[Type] = frozenset()) -> Iterator[Type]:
    """A type, and the types of all that is in its values."""
    if of in seen:
        return
    yield of
    match of:
        case ListOf(element) | SetOf(element) | Optional(element):
            parts: tuple[Type, ...] = (element,)
        case MapOf(key, value):
            parts = (key, value)
        case Record(name):
            parts = tuple(spec.records[name].values())
        case _:
            parts = ()
    for part in parts:
        yield from inside(part, spec, seen | {of})
