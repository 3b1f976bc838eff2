"""The events that may have happened, for `no B after A` and `not both A, B`.

`past` holds the events that some path to here may have done, each with its keys and with the test outcomes under which
it happened, so that the two arms of a condition are kept apart. `rounds` holds, for each open loop, the events anywhere
in its body: an earlier iteration may have done them, and a later one will come after them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from p2c_dsl.machine.facts import NOTHING, Fact, Facts, outliving
from p2c_dsl.machine.identity import (
    Identity,
    are_different_constants,
    is_constant,
    mentions,
    mentions_slot_from,
    replaced,
)
from p2c_dsl.machine.outcomes import tests_around
from p2c_dsl.machine.state import LoopFrame, State
from p2c_dsl.rules.event_keys import EventKey
from p2c_dsl.rules.keys import is_known_variable
from p2c_dsl.types import may_equal

_MOST_TESTED = 12
"""Under how many sets of tests an event is recorded."""
_MOST_KEYS = 128
"""With how many keys events are recorded."""
_MOST_WEIGHED = 16
"""Of how many records that look possible it is asked whether they are."""


class PastEvent(NamedTuple):
    """An event that may have happened: its keys, and the outcomes of the tests that it was under.

    In the tests, a placeholder stands for each key. So they still say something where the key is not known any more.
    """

    event: str
    keys: tuple[EventKey, ...]
    tests: frozenset[Fact]

    def forget(self, first: int) -> PastEvent:
        """Without slots from `first` on, which are used again or have another value in another iteration."""
        keys = tuple(k._replace(value=None) if mentions_slot_from(k.value, first) else k for k in self.keys)
        tests = outliving(self.tests, first)
        return self if keys == self.keys and tests == self.tests else PastEvent(self.event, keys, tests)

    def tests_of(self, keys: Iterable[EventKey]) -> frozenset[Fact]:
        """The tests, with keys in the places of the placeholders; without those whose key is unknown."""
        tests = self.tests
        for place, key in enumerate(keys):
            if key.value is None:
                tests = frozenset(t for t in tests if not mentions(t, _placeholder(place)))
            else:
                tests = frozenset(replaced(t, _placeholder(place), key.value) for t in tests)
        return tests

    def looks_possible(self, keys: tuple[EventKey, ...], facts: Facts) -> bool:
        """Whether the event may have happened with these keys, as far as one sees without drawing conclusions."""
        if any(_differ(own, key, facts) for own, key in zip(self.keys, keys, strict=True)):
            return False
        return not (self.tests and facts.refutes(self.tests_of(self.keys)))

    def is_possible(self, keys: tuple[EventKey, ...], facts: Facts) -> bool:
        """Whether an event that looks possible is, given what is known now."""
        if not self.tests or not keys:
            return True
        # Equal values have equal fields, so what is known of the one key holds of the other.
        return not any(facts.contradicts(self.tests_of(known)) for known in (self.keys, keys))


PastEvents = frozenset[PastEvent]
NO_EVENTS: PastEvents = frozenset()


@dataclass(frozen=True, slots=True)
class History:
    """The events that a facet follows, so far."""

    past: PastEvents = NO_EVENTS
    rounds: tuple[PastEvents, ...] = ()

    def happened(self, event: str, keys: tuple[EventKey, ...], state: State) -> bool:
        """Whether some path to here, or an earlier iteration of an open loop, may have done the event."""
        keys = _as_variables(keys, state)
        past = (record for record in self.past if record.event == event)
        return _any_possible(past, keys, state.facts) or self.in_round(event, keys, state)

    def in_round(self, event: str, keys: tuple[EventKey, ...], state: State) -> bool:
        """Whether another iteration of an open loop may do the event."""
        keys = _as_variables(keys, state)
        records = (
            record.forget(frame.first)
            for done, frame in zip(self.rounds, state.loops, strict=True)
            if frame.repeats
            for record in done
            if record.event == event
            and not _of_one_round(record.keys, keys, frame)
            and not _of_that_round(record, frame, state.facts)
        )
        return _any_possible(records, keys, state.facts)

    def record(self, event: str, keys: tuple[EventKey, ...], state: State) -> History:
        """The event happens here."""
        keys = _as_variables(keys, state)
        new = PastEvent(event, keys, _tests_around(state, keys))
        return History(_plus(self.past, new), tuple(_plus(done, new) for done in self.rounds))

    def enter_loop(self) -> History:
        return replace(self, rounds=(*self.rounds, NO_EVENTS))

    def exit_loop(self) -> History:
        return History(self.past, self.rounds[:-1])

    def forget(self, first: int) -> History:
        """Without slots from `first` on."""
        past, rounds = _forget(self.past, first), tuple(_forget(done, first) for done in self.rounds)
        return self if past is self.past and rounds == self.rounds else History(past, rounds)

    def enter_else(self, before: History) -> History:
        return History(before.past, self.rounds)

    def join(self, orelse: History) -> History:
        return History(_least(self.past | orelse.past), orelse.rounds)


def _as_variables(keys: tuple[EventKey, ...], state: State) -> tuple[EventKey, ...]:
    """The keys, with a loop's variable for what is made in a round and known to equal it."""
    return tuple(_as_variable(key, state) for key in keys)


