"""The smallest run that breaks a rule: small worlds, watched by the monitor for that one rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from p2c_dsl.diagnostics.model import Counterexample, CounterexampleStep, Location
from p2c_dsl.program import Program
from p2c_dsl.rules import AnyRule, read_rules
from p2c_dsl.runtime.interpreter import BindingError, run
from p2c_dsl.runtime.monitor import RuleBroken, RuleMonitor
from p2c_dsl.runtime.small_worlds import Choices, SmallWorld, explore, sample, simpler
from p2c_dsl.runtime.trace import CallFinished, CallStarted, Event, InputGiven, Instance, Returned, Trace
from p2c_dsl.runtime.values import shown
from p2c_dsl.runtime.walk import StopRun
from p2c_dsl.syntax.span import Span

_SMALL, _LARGE = (1, 2, 3), (6, 12, 24)
_EXPLORED, _SAMPLED, _SAMPLED_LARGE = 60, 60, 6
_SIMPLIFIED = 60
_MOST_EVENTS = 2_000
_SEED = 2025


def find(program: Program, rule: AnyRule) -> Counterexample | None:
    """A breaking run on inputs as small as can be found, `None` when none is found.

    The search is bounded by numbers of runs, so that its answer does not depend on the computer's speed.
    """
    own = [r for r in read_rules(program.spec, program.task)[0] if r.text == rule.text]
    for size in (*_SMALL, *_LARGE):
        for choices in _worlds(size):
            broken = _broken(program, own, choices, size)
            if broken is not None:
                return _told(program, _simplest(program, own, broken, size))
    return None


@dataclass(frozen=True, slots=True)
class _Broken:
    """A run that a rule stopped: the choices that led there, what happened before, and at which event."""

    made: tuple[int, ...]
    trace: Trace
    offending: Event
    span: Span | None
    why: str

    @property
    def length(self) -> tuple[int, int]:
        return len(self.trace.events), sum(self.made)


def _worlds(size: int) -> Iterator[Choices]:
    if size in _SMALL:
        return chain(explore(_EXPLORED), sample(_SAMPLED, _SEED + size))
    # Where a count has to be exceeded, a run needs collections as large as they get.
    large = (Choices(rest=lambda n: n - 1), Choices(rest=lambda n: n - 1 if n > 2 else 0))
    return chain(large, sample(_SAMPLED_LARGE, _SEED + size))


def _broken(program: Program, own: Sequence[AnyRule], choices: Choices, size: int) -> _Broken | None:
    """The run of a world, if the rule stops it."""
    world, watch = SmallWorld(program.spec, choices, size), _Watch(program, own)
    try:
        result = run(program, world.inputs(program.task), world.tools(), watch)
    except BindingError:
        # A type may have fewer values than the least size of a set of them.
        return None
    if watch.broken is None:
        return None
    offending, why = watch.broken
    return _Broken(choices.made, result.trace, offending, result.span, why)


def _simplest(program: Program, own: Sequence[AnyRule], broken: _Broken, size: int) -> _Broken:
    """A run that breaks the rule, too, and in which no single choice can be made simpler."""
    left = _SIMPLIFIED
    while True:
        for made in islice(simpler(broken.made), left):
            left -= 1
            other = _broken(program, own, Choices(made), size)
            if other is not None and other.length < broken.length:
                broken = other
                break
        else:
            return broken


class _Watch:
    """The monitor for one rule, which also remembers where it was broken."""

    def __init__(self, program: Program, own: Sequence[AnyRule]) -> None:
        self._monitor = RuleMonitor(program, own)
        self._events = 0
        self.broken: tuple[Event, str] | None = None

    def __call__(self, event: Event) -> None:
        self._events += 1
        if self._events > _MOST_EVENTS:
            raise StopRun("the run is too long for an example")
        try:
            self._monitor(event)
        except RuleBroken as broken:
            self.broken = event, broken.why
            raise


# ---------------------------------------------------------------- in words


def _told(program: Program, broken: _Broken) -> Counterexample:
    given = [e for e in broken.trace.events if isinstance(e, InputGiven)]
    inputs = tuple((event.name, shown(event.instance.value)) for event in given)
    return Counterexample(inputs, (*_calls(program, broken.trace), _last(program, broken)))


def _calls(program: Program, trace: Trace) -> Iterator[CounterexampleStep]:
    started: CallStarted | None = None
    for event in trace.events:
        if isinstance(event, CallStarted):
            started = event
        elif isinstance(event, CallFinished) and started is not None:
            yield CounterexampleStep(_call(started, event.result), _at(program, started.span))


def _last(program: Program, broken: _Broken) -> CounterexampleStep:
    match broken.offending:
        case CallStarted() as call:
            return CounterexampleStep(_call(call, None), _at(program, call.span), True)
        case Returned():
            text = f"the run ends: {broken.why}"
        case _:
            text = broken.why
    return CounterexampleStep(text, _at(program, broken.span), True)


def _call(call: CallStarted, result: Instance | None) -> str:
    arguments = ", ".join("default" if a is None else shown(a.value) for a in call.arguments)
    gives = "" if result is None else f" -> {shown(result.value)}"
    return f"{call.subtask}({arguments}){gives}"


def _at(program: Program, span: Span | None) -> Location | None:
    return None if span is None else Location(program.source, span)
