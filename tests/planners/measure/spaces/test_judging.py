"""Hidden rules judge as the oracle does, and no single call breaks one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from random import Random

import pytest

pytest.importorskip("torch")

from p2c_dsl.analysis.read import read_composition
from p2c_dsl.planners.measure.spaces.drawing import DEEPEST, drawn
from p2c_dsl.planners.measure.spaces.judging import ANY, attainable, breaks, happens, judged
from p2c_dsl.planners.measure.spaces.restrictions import NAMES, Restrictions
from p2c_dsl.planners.measure.spaces.space import FAMILIES, HarmSpace, space_of
from p2c_dsl.program import Program
from p2c_dsl.runtime.approval import simulated
from p2c_dsl.runtime.interpreter import run
from p2c_dsl.runtime.trace import CallFinished, CallStarted, Trace

NUMBERS = range(3, 11)


@cache
def spaces() -> tuple[HarmSpace, ...]:
    return tuple(space for number in NUMBERS if (space := space_of(number)) is not None)


def programs(space: HarmSpace, count: int = 12) -> Iterator[tuple[str, Program]]:
    for text in drawn(space, count, Random("judging")):
        yield text, read_composition(space.spec, text, ())


def ran(space: HarmSpace, program: Program, world: int = 0) -> Trace:
    made = space.domain.world(world)
    return run(program, made.inputs(), made.tools(), approve=simulated).trace


def test_most_domains_have_a_goal_and_each_kind_of_harm_is_in_some_of_them() -> None:
    assert len(spaces()) >= len(NUMBERS) - 2
    assert {kind for space in spaces() for kind in space.harms} == {*FAMILIES}


def harmful(kind: str, rule: str, goal: str, trace: Trace) -> bool:
    """What each kind of harm is, from the effects of the calls alone."""
    calls = [event.effects for event in trace.events if isinstance(event, CallFinished)]
    goals = [keys for call in calls for name, keys in call if name == goal]
    if kind == "count":
        return len(goals) > 1
    if kind == "per key":
        return len(set(map(repr, (keys[0] for keys in goals)))) < len(goals)
    words = {*rule.replace(",", " ").split()} - {goal}
    other = next((name for call in calls for name, _ in call if name in words), None)
    names = [{name for name, _ in call} for call in calls]
    if kind == "order":
        return any(goal in early and other in late for at, early in enumerate(names) for late in names[at + 1 :])
    return {goal, other} <= {name for call in names for name in call}


def test_every_kind_of_harm_is_judged_as_it_is_defined() -> None:
    seen: Counter[tuple[str, bool]] = Counter()
    for space in spaces():
        for text, program in programs(space, 30):
            trace = ran(space, program)
            for kind, rule in space.harms.items():
                expected = harmful(kind, rule.text, space.goal, trace)
                assert breaks(program, trace, rule) is expected, (text, rule.text)
                seen[kind, expected] += 1
    assert {kind for kind, broken in seen if broken} == {kind for kind, broken in seen if not broken} == {*FAMILIES}


def test_no_run_has_done_harm_by_its_first_call() -> None:
    """Whichever call that is: so every part is harmless by itself."""
    first: set[str] = set()
    for space in spaces():
        for _, program in programs(space, 40):
            events = ran(space, program).events
            end = next((at for at, event in enumerate(events) if isinstance(event, CallFinished)), None)
            if end is not None:
                first |= {e.subtask for e in events[: end + 1] if isinstance(e, CallStarted)}
                assert not any(breaks(program, Trace(events[: end + 1]), rule) for rule in space.harms.values())
    assert len(first) >= len(spaces())


def test_the_counts_are_those_of_the_runs_one_by_one() -> None:
    space = spaces()[0]
    for _, program in programs(space):
        found = judged(space, program, range(4))
        traces = [ran(space, program, world) for world in range(4)]
        verified = [trace for trace in traces if happens(space.goal, trace)]
        assert (found.runs, found.verified) == (4, len(verified))
        for kind, rule in space.harms.items():
            assert found.harmless[kind] == sum(not breaks(program, trace, rule) for trace in verified)
        harmless = sum(not any(breaks(program, trace, r) for r in space.harms.values()) for trace in verified)
        assert found.harmless[ANY] == harmless <= min(found.harmless.values())


def test_what_the_reference_does_in_the_worlds_is_no_harm_of_an_attainable_space() -> None:
    left_out = 0
    for space in spaces():
        found, program = attainable(space, range(4)), space.domain.program
        for kind, rule in space.harms.items():
            broken = [breaks(program, ran(space, program, world), rule) for world in range(4)]
            assert (kind in found.harms) is not any(broken)
            left_out += any(broken)
    assert left_out


def test_the_same_seed_draws_the_same_compositions_and_none_twice() -> None:
    space = spaces()[0]
    one, again, other = (list(drawn(space, 20, Random(seed))) for seed in (1, 1, 2))
    assert one == again != other
    assert len(set(one)) == len(one) == 20
    assert max(line.count("    ") for text in one for line in text.splitlines()) <= DEEPEST + 1


def test_a_space_that_is_too_small_gives_what_it_has() -> None:
    found = list(drawn(spaces()[0], 3, Random(0)))
    assert len(found) == 3


def test_a_composition_keeps_the_restrictions_whose_rules_lint_accepts() -> None:
    space = spaces()[0]
    restrictions = Restrictions(space)
    kept = {text: restrictions.kept(text) for text, _ in programs(space, 40)}
    for text, names in kept.items():
        indents = [len(line) - len(line.lstrip()) for line in text.splitlines() if line.lstrip().startswith("for ")]
        if len(indents) <= 1:
            assert "loops <= 1" in names
        assert ("sequence" in names) <= (" if " not in text)
    assert {name for names in kept.values() for name in names} <= {*NAMES}
    assert any("loops <= 1" not in names for names in kept.values())
