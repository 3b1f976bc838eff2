"""The rules as a run-time monitor: the machine that lint folds over a text, fed with what happens.

What lint has to bound is exact here: a loop's round is a block that runs once, of a branch only the arm taken
is entered, and equal values have equal value numbers. Rules about the text alone are lint's. The monitor has to
decide before a call, so a `may` effect counts as happening then; once the call is over, it counts if it happened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from p2c_dsl.machine import BranchFrame, CallSite, LoopFrame, Machine, State, Value, Violation
from p2c_dsl.machine.facts import filled
from p2c_dsl.program import Branch, Loop, Program, Return, Step, Test
from p2c_dsl.rules import Rule, read_rules
from p2c_dsl.runtime.concrete import Concrete
from p2c_dsl.runtime.trace import (
    AccumulatorCreated,
    BranchEntered,
    BranchLeft,
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
    Written,
)
from p2c_dsl.runtime.walk import StopRun
from p2c_dsl.syntax.span import Span
from p2c_dsl.types import UNKNOWN, Size, element_of

_ONCE = Size(1, 1)
Effects = Sequence[tuple[str, Sequence[object]]]


class RuleBroken(StopRun):
    """A rule would be broken by what comes next; `why` says how, without naming the rule."""

    def __init__(self, rule: Rule, why: str) -> None:
        super().__init__(f"stopped by `{rule.text}`: {why}")
        self.rule, self.why = rule, why


class RuleMonitor:
    """An observer for one run that raises `RuleBroken` before the event that would break a rule.

    `rules` are those to watch, by default all of the task's. They belong to this monitor: a rule object
    knows its place in one machine.
    """

    def __init__(self, program: Program, rules: Sequence[Rule] | None = None) -> None:
        if rules is None:
            rules = read_rules(program.spec, program.task)[0]
        self._program = program
        self._machine = Machine(program.spec, program.task, [r for r in rules if not r.textual])
        start = self._machine.start()
        self._state: State = start._replace(values=type(start.values)(), slots=0)
        self._values = Concrete(program, self._machine)
        self._loops: list[tuple[Value, int]] = []
        self._call: tuple[CallSite, State] | None = None
        self._returning = _returning(program.body)

    def __call__(self, event: Event) -> None:
        values = self._values
        match event:
            case InputGiven(name, instance):
                values.given(instance, name)
            case ConstantRead(constant, free, instance):
                values.constant(instance, constant, free)
            case Derived(base, str(field), _, instance):
                values.field(instance, base, field)
            case Derived(base, None, Instance() as key, instance):
                values.item(instance, base, key)
            case LoopEntered(collection):
                value = values.value(collection)
                self._consume(value)
                self._loops.append((value, len(self._state.frames)))
            case RoundStarted(element):
                self._leave_round()
                self._enter_round(element)
            case LoopLeft():
                self._leave_round()
                self._loops.pop()
            case BranchEntered(tested, holds, span):
                self._enter_branch(values.value(tested), holds, span)
            case BranchLeft():
                self._leave_branch()
            case CallStarted(name, arguments, nested):
                self._start_call(name, arguments, nested)
            case CallFinished(_, effects, result, unreported):
                self._finish_call(effects, unreported, result)
            case AccumulatorCreated(is_map, instance):
                values.create(instance, is_map)
            case Written(accumulator, key, value):
                self._write(accumulator, None if key is None else values.value(key), values.value(value))
            case Returned(returned):
                self._complete(None if returned is None else values.value(returned))

    # ------------------------------------------------------------ blocks

    def _enter_round(self, element: Instance) -> None:
        collection, _ = self._loops[-1]
        self._values.element(element, collection, element_of(collection.type) or UNKNOWN)
        frame = LoopFrame(self._state, collection._replace(size=_ONCE), element.id, None)
        before, out = self._state, list[Violation]()
        state = self._machine.each(before, "enter_loop", lambda f, own: f.enter_loop(own, before, frame, out))
        facts = state.facts.learn([filled(collection.identity)])
        self._state = state._replace(facts=facts, frames=(*state.frames, frame))
        self._judge(out)

    def _leave_round(self) -> None:
        _, depth = self._loops[-1]
        if len(self._state.frames) == depth:
            return
        frame = self._state.frames[-1]
        assert isinstance(frame, LoopFrame)
        facets = self._machine.facets
        own = tuple(f.exit_loop(o, frame) for f, o in zip(facets, self._state.facets, strict=True))
        self._state = self._state._replace(frames=self._state.frames[:-1], facets=own)

    def _enter_branch(self, tested: Value, holds: Test, span: Span) -> None:
        before, out = self._state, list[Violation]()
        frame = BranchFrame(before, tested, holds, None, span)
        state = self._machine.each(
            before, "enter_branch", lambda f, own: f.enter_branch(own, before, frame, out)
        )
        self._state = self._machine.learned(state._replace(frames=(*state.frames, frame)), tested, holds)
        self._judge(out)

    def _leave_branch(self) -> None:
        frame = self._state.frames[-1]
        assert isinstance(frame, BranchFrame)
        own = self._state.facets
        if frame.span in self._returning:
            own = tuple(f.resume(o, frame, o) for f, o in zip(self._machine.facets, own, strict=True))
        self._state = self._state._replace(frames=self._state.frames[:-1], facets=own)

    # ------------------------------------------------------------ steps

    def _start_call(self, name: str, arguments: Sequence[Instance | None], nested: bool) -> None:
        subtask = self._program.spec.subtasks[name]
        given = tuple(None if a is None else self._values.value(a) for a in arguments)
        site = CallSite(subtask, given, nested, self._values.keys(subtask, arguments))
        for index, value in enumerate(given):
            if value is not None:
                self._consume(value, index)
        self._call = site, self._after(site, judged=True)

    def _finish_call(self, effects: Effects, unreported: Effects, result: Instance | None) -> None:
        assert self._call is not None
        site, after = self._call
        if result is not None:
            self._values.result(result, site, self._state)
        happened = site
        if not all(use.certain for use in site.subtask.effects):
            happened = _happened(site, effects, unreported)
            after = self._after(happened, judged=False)
        gained = frozenset[Any]().union(*(f.gains(happened) for f in self._machine.facets))
        self._state = after._replace(facts=after.facts.learn(gained))

    def _after(self, site: CallSite, *, judged: bool) -> State:
        before, out = self._state, list[Violation]()
        after = self._machine.each(before, "call", lambda f, own: f.call(own, before, site, out))
        if judged:
            self._judge(out)
        return after

    def _write(self, accumulator: int, key: Value | None, value: Value) -> None:
        if key is not None:
            self._consume(key)
        self._consume(value)
        self._values.write(self._state, accumulator, key, value)

    def _complete(self, returned: Value | None) -> None:
        if returned is not None:
            self._consume(returned)
        out: list[Violation] = []
        for facet, own in zip(self._machine.facets, self._state.facets, strict=True):
            facet.finish(own, self._state, out)
        self._judge(out)

    def _consume(self, value: Value, argument: int | None = None) -> None:
        out: list[Violation] = []
        self._state = self._machine.consume(self._state, value, out, argument)
        self._judge(out)

    def _judge(self, out: Sequence[Violation]) -> None:
        if out:
            rule = out[0].facet
            assert isinstance(rule, Rule)
            raise RuleBroken(rule, rule.explain(out[0], _NAMELESS).message)


def _happened(site: CallSite, effects: Effects, unreported: Effects) -> CallSite:
    """The call with the effects that it had, for certain, and those of which nobody knows; equal names go together."""
    uses = site.subtask.effects
    certain = Counter(use.effect.name for use in uses if use.certain)
    had = Counter(name for name, _ in effects)
    perhaps = {name for name, _ in unreported}
    sure = [u.certain or had[u.effect.name] > certain[u.effect.name] for u in uses]
    kept = [i for i, u in enumerate(uses) if sure[i] or u.effect.name in perhaps]
    subtask = replace(site.subtask, effects=tuple(replace(uses[i], certain=sure[i]) for i in kept))
    return replace(site, subtask=subtask, keys=tuple(site.keys[i] for i in kept))


class _Nameless:
    """A narrator without a text: values have no names any more."""

    def name(self, value: Value) -> str:
        return "this value"

    def calls(self, event: str) -> tuple[Span, ...]:
        return ()

    def loop(self, frame: LoopFrame) -> tuple[str, Span] | None:
        return None


_NAMELESS = _Nameless()


def _returning(steps: Sequence[Step]) -> frozenset[Span]:
    """The branches in which some arm may return."""
    found: set[Span] = set()

    def returns(block: Sequence[Step]) -> bool:
        inside = False
        for step in block:
            match step:
                case Return():
                    inside = True
                case Loop():
                    inside |= returns(step.body)
                case Branch():
                    both = [returns(step.body), returns(step.orelse)]
                    if any(both):
                        found.add(step.span)
                        inside = True
        return inside

    returns(steps)
    return frozenset(found)
