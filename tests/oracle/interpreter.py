"""Runs a composition straight from its syntax tree: a second, independent interpreter.

It knows nothing of the analyzer's resolution of names; a name or field that it cannot find in an
accepted composition raises `LookupError`, which is a bug found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

from p2c_dsl.program.conditions import Predicate, Test
from p2c_dsl.runtime.trace import (
    AccumulatorCreated,
    AccumulatorWritten,
    AnyKey,
    ApprovalAnswered,
    ApprovalAsked,
    BranchEntered,
    BranchLeft,
    CallFailed,
    CallFinished,
    CallStarted,
    ConstantRead,
    Derived,
    Event,
    InputGiven,
    Instance,
    ListMade,
    LoopEntered,
    LoopLeft,
    RecordMade,
    Returned,
    RoundStarted,
    RunFailed,
    Trace,
)
from p2c_dsl.spec import EnumMember, KeyPath, Spec, Subtask, Task
from p2c_dsl.syntax import nodes
from p2c_dsl.types import Enum
from tests.oracle.events import asks
from tests.oracle.values import OPERATORS, OPPOSITES, Rec, canon, compared


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call came to: for each effect clause whether it happened, the result, and whether it failed."""

    happened: tuple[bool, ...]
    result: Any
    failed: bool = False


class World(Protocol):
    """Where inputs and results come from."""

    def inputs(self, task: Task) -> Mapping[str, Any]:
        """The task's inputs."""

    def call(self, subtask: Subtask) -> Outcome:
        """A call's outcome."""


class _RunOver(Exception):
    pass


def run(spec: Spec, task: Task, compose: nodes.ComposeDecl, world: World) -> Trace:
    """One run. Raises `LookupError` where the text makes no sense."""
    runner = _Runner(spec, task, world)
    try:
        runner.start()
        runner.block(compose.body)
        runner.events.append(Returned(None))
    except _RunOver:
        pass
    return Trace(tuple(runner.events))


