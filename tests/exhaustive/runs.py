"""Runs of one composition in lazily chosen worlds, as the traces that the oracle judges.

It says what `tests/oracle/interpreter.py` says, event by event, but the syntax tree is turned into closures once,
and a value is looked at only where the run depends on it. A test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from p2c_dsl.program import Test
from p2c_dsl.runtime.trace import (
    AccumulatorCreated,
    AnyKey,
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
    LoopEntered,
    LoopLeft,
    Returned,
    RoundStarted,
    RunFailed,
    Trace,
    Written,
)
from p2c_dsl.spec import EnumMember, KeyPath, Spec, Subtask, Task
from p2c_dsl.syntax import nodes
from p2c_dsl.types import Enum
from tests.exhaustive.worlds import Cell, LazyWorld, Seen, settled
from tests.oracle.values import Rec, canon


class _RunOver(Exception):
    pass


class _Run:
    """One run under way."""

    def __init__(self, world: LazyWorld) -> None:
        self.world = world
        self.events: list[Event] = []
        self.names: dict[str, Seen] = {}
        self._ids = count()

    def new(self, cell: Cell) -> Seen:
        return Seen(next(self._ids), cell)


_Do = Callable[[_Run], None]
_Value = Callable[[_Run], Seen]


class Runs:
    """The runs of a composition."""

    def __init__(self, spec: Spec, task: Task, compose: nodes.ComposeDecl) -> None:
        self._spec, self._task = spec, task
        self._inputs = [(p.name, p.type) for p in task.parameters]
        self._constants = spec.constants_of(task)
        self._body = self._block(compose.body)

    def trace(self, world: LazyWorld) -> Trace:
        """The run in one world, which the judge may go on choosing."""
        run = _Run(world)
        try:
            for name, of in self._inputs:
                run.names[name] = run.new(world.cell(of))
                run.events.append(InputGiven(name, run.names[name]))
            self._body(run)
            run.events.append(Returned(None))
        except _RunOver:
            pass
        return Trace(tuple(run.events))

    # ------------------------------------------------------------ statements

    def _block(self, statements: tuple[nodes.Statement, ...]) -> _Do:
        steps = [self._statement(s) for s in statements]

        def do(run: _Run) -> None:
            for step in steps:
                step(run)

        return do

    def _statement(self, statement: nodes.Statement) -> _Do:
        match statement:
            case nodes.Assign(target, nodes.EmptyMap() | nodes.EmptyList() as empty, span):
                return _created(target.text, isinstance(empty, nodes.EmptyMap), span)
            case nodes.Assign(target, value):
                return _assigned(target.text, self._value(value))
            case nodes.SetItem(target, key, value, span):
                return _set(target.text, self._value(key), self._value(value), span)
            case nodes.Append(target, value, span):
                return _appended(target.text, self._value(value), span)
            case nodes.ExprStatement(nodes.Call() as call):
                made = self._call(call, nested=False)
                return lambda run: made(run) and None
            case nodes.For():
                return self._loop(statement)
            case nodes.If():
                return self._branch(statement)
            case nodes.Return(value):
                return _returned(None if value is None else self._value(value))
        raise LookupError(f"no statement: {statement}")

    def _loop(self, loop: nodes.For) -> _Do:
        collection, body, name, span = self._value(loop.iterable), self._block(loop.body), loop.variable.text, loop.span

        def do(run: _Run) -> None:
            whole = collection(run)
            run.events.append(LoopEntered(whole, span))
            elements = whole.cell.inside()
            for element in [k for k, _ in elements.values()] if isinstance(elements, dict) else list(elements):
                outer = dict(run.names)
                run.names[name] = run.new(element)
                run.events.append(RoundStarted(run.names[name]))
                body(run)
                run.names = outer
            run.events.append(LoopLeft())

        return do

    def _branch(self, branch: nodes.If) -> _Do:
        tested, test = self._condition(branch.condition)
        then, orelse, span = self._block(branch.body), self._block(branch.orelse), branch.span
        positive = test in (Test.TRUE, Test.NONE)

        def do(run: _Run) -> None:
            instance = tested(run)
            value = instance.cell.inside()
            holds = value is None if test in (Test.NONE, Test.SOME) else value is True
            outcome = test if holds == positive else test.opposite
            run.events.append(BranchEntered(instance, outcome, span))
            outer = dict(run.names)
            (then if outcome is test else orelse)(run)
            run.names = outer
            run.events.append(BranchLeft())

        return do

    def _condition(self, condition: nodes.Expr) -> tuple[_Value, Test]:
        match condition:
            case nodes.Not(operand):
                return self._value(operand), Test.FALSE
            case nodes.IsNone(operand, negated):
                return self._value(operand), Test.SOME if negated else Test.NONE
        return self._value(condition), Test.TRUE

    # ------------------------------------------------------------ expressions

    def _value(self, expr: nodes.Expr, *, nested: bool = False) -> _Value:
        match expr:
            case nodes.Variable(name) if name.text in self._constants:
                constant = self._constants[name.text]
                return _constant(constant.name, constant.value)
            case nodes.Variable(name):
                text = name.text
                return lambda run: run.names[text]
            case nodes.Literal(value):
                return _constant(None, value, free=value is not None)
            case nodes.Attribute(nodes.Variable(base), name) if isinstance(self._spec.types.get(base.text), Enum):
                return _constant(None, EnumMember(base.text, name.text))
            case nodes.Attribute(base, name):
                return _field(self._value(base, nested=nested), name.text)
            case nodes.Subscript(base, key, span):
                return _item(self._value(base, nested=nested), self._value(key, nested=nested), span)
            case nodes.Call():
                return self._call(expr, nested=nested)
        raise LookupError(f"no value: {expr}")

    def _call(self, call: nodes.Call, *, nested: bool) -> _Value:
        subtask = self._spec.subtasks[call.function.text]
        given = [self._value(a, nested=True) for a in call.arguments]
        missing = (None,) * (len(subtask.parameters) - len(given))
        result, span = subtask.result, call.span

        def value(run: _Run) -> Any:
            arguments = (*[argument(run) for argument in given], *missing)
            run.events.append(CallStarted(subtask.name, arguments, nested, span))
            if run.world.fails():
                run.events.append(CallFailed(subtask.name, _effects(subtask, arguments, None), "failed"))
                raise _RunOver
            made = None if result is None else run.new(run.world.cell(result))
            run.events.append(CallFinished(subtask.name, _effects(subtask, arguments, run.world), made))
            return made

        return value


def _effects(
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


def _assigned(name: str, value: _Value) -> _Do:
    def do(run: _Run) -> None:
        run.names[name] = value(run)

    return do


def _created(name: str, is_map: bool, span: Any) -> _Do:
    def do(run: _Run) -> None:
        contents: Any = {} if is_map else []
        run.names[name] = run.new(settled(contents))
        run.events.append(AccumulatorCreated(is_map, Instance(run.names[name].id, None), span))

    return do


def _set(name: str, key: _Value, value: _Value, span: Any) -> _Do:
    def do(run: _Run) -> None:
        new, at, target = value(run), key(run), run.names[name]
        run.events.append(Written(target.id, at, new, span))
        entries, text = target.cell.inside(), canon(at.value)
        first, _ = entries.get(text, (at.cell, None))
        entries[text] = (first, new.cell)

    return do


def _appended(name: str, value: _Value, span: Any) -> _Do:
    def do(run: _Run) -> None:
        new, target = value(run), run.names[name]
        run.events.append(Written(target.id, None, new, span))
        target.cell.inside().append(new.cell)

    return do


def _returned(value: _Value | None) -> _Do:
    def do(run: _Run) -> None:
        run.events.append(Returned(None if value is None else value(run)))
        raise _RunOver

    return do


def _constant(name: str | None, value: Any, *, free: bool = False) -> _Value:
    def read(run: _Run) -> Seen:
        instance = run.new(settled(value))
        run.events.append(ConstantRead(name, free, instance))
        return instance

    return read


def _field(base: _Value, name: str) -> _Value:
    def part(run: _Run) -> Seen:
        whole = base(run)
        record = whole.cell.inside()
        if not isinstance(record, Rec):
            raise LookupError(f"no record: {record!r}")
        instance = run.new(getattr(record, name))
        run.events.append(Derived(whole, name, None, instance))
        return instance

    return part


def _item(base: _Value, key: _Value, span: Any) -> _Value:
    def part(run: _Run) -> Seen:
        whole, at = base(run), key(run)
        found = whole.cell.inside().get(canon(at.value))
        if found is None:
            run.events.append(RunFailed("missing key", span))
            raise _RunOver
        instance = run.new(found[1])
        run.events.append(Derived(whole, None, at, instance))
        return instance

    return part
