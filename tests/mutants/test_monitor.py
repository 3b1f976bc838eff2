"""The run-time monitor is a second line of defence: it stops what a faulty analyzer lets through.

Each mutant that accepts too much is put in place, and what its killer wrongly accepts is run under the monitor, in
worlds in which the oracle sees a rule broken. The monitor has to stop such a run before what breaks the rule.
"""

from __future__ import annotations

from collections import Counter
from enum import Enum, auto
from functools import cache
from random import Random

import pytest

from p2c_dsl.program import Program
from p2c_dsl.rules import read_rules
from p2c_dsl.runtime.approval import simulated
from p2c_dsl.runtime.interpreter import run
from p2c_dsl.runtime.monitor import RuleMonitor
from tests.generators.worlds import random_world
from tests.mutants.killing import wrongly_accepted
from tests.mutants.mutate import mutated
from tests.mutants.pages import PAGES, Entry, case_of, entries
from tests.oracle import broken_rules
from tests.oracle import interpreter as oracle
from tests.properties.plain_traces import plain_trace
from tests.properties.running import tools
from tests.properties.soundness import Case, accepted_part

LENIENT = [entry for page in PAGES for entry in entries(page) if not entry.mutant.strict]
FEWEST, MOST = 20, 100
"""How many worlds each killer is run in: more than the fewest only as long as no rule is broken."""


class End(Enum):
    """What a world makes of a composition that a mutant wrongly accepts."""

    STOPPED = auto()
    """The monitor stops the run, and otherwise a rule would be broken."""
    MISSED = auto()
    """A rule is broken under the monitor's eyes."""
    TEXTUAL = auto()
    """The text itself breaks a rule, of which no definition speaks."""
    COMPLETED = auto()
    """No rule is broken, and the monitor lets the run complete."""
    OTHER = auto()
    """No rule is broken, but the run does not complete."""


@cache
def ends(entry: Entry) -> Counter[End]:
    """How many worlds end how. Where no rule is broken in any, the mutant is about types."""
    killer = case_of(entry)
    case = wrongly_accepted(entry.mutant, killer, accepted_part(killer))
    assert case is not None
    found: Counter[End] = Counter()
    with mutated(entry.mutant):
        program = case.analysis().program
        assert program is not None
        for number in range(MOST):
            if number >= FEWEST and found[End.COMPLETED] + found[End.OTHER] < number:
                break
            found[_end(case, program, number)] += 1
    return found


def _end(case: Case, program: Program, number: int) -> End:
    breaks = _breaks(case, number)
    if breaks and all(rule.textual for rule in read_rules(case.spec, case.task)[0]):
        return End.TEXTUAL
    world = random_world(case.spec, Random(number))
    inputs = world.inputs(case.task)
    watched = run(program, inputs, tools(world, case.spec), RuleMonitor(program), simulated)
    if broken_rules(plain_trace(watched.trace), case.spec, case.task, case.compose):
        return End.MISSED
    if breaks:
        assert watched.error is not None and watched.error.startswith("stopped by"), number
        return End.STOPPED
    return End.COMPLETED if watched.completed else End.OTHER


def _breaks(case: Case, number: int) -> bool:
    world = random_world(case.spec, Random(number))
    try:
        trace = oracle.run(case.spec, case.task, case.compose, world)
    except LookupError:
        return False  # What makes no sense to the oracle is ill-typed.
    return bool(broken_rules(trace, case.spec, case.task, case.compose))


@pytest.mark.parametrize("entry", LENIENT, ids=str)
def test_the_monitor_stops_what_a_mutant_lets_through(entry: Entry) -> None:
    assert not ends(entry)[End.MISSED]


def test_most_mutants_are_of_a_kind_that_a_run_can_show() -> None:
    def among(end: End) -> list[Entry]:
        return [entry for entry in LENIENT if ends(entry)[end]]

    stopped, textual = among(End.STOPPED), among(End.TEXTUAL)
    typed = [entry for entry in LENIENT if entry not in (*stopped, *textual)]
    print(
        f"\n{len(LENIENT)} mutants that accept too much are killed by the tests: {len(stopped)} are stopped by the "
        f"monitor as well, {len(textual)} are about the text alone, {len(typed)} about types"
    )
    runs = sum((ends(entry) for entry in LENIENT), Counter[End]())
    print(f"{runs[End.STOPPED]} runs were stopped, and {runs[End.COMPLETED]} that break nothing completed")
    assert all(entry.mutant.name.startswith(("types", "accumulators")) for entry in typed)
    assert len(stopped) > 0.8 * len(LENIENT)
    assert runs[End.COMPLETED] > 500
