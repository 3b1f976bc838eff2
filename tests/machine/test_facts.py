"""What is known on a path, and what of it outlives a block, a loop and a branch."""

from __future__ import annotations

from dataclasses import replace

from p2c_dsl import program
from p2c_dsl.machine import facts as knowledge
from p2c_dsl.machine.elements import Elements, member, of_all
from p2c_dsl.machine.facts import Body, Fact, Facts, filled
from p2c_dsl.machine.identity import slot

YES, NO = (knowledge.tested(test, slot(0)) for test in (program.Test.TRUE, program.Test.FALSE))
OTHER = knowledge.tested(program.Test.FALSE, slot(1))
ASKED, TOLD, INNER = ("asked",), ("told",), ("asked", slot(5))


def test_what_follows_from_a_fact_is_learned_with_it() -> None:
    facts = Facts().imply(YES, [ASKED]).imply(ASKED, [TOLD])
    assert ASKED not in facts.known
    assert {YES, ASKED, TOLD} <= set(facts.learn([YES]).known)


def test_a_test_s_outcome_refutes_the_opposite_and_nothing_else() -> None:
    facts = Facts().learn([YES])
    assert facts.refutes([NO]) and not facts.refutes([YES]) and not facts.refutes([OTHER])


def test_a_block_s_facts_about_its_own_names_end_with_it() -> None:
    entry = Facts().learn([TOLD])
    inner = entry.learn([ASKED, INNER])
    assert set(inner.outliving(entry, first=5).known) == {TOLD, ASKED}


def test_what_a_loop_s_body_did_is_known_only_where_the_collection_was_not_empty() -> None:
    body = Facts().learn([filled(slot(0)), ASKED])
    after = Facts().after_loop(body, Body(slot(0), 0, 1))
    assert ASKED not in after.known and ASKED in after.learn([filled(slot(0))]).known
    assert ASKED in Facts().after_loop(body, Body(slot(0), 1, 1)).known


def test_a_second_loop_over_the_same_collection_knows_what_the_first_did() -> None:
    after = Facts().after_loop(Facts().learn([filled(slot(0)), ASKED]), Body(slot(0), 0, 1))
    inside_the_second = after.learn([filled(slot(0))])
    assert ASKED in inside_the_second.known
    assert ASKED not in after.learn([filled(slot(9))]).known


def test_after_a_branch_only_what_both_arms_did_is_known() -> None:
    then, orelse = Facts().learn([YES, ASKED, TOLD]), Facts().learn([NO, ASKED])
    after = Facts().after_branch(YES, then, orelse)
    assert ASKED in after.known and TOLD not in after.known


def test_and_the_rest_again_where_the_same_test_comes_out_the_same() -> None:
    after = Facts().after_branch(YES, Facts().learn([YES, TOLD]), Facts().learn([NO]))
    assert TOLD in after.learn([YES]).known and TOLD not in after.learn([NO]).known


def subsets(number: int) -> list[Fact]:
    """So many collections, each of which has all elements of the one before, and more than one fact about each."""
    chain = [of_all(slot(n), member(slot(99), slot(n + 1)), slot(99)) for n in range(number)]
    return [*chain, *(of_all(slot(n), ("told", n, slot(99)), slot(99)) for n in range(number))]


def test_what_follows_of_elements_is_learned_as_far_as_there_is_credit() -> None:
    facts = Facts(elements=Elements()).learn(subsets(10))
    assert ("told", 9, slot(99)) in facts.learn([member(slot(99), slot(0))]).known
    few = replace(facts, credit=0).learn([member(slot(99), slot(0))])
    assert ("told", 9, slot(99)) in few.known, "a little is free"
    broke = replace(Facts(elements=Elements()).learn(subsets(50)), credit=0).learn([member(slot(99), slot(0))])
    assert ("told", 0, slot(99)) in broke.known and ("told", 49, slot(99)) not in broke.known


def test_what_is_tried_out_takes_no_credit_and_what_is_learned_does() -> None:
    facts = Facts(elements=Elements()).learn(subsets(50))
    facts.suppose([member(slot(99), slot(0))])
    learned = facts.learn([member(slot(99), slot(0))])
    assert learned.credit < facts.credit
    assert facts.later(learned).credit == learned.credit


def test_a_text_never_draws_more_conclusions_than_it_has_learned_facts_for() -> None:
    facts = Facts(elements=Elements()).learn(subsets(60))
    known = len(facts.known)
    for number in range(1_000, 1_400):
        facts = facts.learn([member(slot(number), slot(0))])
    assert len(facts.known) - known < 3_000 + 400 * 30
