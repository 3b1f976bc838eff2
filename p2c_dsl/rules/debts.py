"""What a rule is still owed: a ledger of debts, each with the ways in which it can be paid.

A way is `("owe", keys, guard)`: the event has to happen with these keys, unless the run has not come by the tests in
the guard; or `("each", collection, way)`: that for every element of a collection, with a bound place for it. The text
may make the same debt in every iteration of a loop; a way that covers the collection covers them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from p2c_dsl.machine.elements import Elements, for_any, member, of_one
from p2c_dsl.machine.facts import Body, Fact, Facts, filled, outliving, tested
from p2c_dsl.machine.identity import (
    BoundKey,
    Identity,
    Moment,
    VariableSlot,
    bound,
    mentions,
    mentions_slot_from,
    moment,
    slot,
)
from p2c_dsl.machine.outcomes import tests_around
from p2c_dsl.machine.state import State
from p2c_dsl.program import Test
from p2c_dsl.rules.event_keys import Values
from p2c_dsl.types import ListOf, MapOf, Optional, SetOf, Type

Way = tuple[object, ...]
IsMet = Callable[[Facts, Values], bool]
"""Whether what is asked for has happened with these keys, given what is known."""
MetBy = Callable[[Values], Fact]
"""The fact that what is asked for has happened with these keys."""
_MOST_WAYS = 8
"""In how many ways a debt can be paid, at most."""
_MOST_OWED = 64
"""How many debts there are after a block, at most; twice as many inside."""


class Debt(NamedTuple):
    """Something that is owed since a moment. It is paid if one of its ways is; without any, it never can be.

    `place` tells the debts apart that one call has made.
    """

    since: Moment
    ways: frozenset[Way]
    place: int = 0


Debts = tuple[Debt, ...]
"""Debts in the order of their moments."""


def owe(values: Values, guard: Iterable[Fact] = ()) -> Way:
    """The way to pay for one key."""
    return ("owe", values, tuple(sorted(guard, key=repr)))


def owe_elements(of: Type, value: Identity, guard: Iterable[Fact] = ()) -> Way:
    """The way to pay for each element of a value, or for itself where it is not a collection."""
    match of:
        case Optional(inner):
            return owe_elements(inner, value, (*guard, tested(Test.SOME, value)))
        case ListOf() | SetOf() | MapOf():
            return ("each", value, owe((bound(0),), guard))
    return owe((value,), guard)


def guard(state: State) -> frozenset[Fact]:
    """The tests that a step is under, and that the loops around it have an iteration."""
    return tests_around(state) | {filled(f.collection.identity) for f in state.loops}


def with_new(debts: Debts, state: State, ways: Iterable[Way]) -> Debts:
    """With the debts that the next call makes, given the way to pay each."""
    now = moment(state.moment)
    new = (Debt(now, frozenset({way}), place) for place, way in enumerate(sorted(ways, key=repr)))
    return bounded((*debts, *new), 2 * _MOST_OWED)


# ---------------------------------------------------------------- payment


def unpaid(debts: Debts, is_paid: Callable[[Debt], bool]) -> Debts:
    """The debts that are not paid; the same object if none is."""
    left = tuple(debt for debt in debts if not is_paid(debt))
    return debts if len(left) == len(debts) else left


def paid(ways: Iterable[Way], facts: Facts, fresh: int, is_met: IsMet) -> bool:
    """Whether one of the ways has been taken; slots from `fresh` on are not in use."""
    return any(_taken(way, facts, fresh, is_met) for way in ways)


def _taken(way: Way, facts: Facts, fresh: int, is_met: IsMet) -> bool:
    match way:
        case ("each", collection, tuple() as inner):
            element = slot(fresh)
            return _taken(of_one(inner, element), with_any_element(facts, collection, element), fresh + 1, is_met)
        case ("owe", tuple() as values, tuple() as tests):
            return facts.contradicts(tests) or is_met(facts.suppose(tests), values)
    raise TypeError(f"not a way to pay: {way}")


def seen_to_be_paid(ways: Iterable[Way], facts: Facts, met_by: MetBy) -> bool:
    """Whether one of the ways has been taken, as far as that is known without drawing conclusions."""
    return any(_seen(way, facts, met_by) for way in ways)


def _seen(way: Way, facts: Facts, met_by: MetBy) -> bool:
    met = taken(way, met_by)
    match way:
        case ("owe", _, tuple() as tests) if met not in facts.known:
            return facts.refutes(tests) or any(met in facts.implied.get(test, ()) for test in tests)
    return met in facts.known


def taken(way: Way, met_by: MetBy) -> Fact:
    """The fact that a way has been taken."""
    match way:
        case ("each", collection, tuple() as inner):
            return ("all", collection, taken(inner, met_by))
        case ("owe", tuple() as values, _):
            return met_by(values)
    raise TypeError(f"not a way to pay: {way}")


@lru_cache(maxsize=1_000)
def with_any_element(facts: Facts, collection: object, element: Identity) -> Facts:
    """The facts where a collection has that element."""
    assert isinstance(collection, VariableSlot | BoundKey | tuple)
    return facts.suppose([member(element, collection), filled(collection)])


# ---------------------------------------------------------------- blocks


def outliving_block(debts: Debts, facts: Facts, first: int) -> Debts:
    """The debts at a block's end, whose slots from `first` on are reused.

    A debt about such a slot is kept as one about all elements of each collection that is known to have it.
    """
    return tuple(_outliving(debt, facts, first) for debt in debts)


def _outliving(debt: Debt, facts: Facts, first: int) -> Debt:
    if not _mention_slot_from(debt.ways, first):
        return debt
    ways = frozenset(new for way in debt.ways for new in _rewritten(way, facts, first))
    if len(ways) > _MOST_WAYS:
        ways = frozenset(sorted(ways, key=lambda way: (len(repr(way)), repr(way)))[:_MOST_WAYS])
    return debt._replace(ways=ways)


@lru_cache(maxsize=10_000)
def _mention_slot_from(ways: frozenset[Way], first: int) -> bool:
    return any(mentions_slot_from(way, first) for way in ways)


def _rewritten(way: Way, facts: Facts, first: int) -> Iterator[Way]:
    # A weaker guard owes more.
    without = _unguarded(way)
    if not mentions_slot_from(without, first):
        yield _with_guard(way, first)
        return
    # Where the tests come out otherwise, nothing is owed.
    known = facts.suppose(way[2]) if way[0] == "owe" and isinstance(way[2], tuple) else facts
    assert known.elements is not None
    for collection, elements in known.elements.members.items():
        if mentions_slot_from(collection, first):
            continue
        for element in elements:
            if mentions_slot_from(element, first) and mentions(without, element):
                new = _with_guard(("each", collection, for_any(way, element)), first)
                if not mentions_slot_from(new, first):
                    yield new
    yield from _of_larger(way, known.elements, first)


def _of_larger(way: Way, elements: Elements, first: int) -> Iterator[Way]:
    """The way to pay for each element of a collection, by paying for each of one that is known to have them all."""
    match way:
        case ("each", VariableSlot() | tuple() as collection, tuple() as inner):
            for fact in elements.of_each(collection):
                match fact:
                    case ("in", element, larger) if element == bound(0) and not mentions(larger, element):
                        new = _with_guard(("each", larger, inner), first)
                        if not mentions_slot_from(new, first):
                            yield new


def bounded(debts: Debts, most: int = _MOST_OWED) -> Debts:
    """The debts, but no more than that: of too many, the older half is owed whatever the tests, and since the last.

    Where these are still too many, they count as one that cannot be paid.
    """
    if len(debts) <= most:
        return debts
    older, newest = debts[: -most // 2], debts[-most // 2 :]
    alike = {frozenset(_with_guard(way, 0) for way in debt.ways): debt for debt in older}
    merged = [debt._replace(ways=ways) for ways, debt in alike.items()]
    if len(merged) > most // 2:
        merged = [older[-1]._replace(ways=frozenset())]
    return (*sorted(merged, key=lambda debt: (debt.since.number, debt.place)), *newest)


def _unguarded(way: Way) -> Way:
    match way:
        case ("each", collection, tuple() as inner):
            return (collection, _unguarded(inner))
    return (way[1],)


def _with_guard(way: Way, first: int) -> Way:
    """A way without the tests of slots from `first` on."""
    match way:
        case ("each", collection, tuple() as inner):
            return ("each", collection, _with_guard(inner, first))
        case ("owe", tuple() as values, tuple() as tests):
            return owe(values, outliving(tests, first))
    raise TypeError(f"not a way to pay: {way}")


def after_loop(before: Debts, end: Debts, body: Body) -> Debts:
    """The debts after a loop: it may not have run, and an iteration's payments say nothing of later ones' debts."""
    own = [debt._replace(since=body.moved(debt.since)) for debt in end if debt.since.number >= body.moment]
    return join(before, (*(debt for debt in end if debt.since.number < body.moment), *own))


def join(one: Debts, other: Debts) -> Debts:
    """The debts after either of two arms; a way counts for a debt of both if it does in both."""
    joined = {(debt.since.number, debt.place): debt for debt in one}
    for debt in other:
        key = debt.since.number, debt.place
        joined[key] = debt._replace(ways=joined[key].ways & debt.ways) if key in joined else debt
    return bounded(tuple(joined[key] for key in sorted(joined)))