class _Runner:
    def __init__(self, spec: Spec, task: Task, world: World) -> None:
        self.spec, self.task, self.world = spec, task, world
        self.events: list[Event] = []
        self.names: dict[str, Instance] = {}
        self.maps: dict[int, dict[Any, tuple[Any, Any]]] = {}
        self.lists: dict[int, list[Any]] = {}
        self._ids = count()

    def start(self) -> None:
        for name, value in self.world.inputs(self.task).items():
            self.names[name] = self._new(value)
            self.events.append(InputGiven(name, self.names[name]))

    def block(self, statements: Iterable[nodes.Statement]) -> None:
        for statement in statements:
            self._statement(statement)

    def _statement(self, statement: nodes.Statement) -> None:
        match statement:
            case nodes.Assign(target, nodes.EmptyMap() | nodes.EmptyList() as empty, span):
                self.names[target.text] = self._create(isinstance(empty, nodes.EmptyMap), span)
            case nodes.Assign(target, value):
                self.names[target.text] = self._read(self._value(value))
            case nodes.SetItem(target, key, value, span):
                new = self._read(self._value(value))
                at = self._read(self._value(key))
                slot = self.names[target.text].id
                self.events.append(AccumulatorWritten(slot, at, new, span))
                first_key, _ = self.maps[slot].get(canon(at.value), (at.value, None))
                self.maps[slot][canon(at.value)] = (first_key, new.value)
            case nodes.Append(target, value, span):
                new = self._read(self._value(value))
                slot = self.names[target.text].id
                self.events.append(AccumulatorWritten(slot, None, new, span))
                self.lists[slot].append(new.value)
            case nodes.ExprStatement(nodes.Call() as call):
                self._call(call, nested=False)
            case nodes.For():
                self._loop(statement)
            case nodes.If():
                self._branch(statement)
            case nodes.Return(value):
                returned = None if value is None else self._read(self._value(value))
                self.events.append(Returned(returned))
                raise _RunOver
            case _:
                raise LookupError(f"no statement: {statement}")

    @contextmanager
    def _scope(self) -> Iterator[None]:
        outer = dict(self.names)
        yield
        self.names = outer

    def _loop(self, loop: nodes.For) -> None:
        collection = self._read(self._value(loop.iterable))
        self.events.append(LoopEntered(collection, loop.span))
        for element in list(collection.value):
            with self._scope():
                self.names[loop.variable.text] = self._new(element)
                self.events.append(RoundStarted(self.names[loop.variable.text]))
                self.block(loop.body)
        self.events.append(LoopLeft())

    def _branch(self, branch: nodes.If) -> None:
        tests: list[Predicate[Instance]] = []
        holds = self._condition(branch.condition, tests)
        self.events.append(BranchEntered(tuple(tests), branch.span))
        with self._scope():
            self.block(branch.body if holds else branch.orelse)
        self.events.append(BranchLeft())

    def _condition(self, condition: nodes.Expr, tests: list[Predicate[Instance]]) -> bool:
        """Whether it holds; the tests that are made on the way are added, as they come out."""
        match condition:
            case nodes.Not(operand):
                return not self._condition(operand, tests)
            case nodes.And(operands):
                return all(self._condition(operand, tests) for operand in operands)
            case nodes.Or(operands):
                return any(self._condition(operand, tests) for operand in operands)
            case nodes.IsNone(operand, negated):
                tested = self._read(self._value(operand))
                tests.append(Predicate(Test.NONE if tested.value is None else Test.SOME, (tested,)))
                return (tested.value is None) != negated
            case nodes.Compare(left, operator, right):
                values = (self._read(self._value(left)), self._read(self._value(right)))
                holds = compared(values[0].value, operator, values[1].value)
                tests.append(Predicate(OPERATORS[operator if holds else OPPOSITES[operator]], values))
                return holds
        tested = self._read(self._value(condition))
        if not isinstance(tested.value, bool):
            raise LookupError(f"no truth value: {tested.value!r}")
        tests.append(Predicate(Test.TRUE if tested.value else Test.FALSE, (tested,)))
        return tested.value

    # ------------------------------------------------------------ expressions

    def _value(self, expr: nodes.Expr, *, nested: bool = False) -> Instance:
        match expr:
            case nodes.Variable(name):
                if name.text in self.names:
                    return self.names[name.text]
                constant = self.spec.constants_of(self.task)[name.text]
                return self._constant(constant.name, constant.value)
            case nodes.Literal(value):
                return self._constant(None, value, free=value is not None)
            case nodes.Attribute(nodes.Variable(base), name) if self._is_enum(base.text):
                return self._constant(None, EnumMember(base.text, name.text))
            case nodes.Attribute(base, name):
                whole = self._read(self._value(base, nested=nested))
                part = self._new(getattr(whole.value, name.text))
                self.events.append(Derived(whole, name.text, None, part))
                return part
            case nodes.Subscript(base, key, span):
                whole = self._read(self._value(base, nested=nested))
                at = self._read(self._value(key, nested=nested))
                found = {canon(k): v for k, v in whole.value.items()}
                if canon(at.value) not in found:
                    self.events.append(RunFailed("missing key", span))
                    raise _RunOver
                part = self._new(found[canon(at.value)])
                self.events.append(Derived(whole, None, at, part))
                return part
            case nodes.ListDisplay(elements):
                parts = tuple(self._read(self._value(element, nested=nested)) for element in elements)
                made = self._new(tuple(part.value for part in parts))
                self.events.append(ListMade(parts, made))
                return made
            case nodes.Call(function) if function.text not in self.spec.subtasks:
                return self._record(expr, nested)
            case nodes.Call():
                result = self._call(expr, nested=nested)
                if result is None:
                    raise LookupError(f"no result: {expr.function.text}")
                return result
        raise LookupError(f"no value: {expr}")

    def _record(self, call: nodes.Call, nested: bool) -> Instance:
        name, bound = call.function.text, {}
        for label, value in call.keywords:
            bound[label.text] = self._value(value, nested=nested)
        fields = tuple((label, self._read(part)) for label, part in bound.items())
        given = {label: part.value for label, part in fields}
        made = self._new(Rec(name, tuple((label, given.get(label)) for label in self.spec.records[name])))
        self.events.append(RecordMade(name, fields, made))
        return made

    def _call(self, call: nodes.Call, *, nested: bool) -> Instance | None:
        subtask = self.spec.subtasks[call.function.text]
        parameters = [p.name for p in subtask.parameters]
        bound: dict[str, Instance] = {}
        for name, argument in zip(parameters, call.arguments, strict=False):
            bound[name] = self._value(argument, nested=True)
        for name, argument in call.keywords:
            bound[name.text] = self._value(argument, nested=True)
        arguments = tuple(self._read(bound[p]) if p in bound else None for p in parameters)
        if rules := asks(subtask, self.spec, self.task):
            # A run in which somebody says no is the beginning of this one.
            self.events.append(ApprovalAsked(subtask.name, arguments, rules, call.span))
            self.events.append(ApprovalAnswered(subtask.name, True, "oracle"))
        self.events.append(CallStarted(subtask.name, arguments, nested, call.span))
        outcome = self.world.call(subtask)
        effects = tuple(
            (use.effect.name, tuple(_key(subtask, path, arguments) for path in use.arguments))
            for use, happened in zip(subtask.effects, outcome.happened, strict=True)
            if happened
        )
        if outcome.failed:
            self.events.append(CallFailed(subtask.name, effects, "failed"))
            raise _RunOver
        result = None if subtask.result is None else self._new(outcome.result)
        self.events.append(CallFinished(subtask.name, effects, result))
        return result

    def _is_enum(self, name: str) -> bool:
        return name not in self.names and isinstance(self.spec.types.get(name), Enum)

    # ------------------------------------------------------------ instances

    def _new(self, value: Any) -> Instance:
        return Instance(next(self._ids), value)

    def _constant(self, name: str | None, value: Any, *, free: bool = False) -> Instance:
        instance = self._new(value)
        self.events.append(ConstantRead(name, free, instance))
        return instance

    def _create(self, is_map: bool, span: Any) -> Instance:
        instance = self._new(None)
        if is_map:
            self.maps[instance.id] = {}
        else:
            self.lists[instance.id] = []
        self.events.append(AccumulatorCreated(is_map, instance, span))
        return instance

    def _read(self, instance: Instance) -> Instance:
        """The instance with its present value, which for an accumulator is what it holds by now."""
        if instance.id in self.maps:
            return Instance(instance.id, {k: v for k, v in self.maps[instance.id].values()})
        if instance.id in self.lists:
            return Instance(instance.id, tuple(self.lists[instance.id]))
        return instance


def _key(subtask: Subtask, path: KeyPath | None, arguments: tuple[Instance | None, ...]) -> Any:
    if path is None:
        return AnyKey.ANY
    argument = arguments[path.parameter]
    value = subtask.parameters[path.parameter].default if argument is None else argument.value
    for name in path.fields:
        value = getattr(value, name)
    return value
