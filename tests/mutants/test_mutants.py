"""Every mutant of the machine and the rules is killed by the properties.

The small compositions in `killers/` were found by `python -m tests.mutants.search`, or written by hand
where chance does not find one.
"""

from __future__ import annotations

import pytest

from p2c_dsl.rules import RULES
from tests.mutants.killing import kills, shows
from tests.mutants.mutate import Mutant, mutated
from tests.mutants.search import KILLERS, candidates, killer, killer_file
from tests.mutants.table import MUTANTS
from tests.properties.soundness import accepted_part, breaches, rule_kind


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m.name)
def test_the_mutant_is_killed(mutant: Mutant) -> None:
    assert kills(mutant, killer(mutant))


def test_without_a_mutant_no_killer_breaks_what_is_accepted() -> None:
    for mutant in MUTANTS:
        case = accepted_part(killer(mutant))
        if case is not None:
            assert not any(breaches(case, 0, 20)), mutant.name


def test_every_rule_has_a_mutant() -> None:
    kinds = {rule_kind(r) for m in MUTANTS for r in killer(m).task.rules}
    assert kinds == {rule.name for rule in RULES}


def test_every_killer_has_its_mutant() -> None:
    assert set(KILLERS.iterdir()) == {killer_file(m) for m in MUTANTS}
    assert len({m.name for m in MUTANTS}) == len(MUTANTS)


def test_a_mutant_is_undone() -> None:
    mutant = MUTANTS[0]
    with mutated(mutant):
        pass
    with mutated(mutant):
        pass


def test_a_mutant_whose_source_is_gone_says_so() -> None:
    mutant = Mutant("stale", "p2c_dsl.rules.multiplicity:exceeds", "no such text", "")
    with pytest.raises(ValueError, match="stale"), mutated(mutant):
        pass


@pytest.mark.slow
def test_chance_alone_kills_most_mutants() -> None:
    among = candidates(1500)
    killed = [m for m in MUTANTS if any(shows(m, case, sound, 30) for case, sound in among)]
    print(f"{len(killed)} of {len(MUTANTS)} mutants killed by 1500 random compositions")
    assert len(killed) >= 0.6 * len(MUTANTS)
