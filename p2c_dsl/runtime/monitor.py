"""The rules as a run-time monitor: folds their definitions over the events of a run.

It shares no code with the analyzer, so it is a second line of defence: it also works if the proof of a rule is wrong.
The monitor decides before a call is made, so the call counts as doing everything that it may do; after the call, only
what it did counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any, Self

from p2c_dsl.program import Program
from p2c_dsl.rules import AnyRule, read_rules
from p2c_dsl.rules.definition import (
    AnyDefinition,
    Approved,
    Broken,
    Completed,
    Consumed,
    Failed,
    Given,
    Keys,
    Resulted,
    Returning,
    RunCall,
    RunEvent,
    Started,
    Tested,
)
from p2c_dsl.runtime.ending import ending
from p2c_dsl.runtime.lineage import Lineage
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
    CallInDoubt,
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
    StopRun,
)
from p2c_dsl.runtime.traced import Traced
from p2c_dsl.runtime.values import comparable, field_of
from p2c_dsl.source import Span
from p2c_dsl.spec import EffectUse, Subtask

Effects = Sequence[tuple[str, Sequence[object]]]


class RuleBroken(StopRun):
    """The next event would break a rule; `why` says how, without naming the rule.

    At the end of a run, `others` are the further rules that it would break, each with the reason.
    """

    def __init__(self, rule: AnyRule, why: str, others: Sequence[tuple[AnyRule, str]] = ()) -> None:
        broken = ((rule, why), *others)
        super().__init__("; ".join(f"stopped by `{rule.text}`: {why}" for rule, why in broken))
        self.rule, self.why, self.others = rule, why, tuple(others)


class RuleMonitor:
    """An observer for one run that raises `RuleBroken` before the event that would break a rule.

    `rules` are those to watch, by default all rules of the task. Rules that are only about the text are left to lint.
    """

    def __init__(self, program: Program, rules: Sequence[AnyRule] | None = None) -> None:
        if rules is None:
            rules = read_rules(program.spec, program.task)[0]
        defined = ((rule, rule.definition()) for rule in rules)
        self._watched: list[tuple[AnyRule, AnyDefinition]] = [(r, d) for r, d in defined if d is not None]
        self._states: list[Any] = [definition.start() for _, definition in self._watched]
        self._lineage = Lineage(program, (s for _, d in self._watched for s in d.asks()))
        self._program = program
        self._blocks: list[Span] = []
        self._ending = ending(program)
        self._calls = 0
        self._open: RunCall | None = None
        self._asked: RunCall | None = None

    @classmethod
    def after(cls, program: Program, events: Iterable[Event], rules: Sequence[AnyRule] | None = None) -> Self:
        """The monitor of a run that continues after the events of a recorded trace. Raises `RuleBroken`."""
        monitor = cls(program, rules)
        for event in events:
            monitor(event)
        return monitor

    def __call__(self, event: Event) -> None:
        lineage = self._lineage
        match event:
            case InputGiven(name, instance):
                lineage.given(name, instance)
                self._happens(Given(name, lineage.of(instance)))
            case ConstantRead(name, free, instance):
                lineage.constant(name, free, instance)
            case Derived(base, str(field), _, instance):
                lineage.field(base, field, instance)
            case Derived(base, None, Instance() as key, instance):
                lineage.item(base, key, instance)
            case ListMade(elements, instance):
                self._make(None, [(None, element) for element in elements], instance)
            case RecordMade(record, fields, instance):
                self._make(record, fields, instance)
            case LoopEntered(collection, span):
                self._happens(Consumed(lineage.of(collection)))
                lineage.enter_loop(collection)
                self._blocks.append(span)
            case RoundStarted(element):
                lineage.start_round(element)
            case LoopLeft():
                lineage.leave_loop(self._blocks.pop() in self._ending)
            case BranchEntered(tests, span):
                for test in tests:
                    if not test.test.compares:
                        self._happens(Tested(lineage.of(test.of[0]), test.test))
                lineage.enter_branch(instance for test in tests for instance in test.of)
                self._blocks.append(span)
            case BranchLeft():
                lineage.leave_branch(self._blocks.pop() in self._ending)
            case ApprovalAsked(name, arguments):
                self._ask(self._program.spec.subtasks[name], arguments)
            case ApprovalAnswered(_, approved):
                if approved and self._asked is not None:
                    self._happens(Approved(self._asked))
                self._asked = None
            case CallStarted(name, arguments):
                self._start(self._program.spec.subtasks[name], arguments)
            case CallFinished(_, effects, result, unreported):
                self._finish(effects, unreported, result)
            case CallFailed() | CallInDoubt():
                if self._open is not None:
                    self._happens(Failed(self._open))
            case AccumulatorCreated(is_map, instance):
                lineage.create(is_map, instance)
            case AccumulatorWritten(accumulator, key, value):
                self._write(accumulator, None if key is None else lineage.of(key), lineage.of(value))
            case Returned(returned):
                if returned is not None:
                    self._happens(Consumed(lineage.of(returned)))
                    self._happens(Returning(lineage.of(returned)))
                self._complete()

    def _next(self, subtask: Subtask, arguments: Sequence[Instance | None]) -> RunCall:
        given = tuple(None if a is None else self._lineage.of(a) for a in arguments)
        keys = tuple(_keys(use, subtask, given) for use in subtask.effects)
        return RunCall(self._calls + 1, subtask, given, keys)

    def _ask(self, subtask: Subtask, arguments: Sequence[Instance | None]) -> None:
        """Judges the call as if it were approved: nobody is asked about what another rule forbids."""
        states = list(self._states)
        self._asked = self._next(subtask, arguments)
        try:
            for event in (Approved(self._asked), *self._starting(self._asked)):
                self._happens(event)
        finally:
            self._states = states

    def _start(self, subtask: Subtask, arguments: Sequence[Instance | None]) -> None:
        call = self._next(subtask, arguments)
        for event in self._starting(call):
            self._happens(event)
        self._calls, self._open = call.number, call

    def _starting(self, call: RunCall) -> Iterator[RunEvent]:
        yield from (Consumed(datum) for datum in call.arguments if datum is not None)
        yield Started(call, self._lineage.depends)

    def _finish(self, effects: Effects, unreported: Effects, result: Instance | None) -> None:
        call = self._open
        assert call is not None
        self._open = None
        self._happens(Completed(call, *_clauses(call, effects, unreported)))
        if result is not None:
            self._lineage.result(call, result)
            self._happens(Resulted(call, self._lineage.of(result)))

    def _write(self, accumulator: int, key: Traced | None, value: Traced) -> None:
        if key is not None:
            self._happens(Consumed(key))
        self._happens(Consumed(value))
        self._lineage.write(accumulator, key, value)

    def _make(self, record: str | None, parts: Sequence[tuple[str | None, Instance]], instance: Instance) -> None:
        for _, part in parts:
            self._happens(Consumed(self._lineage.of(part)))
        self._lineage.make(record, parts, instance)

    def _happens(self, event: RunEvent) -> None:
        for index, (rule, definition) in enumerate(self._watched):
            try:
                self._states[index] = definition.step(self._states[index], event)
            except Broken as broken:
                raise RuleBroken(rule, str(broken)) from None

    def _complete(self) -> None:
        """Lists all that is owed: nothing comes later that could still tell."""
        owed: list[tuple[AnyRule, str]] = []
        for state, (rule, definition) in zip(self._states, self._watched, strict=True):
            try:
                definition.end(state)
            except Broken as broken:
                owed.append((rule, str(broken)))
        if owed:
            raise RuleBroken(*owed[0], owed[1:])


def _keys(use: EffectUse, subtask: Subtask, arguments: Sequence[Traced | None]) -> Keys | None:
    """The keys of an effect clause, `None` if they are unknown."""
    found: list[Hashable] = []
    for path in use.arguments:
        if path is None:
            return None
        argument = arguments[path.parameter]
        value = subtask.parameters[path.parameter].default if argument is None else argument.held
        for name in path.fields:
            value = field_of(value, name)
        found.append(comparable(value))
    return tuple(found)


def _clauses(call: RunCall, effects: Effects, unreported: Effects) -> tuple[frozenset[int], frozenset[int]]:
    """The numbers of the effect clauses of a call that happened, and of those that were not reported.

    The effects of `does` clauses have certainly happened, so only the remaining effects can belong to `may` clauses.
    """
    names = [use.effect.name for use in call.subtask.effects]
    clauses = list(zip(names, call.keys, strict=True))
    certain = frozenset(n for n, use in enumerate(call.subtask.effects) if use.certain)
    left = Counter(_effect(name, keys) for name, keys in effects)
    left.subtract(clauses[n] for n in certain)
    open_ = Counter(_effect(name, keys) for name, keys in unreported)
    happened, unknown = set(certain), set[int]()
    for clause, effect in enumerate(clauses):
        for among, found in ((left, happened), (open_, unknown)):
            if clause not in happened and among[effect] > 0:
                among[effect] -= 1
                found.add(clause)
    return frozenset(happened), frozenset(unknown)


def _effect(name: str, keys: Sequence[object]) -> tuple[str, Keys | None]:
    return name, None if AnyKey.ANY in keys else tuple(comparable(key) for key in keys)
