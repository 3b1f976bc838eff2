"""The features of a program, for any domain: the vector of numbers that values are stated over.

Where possible, a feature is what a rule would count or object to if the spec had that rule: how often an effect can
happen, whether twice for one key, whether data of a type reach it. The machine measures these with the rules' own
facets. The others (size, branches, unused results) are read from the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import log1p

from p2c_dsl.machine import AnyFacet, Machine, State, Violation, Violations
from p2c_dsl.machine.fold import fold
from p2c_dsl.program import (
    Branch,
    Call,
    ConstantOf,
    Create,
    FieldOf,
    ItemOf,
    Loop,
    MakeList,
    MakeRecord,
    Operand,
    Program,
    Step,
    TakeOut,
    Var,
    Write,
    operands,
    steps,
)
from p2c_dsl.rules.at_most_per import AtMostPer
from p2c_dsl.rules.counted import Counted, EventCounted
from p2c_dsl.rules.definition import InformationSource
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.flow import NoFlow, ValueFlows
from p2c_dsl.rules.multiplicity import Count
from p2c_dsl.spec import Spec, Subtask

MANY = 5
"""Counts above this, and unbounded ones, are all counted as this many."""


class Features:
    """The features of a domain's programs; its declarations decide which there are, and in which order.

    Attributes:
        spec: The domain.
        names: One for each feature. Equal specs give equal names.
    """

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self._gauges = _gauges(spec)
        gauged = (name for gauge in self._gauges for name in gauge.names)
        placed = (f"{effect}: {place}" for effect in spec.effects for place in _PLACES)
        self.names: tuple[str, ...] = (*_SIZES, *placed, *gauged)

    def of(self, program: Program) -> tuple[float, ...]:
        """The features of a program over the domain's subtasks, one for each of `names`.

        The program's own spec may have tasks that the domain does not have.
        Raises `ValueError` for a call of a subtask that the domain does not have.
        """
        shape = _Shape(self.spec, program)
        machine = Machine(program.spec, program.task, [gauge.facet for gauge in self._gauges])
        reported: dict[AnyFacet | None, Violations] = {}
        for violation in fold(machine, program):
            reported.setdefault(violation.facet, []).append(violation)
        gauged = (n for gauge in self._gauges for n in gauge.read(reported.get(gauge.facet, [])))
        return (*shape.sizes(), *shape.places(), *gauged)


# ---------------------------------------------------------------- measured by rules


@dataclass(frozen=True, slots=True)
class _Gauge:
    """A facet, the features that it measures, and how they are read from its violations."""

    facet: AnyFacet
    names: tuple[str, ...]
    read: Callable[[Violations], tuple[float, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Reading(Violation[Counted]):
    """What a gauge has counted at a place where a run can complete."""

    count: Count


@dataclass(frozen=True, eq=False)
class Occurrences(EventCounted):
    """A counting rule as a gauge: it reports the count that the rule would judge."""

    def finish(self, own: Count, state: State, out: Violations) -> None:
        out.append(Reading(self, own))


@dataclass(frozen=True, eq=False)
class _Costs(Counted):
    def weight(self, subtask: Subtask) -> Count:
        return Count(subtask.cost, subtask.cost)

    def finish(self, own: Count, state: State, out: Violations) -> None:
        out.append(Reading(self, own))


def _gauges(spec: Spec) -> tuple[_Gauge, ...]:
    found = [_Gauge(_Costs(), ("cost", "cost without a bound"), _cost)]
    for effect in spec.effects.values():
        event = Event(effect.name, True)
        names = (f"{effect.name}: at least", f"{effect.name}: at most")
        found.append(_Gauge(Occurrences(event=event), names, _counts))
        if effect.keys:
            facet = AtMostPer(event, 1, tuple(range(len(effect.keys))))
            found.append(_Gauge(facet, (f"{effect.name}: twice for one key",), _objects))
        for name, of in spec.types.items():
            flow = NoFlow(InformationSource(name, type=of), event, None)
            found.append(_Gauge(flow, (f"{effect.name}: depends on {name}",), _flows))
    for subtask in spec.subtasks.values():
        event = Event(subtask.name, False)
        found.append(_Gauge(Occurrences(event=event), (f"{subtask.name}: calls",), _at_most))
        if subtask.parameters:
            places = tuple(range(len(subtask.parameters)))
            found.append(_Gauge(AtMostPer(event, 1, places), (f"{subtask.name}: twice alike",), _objects))
    return tuple(found)


def count_of(reported: Violations) -> Count:
    """What a gauge reported, at least and at most, over all places where a run can complete."""
    first, *others = (violation.count for violation in reported if isinstance(violation, Reading))
    for other in others:
        first = first.join(other)
    return first


def _counts(reported: Violations) -> tuple[float, ...]:
    return float(min(count_of(reported).low, MANY)), *_at_most(reported)


def _at_most(reported: Violations) -> tuple[float, ...]:
    high = count_of(reported).high
    return (float(MANY if high is None else min(high, MANY)),)


def _cost(reported: Violations) -> tuple[float, ...]:
    count = count_of(reported)
    return log1p(count.low if count.high is None else count.high), float(count.high is None)


def _objects(reported: Violations) -> tuple[float, ...]:
    return (float(bool(reported)),)


def _flows(reported: Violations) -> tuple[float, ...]:
    """1 where a value flows, ½ where only whether or how often something happens depends on it."""
    return (max((1.0 if isinstance(v, ValueFlows) else 0.5 for v in reported), default=0.0),)


# ---------------------------------------------------------------- read from the steps

_SIZES = (
    "steps",
    "loops",
    "deepest loop",
    "branches",
    "results unused",
    "free literals",
    "calls after something irreversible",
)
_PLACES = ("in a loop", "under a condition")


@dataclass
class _Shape:
    """One walk over a program, in the order of its text, that counts what it meets."""

    spec: Spec
    program: Program
    loops: int = 0
    branches: int = 0
    deepest: int = 0
    literals: int = 0
    after: int = 0
    seen: set[tuple[str, str]] = field(default_factory=set)
    _irreversible: bool = False
    _calls: int = 0
    _results: dict[int, int] = field(default_factory=dict)
    _unused: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._block(self.program.body, 0, False)

    def sizes(self) -> Iterator[float]:
        """In the order of `_SIZES`."""
        every = (s for s in steps(self.program.body) if not isinstance(s, TakeOut))
        size = sum(1 for step in every if not (isinstance(step, Write) and step.direct))
        for number in (size, self.loops, self.deepest, self.branches, len(self._unused), self.literals):
            yield float(number)
        yield float(min(self.after, MANY))

    def places(self) -> Iterator[float]:
        """For each effect, in the order of `_PLACES`."""
        for effect in self.spec.effects:
            for place in _PLACES:
                yield float((effect, place) in self.seen)

    def _block(self, body: Sequence[Step], depth: int, conditional: bool) -> None:
        self.deepest = max(self.deepest, depth)
        for step in body:
            for operand in () if isinstance(step, TakeOut) else operands(step):
                self._use(operand)
            if isinstance(step, Create | MakeList | MakeRecord | Loop):
                # Slots are reused after their block: this one no longer holds a call's result.
                self._results.pop(step.slot, None)
            match step:
                case Call():
                    self._call(step, depth, conditional)
                case Loop(body=inner):
                    self.loops += 1
                    self._block(inner, depth + 1, conditional)
                case Branch(body=then, orelse=orelse):
                    self.branches += 1
                    self._block(then, depth, True)
                    self._block(orelse, depth, True)

    def _call(self, call: Call, depth: int, conditional: bool) -> None:
        subtask = call.subtask
        if subtask.name not in self.spec.subtasks:
            raise ValueError(f"the domain has no subtask `{subtask.name}`, so it has no features for this program")
        self.after += self._irreversible
        for use in subtask.effects:
            self._irreversible |= use.effect.irreversible
            for place, there in zip(_PLACES, (depth > 0, conditional), strict=True):
                if there:
                    self.seen.add((use.effect.name, place))
        if subtask.result is not None:
            self._calls += 1
            self._unused.add(self._calls)
            if call.slot is not None:
                self._results[call.slot] = self._calls

    def _use(self, operand: Operand) -> None:
        match operand:
            case Var(slot):
                self._unused.discard(self._results.get(slot, -1))
            case FieldOf(base, _):
                self._use(base)
            case ItemOf(base, key):
                self._use(base)
                self._use(key)
            case ConstantOf(free=free):
                self.literals += free
