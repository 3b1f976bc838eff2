"""The interpreter and the run-time monitor against the oracle's own interpreter and its judgement."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from p2c_dsl.program import Program
from p2c_dsl.runtime.approval import simulated
from p2c_dsl.runtime.interpreter import Run, run
from p2c_dsl.runtime.monitor import RuleMonitor
from p2c_dsl.runtime.trace import (
    AccumulatorWritten,
    BranchEntered,
    CallFinished,
    CallStarted,
    ConstantRead,
    Derived,
    Event,
    LoopEntered,
    LoopLeft,
    Returned,
    RoundStarted,
    RunFailed,
    Trace,
)
from tests.generators.worlds import SmallWorld
from tests.oracle import broken_rules
from tests.oracle import interpreter as oracle
from tests.oracle.values import canon
from tests.properties.plain_traces import plain_trace
from tests.properties.running import tools
from tests.properties.soundness import Case, accepted_part, random_case


def programs(seeds: range) -> Iterator[tuple[int, Case, Program]]:
    for seed in seeds:
        case = random_case(seed)
        if accepted_part(case) is not None:
            program = case.analysis().program
            assert program is not None
            yield seed, case, program


def executed(case: Case, program: Program, seed: int, *, monitored: bool = False) -> Run:
    world = SmallWorld(case.spec, Random(seed).randrange)
    inputs = world.inputs(case.task)
    return run(program, inputs, tools(world, case.spec), RuleMonitor(program) if monitored else None, simulated)


def story(trace: Trace) -> list[Any]:
    """What a trace tells, without the numbers of its instances and the reading of constants and parts."""
    told = []
    for event in trace.events:
        if not isinstance(event, ConstantRead | Derived | RunFailed):
            told.append(_told(event))
    return told


def _told(event: Event) -> Any:
    match event:
        case CallStarted(name, arguments, nested):
            return "call", name, tuple(None if a is None else canon(a.value) for a in arguments), nested
        case CallFinished(name, effects, result):
            return (
                "result",
                name,
                {effect for effect, _ in effects},
                None if result is None else canon(result.value),
            )
        case LoopEntered(collection):
            return "loop", canon(collection.value)
        case RoundStarted(element):
            return "round", canon(element.value)
        case BranchEntered(tests):
            return "branch", [(test.test, *(canon(instance.value) for instance in test.of)) for test in tests]
        case AccumulatorWritten(_, key, value):
            return "write", None if key is None else canon(key.value), canon(value.value)
        case Returned(instance):
            return "return", None if instance is None else canon(instance.value)
    return type(event).__name__


def test_two_interpreters_tell_the_same_story() -> None:
    compared = 0
    for seed, case, program in programs(range(700)):
        for number in range(3):
            mine = executed(case, program, number)
            world = SmallWorld(case.spec, Random(number).randrange)
            other = oracle.run(case.spec, case.task, case.compose, world)
            assert story(plain_trace(mine.trace)) == story(other), f"seed {seed}, world {number}\n{case.text}"
            compared += any(isinstance(e, LoopLeft) for e in other.events)
    assert compared > 300


def test_a_monitored_run_breaks_no_rule() -> None:
    stopped = kept = 0
    for seed, case, program in programs(range(700)):
        rules = [r for r in case.task.rules if r.tokens[0].text not in ("shape", "loops", "branches", "steps")]
        judged = case.with_rules(tuple(rules))
        for number in range(2):
            free = executed(judged, program, number)
            watched = executed(judged, program, number, monitored=True)
            broken = broken_rules(plain_trace(watched.trace), judged.spec, judged.task, judged.compose)
            assert not broken, f"seed {seed}, world {number}: {broken[0]}\n{case.text}\n{watched.trace}"
            stopped += free.completed and not watched.completed
            kept += watched.completed
    assert stopped > 100 and kept > 100
