"""The rules as a run-time monitor: the machine that lint folds over a text, fed with what happens.

What lint has to bound is exact here: a loop's round is a block that runs once, of a branch only the arm taken
is entered, and equal values have equal value numbers. Rules about the text alone are lint's. A `may`
effect counts as happening, because the monitor must decide before the call.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any

from p2c_dsl.machine import BranchFrame, CallSite, LoopFrame, Machine, Origin, Part, State, Value, Violation
from p2c_dsl.machine.facts import constant_identity, filled
from p2c_dsl.program import Branch, Loop, Program, Return, Step
from p2c_dsl.rules import Rule, read_rules
from p2c_dsl.runtime.interpreter import StopRun
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
from p2c_dsl.runtime.values import comparable, field_of
from p2c_dsl.spec import EffectUse, EnumMember, Subtask
from p2c_dsl.syntax.span import Span
from p2c_dsl.types import (
    BASES,
    NONE,
    TEXT,
    UNKNOWN,
    ListOf,
    MapOf,
    Optional,
    Record,
    SetOf,
    Size,
    Type,
    element_of,
)

_ONCE = Size(1, 1)


class RuleBroken(StopRun):
    """A rule would be broken by what comes next."""

    def __init__(self, rule: Rule, message: str) -> None:
        super().__init__(f"stopped by `{rule.text}`: {message}")
        self.rule = rule


class RuleMonitor:
    """An observer for `run` that raises `RuleBroken` before the event that would break a rule.

    `rules` are those to watch, by default all of the task's. They belong to this monitor: a rule object
    knows its place in one machine.
    """

    def __init__(self, program: Program, rules: Sequence[Rule] | None = None) -> None:
        spec, task = program.spec, program.task
        if rules is None:
            rules = read_rules(spec, task)[0]
        self._program = program
        self._machine = Machine(spec, task, [r for r in rules if not r.textual])
        start = self._machine.start()
        self._state: State = replace(start, values=type(start.values)(), slots=0)
        self._values: dict[int, Value] = {}
        self._accumulators: dict[int, tuple[bool, tuple[Any, ...]]] = {}
        self._written: dict[tuple[int, Any], Value] = {}
        self._numbers: dict[Hashable, int] = {}
        self._loops: list[tuple[Value, int]] = []
        self._calls: list[CallSite] = []
        self._returning = _returning(program.body)

    def __call__(self, event: Event) -> None:
        match event:
            case InputGiven(name, instance):
                of = next(p.type for p in self._program.task.parameters if p.name == name)
                self._add(instance, of, self._machine.marks_of(Origin.INPUT, name, of))
            case ConstantRead(name, free, instance):
                of = self._constant_type(name, instance.value)
                origin = Origin.LITERAL if free else Origin.CONSTANT
                self._add(instance, of, self._machine.marks_of(origin, name, of))
            case Derived(base, name, key, instance):
                self._derive(base, name, key, instance)
            case LoopEntered(collection):
                value = self._value(collection)
                self._consume(value)
                self._loops.append((value, len(self._state.frames)))
            case RoundStarted(element):
                self._leave_round()
                self._enter_round(element)
            case LoopLeft():
                self._leave_round()
                self._loops.pop()
            case BranchEntered(tested, holds, span):
                self._enter_branch(self._value(tested), holds, span)
            case BranchLeft():
                self._leave_branch()
            case CallStarted(name, arguments, nested):
                self._start_call(name, arguments, nested)
            case CallFinished(_, _, result):
                self._finish_call(result)
            case AccumulatorCreated(is_map, instance):
                self._accumulators[instance.id] = is_map, tuple(f.empty() for f in self._machine.facets)
            case Written(accumulator, key, value):
                self._write(accumulator, None if key is None else self._value(key), self._value(value))
            case Returned(returned):
                if returned is not None:
                    self._consume(self._value(returned))
                out: list[Violation] = []
                for facet, own in zip(self._machine.facets, self._state.facets, strict=True):
                    facet.finish(own, self._state, out)
                self._judge(out)

    # ------------------------------------------------------------ values

    def _add(self, instance: Instance, of: Type, marks: tuple[Any, ...], place: Any = None) -> Value:
        self._values[instance.id] = self._made(instance.value, of, marks, place or instance.id)
        return self._values[instance.id]

    def _made(self, held: object, of: Type, marks: tuple[Any, ...], place: Any) -> Value:
        if isinstance(of, Optional):
            of = NONE if held is None else of.inner
        count = len(held) if isinstance(of, ListOf | SetOf | MapOf) and hasattr(held, "__len__") else 0
        number = self._numbers.setdefault(comparable(held), len(self._numbers))
        return Value(("constant", "value", number), of, Size(count, count), False, marks, place)

    def _value(self, instance: Instance) -> Value:
        accumulator = self._accumulators.get(instance.id)
        if accumulator is None:
            return self._values[instance.id]
        is_map, marks = accumulator
        of: Type = MapOf(UNKNOWN, UNKNOWN) if is_map else ListOf(UNKNOWN)
        return self._made(instance.value, of, marks, instance.id)

    def _constant_type(self, name: str | None, value: object) -> Type:
        constants = self._program.spec.constants_of(self._program.task)
        if name is not None and name in constants:
            return constants[name].type
        if isinstance(value, EnumMember):
            return self._program.spec.types[value.enum]
        return NONE if value is None else BASES.get(type(value).__name__.capitalize(), TEXT)

    def _derive(self, base: Instance, name: str | None, key: Instance | None, instance: Instance) -> None:
        whole = self._value(base)
        if name is not None:
            fields = (
                self._program.spec.records.get(whole.type.name, {}) if isinstance(whole.type, Record) else {}
            )
            of, part, place = fields.get(name, UNKNOWN), Part.FIELD, ("field", whole.occurrence, name)
            marks = self._parts(whole, part, of, None)
        else:
            assert key is not None
            looked_up = self._value(key).identity
            of = whole.type.value if isinstance(whole.type, MapOf) else UNKNOWN
            # Keys are known values here, so that two items of a map are two parts, as two fields are.
            place = ("field", whole.occurrence, looked_up)
            marks = self._held(base, looked_up, self._parts(whole, Part.ITEM, of, looked_up))
        self._add(instance, of, marks, place)

    def _parts(self, whole: Value, part: Part, of: Type, key: Any) -> tuple[Any, ...]:
        machine = self._machine
        return tuple(
            f.part(m, part, of, machine, key) for f, m in zip(machine.facets, whole.marks, strict=True)
        )

    def _held(self, base: Instance, key: Any, marks: tuple[Any, ...]) -> tuple[Any, ...]:
        """Where the accumulator as a whole says nothing (`None`), the value written under this key does."""
        written = self._written.get((base.id, key))
        if written is None:
            return marks
        return tuple(own if mark is None else mark for mark, own in zip(marks, written.marks, strict=True))

    # ------------------------------------------------------------ blocks

    def _enter_round(self, element: Instance) -> None:
        collection, _ = self._loops[-1]
        of = element_of(collection.type) or UNKNOWN
        self._add(element, of, self._parts(collection, Part.ELEMENT, of, None))
        once = replace(collection, size=_ONCE)
        frame = LoopFrame(self._state, once, element.id, None)
        before, out = self._state, list[Violation]()
        state = self._machine.each(before, "enter_loop", lambda f, own: f.enter_loop(own, before, frame, out))
        facts = state.facts.learn([filled(collection.identity)])
        self._state = replace(state, facts=facts, frames=(*state.frames, frame))
        self._judge(out)

    def _leave_round(self) -> None:
        _, depth = self._loops[-1]
        if len(self._state.frames) == depth:
            return
        frame = self._state.frames[-1]
        assert isinstance(frame, LoopFrame)
        facets = self._machine.facets
        own = tuple(f.exit_loop(o, frame) for f, o in zip(facets, self._state.facets, strict=True))
        self._state = replace(self._state, frames=self._state.frames[:-1], facets=own)

    def _enter_branch(self, tested: Value, holds: Any, span: Span) -> None:
        before, out = self._state, list[Violation]()
        frame = BranchFrame(before, tested, holds, None, span)
        state = self._machine.each(
            before, "enter_branch", lambda f, own: f.enter_branch(own, before, frame, out)
        )
        self._state = self._machine.learned(replace(state, frames=(*state.frames, frame)), tested, holds)
        self._judge(out)

    def _leave_branch(self) -> None:
        frame = self._state.frames[-1]
        assert isinstance(frame, BranchFrame)
        own = self._state.facets
        if frame.span in self._returning:
            own = tuple(f.resume(o, frame, o) for f, o in zip(self._machine.facets, own, strict=True))
        self._state = replace(self._state, frames=self._state.frames[:-1], facets=own)

    # ------------------------------------------------------------ steps

    def _start_call(self, name: str, arguments: Sequence[Instance | None], nested: bool) -> None:
        subtask = self._program.spec.subtasks[name]
        values = tuple(None if a is None else self._value(a) for a in arguments)
        keys = tuple(self._keys(use, subtask, arguments, values) for use in subtask.effects)
        site = CallSite(subtask, values, nested, keys)
        for index, value in enumerate(values):
            if value is not None:
                self._consume(value, index)
        before, out = self._state, list[Violation]()
        self._state = self._machine.each(before, "call", lambda f, own: f.call(own, before, site, out))
        self._judge(out)
        self._calls.append(site)

    def _keys(
        self,
        use: EffectUse,
        subtask: Subtask,
        arguments: Sequence[Instance | None],
        values: Sequence[Value | None],
    ) -> tuple[Value, ...]:
        keys = []
        for path in use.arguments:
            instance, value = arguments[path.parameter], values[path.parameter]
            if instance is None or value is None:
                parameter = subtask.parameters[path.parameter]
                identity = constant_identity(parameter.default)
                value = replace(self._machine.default(parameter), identity=identity)
                held: object = parameter.default
                value = self._made(held, parameter.type, value.marks, None)
            else:
                held = instance.value
            for name in path.fields:
                fields = self._program.spec.records.get(getattr(value.type, "name", ""), {})
                held, of = field_of(held, name), fields.get(name, UNKNOWN)
                value = self._made(held, of, self._parts(value, Part.FIELD, of, None), None)
            keys.append(value)
        return tuple(keys)

    def _finish_call(self, result: Instance | None) -> None:
        site = self._calls.pop()
        machine = self._machine
        if result is not None and site.subtask.result is not None:
            marks = tuple(f.result(self._state, site, machine) for f in machine.facets)
            self._add(result, site.subtask.result, marks)
        gained = frozenset[Any]().union(*(f.gains(site) for f in machine.facets))
        self._state = replace(self._state, facts=self._state.facts.learn(gained))

    def _write(self, accumulator: int, key: Value | None, value: Value) -> None:
        if key is not None:
            self._consume(key)
        self._consume(value)
        is_map, marks = self._accumulators[accumulator]
        facets = self._machine.facets
        gathered = tuple(f.gather(self._state, m, key, value) for f, m in zip(facets, marks, strict=True))
        self._accumulators[accumulator] = is_map, gathered
        if key is not None:
            self._written[accumulator, key.identity] = value

    def _consume(self, value: Value, argument: int | None = None) -> None:
        out: list[Violation] = []
        self._state = self._machine.consume(self._state, value, out, argument)
        self._judge(out)

    def _judge(self, out: Sequence[Violation]) -> None:
        if out:
            rule = out[0].facet
            assert isinstance(rule, Rule)
            raise RuleBroken(rule, out[0].facet.explain(out[0], _VALUES).message)


class _Values:
    """A narrator without a text: values have no names any more."""

    def name(self, value: Value) -> str:
        return "this value"

    def calls(self, event: str) -> tuple[Span, ...]:
        return ()

    def loop(self, frame: LoopFrame) -> tuple[str, Span] | None:
        return None


_VALUES = _Values()


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
