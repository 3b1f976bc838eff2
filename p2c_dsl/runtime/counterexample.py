"""The smallest run that breaks a rule: small worlds, watched by the monitor for that one rule."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from p2c_dsl.diagnostics.model import Counterexample, CounterexampleStep, Location
from p2c_dsl.program import Program
from p2c_dsl.rules import Rule, read_rules
from p2c_dsl.runtime.interpreter import BindingError, Run, StopRun, run
from p2c_dsl.runtime.monitor import RuleBroken, RuleMonitor
from p2c_dsl.runtime.small_worlds import Choose, SmallWorld, explore, sample
from p2c_dsl.runtime.trace import CallFailed, CallFinished, CallStarted, Event, InputGiven, Instance, Trace
from p2c_dsl.runtime.values import shown
from p2c_dsl.syntax.span import Span

_SMALL, _LARGE = (1, 2, 3), (6, 12, 24)
_EXPLORED, _SAMPLED, _SAMPLED_LARGE = 60, 60, 6
_MOST_EVENTS = 2_000
_SEED = 2025


def find(program: Program, rule: Rule) -> Counterexample | None:
    """A breaking run on inputs as small as can be found, `None` when none is found.

    The search is bounded by numbers of runs, so that its answer does not depend on the machine.
    """
    for size in (*_SMALL, *_LARGE):
        for choose in _worlds(size):
            broken = _broken(program, rule, SmallWorld(program.spec, choose, size))
            if broken is not None:
                return _told(program, *broken)
    return None


def _worlds(size: int) -> Iterator[Choose]:
    if size in _SMALL:
        return chain(explore(_EXPLORED), sample(_SAMPLED, _SEED + size))
    # Where a count has to be exceeded, a run needs collections as large as they get.
    return chain((_last, _last_but_true), sample(_SAMPLED_LARGE, _SEED + size))


def _last(n: int) -> int:
    return n - 1


def _last_but_true(n: int) -> int:
    return n - 1 if n > 2 else 0


class _Watch:
    """The monitor for one rule, which also remembers whether it was that which ended the run."""

    def __init__(self, program: Program, rule: Rule) -> None:
        own = [r for r in read_rules(program.spec, program.task)[0] if r.text == rule.text]
        self._monitor = RuleMonitor(program, own)
        self.offending: Event | None = None
        self.broke = False
        self._events = 0

    def __call__(self, event: Event) -> None:
        self._events += 1
        if self._events > _MOST_EVENTS:
            raise StopRun("the run is too long for an example")
        try:
            self._monitor(event)
        except RuleBroken:
            self.broke, self.offending = True, event
            raise


def _broken(program: Program, rule: Rule, world: SmallWorld) -> tuple[Run, Event | None] | None:
    watch = _Watch(program, rule)
    try:
        result = run(program, world.inputs(program.task), world.tools(), watch)
    except BindingError:
        return None
    return (result, watch.offending) if watch.broke else None


def _told(program: Program, result: Run, offending: Event | None) -> Counterexample:
    inputs = tuple(
        (event.name, shown(event.instance.value))
        for event in result.trace.events
        if isinstance(event, InputGiven)
    )
    steps = list(_steps(program, result.trace))
    if isinstance(offending, CallStarted):
        steps.append(_step(program, offending, None, offending=True))
    else:
        steps.append(CounterexampleStep(result.error or "the run ends", _at(program, result.span), True))
    return Counterexample(inputs, tuple(steps))


def _steps(program: Program, trace: Trace) -> Iterator[CounterexampleStep]:
    started: CallStarted | None = None
    for event in trace.events:
        match event:
            case CallStarted():
                started = event
            case CallFinished(_, _, result) if started is not None:
                yield _step(program, started, result)
            case CallFailed() if started is not None:
                yield _step(program, started, None)


def _step(
    program: Program, call: CallStarted, result: Instance | None, offending: bool = False
) -> CounterexampleStep:
    arguments = ", ".join("default" if a is None else shown(a.value) for a in call.arguments)
    gives = "" if result is None else f" -> {shown(result.value)}"
    return CounterexampleStep(f"{call.subtask}({arguments}){gives}", _at(program, call.span), offending)


def _at(program: Program, span: Span | None) -> Location | None:
    return None if span is None else Location(program.source, span)
