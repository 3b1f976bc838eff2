"""A premise concludes what its fact does, and what it remembers of that is bounded."""

from __future__ import annotations

import pickle

import pytest

from p2c_dsl.machine import elements
from p2c_dsl.machine.elements import Fact, Premise, equality, member, of_all, of_one, premise
from p2c_dsl.machine.identity import UNKNOWN, rewritten, slot

X, Y, Z, XS = slot(0), slot(1), slot(2), slot(3)
SAME = equality("eq", X, Y)
FACTS: list[Fact] = [
    ("told", X),
    ("told", ("field", X, "name")),
    member(X, XS),
    of_all(X, ("told", Y), Y),
    SAME,
    ("true", X),
]


@pytest.mark.parametrize("fact", FACTS, ids=repr)
def test_it_says_of_equal_values_what_the_fact_says(fact: Fact) -> None:
    for _ in range(2):
        assert premise(fact).given(premise(SAME)) == tuple(rewritten(fact, SAME))


def test_it_says_of_an_element_what_is_said_of_all() -> None:
    _, _, inner = of_all(XS, ("told", X, Z), X)
    assert isinstance(inner, tuple)
    for element in (X, Y, X):
        assert premise(inner).of(element) == of_one(inner, element) == ("told", element, Z)


def test_premises_are_equal_when_their_facts_are() -> None:
    one, other = Premise(("told", X)), Premise(("told", X))
    assert one == other and hash(one) == hash(other)
    assert one != Premise(("told", Y)) and one != ("told", X)
    assert pickle.loads(pickle.dumps(one)) == one


def test_what_says_nothing_and_what_has_no_end_may_not_be_learned() -> None:
    twice = member(("item", ("item", XS, X), Y), XS)
    assert not any(premise(fact).may_be_learned for fact in (equality("eq", X, X), twice, ("told", UNKNOWN)))
    assert premise(member(("item", XS, X), XS)).may_be_learned


def test_what_it_remembers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elements, "_MOST_CONCLUDED", 4)
    told = Premise(("told", X))
    for number in range(10, 30):
        equal = equality("eq", X, slot(number))
        assert told.given(premise(equal)) == tuple(rewritten(told.fact, equal))
        assert told.of(slot(number)) == of_one(told.fact, slot(number))
    assert len(told._given) <= 4 and len(told._instances) <= 4
