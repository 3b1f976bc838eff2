"""The abstract machine: each method is one step, from state to state.

A step's objections are appended to `out`; the analysis can continue with the returned state after
them, so that one pass over a program finds all errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rpds import HashTrieMap

from p2c_dsl.machine import accumulators, typing
from p2c_dsl.machine.defects.values import NotACollection
from p2c_dsl.machine.elements import Elements, member
from p2c_dsl.machine.facet import AnyFacet, CallSite, ElementPart, Origin, Violations
from p2c_dsl.machine.facts import Fact, Facts
from p2c_dsl.machine.identity import slot
from p2c_dsl.machine.outcomes import decided, fact_of
from p2c_dsl.machine.product import reaching
from p2c_dsl.machine.state import Accumulator, BranchFrame, LoopFrame, State, Value
from p2c_dsl.machine.values import Making
from p2c_dsl.program import Operand, Var
from p2c_dsl.program.conditions import Condition, Junction, Predicate
from p2c_dsl.source import Span
from p2c_dsl.spec import Spec, Subtask, Task
from p2c_dsl.types import UNKNOWN, element_of

Out = Violations


class Machine(Making):
    """The machine for one task: the core (scope, types, facts) and one facet for each rule."""

    def __init__(self, spec: Spec, task: Task, facets: Sequence[AnyFacet]) -> None:
        super().__init__(spec, task, facets)
        self._callers, self._gainers = self.having("call"), self.having("gains")
        self._results, self._gatherers = self.having("result"), self.having("gather")
        self._loopers, self._leavers = self.having("enter_loop"), self.having("exit_loop")
        self._branchers, self._others = self.having("enter_branch"), self.having("enter_else")
        self._joiners, self._resumers = self.having("join"), self.having("resume")
        self._givers = self.having("give")
        self._readers = tuple((at, f) for at, f in self.placed if f.minds_text)
        self._empty = self.marks(self.having("empty"), lambda _, f: f.empty())

    def start(self) -> State:
        """The state before the first step: the task's inputs stand in the first slots."""
        values: HashTrieMap[int, Value] = HashTrieMap()
        for number, parameter in enumerate(self.task.parameters):
            marks = self.marks_of(Origin.INPUT, parameter.name, parameter.type)
            values = values.insert(number, self.value_of(slot(number), parameter.type, marks))
        own = tuple(f.start() for f in self.facets)
        elements = Elements() if any(f.reads_elements for f in self.facets) else None
        return State(values, HashTrieMap(), len(self.task.parameters), Facts(elements=elements), (), own)

    def may_step(self, state: State) -> bool:
        """Whether the rules allow one more step of any kind."""
        out: Out = []
        self.step(state, out)
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
        out = reaching(state, out)
        values: list[Value | None] = []
        for index, (operand, parameter) in enumerate(zip(arguments, subtask.parameters, strict=True)):
            value = None
            if operand is not None:
                state, value = self.read(state, operand, out)
                typing.check_argument(index, value, operand, parameter, out)
            values.append(value)
        site = CallSite(subtask, tuple(values), nested, self.keys(state, subtask, values))
        state = self.step(state, out)
        for index, value in enumerate(values):
            if value is not None:
                state = self.consume(state, value, out, index)
        before = state
        state = self.each(state, self._callers, lambda at, f, own: f.call(at, own, before, site, out))
        gained: set[Fact] = set().union(*(f.gains(at, before, site) for at, f in self._gainers))
        facts = state.facts.learn(gained) if gained else state.facts
        state = state._replace(moment=state.moment + 1)
        if subtask.result is None:
            return state._replace(facts=facts)
        marks = self.marks(self._results, lambda at, f: f.result(at, site, self.spec))
        result = self.value_of(slot(state.slots), subtask.result, marks)
        return state._replace(values=state.values.insert(state.slots, result), slots=state.slots + 1, facts=facts)

    def create(self, state: State, is_map: bool, out: Out) -> State:
        """A new accumulator, in the next slot."""
        state = self.step(state, reaching(state, out))
        acc = Accumulator(is_map, len(state.frames), self._empty)
        created = state.with_accumulator(state.slots, acc)
        return created._replace(slots=state.slots + 1, fresh=(state.slots, state.fresh))

    def write(
        self,
        state: State,
        number: int,
        key: Operand | None,
        value: Operand,
        out: Out,
        *,
        direct: bool = False,
    ) -> State:
        """A write into an accumulator."""
        out = reaching(state, out)
        if not direct:
            state = self.step(state, out)
        key_value = None
        if key is not None:
            state, key_value = self.read(state, key, out)
            state = self.consume(state, key_value, out)
        state, new = self.read(state, value, out)
        state = self.consume(state, new, out)
        acc = state.accumulators.get(number)
        if acc is None or not typing.check_write(acc, key_value, out):
            return state
        entry, marks = state, acc.marks
        gathered = self.marks(self._gatherers, lambda at, f: f.gather(at, entry, marks[at.index], key_value, new))
        after, key_type, value_type = accumulators.written(state, number, key_value, new, gathered)
        if not typing.check_joined(acc, key_value, new, key_type, value_type, out):
            after = accumulators.blanked(after, number)
        if direct and isinstance(value, Var):
            # The call's result has no name, so nothing can use it any more.
            after = after._replace(values=after.values.discard(value.slot))
        return after

    def enter_loop(self, state: State, collection: Operand, out: Out, span: Span | None = None) -> State:
        """Enters a loop's body; the loop variable takes the next slot."""
        out = reaching(state, out)
        state, value = self.read(state, collection, out)
        element = element_of(value.type)
        if element is None:
            out.append(NotACollection(value.type))
            element = UNKNOWN
        state = self.step(state, out)
        state = self.consume(state, value, out)
        frame = LoopFrame(state, value, state.slots, span)
        before = state
        state = self.each(state, self._loopers, lambda _, f, own: f.enter_loop(own, before, frame, out))
        marks = self.part_marks(value, ElementPart(), element)
        variable = self.value_of(frame.variable, element, marks)
        whole = value.identity
        inner = state._replace(
            values=state.values.insert(state.slots, variable),
            slots=state.slots + 1,
            facts=state.facts.learn(accumulators.inhabited(state, whole)),
            frames=(*state.frames, frame),
        )
        return accumulators.opened(inner.learning([member(frame.variable, whole)]))

    def exit_loop(self, state: State) -> State:
        """Leaves the innermost block, which is a loop."""
        frame = state.frames[-1]
        assert isinstance(frame, LoopFrame)
        entry = frame.entry
        after = accumulators.after_loop(entry, state, lambda m: self.outlived(m, frame.first), self.merged)
        body = frame.body(state)
        after = after._replace(
            slots=entry.slots,
            facts=entry.facts.after_loop(state.facts, body),
            facets=self.moved(
                self.forgotten(state, entry), self._leavers, lambda at, f, own: f.exit_loop(at, own, frame, state)
            ),
            moment=body.next_moment,
        )
        return accumulators.published(after, entry)

    def tested(self, state: State, condition: Condition[Operand], out: Out) -> tuple[State, Condition[Value]]:
        """A condition over the values of its operands, each read where the tests before it have not decided."""
        if isinstance(condition, Predicate):
            values: list[Value] = []
            for operand in condition.of:
                state, value = self.read(state, operand, out)
                values.append(value)
            predicate = Predicate(condition.test, tuple(values))
            if condition.test.compares:
                typing.check_comparison(predicate, condition.of, out)
            elif decided(state.facts, predicate) is None:
                typing.check_test(predicate, out)
            return state, predicate
        state, first = self.tested(state, condition.parts[0], out)
        parts, facts = [first], state.facts
        for part in condition.parts[1:]:
            state = self.going_on(state, condition.every, parts[-1])
            state, further = self.tested(state, part, out)
            parts.append(further)
        return state._replace(facts=facts.later(state.facts)), Junction(condition.every, tuple(parts))

    def enter_branch(self, state: State, condition: Condition[Operand], out: Out, span: Span | None = None) -> State:
        """Enters a branch's then arm."""
        out = reaching(state, out)
        state, tested = self.tested(state, condition, out)
        outcome = decided(state.facts, tested)
        state = self.step(state, out)
        frame = BranchFrame(state, tested, None, span, outcome is True, outcome is False)
        before = state
        state = self.each(state, self._branchers, lambda _, f, own: f.enter_branch(own, before, frame, out))
        unreached = state.unreached or frame.fails
        return self.learned(state._replace(frames=(*state.frames, frame), fresh=None, unreached=unreached), tested)

    def enter_else(self, state: State) -> State:
        """Goes from the then arm's end into the else arm."""
        frame = state.frames[-1]
        assert isinstance(frame, BranchFrame)
        entry = frame.entry
        start = accumulators.carried(entry, state)
        ended = self._ended(state, entry)
        own = self.moved(entry.facets, self._others, lambda at, f, before: f.enter_else(before, at.state(ended)))
        frames = (*entry.frames, replace(frame, then=ended))
        facts, unreached = entry.facts.later(ended.facts), entry.unreached or frame.holds
        start = start._replace(
            slots=entry.slots, facts=facts, facets=own, frames=frames, moment=state.moment, unreached=unreached
        )
        return self.learned(start, frame.condition.negated)

    def exit_branch(self, state: State) -> State:
        """Goes from the else arm's end out of the branch."""
        frame = state.frames[-1]
        assert isinstance(frame, BranchFrame) and frame.then is not None
        entry, then = frame.entry, frame.then
        state = self._ended(state, entry)
        live = state if frame.fails else then if frame.holds else None
        if then.returned or state.returned:
            after = self._after_return(frame, state if then.returned else then, state)
            return after._replace(unreached=after.unreached if live is None else live.unreached or live.returned)
        after = accumulators.merged(entry, then, state, self.merged)
        orelse = state
        joined = self.moved(then.facets, self._joiners, lambda at, f, one: f.join(one, at.state(orelse)))
        if live is not None:
            own = self.moved(live.facets, self._readers, lambda at, f, one: joined[at.index])
            facts = live.facts.later(orelse.facts)
            return after._replace(facts=facts, facets=own, moment=orelse.moment, unreached=live.unreached)
        facts = entry.facts.after_branch(fact_of(frame.condition), then.facts, orelse.facts)
        unreached = then.unreached and orelse.unreached
        return after._replace(facts=facts, facets=joined, moment=orelse.moment, unreached=unreached)

    def without_else(self, state: State) -> State:
        """Goes from the then arm's end out of a branch without an else arm."""
        frame = state.frames[-1]
        assert isinstance(frame, BranchFrame)
        if not frame.holds or state.returned:
            return self.exit_branch(self.enter_else(state))
        ended = self._ended(state, frame.entry)
        after = accumulators.kept(frame.entry, ended)
        return after._replace(facts=ended.facts, facets=ended.facets, moment=ended.moment, unreached=ended.unreached)

    def _after_return(self, frame: BranchFrame, going: State, last: State) -> State:
        """The state after a branch of which at most one arm continues, so that what this arm knows stays known."""
        entry = frame.entry
        after = accumulators.kept(entry, going)
        own = self.moved(going.facets, self._resumers, lambda at, f, mine: f.resume(at, mine, frame, at.state(last)))
        facts, returned, unreached = going.facts.later(last.facts), going.returned, going.unreached
        return after._replace(facts=facts, facets=own, returned=returned, moment=last.moment, unreached=unreached)

    def _ended(self, state: State, entry: State) -> State:
        """A block's last state without its own names, whose slots are reused from here on."""
        state = accumulators.ended(state, entry, lambda m: self.outlived(m, entry.slots))
        return state._replace(
            values=entry.values,
            facts=state.facts.outliving(entry.facts, entry.slots),
            facets=self.forgotten(state, entry),
            slots=entry.slots,
        )

    def ret(self, state: State, operand: Operand | None, out: Out) -> State:
        """The composition completes here."""
        out = reaching(state, out)
        value = None
        if operand is not None:
            state, value = self.read(state, operand, out)
        state = self.step(state, out)
        if value is not None:
            state = self.consume(state, value, out)
            for at, facet in self._givers:
                facet.give(at, state, value, out)
        typing.check_return(value, self.task, bool(state.loops), out)
        self.finish(state, out)
        return state._replace(returned=True)

    def end(self, state: State, out: Out) -> None:
        """The end of the text, which completes the composition unless no run gets there."""
        if not state.returned and not state.unreached:
            typing.check_return(None, self.task, False, out)
            self.finish(state, out)
