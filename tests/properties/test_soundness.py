"""P1: no run of an accepted composition breaks a rule, or finds a value of another type than declared."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor

import pytest

from p2c_dsl.rules import RULES
from tests.properties.soundness import Tally, search

STATEMENTS = {"Assign", "SetItem", "Append", "ExprStatement", "For", "If", "Return"}


def assert_sound(tally: Tally, runs: int) -> None:
    assert not tally.breaches, tally.breaches[0]
    assert tally.runs >= runs


def test_accepted_compositions_break_no_rule() -> None:
    tally = search(range(5000), runs=5000)
    assert_sound(tally, 5000)
    assert tally.statements.keys() == STATEMENTS
    assert tally.rules.keys() == {rule.name for rule in RULES}, "some rule is never accepted"


@pytest.mark.slow
def test_accepted_compositions_break_no_rule_in_many_runs() -> None:
    jobs = os.cpu_count() or 1
    block = 100_000
    tally = Tally()
    with ProcessPoolExecutor(jobs) as pool:
        starts = [range(10_000 + n * block, 10_000 + (n + 1) * block) for n in range(jobs)]
        for part in [pool.submit(search, seeds, 200_000 // jobs) for seeds in starts]:
            tally.merge(part.result())
    print(f"{tally.runs} runs of {tally.cases} accepted compositions: {dict(tally.rules)}")
    assert_sound(tally, 200_000)
    assert all(tally.rules[rule.name] >= 100 for rule in RULES), tally.rules
    assert all(tally.statements[kind] >= 1000 for kind in STATEMENTS), tally.statements
