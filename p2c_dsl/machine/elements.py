"""What is known of elements: who is an element of a collection, and what holds of all its elements.

`("in", x, xs)` says that x is an element of the collection xs (of a map: a key), and `("all", xs, fact)` that a fact
holds of every element: a bound place stands for the element in it. `("if", condition, fact)` is an implication inside
such a fact. Subset and coverage need no forms of their own: `("all", xs, ("in", any, ys))` says that xs is a subset.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from rpds import HashTrieMap, HashTrieSet

from p2c_dsl.bounds import at_least
from p2c_dsl.machine.identity import (
    UNKNOWN,
    BoundKey,
    Identity,
    Part,
    VariableSlot,
    bound,
    in_order,
    mentions,
    mentions_moment_from,
    replaced,
    rewritten,
    says_nothing,
    shifted,
    value_number,
)

Fact = tuple[object, ...]
Conclusions = tuple[Fact | None, ...]
"""What follows; `None` stands for what has been weighed in vain: it is work, too."""


def member(element: Identity, collection: Identity) -> Fact:
    """The fact that a value is an element of a collection."""
    return ("in", element, collection)


def implication(condition: Fact, fact: Fact) -> Fact:
    """The fact that one follows from another."""
    return ("if", condition, fact)


def of_all(collection: Identity, fact: Fact, element: Identity) -> Fact:
    """The fact that all elements of a collection have in common, given what is known of any one of them."""
    return ("all", collection, for_any(fact, element))


def for_any(fact: Fact, element: Identity) -> Fact:
    """A fact with a bound place for an element in it."""
    return replaced(fact, element, bound(_height(fact)))


def of_one(fact: Fact, element: Identity) -> Fact:
    """What is known of an element, given the inner fact of what is known of all."""
    return replaced(fact, bound(_height(fact)), element)


def equality(kind: str, one: Identity, other: Identity) -> Fact:
    """The fact that two values are equal (`eq`) or differ (`ne`), with the values in a fixed order."""
    return in_order((kind, one, other))


_REMEMBERED = 1 << 14
"""Of how many facts it is remembered what is in them: the same ones are asked about after every line."""
_MOST_CONCLUDED = 1 << 10
"""Of how many equalities, and of how many elements, a premise remembers what it says of them."""
_NESTING = (("all",), ("each",))
"""What has a bound place inside: a fact about all elements, and a debt for each of them (`p2c_dsl.rules.debts`)."""


@lru_cache(_REMEMBERED)
def _height(fact: object) -> int:
    if not isinstance(fact, tuple):
        return 0
    inner = max((_height(part) for part in fact), default=0)
    return inner + 1 if fact[:1] in _NESTING else inner


@lru_cache(_REMEMBERED)
def values_in(fact: object) -> tuple[Identity, ...]:
    """The value numbers that occur in a fact, each once, and those that they are parts of."""
    return tuple(dict.fromkeys(_values_in(fact)))


def _values_in(fact: object) -> Iterator[Identity]:
    if isinstance(fact, VariableSlot | BoundKey):
        yield fact
    elif isinstance(fact, tuple):
        if fact[:1] in (("field",), ("item",), ("constant",), UNKNOWN):
            yield fact
        for part in fact:
            yield from _values_in(part)


class Premise:
    """A fact, with what has been concluded from it and an equality, or of an element: that depends on nothing else.

    The same few facts are met again after every line. It keeps its hash, which a tuple computes anew each time.
    """

    __slots__ = ("_given", "_hash", "_instances", "fact", "may_be_learned", "values")

    def __init__(self, fact: Fact) -> None:
        self.fact, self.values, self._hash = fact, values_in(fact), hash(fact)
        # What is not known equals nothing. And from `m[x] = x` an endless chain of look-ups would follow.
        endless = fact[0] == "in" and _looks_up_twice(fact[1])
        self.may_be_learned = not (UNKNOWN in self.values or says_nothing(fact) or endless)
        self._given: dict[Premise, Conclusions] = {}
        self._instances: dict[Identity, Fact] = {}

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Premise) and self.fact == other.fact)

    def __reduce__(self) -> tuple[object, ...]:
        return premise, (self.fact,)

    def given(self, equal: Premise) -> Conclusions:
        """What it says of an equal value, both ways."""
        known = self._given.get(equal)
        if known is None:
            if len(self._given) >= _MOST_CONCLUDED:
                self._given.clear()
            known = self._given[equal] = tuple(rewritten(self.fact, equal.fact))
        return known

    def of(self, element: Identity) -> Fact:
        """What it says of an element, if it is what is known of all."""
        known = self._instances.get(element)
        if known is None:
            if len(self._instances) >= _MOST_CONCLUDED:
                self._instances.clear()
            known = self._instances[element] = of_one(self.fact, element)
        return known


@lru_cache(_REMEMBERED)
def premise(fact: Fact) -> Premise:
    """A fact as a premise: one object for equal facts, as long as it is remembered."""
    return Premise(fact)


class Body(NamedTuple):
    """A loop's body: its collection, how many iterations there are at least, its first own slot, and its moments."""

    collection: Identity
    rounds: int
    first: int
    moment: int = 0
    end: int = 0

    @property
    def next_moment(self) -> int:
        """The first moment after the loop: those of the body have been passed, and then moved."""
        return 2 * self.end - self.moment

    def moved(self, part: Part) -> Part:
        """A fact, or a debt, with the body's moments as they are numbered after the loop."""
        return shifted(part, self.moment, self.end - self.moment)

    def repeated(self, fact: Fact) -> Fact:
        """What is known after the iterations, given what each knows in the end: what it counts is counted each time."""
        match fact:
            case ("count", of, int(site), values, int(often)) if self.rounds > 1 and self.moment <= site < self.end:
                # A call before the loop, of which an iteration has learned, has still happened once.
                return ("count", of, site, values, at_least(often * self.rounds))
            case ("all", collection, tuple() as inner):
                return ("all", collection, self.repeated(inner))
        return self.moved(fact)

    def without_moments(self, facts: Iterable[Fact]) -> frozenset[Fact]:
        """Without the facts about the body's moments: what one iteration did since one says nothing of the next."""
        return frozenset(f for f in facts if not mentions_moment_from(f, self.moment))


