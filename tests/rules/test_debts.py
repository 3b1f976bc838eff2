"""Debts: how they are paid, what becomes of them at the end of blocks, and which of two arms owes."""

from __future__ import annotations

from p2c_dsl.machine.elements import Elements, member, of_all
from p2c_dsl.machine.facts import Body, Fact, Facts
from p2c_dsl.machine.identity import Identity, bound, moment, slot
from p2c_dsl.rules.debts import (
    Debt,
    Way,
    after_loop,
    bounded,
    join,
    outliving_block,
    owe,
    owe_elements,
    paid,
    seen_to_be_paid,
)
from p2c_dsl.rules.event_keys import Values
from p2c_dsl.types import ListOf, Nominal, Optional

XS, YS, X, Y, FRESH = slot(0), slot(1), slot(2), slot(3), 20
YES, NO = ("true", Y), ("false", Y)


def met(*values: Identity) -> Fact:
    return ("met", "a rule", None, values)


def knowing(*facts: Fact) -> Facts:
    return Facts(elements=Elements()).learn(facts)


def is_paid(*ways: Way, known: Facts) -> bool:
    def is_met(facts: Facts, values: Values) -> bool:
        return met(*values) in facts.known

    return paid(ways, known, FRESH, is_met)


def debt(since: int, *ways: Way) -> Debt:
    return Debt(moment(since), frozenset(ways))


def test_a_debt_is_paid_by_its_own_key() -> None:
    assert is_paid(owe((X,)), known=knowing(met(X)))
    assert not is_paid(owe((X,)), known=knowing(met(Y)))


def test_one_of_several_ways_is_enough_and_without_any_it_can_never_be_paid() -> None:
    assert is_paid(owe((X,)), owe((Y,)), known=knowing(met(Y)))
    assert not is_paid(known=knowing(met(X)))


def test_nothing_is_owed_where_the_tests_came_out_otherwise() -> None:
    assert is_paid(owe((X,), [YES]), known=knowing(NO))
    assert not is_paid(owe((X,), [YES]), known=knowing(YES))
    assert is_paid(owe((X,), [YES]), known=knowing().imply(YES, [met(X)]))


def test_a_collection_is_paid_for_by_what_holds_of_all_its_elements() -> None:
    each = owe_elements(ListOf(Nominal("A")), XS)
    assert is_paid(each, known=knowing(of_all(XS, met(X), X)))
    assert not is_paid(each, known=knowing(of_all(YS, met(X), X)))
    assert is_paid(each, known=knowing(of_all(XS, member(X, YS), X), of_all(YS, met(Y), Y)))


def test_none_owes_nothing() -> None:
    assert is_paid(owe_elements(Optional(Nominal("A")), X), known=knowing(("none", X)))
    assert not is_paid(owe_elements(Optional(Nominal("A")), X), known=knowing(("some", X)))


def test_at_a_block_s_end_a_debt_for_its_names_is_one_for_all_elements() -> None:
    known = knowing(member(X, XS), member(X, YS))
    (left,) = outliving_block((debt(0, owe((X,))),), known, first=2)
    assert left.ways == {("each", XS, owe((bound(0),))), ("each", YS, owe((bound(0),)))}


def test_and_never_paid_where_nothing_remembers_the_name() -> None:
    (left,) = outliving_block((debt(0, owe((X,))),), knowing(), first=2)
    assert left.ways == frozenset()


def test_a_debt_for_other_names_stays_without_the_block_s_tests() -> None:
    (left,) = outliving_block((debt(0, owe((XS,), [YES])),), knowing(), first=2)
    assert left.ways == {owe((XS,))}


def test_a_loop_may_not_run_and_its_own_debts_are_of_later_moments() -> None:
    before, own = debt(0, owe((XS,))), debt(1, owe((YS,)))
    after = after_loop((before,), (own,), Body(XS, 0, 2, moment=1, end=3))
    assert after == (before, debt(3, owe((YS,))))


def test_after_two_arms_what_either_owes_is_owed() -> None:
    one, other = debt(0, owe((X,))), debt(1, owe((Y,)))
    assert join((one,), (other,)) == (one, other)


def test_two_debts_of_one_call_stay_two() -> None:
    two = (debt(0, owe((X,))), debt(0, owe((Y,)))._replace(place=1))
    assert join(two, two) == two


def seen(way: Way, known: Facts) -> bool:
    return seen_to_be_paid([way], known, lambda values: met(*values))


def test_a_payment_is_seen_where_it_is_known_or_follows_from_one_of_the_tests() -> None:
    assert seen(owe((X,), [YES]), knowing(met(X)))
    assert seen(owe((X,), [YES]), knowing().imply(YES, [met(X)]))
    assert seen(owe((X,), [YES]), knowing(NO))
    assert not seen(owe((X,), [YES]), knowing(met(Y)).imply(NO, [met(X)]))


def test_payment_for_all_elements_is_seen_and_that_for_one_of_them_is_none() -> None:
    each = owe_elements(ListOf(Nominal("A")), XS)
    assert seen(each, knowing(of_all(XS, met(X), X)))
    assert not seen(each, knowing(member(X, XS), met(X)))


def test_of_many_debts_the_older_ones_are_owed_whatever_the_tests() -> None:
    many = tuple(debt(number, owe((X,), [("true", slot(number))])) for number in range(10))
    assert bounded(many, 10) == many
    merged, *newest = bounded(many, 8)
    assert merged == debt(5, owe((X,))), "the last of those that have become alike"
    assert tuple(newest) == many[-4:]


def test_of_too_many_that_differ_the_older_ones_are_never_paid() -> None:
    many = tuple(debt(number, owe((slot(number),))) for number in range(10))
    unpayable, *newest = bounded(many, 8)
    assert unpayable == debt(5)
    assert tuple(newest) == many[-4:]


def test_a_collection_that_goes_can_be_paid_for_by_one_that_has_all_its_elements() -> None:
    gone, place = ("each", Y, owe((bound(0),))), bound(0)
    (after,) = outliving_block((debt(0, gone),), knowing(("all", Y, ("in", place, XS))), first=3)
    assert after.ways == {("each", XS, owe((place,)))}
    (after,) = outliving_block((debt(0, gone),), knowing(("all", Y, ("in", ("item", YS, place), XS))), first=3)
    assert after.ways == frozenset()
