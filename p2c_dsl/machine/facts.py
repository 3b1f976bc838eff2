"""What is known for certain at a point of a composition, whatever path led there.

A fact is a tuple whose first element is its kind: `("true", v)`, `("some", v)`, `("filled", v)`
for a collection that is not empty, or a rule's own, such as `("happened", "reserve")`. Values
never change and what has happened stays so, hence a fact, once known, stays known.

Besides the known facts there are implications, `if the collection v is not empty then A has
happened`: that is what a loop over `v` leaves behind, and a later loop over `v` picks up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from p2c_dsl.program import Test
from p2c_dsl.spec import EnumMember

Identity = Any
"""A value number: a slot (`int`), or nested tuples of strings and value numbers for parts and constants."""


def constant_identity(value: object) -> Identity:
    """The value number of a constant: equal constants (1 and 1.0, too) have equal numbers."""
    if isinstance(value, EnumMember):
        return ("constant", value.enum, f"{value.enum}.{value.member}")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return ("constant", type(value).__name__, repr(value))


Fact = tuple[Any, ...]
NOTHING: frozenset[Fact] = frozenset()
_TESTS = frozenset(Test)


def tested(test: Test, identity: Identity) -> Fact:
    """The fact that `test` holds of a value."""
    return (test.value, identity)


def filled(identity: Identity) -> Fact:
    """The fact that a collection is not empty."""
    return ("filled", identity)


def opposite(fact: Fact) -> Fact | None:
    """The fact that a tested fact rules out."""
    return (Test(fact[0]).opposite.value, fact[1]) if fact[0] in _TESTS else None


def mentions_slot_from(identity: Identity, first: int) -> bool:
    """Whether a value number (or fact) is about a value in slot `first` or later."""
    if isinstance(identity, int):
        return identity >= first
    return isinstance(identity, tuple) and any(mentions_slot_from(part, first) for part in identity)


def outliving(facts: Iterable[Fact], first: int) -> frozenset[Fact]:
    """The facts that say nothing about slots from `first` on, which end with their block."""
    return frozenset(f for f in facts if not mentions_slot_from(f, first))


@dataclass(frozen=True, slots=True)
class Facts:
    """Known facts, and what further facts would follow from one."""

    known: frozenset[Fact] = NOTHING
    implied: Mapping[Fact, frozenset[Fact]] = field(default_factory=dict)

    def learn(self, new: Iterable[Fact]) -> Facts:
        """These facts and all that follows from them."""
        pending = [f for f in new if f not in self.known]
        if not pending:
            return self
        known = set(self.known)
        while pending:
            fact = pending.pop()
            if fact not in known:
                known.add(fact)
                pending.extend(self.implied.get(fact, NOTHING))
        return Facts(frozenset(known), self.implied)

    def outliving(self, first: int) -> Facts:
        """What is not about slots from `first` on."""
        implied = {
            key: kept
            for key, rest in self.implied.items()
            if not mentions_slot_from(key, first) and (kept := outliving(rest, first))
        }
        return Facts(outliving(self.known, first), implied)

    def refutes(self, condition: Iterable[Fact]) -> bool:
        """Whether a known test outcome contradicts one of these."""
        return any(opposite(f) in self.known for f in condition)

    def conditions(self) -> frozenset[Fact]:
        """The test outcomes among the known facts."""
        return frozenset(f for f in self.known if f[0] in _TESTS)

    def after_loop(self, body: Facts, collection: Identity, runs: bool, first: int) -> Facts:
        """What stands after a loop: all of before, and the body's facts if the collection was not empty."""
        gained = outliving(body.known - self.known, first) - {filled(collection)}
        if not gained:
            return self.learn([filled(collection)]) if runs else self
        key = filled(collection)
        implied = {**self.implied, key: self.implied.get(key, NOTHING) | gained}
        after = Facts(self.known, implied)
        return after.learn([key]) if runs or key in self.known else after

    def after_branch(self, fact: Fact, then: Facts, orelse: Facts, first: int) -> Facts:
        """What stands after both arms of a branch on `fact`: the common facts, the rest under a condition."""
        negation = opposite(fact)
        assert negation is not None
        known_then, known_else = outliving(then.known, first), outliving(orelse.known, first)
        common = known_then & known_else
        implied = {
            key: (then.implied.get(key, NOTHING) | known_then)
            & (orelse.implied.get(key, NOTHING) | known_else)
            for key in then.implied.keys() | orelse.implied.keys()
        }
        for condition, known in ((fact, known_then), (negation, known_else)):
            implied[condition] = implied.get(condition, NOTHING) | (known - common - {condition})
        implied = {
            key: rest
            for key, kept in implied.items()
            if not mentions_slot_from(key, first) and (rest := outliving(kept - common, first))
        }
        either = implied.get(fact, NOTHING) & implied.get(negation, NOTHING)
        return Facts(common, implied).learn(either)