class Elements(NamedTuple):
    """The known facts about elements and values, so arranged that what follows from a new fact is found at once."""

    members: HashTrieMap[Identity, HashTrieSet[Identity]] = HashTrieMap()
    universal: HashTrieMap[Identity, HashTrieSet[Premise]] = HashTrieMap()
    mentioned: HashTrieMap[Identity, HashTrieSet[Premise]] = HashTrieMap()
    equal: HashTrieMap[Identity, HashTrieSet[Premise]] = HashTrieMap()

    def about(self, value: Identity) -> Iterator[Fact]:
        """The facts in which a value occurs."""
        return (known.fact for known in self.mentioned.get(value, _NO_PREMISES))

    def of_each(self, collection: Identity) -> Iterator[Fact]:
        """What is known of all elements of a collection, with a bound place for the element."""
        return (known.fact for known in self.universal.get(collection, _NO_PREMISES))

    def equalities(self, value: Identity) -> Iterator[Fact]:
        """The equalities in which a value occurs."""
        return (known.fact for known in self.equal.get(value, _NO_PREMISES))

    def equal_to(self, value: Identity) -> list[Identity]:
        """The values that a value is known to equal."""
        equals = (fact for fact in self.equalities(value) if value in fact[1:])
        return sorted((value_number(fact[2] if fact[1] == value else fact[1]) for fact in equals), key=repr)

    def learn(self, new: Premise) -> Elements:
        """With a fact that may be learned."""
        mentioned, members, universal, equal = self.mentioned, self.members, self.universal, self.equal
        for value in new.values:
            mentioned = mentioned.insert(value, mentioned.get(value, _NO_PREMISES).insert(new))
        match new.fact:
            case ("in", element, collection):
                whole, own = value_number(collection), value_number(element)
                members = members.insert(whole, members.get(whole, _NO_VALUES).insert(own))
            case ("all", collection, tuple() as inner):
                whole = value_number(collection)
                universal = universal.insert(whole, universal.get(whole, _NO_PREMISES).insert(premise(inner)))
            case ("eq", *_):
                for value in new.values:
                    equal = equal.insert(value, equal.get(value, _NO_PREMISES).insert(new))
        return Elements(members, universal, mentioned, equal)

    def follows(self, new: Premise) -> list[Fact | None]:
        """What follows at once from a fact, now learned, and those that were known before."""
        found: list[Fact | None] = []
        for value in new.values if self.equal else ():
            for equal in self.equal.get(value, _NO_PREMISES):
                found += new.given(equal)
        match new.fact:
            case ("in", element, collection):
                own = value_number(element)
                found += (known.of(own) for known in self.universal.get(value_number(collection), _NO_PREMISES))
            case ("all", collection, tuple() as inner):
                found += map(premise(inner).of, self.members.get(value_number(collection), _NO_VALUES))
            case ("eq", *pair):
                for part in pair:
                    for known in self.mentioned.get(value_number(part), _NO_PREMISES):
                        found += known.given(new)
        return found


def common_facts(
    accumulator: Identity, key: Identity | None, value: Identity, known: Elements | None
) -> frozenset[Fact]:
    """What is known of what is written into an accumulator, with a bound place for the element or the key.

    What was known of a map's value is then known of the value that is looked up by the key. This value equals the one
    that was written, given the key: a later write may take its place, but what all writes have in common is common to
    that one, too.
    """
    if known is None:
        return frozenset()
    own = value if key is None else key
    found = {for_any(fact, own) for fact in known.about(own)} | _equalities(accumulator, key, value)
    if key is not None:
        for fact in known.about(value):
            place = bound(_height(fact))
            # Two steps, since the value's number may contain the key's.
            marked = replaced(fact, value, _WRITTEN)
            found.add(replaced(replaced(marked, key, place), _WRITTEN, ("item", accumulator, place)))
    return frozenset(found - {member(bound(0), accumulator)})


def _equalities(accumulator: Identity, key: Identity | None, value: Identity) -> set[Fact]:
    """What any element or key of an accumulator equals, and what a map's value equals, given its key."""
    if mentions((key, value), UNKNOWN):
        return set()
    if key is None:
        return {equality("eq", bound(0), value)}
    found: Identity = ("item", accumulator, bound(0))
    given = equality("eq", found, replaced(value, key, bound(0)))
    # In a map by a field of its values, `m[x.name] = x`, the key says something of the value.
    return {equality("eq", bound(0), key), equality("eq", bound(0), replaced(key, value, found)), given}


_WRITTEN: Identity = ("written",)
_NO_PREMISES: HashTrieSet[Premise] = HashTrieSet()
_NO_VALUES: HashTrieSet[Identity] = HashTrieSet()


def _looks_up_twice(element: object) -> bool:
    """Whether a value number has a look-up within a look-up."""
    match element:
        case ("item", whole, key):
            return _looks_up(whole) or _looks_up(key)
        case ("field", whole, _):
            return _looks_up_twice(whole)
    return False


def _looks_up(value: object) -> bool:
    match value:
        case ("item", _, _):
            return True
        case ("field", whole, _):
            return _looks_up(whole)
    return False
