"""Runs a composition: the program's steps, with tools for its subtasks, leaving a trace.

One generator walks the steps and yields each call that is to be made; a synchronous and an asynchronous
driver make them. An observer sees every event before it takes effect and may stop the run.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from p2c_dsl.program import (
    Branch,
    Call,
    ConstantOf,
    Create,
    FieldOf,
    Hole,
    ItemOf,
    Loop,
    Operand,
    Program,
    Return,
    Step,
    Test,
    Var,
    Write,
)
from p2c_dsl.runtime.trace import (
    AccumulatorCreated,
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
from p2c_dsl.runtime.values import ValueError_, conform, elements_of, field_of, item_of, shown
from p2c_dsl.spec import EffectUse, Subtask
from p2c_dsl.syntax.span import Span

Tool = Callable[..., Any]
Observer = Callable[[Event], None]


class StopRun(Exception):
    """Raised by an observer: the run ends before the event takes effect."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a tool gives when it also says which of its `may` effects happened (all of them, if it does not)."""

    value: object = None
    happened: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Run:
    """A run: its trace, the result if it completed, and what ended it otherwise."""

    trace: Trace
    result: object = None
    error: str | None = None
    span: Span | None = None
    """Where it was ended, as far as that is known."""

    @property
    def completed(self) -> bool:
        """Whether the run came to its end."""
        return self.error is None


def run(
    program: Program,
    inputs: Mapping[str, object],
    tools: Mapping[str, Tool],
    observer: Observer | None = None,
) -> Run:
    """Runs a program. What goes wrong in it (a tool that raises, a missing key) ends the run and is told in it.

    Raises `BindingError` before anything happens when tools or inputs are missing.
    """
    runner = _Runner(program, observer)
    calls = runner.calls(check_inputs(program, inputs), check_tools(program, tools))
    reply: _Reply | None = None
    while True:
        try:
            request = calls.send(reply)
        except StopIteration:
            return runner.outcome()
        reply = _call(request)


async def run_async(
    program: Program,
    inputs: Mapping[str, object],
    tools: Mapping[str, Tool],
    observer: Observer | None = None,
) -> Run:
    """`run` for tools of which some are asynchronous; calls are awaited one after the other."""
    runner = _Runner(program, observer)
    calls = runner.calls(check_inputs(program, inputs), check_tools(program, tools))
    reply: _Reply | None = None
    while True:
        try:
            request = calls.send(reply)
        except StopIteration:
            return runner.outcome()
        reply = _call(request)
        if inspect.isawaitable(reply.value):
            try:
                reply = _Reply(await reply.value)
            except Exception as error:
                reply = _Reply(error=_described(error))


# ---------------------------------------------------------------- bindings


class BindingError(Exception):
    """Tools or inputs do not fit the program; the message lists all that is wrong."""


def check_tools(program: Program, tools: Mapping[str, Tool]) -> Mapping[str, Tool]:
    """The tools, if each subtask that the program calls has one that takes its arguments."""
    wrong = []
    for subtask in _called(program.body):
        tool = tools.get(subtask.name)
        if tool is None or not callable(tool):
            wrong.append(f"`{subtask.name}` has no tool")
            continue
        try:
            inspect.signature(tool).bind(*subtask.parameters)
        except TypeError as error:
            names = ", ".join(p.name for p in subtask.parameters)
            wrong.append(f"the tool for `{subtask.name}({names})` does not take its arguments: {error}")
        except ValueError:
            continue
    if wrong:
        raise BindingError("; ".join(dict.fromkeys(wrong)))
    return tools


def check_inputs(program: Program, inputs: Mapping[str, object]) -> Mapping[str, object]:
    """The inputs, each as a value of its type."""
    wrong, found = [], {}
    for parameter in program.task.parameters:
        if parameter.name not in inputs:
            wrong.append(f"the input `{parameter.name}` is missing")
            continue
        try:
            found[parameter.name] = conform(inputs[parameter.name], parameter.type, program.spec)
        except ValueError_ as error:
            wrong.append(f"the input `{parameter.name}`: {error}")
    unknown = [name for name in inputs if name not in {p.name for p in program.task.parameters}]
    wrong += [f"there is no input `{name}`" for name in unknown]
    if wrong:
        raise BindingError("; ".join(wrong))
    return found


