"""The walk through a program: the next call to make, and the event of each step.

It does not make calls itself. `Walk.calls` yields them and is sent their replies, so that a synchronous and an
asynchronous driver can share it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NoReturn

from p2c_dsl.diagnostics.plain import plain
from p2c_dsl.program import (
    Branch,
    Call,
    ConstantOf,
    Create,
    FieldOf,
    Hole,
    ItemOf,
    Loop,
    MakeList,
    MakeRecord,
    Operand,
    Program,
    Return,
    Step,
    TakeOut,
    Var,
    Write,
)
from p2c_dsl.program.conditions import Condition, Junction, Predicate
from p2c_dsl.runtime.approval import Approvals
from p2c_dsl.runtime.calls import Reply, Request, effects_of, possible, result_of
from p2c_dsl.runtime.tools import Tool
from p2c_dsl.runtime.trace import (
    AccumulatorCreated,
    AccumulatorWritten,
    BranchEntered,
    BranchLeft,
    CallFailed,
    CallFinished,
    CallInDoubt,
    CallStarted,
    ConstantRead,
    Derived,
    Event,
    InputGiven,
    Instance,
    LoopEntered,
    LoopLeft,
    Observer,
    Returned,
    RoundStarted,
    RunFailed,
    StopRun,
)
from p2c_dsl.runtime.values import Freezer, WrongValue, elements_of, field_of, item_of
from p2c_dsl.runtime.values.frozen import FrozenList, FrozenMap
from p2c_dsl.runtime.values.making import made
from p2c_dsl.runtime.values.testing import holds
from p2c_dsl.source import Span
from p2c_dsl.spec import Subtask

Calls = Generator[Request, Reply | None, None]


class Over(Exception):
    """The run has ended."""


@dataclass(slots=True)
class Walk:
    """One run through a program, with its events so far."""

    program: Program
    tools: Mapping[str, Tool]
    freezer: Freezer
    observer: Observer | None
    approvals: Approvals
    events: list[Event] = field(default_factory=list)
    slots: dict[int, Instance] = field(default_factory=dict)
    contents: dict[int, Any] = field(default_factory=dict)
    """The contents of accumulators, by their instances."""
    read_as: dict[int, Instance] = field(default_factory=dict)
    """Cached values of accumulators, until they are written to again."""
    running: tuple[Subtask, tuple[object, ...], Span] | None = None
    ids: int = 0
    result: object = None
    error: str | None = None
    span: Span | None = None

    def calls(self, inputs: Mapping[str, object]) -> Calls:
        """Walks the program; yields each call to be made and is sent its reply."""
        try:
            for slot, parameter in enumerate(self.program.task.parameters):
                self.slots[slot] = self.new(inputs[parameter.name])
                self.emit(InputGiven(parameter.name, self.slots[slot]), self.program.span)
            yield from self.block(self.program.body)
            self.emit(Returned(None), self.program.span)
        except Over:
            return

    def emit(self, event: Event, span: Span) -> None:
        if self.observer is not None:
            try:
                self.observer(event)
            except (StopRun, WrongValue) as stop:
                if isinstance(event, CallFinished | CallFailed | CallInDoubt):
                    # The effects of a tool must be in the trace even if an observer stops the run.
                    self.events.append(event)
                self.fail(plain(str(stop)), span)
        self.events.append(event)

    def break_off(self, reason: str) -> None:
        """Ends the walk from outside: the effects of a call that is running are unknown."""
        if self.error is not None or self.completed:
            return
        self.error = reason
        if self.running is None:
            self.events.append(RunFailed(reason, None))
            return
        subtask, values, self.span = self.running
        self.error = f"{reason} while `{subtask.name}` was running: its outcome is unknown"
        event = CallInDoubt(subtask.name, possible(subtask, values), reason)
        if self.observer is not None:
            with suppress(StopRun, WrongValue):
                self.observer(event)
        self.events.append(event)

    @property
    def completed(self) -> bool:
        return bool(self.events) and isinstance(self.events[-1], Returned)

    def fail(self, reason: str, span: Span) -> NoReturn:
        self.events.append(RunFailed(reason, span))
        self.end(reason, span)

    def end(self, error: str, span: Span) -> NoReturn:
        self.error, self.span = error, span
        raise Over

    def new(self, value: object) -> Instance:
        self.ids += 1
        return Instance(self.ids, value)

    # ------------------------------------------------------------ values

    def read(self, operand: Operand, span: Span) -> Instance:
        """An operand's instance; ends the run if there is none."""
        match operand:
            case Var(slot):
                held = self.slots[slot]
                return self.accumulated(held.id) if held.id in self.contents else held
            case ConstantOf(value, _, name, free):
                instance = self.new(value)
                self.emit(ConstantRead(name, free, instance), span)
                return instance
            case FieldOf(base, name):
                whole = self.read(base, span)
                return self.part(whole, name, None, lambda: field_of(whole.value, name), span)
            case ItemOf(base, key):
                whole, at = self.read(base, span), self.read(key, span)
                return self.part(whole, None, at, lambda: item_of(whole.value, at.value), span)
            case Hole():
                self.fail("the program has an error here", span)

    def accumulated(self, id_: int) -> Instance:
        """An accumulator with its current contents."""
        result = self.read_as.get(id_)
        if result is None:
            held = self.contents[id_]
            frozen = FrozenMap(held) if isinstance(held, dict) else FrozenList(held)
            result = self.read_as[id_] = Instance(id_, frozen)
        return result

    def part(
        self, whole: Instance, name: str | None, key: Instance | None, take: Callable[[], object], span: Span
    ) -> Instance:
        try:
            instance = self.new(take())
        except WrongValue as error:
            self.fail(str(error), span)
        self.emit(Derived(whole, name, key, instance), span)
        return instance

    # ------------------------------------------------------------ steps

    def block(self, steps: Sequence[Step]) -> Calls:
        for step in steps:
            match step:
                case Call():
                    yield from self.call(step)
                case TakeOut(value, span):
                    self.read(value, span)
                case Create(slot, is_map, span):
                    self.slots[slot] = self.new(None)
                    self.contents[self.slots[slot].id] = {} if is_map else []
                    self.emit(AccumulatorCreated(is_map, self.slots[slot], span), span)
                case MakeList() | MakeRecord():
                    event = made(step, self.read, self.new, self.program.spec)
                    self.slots[step.slot] = event.instance
                    self.emit(event, step.span)
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
                    raise Over

    def call(self, call: Call) -> Calls:
        subtask = call.subtask
        arguments = tuple(None if a is None else self.read(a, call.span) for a in call.arguments)
        values = tuple(p.default if a is None else a.value for a, p in zip(arguments, subtask.parameters, strict=True))
        denial = yield from self.approvals.ask(call, arguments, values, self.emit)
        if denial is not None:
            self.end(denial, call.span)
        self.emit(CallStarted(subtask.name, arguments, call.nested, call.span), call.span)
        self.running = subtask, values, call.span
        left_out = frozenset(i for i, argument in enumerate(arguments) if argument is None)
        reply = yield Request(self.tools[subtask.name], values, left_out)
        assert reply is not None
        if reply.error is not None:
            failed = CallInDoubt if reply.in_doubt else CallFailed
            self.end_call(failed(subtask.name, possible(subtask, values), reply.error), call.span)
            self.end(f"`{subtask.name}` failed: {reply.error}", call.span)
        try:
            given, happened = result_of(subtask, reply.value, self.freezer)
        except WrongValue as error:
            why = plain(str(error))
            failure = CallFailed(subtask.name, possible(subtask, values), f"wrong result: {why}")
            self.end_call(failure, call.span)
            self.end(f"`{subtask.name}` returned a wrong result: {why}", call.span)
        result = None if subtask.result is None else self.new(given)
        effects, unreported = effects_of(subtask, values, happened)
        self.end_call(CallFinished(subtask.name, effects, result, unreported), call.span)
        if call.slot is not None and result is not None:
            self.slots[call.slot] = result

    def end_call(self, event: CallFinished | CallFailed | CallInDoubt, span: Span) -> None:
        self.emit(event, span)
        self.running = None

    def write(self, write: Write) -> None:
        key = None if write.key is None else self.read(write.key, write.span)
        value = self.read(write.value, write.span)
        accumulator = self.slots[write.slot]
        self.emit(AccumulatorWritten(accumulator.id, key, value, write.span), write.span)
        held = self.contents[accumulator.id]
        self.read_as.pop(accumulator.id, None)
        if key is None:
            held.append(value.value)
            return
        try:
            held[key.value] = value.value
        except WrongValue as error:
            self.fail(str(error), write.span)

    def loop(self, loop: Loop) -> Calls:
        collection = self.read(loop.collection, loop.span)
        try:
            elements = elements_of(collection.value)
        except WrongValue as error:
            self.fail(str(error), loop.span)
        self.emit(LoopEntered(collection, loop.span), loop.span)
        for element in elements:
            self.slots[loop.slot] = self.new(element)
            self.emit(RoundStarted(self.slots[loop.slot]), loop.span)
            yield from self.block(loop.body)
        self.emit(LoopLeft(), loop.span)

    def branch(self, branch: Branch) -> Calls:
        tests: list[Predicate[Instance]] = []
        came_true = self.decide(branch.condition, tests, branch.span)
        self.emit(BranchEntered(tuple(tests), branch.span), branch.span)
        yield from self.block(branch.body if came_true else branch.orelse)
        self.emit(BranchLeft(), branch.span)

    def decide(self, condition: Condition[Operand], tests: list[Predicate[Instance]], span: Span) -> bool:
        """Whether a condition holds; the tests that had to be made are added as they came out."""
        if isinstance(condition, Junction):
            decides = not condition.every
            return decides if any(self.decide(c, tests, span) is decides for c in condition.parts) else not decides
        values = tuple(self.read(operand, span) for operand in condition.of)
        try:
            came_true = holds(condition.test, *(instance.value for instance in values))
        except WrongValue as error:
            self.fail(str(error), span)
        tests.append(Predicate(condition.test if came_true else condition.test.opposite, values))
        return came_true
