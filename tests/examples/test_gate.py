"""No domain can be satisfied by doing nothing, or by harm; and the best that is known can be written."""

from __future__ import annotations

import pytest

from p2c_dsl.analysis.read import read_composition
from p2c_dsl.planners import Automaton, SearchPlanner
from p2c_dsl.planners.automaton.resume import resume
from p2c_dsl.planners.figure2.conditions import condition_of
from p2c_dsl.runtime.domain import load_world
from p2c_dsl.runtime.trial import try_out
from tests.examples.domains import DOMAINS, EXAMPLES, analysis
from tests.examples.gate import BEST, judged, short_programs, the_task

WORLDS = range(20)
BUDGET = 200


def best_text(domain: str) -> str:
    """The best composition that is known, without the lines before it."""
    text = (EXAMPLES / BEST[domain]).read_text()
    return text[text.index("compose ") :]


def best(domain: str) -> int:
    """In how many worlds the best composition is useful."""
    program = analysis(BEST[domain]).program
    assert program is not None
    found = judged(domain, program, WORLDS)
    assert found.optimal
    return found.useful


def useful_of_short_programs(domain: str, steps: int) -> int:
    """In how many worlds a program of a few steps that V verifies in all of them is useful, at most."""
    found = (judged(domain, program, WORLDS, only_optimal=True) for _, program in short_programs(domain, steps))
    return max((one.useful for one in found if one.verified == len(WORLDS)), default=0)


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_program_of_three_lines_is_as_useful_as_the_best(domain: str) -> None:
    """So none is verified and faultless: what does nothing fails, and to what does harm the expert objects."""
    assert useful_of_short_programs(domain, 3) <= 0.5 * best(domain)


@pytest.mark.slow
@pytest.mark.parametrize("domain", DOMAINS)
def test_no_program_of_four_steps_is_more_useful_than_the_best(domain: str) -> None:
    assert useful_of_short_programs(domain, 4) <= best(domain)


@pytest.mark.parametrize("condition", ["syntax only", "loops <= 1", "all rules"])
@pytest.mark.parametrize("domain", DOMAINS)
def test_the_best_that_is_known_can_be_written(domain: str, condition: str) -> None:
    spec, task = condition_of(condition).applied(*the_task(domain))
    automaton = Automaton(spec, task, BUDGET)
    start = resume(automaton, best_text(domain))
    read_composition(spec, start.text)


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_first_plan_is_verified(domain: str) -> None:
    """Nothing but the spec says what is wanted."""
    spec, task = the_task(domain)
    plan = next(iter(SearchPlanner().improving(spec, task)))
    program, make = read_composition(spec, plan.text), load_world(EXAMPLES / domain)
    assert [try_out(program, make(seed)).problem for seed in WORLDS] == [None] * len(WORLDS)