def _called(steps: Sequence[Step]) -> list[Subtask]:
    found: list[Subtask] = []
    for step in steps:
        match step:
            case Call():
                found.append(step.subtask)
            case Loop():
                found += _called(step.body)
            case Branch():
                found += _called(step.body) + _called(step.orelse)
    return found


# ---------------------------------------------------------------- the walk


@dataclass(frozen=True, slots=True)
class _Request:
    subtask: Subtask
    tool: Tool
    arguments: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Reply:
    value: Any = None
    error: str | None = None


def _call(request: _Request) -> _Reply:
    try:
        return _Reply(request.tool(*request.arguments))
    except Exception as error:
        return _Reply(error=_described(error))


def _described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


class _Over(Exception):
    """The run is over, one way or another."""


Calls = Generator[_Request, _Reply | None, None]


@dataclass(slots=True)
class _Runner:
    program: Program
    observer: Observer | None
    tools: Mapping[str, Tool] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    slots: dict[int, Instance] = field(default_factory=dict)
    contents: dict[int, Any] = field(default_factory=dict)
    ids: int = 0
    result: object = None
    error: str | None = None
    span: Span | None = None

    def outcome(self) -> Run:
        return Run(Trace(tuple(self.events)), self.result, self.error, self.span)

    def calls(self, inputs: Mapping[str, object], tools: Mapping[str, Tool]) -> Calls:
        """Walks the program; yields each call to be made and is sent its reply."""
        self.tools = tools
        try:
            for slot, parameter in enumerate(self.program.task.parameters):
                self.slots[slot] = self.new(inputs[parameter.name])
                self.emit(InputGiven(parameter.name, self.slots[slot]), self.program.span)
            yield from self.block(self.program.body)
            self.emit(Returned(None), self.program.span)
        except _Over:
            return

    def emit(self, event: Event, span: Span | None) -> None:
        if self.observer is not None:
            try:
                self.observer(event)
            except StopRun as stop:
                self.fail(str(stop), span)
        self.events.append(event)

    def fail(self, reason: str, span: Span | None) -> None:
        self.events.append(RunFailed(reason, span))
        self.error, self.span = reason, span
        raise _Over

    def new(self, value: object) -> Instance:
        self.ids += 1
        return Instance(self.ids, value)

    # ------------------------------------------------------------ values

    def read(self, operand: Operand, span: Span) -> Instance:
        """An operand's instance; ends the run where it has none."""
        match operand:
            case Var(slot):
                held = self.slots[slot]
                return Instance(held.id, self.contents[held.id]) if held.id in self.contents else held
            case ConstantOf(value, _, name, free):
                instance = self.new(value)
                self.emit(ConstantRead(name, free, instance), span)
                return instance
            case FieldOf(base, name):
                return self._part(self.read(base, span), name, None, span)
            case ItemOf(base, key):
                return self._part(self.read(base, span), None, self.read(key, span), span)
            case Hole():
                self.fail("the program has an error here", span)
        raise AssertionError(operand)

    def _part(self, base: Instance, name: str | None, key: Instance | None, span: Span) -> Instance:
        try:
            value = field_of(base.value, name) if name is not None else item_of(base.value, key and key.value)
        except ValueError_ as error:
            self.fail(str(error), span)
        instance = self.new(value)
        self.emit(Derived(base, name, key, instance), span)
        return instance

    # ------------------------------------------------------------ steps

    def block(self, steps: Sequence[Step]) -> Calls:
        for step in steps:
            match step:
                case Call():
                    yield from self.call(step)
                case Create(slot, is_map, span):
                    self.slots[slot] = self.new(None)
                    self.contents[self.slots[slot].id] = {} if is_map else []
                    self.emit(AccumulatorCreated(is_map, self.slots[slot], span), span)
                case Write():
                    self.write(step)
                case Loop():
                    yield from self.loop(step)
                case Branch():
                    yield from self.branch(step)
                case Return(operand, span):
                    instance = None if operand is None else self.read(operand, span)
                    self.emit(Returned(instance), span)
                    self.result = None if instance is None else instance.value
                    raise _Over

    def call(self, call: Call) -> Calls:
        arguments = tuple(None if a is None else self.read(a, call.span) for a in call.arguments)
        subtask = call.subtask
        self.emit(CallStarted(subtask.name, arguments, call.nested, call.span), call.span)
        values = tuple(
            p.default if a is None else a.value for a, p in zip(arguments, subtask.parameters, strict=True)
        )
        reply = yield _Request(subtask, self.tools[subtask.name], values)
        assert reply is not None
        every = self.effects(subtask, values, None)
        if reply.error is not None:
            self.emit(CallFailed(subtask.name, every, reply.error), call.span)
            self.error, self.span = f"`{subtask.name}` failed: {reply.error}", call.span
            raise _Over
        value, effects = reply.value, every
        if isinstance(value, Outcome):
            effects = self.effects(subtask, values, value.happened)
            value = value.value
        result = None
        if subtask.result is not None:
            try:
                result = self.new(conform(value, subtask.result, self.program.spec))
            except ValueError_ as error:
                self.emit(CallFailed(subtask.name, effects, f"wrong result: {error}"), call.span)
                self.error, self.span = f"`{subtask.name}` gave a wrong result: {error}", call.span
                raise _Over from None
        self.emit(CallFinished(subtask.name, effects, result), call.span)
        if call.slot is not None and result is not None:
            self.slots[call.slot] = result

    def effects(
        self, subtask: Subtask, values: Sequence[object], happened: frozenset[str] | None
    ) -> tuple[tuple[str, tuple[object, ...]], ...]:
        """The effects of a call and their keys; of those that may happen, the ones that did."""
        return tuple(
            (use.effect.name, _keys(use, values))
            for use in subtask.effects
            if use.certain or happened is None or use.effect.name in happened
        )

    def write(self, write: Write) -> None:
        key = None if write.key is None else self.read(write.key, write.span)
        value = self.read(write.value, write.span)
        accumulator = self.slots[write.slot]
        self.emit(Written(accumulator.id, key, value, write.span), write.span)
        held = self.contents[accumulator.id]
        if key is None:
            held.append(value.value)
        else:
            try:
                held[key.value] = value.value
            except TypeError:
                help_ = "give records that are keys as frozen dataclasses"
                self.fail(f"{shown(key.value)} cannot be a key: it is not hashable ({help_})", write.span)

    def loop(self, loop: Loop) -> Calls:
        collection = self.read(loop.collection, loop.span)
        self.emit(LoopEntered(collection, loop.span), loop.span)
        for element in elements_of(collection.value):
            self.slots[loop.slot] = self.new(element)
            self.emit(RoundStarted(self.slots[loop.slot]), loop.span)
            yield from self.block(loop.body)
        self.emit(LoopLeft(), loop.span)

    def branch(self, branch: Branch) -> Calls:
        tested = self.read(branch.operand, branch.span)
        holds = _holds(branch.test, tested.value)
        test = branch.test if holds else branch.test.opposite
        self.emit(BranchEntered(tested, test, branch.span), branch.span)
        yield from self.block(branch.body if holds else branch.orelse)
        self.emit(BranchLeft(), branch.span)


def _holds(test: Test, value: object) -> bool:
    match test:
        case Test.TRUE:
            return value is True
        case Test.FALSE:
            return value is not True
        case Test.NONE:
            return value is None
        case Test.SOME:
            return value is not None


def _keys(use: EffectUse, values: Sequence[object]) -> tuple[object, ...]:
    keys = []
    for path in use.arguments:
        value = values[path.parameter]
        for name in path.fields:
            value = field_of(value, name)
        keys.append(value)
    return tuple(keys)
