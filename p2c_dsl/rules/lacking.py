"""What a debt still lacks: an estimate for planners, who want to know whether a step leads closer."""

from __future__ import annotations

from typing import NamedTuple

from p2c_dsl.machine.elements import member, of_one
from p2c_dsl.machine.facts import Fact, Facts
from p2c_dsl.machine.identity import BoundKey, Identity, Moment, VariableSlot, slot
from p2c_dsl.machine.state import LoopFrame, State
from p2c_dsl.rules.debts import IsMet, Way, paid, with_any_element
from p2c_dsl.rules.event_keys import Values


class Missing(NamedTuple):
    """What a way to pay still lacks: loops over collections, the outermost first, and tests.

    `depth` is the number of open blocks where it is to be done, `values` the keys.
    """

    collections: tuple[Identity, ...] = ()
    tests: tuple[Fact, ...] = ()
    depth: int = 0
    values: Values = ()


def missing(way: Way, since: Moment | None, state: State, is_met: IsMet) -> Missing | None:
    """What is still to be done for a way to pay, `None` if it has been taken."""
    way, state = _seen_from_outside(way, since, state)
    found = _missing(way, state.facts, state.slots, is_met)
    return None if found is None else found._replace(depth=len(state.frames))


def _seen_from_outside(way: Way, since: Moment | None, state: State) -> tuple[Way, State]:
    """What is done in a loop that may be empty does not count after it, unless the loop is one that the way asks for.

    In a loop over a collection that has all the elements, the loop's variable stands for them.
    """
    for frame in state.frames:
        if not isinstance(frame, LoopFrame) or (since is not None and since.number >= frame.entry.moment):
            continue
        inner = _covered_by(frame, way, state.slots)
        if inner is not None:
            way = inner
        elif not frame.size.low:
            return way, frame.entry
    return way, state


def _covered_by(frame: LoopFrame, way: Way, fresh: int) -> Way | None:
    """What is lacking for the loop's variable, if the loop covers the collection that the way asks for."""
    match way:
        case ("each", collection, tuple() as inner):
            # What is known in the loop need not hold if there is no iteration.
            element, own = slot(fresh), frame.collection.identity
            covers = member(element, own) in with_any_element(frame.entry.facts, collection, element).known
            return of_one(inner, frame.variable) if own == collection or covers else None
    return None


def _missing(way: Way, facts: Facts, fresh: int, is_met: IsMet) -> Missing | None:
    if paid([way], facts, fresh, is_met):
        return None
    match way:
        case ("each", collection, tuple() as inner):
            assert isinstance(collection, VariableSlot | BoundKey | tuple)
            element = slot(fresh)
            more = _missing(of_one(inner, element), with_any_element(facts, collection, element), fresh + 1, is_met)
            return None if more is None else more._replace(collections=(collection, *more.collections))
        case ("owe", tuple() as values, tuple() as tests):
            undecided = tuple(f for f in tests if f[0] != "filled" and f not in facts.known)
            return Missing(tests=undecided, values=values)
    raise TypeError(f"not a way to pay: {way}")
