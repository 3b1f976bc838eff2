"""The abstract machine: each method is one step, from state to state.

A step's objections are appended to `out`; the returned state is good enough to go on with after
them, so that one pass over a program finds everything that is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from rpds import HashTrieMap

from p2c_dsl.machine import accumulators, typing
from p2c_dsl.machine.facet import CallSite, Facet, Origin, Part, Violation
from p2c_dsl.machine.facts import Facts, filled, tested
from p2c_dsl.machine.state import Accumulator, BranchFrame, LoopFrame, State, Value
from p2c_dsl.machine.values import Values
from p2c_dsl.program import FieldOf, ItemOf, Operand, Test, Var
from p2c_dsl.spec import Spec, Subtask, Task
from p2c_dsl.syntax.span import Span
from p2c_dsl.types import (
    UNKNOWN,
    element_of,
)

Out = list[Violation]
_HOOKS = ("step", "call", "consume", "enter_loop", "enter_branch")


class Machine(Values):
    """The machine for one task: the core (scope, types, facts) and one facet for each rule."""

    def __init__(self, spec: Spec, task: Task, facets: Sequence[Facet]) -> None:
        super().__init__(spec, task, facets)
        self._movers = {
            hook: tuple(f for f in self.facets if getattr(type(f), hook) is not getattr(Facet, hook))
            for hook in _HOOKS
        }

    def start(self) -> State:
        """The state before the first step: the task's inputs stand in the first slots."""
        values: HashTrieMap[int, Value] = HashTrieMap()
        for slot, parameter in enumerate(self.task.parameters):
            marks = self.marks_of(Origin.INPUT, parameter.name, parameter.type)
            values = values.insert(slot, self.value_of(slot, parameter.type, marks))
        own = tuple(f.start() for f in self.facets)
        return State(values, HashTrieMap(), (), len(self.task.parameters), Facts(), (), own)

    def read(self, state: State, operand: Operand, out: Out) -> tuple[State, Value]:
        """The operand's value, with the accumulator that it reads (if any) frozen."""
        for slot in _variables(operand):
            acc = state.accumulators.get(slot)
            if acc is None or acc.frozen:
                continue
            if acc.filled and acc.loop is not None:
                out.append(typing.SCOPE.read_early(slot))
            state = accumulators.frozen(state, slot)
        return state, self.value(state, operand)

    def may_step(self, state: State) -> bool:
        """Whether no rule objects to one more step, whatever it is."""
        out: Out = []
        self.each(state, "step", lambda f, own: f.step(own, state, out))
        return not out

    # ------------------------------------------------------------ steps

    def call(
        self,
        state: State,
        subtask: Subtask,
        arguments: Sequence[Operand | None],
        out: Out,
        *,
        nested: bool = False,
    ) -> State:
        """A call; its result, if it has one, takes the next slot."""
        values: list[Value | None] = []
        for index, (operand, parameter) in enumerate(zip(arguments, subtask.parameters, strict=True)):
            value = None
            if operand is not None:
                state, value = self.read(state, operand, out)
                typing.check_argument(index, value, operand, parameter, out)
            values.append(value)
        site = CallSite(subtask, tuple(values), nested, self.keys(state, subtask, values))
        state = self.each(state, "step", lambda f, own: f.step(own, state, out))
        for index, value in enumerate(values):
            if value is not None:
                state = self.consume(state, value, out, index)
        before = state
        state = self.each(state, "call", lambda f, own: f.call(own, before, site, out))
        gained = frozenset[Any]().union(*(f.gains(site) for f in self.facets))
        if subtask.result is None:
            return state._replace(facts=state.facts.learn(gained))
        marks = tuple(f.result(before, site, self.spec) for f in self.facets)
        result = self.value_of(state.slots, subtask.result, marks)
        return state._replace(
            values=state.values.insert(state.slots, result),
            slots=state.slots + 1,
            facts=state.facts.learn(gained),
        )

    def create(self, state: State, is_map: bool, out: Out) -> State:
        """A new accumulator, in the next slot."""
        state = self.each(state, "step", lambda f, own: f.step(own, state, out))
        marks = tuple(f.empty() for f in self.facets)
        acc = Accumulator(is_map, len(state.frames), marks)
        return state.with_accumulator(state.slots, acc)._replace(slots=state.slots + 1)

    def write(
        self, state: State, slot: int, key: Operand | None, value: Operand, out: Out, *, direct: bool = False
    ) -> State:
        """A write into an accumulator."""
        if not direct:
            state = self.each(state, "step", lambda f, own: f.step(own, state, out))
        key_value = None
        if key is not None:
            state, key_value = self.read(state, key, out)
            state = self.consume(state, key_value, out)
        state, new = self.read(state, value, out)
        state = self.consume(state, new, out)
        acc = state.accumulators.get(slot)
        if acc is None or not typing.check_write(slot, acc, key_value, out):
            return state
        after, key_type, value_type = accumulators.written(state, slot, key_value, new, self.facets)
        joins = typing.check_joined(acc, key_value, new, key_type, value_type, out)
        if direct and isinstance(value, Var):
            # The call's result has no name: nothing can use it any more.
            after = after._replace(values=after.values.discard(value.slot))
        return after if joins else state

    def enter_loop(self, state: State, collection: Operand, out: Out, span: Span | None = None) -> State:
        """Into a loop's body; the loop variable takes the next slot."""
        state, value = self.read(state, collection, out)
        element = element_of(value.type)
        if element is None:
            out.append(typing.TYPES.not_a_collection(value.type))
            element = UNKNOWN
        state = self.each(state, "step", lambda f, own: f.step(own, state, out))
        state = self.consume(state, value, out)
        frame = LoopFrame(state, value, state.slots, span)
        before = state
        state = self.each(state, "enter_loop", lambda f, own: f.enter_loop(own, before, frame, out))
        marks = tuple(
            f.part(m, Part.ELEMENT, element, self.spec, None)
            for f, m in zip(self.facets, value.marks, strict=True)
        )
        variable = self.value_of(state.slots, element, marks)._replace(distinct=value.distinct)
        acc = state.accumulators.get(value.identity) if isinstance(value.identity, int) else None
        witness = acc.witness if acc is not None and acc.witness is not None else frozenset()
        inner = state._replace(
            values=state.values.insert(state.slots, variable),
            slots=state.slots + 1,
            facts=state.facts.learn({filled(value.identity), *witness}),
            frames=(*state.frames, frame),
        )
        return accumulators.opened(inner)

    def exit_loop(self, state: State) -> State:
        """Out of the innermost block, which is a loop."""
        frame = state.frames[-1]
        assert isinstance(frame, LoopFrame)
        entry = frame.entry
        after = accumulators.after_loop(entry, state, frame.first, self.facets)
        runs = frame.size.low > 0
        return after._replace(
            slots=entry.slots,
            facts=entry.facts.after_loop(state.facts, frame.collection.identity, runs, frame.first),
            facets=tuple(
                f.exit_loop(own, frame)
                for f, own in zip(self.facets, self._forgotten(state, entry), strict=True)
            ),
        )

    def enter_branch(
        self, state: State, operand: Operand, test: Test, out: Out, span: Span | None = None
    ) -> State:
        """Into a branch's then arm."""
        state, value = self.read(state, operand, out)
        known = state.facts.known
        if tested(test, value.identity) not in known and tested(test.opposite, value.identity) not in known:
            typing.check_test(value, test, out)
        state = self.each(state, "step", lambda f, own: f.step(own, state, out))
        frame = BranchFrame(state, value, test, None, span)
        before = state
        state = self.each(state, "enter_branch", lambda f, own: f.enter_branch(own, before, frame, out))
        return self.learned(state._replace(frames=(*state.frames, frame)), value, test)

    def enter_else(self, state: State) -> State:
        """From the then arm's end into the else arm."""
        frame = state.frames[-1]
        assert isinstance(frame, BranchFrame)
        entry = frame.entry
        start = accumulators.carried(entry, state)
        ended = self._ended(state, entry)
        own = tuple(
            f.enter_else(before, end)
            for f, before, end in zip(self.facets, entry.facets, ended.facets, strict=True)
        )
        frames = (*entry.frames, replace(frame, then=ended))
        start = start._replace(slots=entry.slots, facets=own, frames=frames)
        return self.learned(start, frame.tested, frame.test.opposite)

    def exit_branch(self, state: State) -> State:
        """From the else arm's end out of the branch."""
        frame = state.frames[-1]
        assert isinstance(frame, BranchFrame) and frame.then is not None
        entry, then = frame.entry, frame.then
        state = self._ended(state, entry)
        if then.returned or state.returned:
            return self._after_return(frame, state if then.returned else then, state)
        after = accumulators.merged(entry, then, state, self.facets)
        fact = tested(frame.test, frame.tested.identity)
        own = tuple(
            f.join(one, two) for f, one, two in zip(self.facets, then.facets, state.facets, strict=True)
        )
        facts = entry.facts.after_branch(fact, then.facts, state.facts)
        return after._replace(facts=facts, facets=own)

    def _after_return(self, frame: BranchFrame, going: State, last: State) -> State:
        """Only one arm (or none) goes on, so what it knows stays known."""
        entry = frame.entry
        after = entry
        for slot in entry.writable:
            after = after.with_accumulator(slot, going.accumulators[slot])
        own = tuple(
            f.resume(s, frame, end) for f, s, end in zip(self.facets, going.facets, last.facets, strict=True)
        )
        return after._replace(facts=going.facts, facets=own, returned=going.returned)

    def _ended(self, state: State, entry: State) -> State:
        """A block's last state without its own names, whose slots are used anew from here on."""
        return state._replace(
            values=entry.values,
            facts=state.facts.outliving(entry.facts, entry.slots),
            facets=self._forgotten(state, entry),
            slots=entry.slots,
        )

    def _forgotten(self, state: State, entry: State) -> tuple[Any, ...]:
        return tuple(
            f.forget(own, before, entry.slots)
            for f, own, before in zip(self.facets, state.facets, entry.facets, strict=True)
        )

    def ret(self, state: State, operand: Operand | None, out: Out) -> State:
        """The composition completes here."""
        value = None
        if operand is not None:
            state, value = self.read(state, operand, out)
        state = self.each(state, "step", lambda f, own: f.step(own, state, out))
        if value is not None:
            state = self.consume(state, value, out)
        typing.check_return(value, self.task, bool(state.loops), out)
        self._finish(state, out)
        return state._replace(returned=True)

    def end(self, state: State, out: Out) -> None:
        """The end of the text, which completes the composition unless every path has returned."""
        if not state.returned:
            typing.check_return(None, self.task, False, out)
            self._finish(state, out)

    # ------------------------------------------------------------ helpers

    def _finish(self, state: State, out: Out) -> None:
        for facet, own in zip(self.facets, state.facets, strict=True):
            facet.finish(own, state, out)

    def learned(self, state: State, value: Value, test: Test) -> State:
        """The state where a test of a value has come out this way."""
        facts = {tested(test, value.identity)}.union(*(f.learns(test, value) for f in self.facets))
        return state._replace(facts=state.facts.learn(facts))

    def each(self, state: State, hook: str, move: Callable[[Facet, Any], Any]) -> State:
        """The state after each facet that has a `hook` of its own has moved."""
        movers = self._movers[hook]
        if not movers:
            return state
        own = list(state.facets)
        for facet in movers:
            own[facet.index] = move(facet, own[facet.index])
        moved = tuple(own)
        return state if moved == state.facets else state._replace(facets=moved)

    def consume(self, state: State, value: Value, out: Out, argument: int | None = None) -> State:
        """The state after a use of a value."""
        return self.each(state, "consume", lambda f, own: f.consume(own, state, value, out, argument))


def _variables(operand: Operand) -> list[int]:
    match operand:
        case Var(slot):
            return [slot]
        case FieldOf(base, _):
            return _variables(base)
        case ItemOf(base, key):
            return _variables(base) + _variables(key)
    return []