def _as_variable(key: EventKey, state: State) -> EventKey:
    value = key.value
    if value is None:
        return key
    # What is the same in each round is told apart as it is.
    made = (frame for frame in state.loops if mentions_slot_from(value, frame.first))
    equal = (frame.variable for frame in made if is_known_variable(frame, value, state))
    return key._replace(value=next(equal, value))


def _any_possible(records: Iterable[PastEvent], keys: tuple[EventKey, ...], facts: Facts) -> bool:
    """Whether one of the events may have happened with these keys; of too many, one may."""
    open_ = [record for record in records if record.looks_possible(keys, facts)]
    return len(open_) > _MOST_WEIGHED or any(record.is_possible(keys, facts) for record in open_)


def _differ(one: EventKey, other: EventKey, facts: Facts) -> bool:
    """Whether two keys cannot be equal."""
    a, b = one.value, other.value
    if a is not None and b is not None:
        if a == b:
            return False
        if are_different_constants(a, b) or facts.differ(a, b) or _are_known_to_differ(a, b, facts):
            return True
    return not may_equal(one.type, other.type)


def _are_known_to_differ(one: Identity, other: Identity, facts: Facts) -> bool:
    """Whether two values are known to equal different constants, or one is such a constant."""
    elements = facts.elements
    # Most values are not known to equal any.
    if elements is None or not (one in elements.equal or other in elements.equal):
        return False
    first, second = (next(filter(is_constant, [v, *elements.equal_to(v)]), v) for v in (one, other))
    return are_different_constants(first, second)


def _of_one_round(one: tuple[EventKey, ...], other: tuple[EventKey, ...], frame: LoopFrame) -> bool:
    """Whether two events can have equal keys only in one iteration of a loop, as a key of both is another in each."""
    pairs = zip(one, other, strict=True)
    return any(a.value is not None and a.value == b.value and frame.makes_differ(a.value) for a, b in pairs)


def _of_that_round(record: PastEvent, frame: LoopFrame, facts: Facts) -> bool:
    """Whether an event can only happen in the iteration that is here: both are for one element, which is known."""
    if not frame.collection.distinct:
        return False
    return any(t in facts.known and _pins(t, frame) for t in record.tests_of(record.keys) if t[0] == "eq")


def _pins(equal: Fact, frame: LoopFrame) -> bool:
    """Whether a fact says that the loop's variable equals what is the same in each iteration."""
    _, one, other = equal
    values = {one, other} - {frame.variable}
    return len(values) == 1 and not mentions_slot_from(tuple(values), frame.first)


def _pinned(state: State) -> Iterator[Fact]:
    """What the open loops' variables are known to equal."""
    elements = state.facts.elements
    for frame in state.loops if elements is not None else ():
        assert elements is not None
        yield from (equal for equal in elements.equalities(frame.variable) if _pins(equal, frame))


def _tests_around(state: State, keys: tuple[EventKey, ...]) -> frozenset[Fact]:
    """The outcomes of the tests that a step is under, with placeholders for keys."""
    tests = tests_around(state).union(_pinned(state))
    for place, key in enumerate(keys):
        if key.value is not None and not is_constant(key.value):
            tests = frozenset(replaced(t, key.value, _placeholder(place)) for t in tests)
    return tests


def _placeholder(place: int) -> Identity:
    return ("key", place)


def _forget(records: PastEvents, first: int) -> PastEvents:
    kept = frozenset(record.forget(first) for record in records)
    return records if kept == records else _least(kept)


def _plus(records: PastEvents, new: PastEvent) -> PastEvents:
    """The least of the records with one more, where they are the least already: only those of its keys can change."""
    alike = [record for record in records if record.keys == new.keys and record.event == new.event]
    if not alike and len(records) >= _MOST_KEYS:
        return _least(records | {new})
    return records.difference(alike) | _least(frozenset((*alike, new)))


def _least(records: PastEvents) -> PastEvents:
    """Without the events that another record of them, under fewer tests, already covers.

    An event recorded under very many tests counts as happening under any, and events with very many keys count as
    happening with any.
    """
    alike: dict[tuple[str, tuple[EventKey, ...]], list[frozenset[Fact]]] = {}
    for record in records:
        alike.setdefault((record.event, record.keys), []).append(record.tests)
    if len(alike) > _MOST_KEYS:
        return frozenset(PastEvent(event, _any_of_types(keys), NOTHING) for event, keys in alike)
    return frozenset(PastEvent(event, keys, t) for (event, keys), tests in alike.items() for t in _weakest(tests))


def _any_of_types(keys: tuple[EventKey, ...]) -> tuple[EventKey, ...]:
    return tuple(key._replace(value=None) for key in keys)


def _weakest(tests: list[frozenset[Fact]]) -> Iterator[frozenset[Fact]]:
    if len(tests) > _MOST_TESTED:
        yield NOTHING
        return
    yield from (t for t in tests if not any(weaker < t for weaker in tests))
