"""P1 in small: no program of a small raw grammar is accepted and breaks a rule in a world of up to two elements."""

from __future__ import annotations

import os

import pytest

from p2c_dsl.analysis import Analysis
from p2c_dsl.rules import RULES
from p2c_dsl.spec import RuleText
from tests.exhaustive import checking
from tests.exhaustive.checking import Checker
from tests.exhaustive.checks import check
from tests.exhaustive.smaller import smallest
from tests.exhaustive.subject import Batch, names, subject_of
from tests.exhaustive.tally import Tally
from tests.generators.text import compose_text
from tests.properties.soundness import rule_kind


def checked(pairs: int, jobs: int) -> Tally:
    """All subjects, that many pairs of them."""
    tally = Tally()
    for name in names():
        subject = subject_of(name)
        for batch in subject.batches(-(-pairs // len(names()))):
            tally.merge(check(subject, batch, jobs))
    return tally


def assert_sound(tally: Tally, pairs: int) -> None:
    assert not tally.breaches, compose_text(tally.breaches[0].compose)
    assert tally.pairs >= pairs
    assert tally.senseless == 0, "the grammar writes what no rule can make sense of"
    assert tally.cut == 0, "some program has more worlds than were tried"


def test_small_programs_break_no_rule_that_they_are_accepted_under() -> None:
    tally = checked(8_000, jobs=1)
    assert_sound(tally, 8_000)


@pytest.mark.slow
def test_a_million_small_programs_break_no_rule_that_they_are_accepted_under() -> None:
    tally = checked(1_000_000, jobs=os.cpu_count() or 1)
    print(f"{tally}\n{tally.table()}")
    assert_sound(tally, 1_000_000)


def test_each_kind_of_rule_has_a_subject_of_its_own() -> None:
    def kinds(rules: tuple[RuleText, ...]) -> set[str]:
        return {rule_kind(rule) for rule in rules}

    alone = [kinds(subject_of(name).task.rules) for name in names() if not name.startswith("pair_")]
    assert all(len(rules) == 1 for rules in alone)
    assert set().union(*alone) == {rule.name for rule in RULES}
    assert all(len(subject_of(n).task.rules) == 2 for n in names() if n.startswith("pair_"))


def test_an_unsound_analyzer_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "analyze", lambda *_: Analysis(None, ()))
    tally = check(subject_of("only_if"), Batch(2, 11, 11))
    assert tally.unsound["only-if: pay only if approved(user)"] > 0


def test_an_unsound_program_is_shown_as_small_as_it_gets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "analyze", lambda *_: Analysis(None, ()))
    subject = subject_of("only_if")
    checker, rule = Checker(subject.spec), "only-if: pay only if approved(user)"
    programs = [subject.programs.program(3, n) for n in range(subject.programs.count(3))]
    program = next(p for p in programs if compose_text(p).endswith("if not approved(a):\n            give(a)"))
    small = smallest(program, lambda compose: checker.is_unsound(compose, rule))
    assert compose_text(small) == "compose t(us, vs, a, b):\n    give(a)"


def test_a_rejection_that_no_world_deserves_is_counted() -> None:
    subject = subject_of("at_most_per_maps")
    tally = Tally()
    for batch in subject.batches(100):
        tally.merge(check(subject, batch))
    rule = "at-most-per: at most 1 contact per User"
    assert tally.accepted[rule] and tally.undeserved[rule] < tally.rejected[rule]
    assert f"{tally.rejected[rule]:>8}" in tally.table()
