"""What is known for certain at a point of a composition, on every path that leads there.

A fact is a tuple whose first element is its kind: `("true", v)`, `("some", v)`, `("filled", v)`
for a collection that is not empty, or a rule's own, such as `("happened", "reserve")`. Values
never change and events cannot be undone, so a fact, once known, stays known.

Besides the known facts there are implications, `if the collection v is not empty then A has
happened`. A loop over `v` adds such an implication, and a later loop over `v` uses it.
Where a rule looks at keys, what is known of elements is kept as well (`p2c_dsl.machine.elements`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, combinations, islice, product

from rpds import HashTrieMap, HashTrieSet

from p2c_dsl.machine.elements import Body, Elements, Fact, equality, implication, member, of_all, premise
from p2c_dsl.machine.identity import (
    Identity,
    is_of_lookup,
    mentions,
    mentions_slot_from,
    slot,
)
from p2c_dsl.machine.log import Log, since
from p2c_dsl.program import Test

__all__ = [
    "ALTERNATIVE",
    "EITHER",
    "MOST_ALTERNATIVES",
    "NOTHING",
    "Body",
    "Fact",
    "Facts",
    "either",
    "filled",
    "opposite",
    "outliving",
    "tested",
]

NOTHING: frozenset[Fact] = frozenset()
_TESTS: dict[object, Test] = {test.value: test for test in Test if not test.compares}
_EQUALITY: dict[object, str] = {"eq": "ne", "ne": "eq"}
_ORDER: dict[object, str] = {"lt": "le", "le": "lt"}
_JOINED: dict[object, str] = {"and": "or", "or": "and"}
ALTERNATIVE = "alternative"
"""The kind of facts that a rule takes instead of each other: of these, also the fact is kept that one of some holds."""
MOST_ALTERNATIVES = 6
"""Of more facts, it is not kept that one of them holds: all subsets of what a rule takes are looked up."""
EITHER = "either"
"""The kind of the fact that one of some alternatives holds."""
_MOST_PAIRS = 50
_MOST_CREDIT = 3_000
"""How many conclusions about elements may be drawn at once, in a text that has drawn few before."""
_EARNED = 24
"""How many conclusions are added for each time that something is learned, so that the work is linear in the text."""
_SUPPOSED = 256
"""How many conclusions may be drawn from what is only tried out."""


def tested(test: Test, identity: Identity) -> Fact:
    """The fact that `test` holds of a value."""
    return (test.value, identity)


def filled(identity: Identity) -> Fact:
    """The fact that a collection is not empty."""
    return ("filled", identity)


def opposite(fact: Fact) -> Fact | None:
    """The fact that contradicts a tested fact."""
    if fact[0] in _EQUALITY:
        return (_EQUALITY[fact[0]], *fact[1:])
    if fact[0] in _ORDER:
        return (_ORDER[fact[0]], fact[2], fact[1])
    if fact[0] in _JOINED:
        return (_JOINED[fact[0]], *map(_opposite_part, fact[1:]))
    test = _TESTS.get(fact[0])
    return None if test is None else (test.opposite.value, fact[1])


def _opposite_part(part: object) -> Fact:
    assert isinstance(part, tuple)
    fact = opposite(part)
    assert fact is not None
    return fact


def outliving(facts: Iterable[Fact], first: int) -> frozenset[Fact]:
    """The facts that do not depend on slots from `first` on, which end with their block."""
    return frozenset(f for f in facts if not mentions_slot_from(f, first))


def either(one: frozenset[Fact], other: frozenset[Fact]) -> frozenset[Fact]:
    """What is known where all of one or all of the other facts are: those in both, and that one of two holds.

    The latter is kept of alternatives only, which are facts that some rule takes instead of each other.
    """
    pairs = product(_alternatives(one - other), _alternatives(other - one))
    parts = ({*_parts_of(mine), *_parts_of(theirs)} for mine, theirs in islice(pairs, _MOST_PAIRS))
    return (one & other) | {_one_of(sorted(p, key=repr)) for p in parts if len(p) <= MOST_ALTERNATIVES}


def _alternatives(facts: Iterable[Fact]) -> list[Fact]:
    return sorted((fact for fact in facts if fact[0] in (ALTERNATIVE, EITHER)), key=repr)


def _parts_of(fact: Fact) -> tuple[object, ...]:
    return fact[1:] if fact[0] == EITHER else (fact,)


def _one_of(facts: Sequence[object]) -> Fact:
    return (EITHER, *facts)


def _is_false(fact: Fact) -> bool:
    """Whether a fact can never hold: that a value differs from itself, or equals another member of an enum."""
    match fact:
        case ("ne" | "lt", one, other):
            return one == other
        case ("eq", ("constant", of, one), ("constant", also, other)):
            return of == also and one != other
    return False


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Known facts, and implications between facts.

    `learned` and `linked` log what has been added, so that the end of a block only looks at the block's own facts:
    the work is linear in the length of the text. `elements` is `None` where no rule looks at keys: nothing is then
    learned of elements. What follows of elements may be very much: `credit` is how many conclusions may still be drawn.
    """

    known: HashTrieSet[Fact] = field(default_factory=HashTrieSet)
    implied: HashTrieMap[Fact, frozenset[Fact]] = field(default_factory=HashTrieMap)
    learned: Log[Fact] = None
    linked: Log[Fact] = None
    elements: Elements | None = None
    credit: int = _MOST_CREDIT

    def learn(self, new: Iterable[Fact]) -> Facts:
        """With these facts and all that follow from them, as far as there is credit."""
        pending = [f for f in new if f not in self.known]
        if self.elements is not None:
            return self._learn_of_elements(pending, min(self.credit + _EARNED, _MOST_CREDIT)) if pending else self
        known, learned = self.known, self.learned
        while pending:
            fact = pending.pop()
            if fact not in known:
                known, learned = known.insert(fact), (fact, learned)
                pending.extend(self.implied.get(fact, NOTHING))
        return Facts(known, self.implied, learned, self.linked)

    def suppose(self, tests: Iterable[Fact]) -> Facts:
        """With facts that are only tried out. That takes no credit, and so goes less far."""
        return self._with_credit(_SUPPOSED).learn(tests)

    def later(self, last: Facts) -> Facts:
        """These facts at a later place of the text, with the credit that is left there."""
        return self if self.credit == last.credit else self._with_credit(last.credit)

    def _with_credit(self, credit: int) -> Facts:
        return Facts(self.known, self.implied, self.learned, self.linked, self.elements, credit)

    def _learn_of_elements(self, new: list[Fact], credit: int) -> Facts:
        facts, pending = self, list(new)
        while pending:
            facts, follows = facts._with(pending.pop())
            credit -= len(follows)
            if credit < 0:
                return self._alone(new)
            pending += (fact for fact in follows if fact is not None)
        return facts._with_credit(credit)

    def _alone(self, new: Iterable[Fact]) -> Facts:
        """With these facts, and what follows at once if that is little: less is known then, but nothing false."""
        facts, more = self._with_credit(0), list[Fact | None]()
        for fact in new:
            facts, follows = facts._with(fact)
            more += follows[: _EARNED + 1]
        for fact in filter(None, more if len(more) <= _EARNED else ()):
            facts, _ = facts._with(fact)
        return facts

    def _with(self, fact: Fact) -> tuple[Facts, Sequence[Fact | None]]:
        """With a fact, and what follows from it at once."""
        if fact[0] == "if":
            _, condition, follows = fact
            assert isinstance(condition, tuple) and isinstance(follows, tuple)
            after = self.imply(condition, (follows,))
            return after, (follows,) if after is not self and condition in self.known else ()
        assert self.elements is not None
        if fact in self.known:
            return self, ()
        new = premise(fact)
        if not new.may_be_learned:
            return self, ()
        known, learned, elements = self.known.insert(fact), (fact, self.learned), self.elements.learn(new)
        more = [*self.elements.follows(new), *self.implied.get(fact, NOTHING)]
        return Facts(known, self.implied, learned, self.linked, elements, self.credit), more

    def imply(self, condition: Fact, facts: Iterable[Fact]) -> Facts:
        """With the implication that further facts follow from one."""
        before = self.implied.get(condition, NOTHING)
        after = before.union(facts)
        if after == before:
            return self
        implied = self.implied.insert(condition, after)
        return replace(self, implied=implied, linked=(condition, self.linked))

    def has_one_of(self, facts: Iterable[Fact]) -> bool:
        """Whether one of these alternatives is known, or that one of some of them holds."""
        wanted = sorted(set(facts), key=repr)
        if any(fact in self.known for fact in wanted):
            return True
        some = chain.from_iterable(combinations(wanted, size) for size in range(2, len(wanted) + 1))
        return any(_one_of(parts) in self.known for parts in some)

    def since(self, entry: Facts) -> frozenset[Fact]:
        """The facts learned since an earlier state."""
        return frozenset(since(self.learned, entry.learned))

    def outliving(self, entry: Facts, first: int) -> Facts:
        """At the end of a block that started with `entry`: what does not depend on slots from `first` on."""
        facts = entry.later(self)
        for condition in sorted(set(since(self.linked, entry.linked)), key=repr):
            if not mentions_slot_from(condition, first):
                facts = facts.imply(condition, outliving(self.implied[condition], first))
        return facts.learn(outliving(self.since(entry), first))

    def refutes(self, condition: Iterable[Fact]) -> bool:
        """Whether a known test outcome contradicts one of these."""
        return any(opposite(f) in self.known for f in condition)

    def differ(self, one: Identity, other: Identity) -> bool:
        """Whether two values are known to differ."""
        return equality("ne", one, other) in self.known

    def contradicts(self, new: Iterable[Fact]) -> bool:
        """Whether these facts cannot hold beside the known ones."""
        after = self.suppose(new)
        return any(_is_false(fact) or opposite(fact) in after.known for fact in since(after.learned, self.learned))

    def after_loop(self, end: Facts, body: Body) -> Facts:
        """What is known after a loop: everything before it, and what the body's end knows if there was an iteration.

        What the body's end knows of the loop's variable holds of all elements.
        """
        gained, whole = end.since(self), filled(body.collection)
        lasting = {body.repeated(fact) for fact in outliving(gained, body.first)} - {whole}
        after = self.later(end).imply(whole, lasting)
        if self.elements is not None:
            after = after.learn(self._of_elements(end, gained, body))
        return after.learn([whole, *lasting]) if body.rounds or whole in self.known else after

    def _of_elements(self, end: Facts, gained: Iterable[Fact], body: Body) -> Iterable[Fact]:
        """What holds of all elements, given what each iteration knows in the end that was not known before the loop."""
        variable = slot(body.first)
        known = [fact for fact in gained if fact != member(variable, body.collection) and not is_of_lookup(fact)]
        for condition in set(since(end.linked, self.linked)):
            new = end.implied[condition] - self.implied.get(condition, NOTHING)
            known += [implication(condition, fact) for fact in new]
        found = (of_all(body.collection, fact, variable) for fact in known if mentions(fact, variable))
        return body.without_moments(outliving(found, body.first))

    def after_branch(self, fact: Fact, then: Facts, orelse: Facts) -> Facts:
        """What is known after both arms of a branch on `fact`: the common facts, and the rest under a condition.

        Both arms must already be reduced to what outlives them.
        """
        negation = opposite(fact)
        assert negation is not None
        in_then, in_else = then.since(self), orelse.since(self)
        common = in_then & in_else
        after = self.later(orelse)
        linked = {*since(then.linked, self.linked), *since(orelse.linked, self.linked)}
        for condition in sorted(linked, key=repr):
            before = self.implied.get(condition, NOTHING)
            mine, other = then.implied.get(condition, before), orelse.implied.get(condition, before)
            kept = {f for f in mine | other if (f in mine or f in then.known) and (f in other or f in orelse.known)}
            after = after.imply(condition, kept)
        after = after.imply(fact, in_then - common - {fact}).imply(negation, in_else - common - {negation})
        implied = after.implied.get(fact, NOTHING) & after.implied.get(negation, NOTHING)
        return after.learn(common | either(in_then - common, in_else - common) | implied)
