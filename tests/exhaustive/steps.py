"""The steps of a run, each as a closure that writes its events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any

from p2c_dsl.program.conditions import Predicate, Test
from p2c_dsl.runtime.trace import (
    AccumulatorCreated,
    AccumulatorWritten,
    AnyKey,
    ConstantRead,
    Derived,
    Event,
    Instance,
    ListMade,
    RecordMade,
    Returned,
    RunFailed,
)
from p2c_dsl.spec import KeyPath, Subtask
from tests.exhaustive.worlds import Cell, LazyWorld, Seen, settled
from tests.oracle.values import OPERATORS, OPPOSITES, Rec, canon, compared


class RunOver(Exception):
    """The run is over, for whatever reason."""


class Run:
    """One run under way."""

    def __init__(self, world: LazyWorld) -> None:
        self.world = world
        self.events: list[Event] = []
        self.names: dict[str, Seen] = {}
        self._ids = count()

    def new(self, cell: Cell) -> Seen:
        return Seen(next(self._ids), cell)


Do = Callable[[Run], None]
Value = Callable[[Run], Seen]
Decide = Callable[[Run, list[Predicate[Instance]]], bool]
"""Whether a condition holds; the tests that are made on the way are added, as they come out."""


def tested(value: Value, test: Test) -> Decide:
    def decide(run: Run, tests: list[Predicate[Instance]]) -> bool:
        instance = value(run)
        inside = instance.cell.inside()
        holds = inside is None if test in (Test.NONE, Test.SOME) else inside is True
        outcome = test if holds == (test in (Test.TRUE, Test.NONE)) else test.opposite
        tests.append(Predicate(outcome, (instance,)))
        return outcome is test

    return decide


def both_tested(left: Value, operator: str, right: Value) -> Decide:
    def decide(run: Run, tests: list[Predicate[Instance]]) -> bool:
        one, other = left(run), right(run)
        holds = compared(one.value, operator, other.value)
        tests.append(Predicate(OPERATORS[operator if holds else OPPOSITES[operator]], (one, other)))
        return holds

    return decide


def effects(
    subtask: Subtask, arguments: tuple[Seen | None, ...], world: LazyWorld | None
) -> tuple[tuple[str, tuple[object, ...]], ...]:
    """The effects that happen, which are all of them where no world says otherwise."""
    return tuple(
        (use.effect.name, tuple(_key(subtask, path, arguments) for path in use.arguments))
        for use in subtask.effects
        if use.certain or world is None or world.happens()
    )


def _key(subtask: Subtask, path: KeyPath | None, arguments: tuple[Seen | None, ...]) -> Any:
    if path is None:
        return AnyKey.ANY
    argument = arguments[path.parameter]
    value = subtask.parameters[path.parameter].default if argument is None else argument.value
    for name in path.fields:
        value = getattr(value, name)
    return value


def assign(name: str, value: Value) -> Do:
    def do(run: Run) -> None:
        run.names[name] = value(run)

    return do


def ignore(value: Value) -> Do:
    def do(run: Run) -> None:
        value(run)

    return do


def create(name: str, is_map: bool, span: Any) -> Do:
    def do(run: Run) -> None:
        contents: Any = {} if is_map else []
        run.names[name] = run.new(settled(contents))
        run.events.append(AccumulatorCreated(is_map, Instance(run.names[name].id, None), span))

    return do


def made_list(elements: Sequence[Value]) -> Value:
    def value(run: Run) -> Any:
        parts = tuple(element(run) for element in elements)
        made = run.new(settled([part.cell for part in parts]))
        run.events.append(ListMade(parts, made))
        return made

    return value


def made_record(record: str, fields: Iterable[str], given: Mapping[str, Value]) -> Value:
    def value(run: Run) -> Any:
        parts = tuple((name, part(run)) for name, part in given.items())
        cells = {name: part.cell for name, part in parts}
        made = run.new(settled(Rec(record, tuple((name, cells.get(name) or settled(None)) for name in fields))))
        run.events.append(RecordMade(record, parts, made))
        return made

    return value


def set_item(name: str, key: Value, value: Value, span: Any) -> Do:
    def do(run: Run) -> None:
        new, at, target = value(run), key(run), run.names[name]
        run.events.append(AccumulatorWritten(target.id, at, new, span))
        entries, text = target.cell.inside(), canon(at.value)
        first, _ = entries.get(text, (at.cell, None))
        entries[text] = (first, new.cell)

    return do


def append(name: str, value: Value, span: Any) -> Do:
    def do(run: Run) -> None:
        new, target = value(run), run.names[name]
        run.events.append(AccumulatorWritten(target.id, None, new, span))
        target.cell.inside().append(new.cell)

    return do


def leave(value: Value | None) -> Do:
    def do(run: Run) -> None:
        run.events.append(Returned(None if value is None else value(run)))
        raise RunOver

    return do


def read_constant(name: str | None, value: Any, *, free: bool = False) -> Value:
    def read(run: Run) -> Seen:
        instance = run.new(settled(value))
        run.events.append(ConstantRead(name, free, instance))
        return instance

    return read


def field(base: Value, name: str) -> Value:
    def part(run: Run) -> Seen:
        whole = base(run)
        record = whole.cell.inside()
        if not isinstance(record, Rec):
            raise LookupError(f"no record: {record!r}")
        instance = run.new(getattr(record, name))
        run.events.append(Derived(whole, name, None, instance))
        return instance

    return part


def item(base: Value, key: Value, span: Any) -> Value:
    def part(run: Run) -> Seen:
        whole, at = base(run), key(run)
        found = whole.cell.inside().get(canon(at.value))
        if found is None:
            run.events.append(RunFailed("missing key", span))
            raise RunOver
        instance = run.new(found[1])
        run.events.append(Derived(whole, None, at, instance))
        return instance

    return part
