"""Every mutant of the machine and the rules is killed by the properties.

Mutants stand on the pages beside this file, each with a small composition that kills it. Those were found by
`python -m tests.mutants.search`, or written by hand where chance does not find one.
"""

from __future__ import annotations

from collections import Counter

import pytest

from p2c_dsl.rules import RULES
from tests.mutants.killing import kills, shows
from tests.mutants.mutate import Mutant, mutated
from tests.mutants.pages import PAGES, Entry, case_of, entries
from tests.mutants.search import candidates
from tests.properties.soundness import accepted_part, breaches, rule_kind

ENTRIES = [entry for page in PAGES for entry in entries(page)]


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_the_mutant_is_killed(entry: Entry) -> None:
    assert kills(entry.mutant, case_of(entry))


def test_without_a_mutant_no_killer_breaks_what_is_accepted() -> None:
    for entry in ENTRIES:
        case = accepted_part(case_of(entry))
        if case is not None:
            assert not any(breaches(case, 0, 20)), entry


def test_every_rule_that_is_proved_has_a_mutant() -> None:
    kinds = {rule_kind(r) for entry in ENTRIES for r in case_of(entry).task.rules}
    assert kinds == {rule.name for rule in RULES if rule.codes}


def test_every_mutant_has_a_name_of_its_own() -> None:
    names = Counter(entry.mutant.name for entry in ENTRIES)
    assert [name for name, often in names.items() if often > 1] == []


def test_a_mutant_is_undone() -> None:
    mutant = ENTRIES[0].mutant
    with mutated(mutant):
        pass
    with mutated(mutant):
        pass


def test_a_mutant_whose_source_is_gone_says_so() -> None:
    mutant = Mutant("stale", "p2c_dsl.rules.multiplicity:exceeds", "no such text", "")
    with pytest.raises(ValueError, match="stale"), mutated(mutant):
        pass


@pytest.mark.slow
def test_chance_alone_kills_many_mutants() -> None:
    """The others are of kinds that chance seldom makes, such as a look-up whose failing depends on a source."""
    among = candidates(1500)
    killed = [e for e in ENTRIES if any(shows(e.mutant, case, sound, 30) for case, sound in among)]
    print(f"{len(killed)} of {len(ENTRIES)} mutants killed by 1500 random compositions")
    assert len(killed) >= 90
