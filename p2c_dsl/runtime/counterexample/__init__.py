"""Finds a smallest run that breaks a rule: runs small worlds under the monitor for that one rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice

from p2c_dsl.diagnostics.model import Counterexample, CounterexampleStep, Location
from p2c_dsl.program import Program
from p2c_dsl.rules import AnyRule
from p2c_dsl.runtime.approval import simulated
from p2c_dsl.runtime.counterexample.small_worlds import (
    Choices,
    Meter,
    SmallWorld,
    TooLarge,
    compared_in,
    explore,
    sample,
    simpler,
)
from p2c_dsl.runtime.counterexample.wording import Wording, brief
from p2c_dsl.runtime.interpreter import BindingError, run
from p2c_dsl.runtime.monitor import RuleBroken, RuleMonitor
from p2c_dsl.runtime.trace import (
    ApprovalAsked,
    CallFinished,
    CallStarted,
    Event,
    InputGiven,
    Instance,
    Returned,
    StopRun,
    Trace,
)
from p2c_dsl.source import Span

_SMALL, _LARGE = (1, 2, 3), (6, 12, 24)
_EXPLORED, _SAMPLED, _SAMPLED_LARGE = 60, 60, 6
_SIMPLIFIED = 60
_MOST_IN_A_RUN = 2_000
_SEED = 2025

WORK = 20_000
"""How much work the search for one run may take, in events of runs and parts of values."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The result of a search: a breaking run if one was found, the number of small worlds tried, and the work spent."""

    counterexample: Counterexample | None
    tried: int
    spent: int


def find(program: Program, rule: AnyRule, work: int = WORK) -> SearchResult:
    """Searches for a breaking run on inputs that are as small as possible.

    The search is bounded by the work, and not by time, so that its answer does not depend on the computer's speed.
    """
    search = _Search(program, rule, work)
    return SearchResult(search.counterexample(), search.tried, work - max(search.left, 0))


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
    # To exceed a count, a run needs collections that are as large as possible.
    large = (Choices(rest=lambda n: n - 1), Choices(rest=lambda n: n - 1 if n > 2 else 0))
    return chain(large, sample(_SAMPLED_LARGE, _SEED + size))


class _Search:
    """A search in progress: the work that is left, and how many worlds have been tried."""

    def __init__(self, program: Program, rule: AnyRule, work: int) -> None:
        self._compared = compared_in(program)
        self._program, self._rule = program, rule
        self.left, self.tried = work, 0

    def counterexample(self) -> Counterexample | None:
        for size in (*_SMALL, *_LARGE):
            for choices in _worlds(size):
                if self.left <= 0:
                    return None
                broken = self._broken(choices, size)
                if broken is not None:
                    return _in_words(self._program, self._simplest(broken, size))
        return None

    def _broken(self, choices: Choices, size: int) -> _Broken | None:
        """The run of a world, if the rule stops it."""
        program, meter = self._program, Meter(min(_MOST_IN_A_RUN, self.left))
        allowed = meter.left
        world, watch = (
            SmallWorld(program.spec, choices, size, meter, self._compared),
            _Watch(program, self._rule, meter),
        )
        try:
            result = run(program, world.inputs(program.task), world.tools(), watch, simulated)
        except (BindingError, TooLarge):
            # A type may have fewer values than the minimum size of a set of them, or no small values.
            return None
        finally:
            # Each run has a fixed cost, because its tools are bound whether it calls them or not.
            self.left -= allowed - meter.left + len(program.spec.subtasks)
        self.tried += not meter.exceeded
        if watch.broken is None:
            return None
        offending, why = watch.broken
        return _Broken(choices.made, result.trace, offending, result.span, why)

    def _simplest(self, broken: _Broken, size: int) -> _Broken:
        """A run that also breaks the rule, and in which no single choice can be made simpler."""
        tries = _SIMPLIFIED
        while True:
            for made in islice(simpler(broken.made), tries):
                if self.left <= 0:
                    return broken
                tries -= 1
                other = self._broken(Choices(made), size)
                if other is not None and other.length < broken.length:
                    broken = other
                    break
            else:
                return broken


class _Watch:
    """The monitor for one rule, which also remembers where it was broken."""

    def __init__(self, program: Program, rule: AnyRule, meter: Meter) -> None:
        self._monitor, self._meter = RuleMonitor(program, [rule]), meter
        self.broken: tuple[Event, str] | None = None

    def __call__(self, event: Event) -> None:
        try:
            self._meter.spend(_work(event))
        except TooLarge as error:
            raise StopRun(str(error)) from None
        try:
            self._monitor(event)
        except RuleBroken as broken:
            self.broken = event, broken.why
            raise


def _work(event: Event) -> int:
    """The work to judge an event. For a call it counts each effect, because `may anything` has very many."""
    return 1 + len(event.effects) + len(event.unreported) if isinstance(event, CallFinished) else 1


# ---------------------------------------------------------------- in words


def _in_words(program: Program, broken: _Broken) -> Counterexample:
    short = _described(program, broken, brief(broken.trace))
    return replace(_described(program, broken, Wording()), brief=short)


def _described(program: Program, broken: _Broken, wording: Wording) -> Counterexample:
    given = [e for e in broken.trace.events if isinstance(e, InputGiven)]
    inputs = tuple((event.name, wording(event.instance.value)) for event in given)
    steps = (*_calls(program, broken.trace, wording), _last(program, broken, wording))
    return Counterexample(inputs, steps)


def _calls(program: Program, trace: Trace, wording: Wording) -> Iterator[CounterexampleStep]:
    started: CallStarted | None = None
    for event in trace.events:
        if isinstance(event, CallStarted):
            started = event
        elif isinstance(event, CallFinished) and started is not None:
            text = _call(started, event.result, wording)
            yield CounterexampleStep(text, _at(program, started.span))


def _last(program: Program, broken: _Broken, wording: Wording) -> CounterexampleStep:
    match broken.offending:
        case CallStarted() | ApprovalAsked() as call:
            return CounterexampleStep(_call(call, None, wording), _at(program, call.span), True)
        case Returned():
            text = f"the run ends: {broken.why}"
        case _:
            text = broken.why
    return CounterexampleStep(text, _at(program, broken.span), True)


def _call(call: CallStarted | ApprovalAsked, result: Instance | None, wording: Wording) -> str:
    arguments = ", ".join("default" if a is None else wording(a.value) for a in call.arguments)
    gives = "" if result is None else f" -> {wording(result.value)}"
    return f"{call.subtask}({arguments}){gives}"


def _at(program: Program, span: Span | None) -> Location | None:
    return None if span is None else Location(program.source, span)
