"""What is known for certain at a point of a composition, on every path that leads there.

A fact is a tuple whose first element is its kind: `("true", v)`, `("some", v)`, `("filled", v)`
for a collection that is not empty, or a rule's own, such as `("happened", "reserve")`. Values
never change and events cannot be undone, so a fact, once known, stays known.

Besides the known facts there are implications, `if the collection v is not empty then A has
happened`. A loop over `v` adds such an implication, and a later loop over `v` uses it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rpds import HashTrieMap, HashTrieSet

from p2c_dsl.machine.identity import Identity, mentions_slot_from
from p2c_dsl.machine.log import Log, since
from p2c_dsl.program import Test

Fact = tuple[object, ...]
NOTHING: frozenset[Fact] = frozenset()
_TESTS: dict[object, Test] = {test.value: test for test in Test}


def tested(test: Test, identity: Identity) -> Fact:
    """The fact that `test` holds of a value."""
    return (test.value, identity)


def filled(identity: Identity) -> Fact:
    """The fact that a collection is not empty."""
    return ("filled", identity)


def opposite(fact: Fact) -> Fact | None:
    """The fact that contradicts a tested fact."""
    test = _TESTS.get(fact[0])
    return None if test is None else (test.opposite.value, fact[1])


def outliving(facts: Iterable[Fact], first: int) -> frozenset[Fact]:
    """The facts that do not depend on slots from `first` on, which end with their block."""
    return frozenset(f for f in facts if not mentions_slot_from(f, first))


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Known facts, and implications between facts.

    `learned` and `linked` log what has been added, so that the end of a block only looks at the block's own facts:
    the work is linear in the length of the text.
    """

    known: HashTrieSet[Fact] = field(default_factory=HashTrieSet)
    implied: HashTrieMap[Fact, frozenset[Fact]] = field(default_factory=HashTrieMap)
    learned: Log[Fact] = None
    linked: Log[Fact] = None

    def learn(self, new: Iterable[Fact]) -> Facts:
        """With these facts and all that follow from them."""
        pending = [f for f in new if f not in self.known]
        known, learned = self.known, self.learned
        while pending:
            fact = pending.pop()
            if fact not in known:
                known, learned = known.insert(fact), (fact, learned)
                pending.extend(self.implied.get(fact, NOTHING))
        return self if known is self.known else Facts(known, self.implied, learned, self.linked)

    def imply(self, condition: Fact, facts: Iterable[Fact]) -> Facts:
        """With the implication that further facts follow from one."""
        before = self.implied.get(condition, NOTHING)
        after = before.union(facts)
        if after == before:
            return self
        implied = self.implied.insert(condition, after)
        return Facts(self.known, implied, self.learned, (condition, self.linked))

    def since(self, entry: Facts) -> frozenset[Fact]:
        """The facts learned since an earlier state."""
        return frozenset(since(self.learned, entry.learned))

    def outliving(self, entry: Facts, first: int) -> Facts:
        """At the end of a block that started with `entry`: what does not depend on slots from `first` on."""
        facts = entry
        for condition in sorted(set(since(self.linked, entry.linked)), key=repr):
            if not mentions_slot_from(condition, first):
                facts = facts.imply(condition, outliving(self.implied[condition], first))
        return facts.learn(outliving(self.since(entry), first))

    def refutes(self, condition: Iterable[Fact]) -> bool:
        """Whether a known test outcome contradicts one of these."""
        return any(opposite(f) in self.known for f in condition)

    def after_loop(self, body: Facts, collection: Identity, runs: bool, first: int) -> Facts:
        """What is known after a loop: everything before it, and the body's facts if the collection was not empty."""
        gained = outliving(body.since(self), first) - {filled(collection)}
        after = self.imply(filled(collection), gained)
        return after.learn([filled(collection), *gained]) if runs or filled(collection) in self.known else after

    def after_branch(self, fact: Fact, then: Facts, orelse: Facts) -> Facts:
        """What is known after both arms of a branch on `fact`: the common facts, and the rest under a condition.

        Both arms must already be reduced to what outlives them.
        """
        negation = opposite(fact)
        assert negation is not None
        in_then, in_else = then.since(self), orelse.since(self)
        common = in_then & in_else
        after = self
        linked = {*since(then.linked, self.linked), *since(orelse.linked, self.linked)}
        for condition in sorted(linked, key=repr):
            before = self.implied.get(condition, NOTHING)
            mine, other = then.implied.get(condition, before), orelse.implied.get(condition, before)
            kept = {f for f in mine | other if (f in mine or f in then.known) and (f in other or f in orelse.known)}
            after = after.imply(condition, kept)
        after = after.imply(fact, in_then - common - {fact}).imply(negation, in_else - common - {negation})
        either = after.implied.get(fact, NOTHING) & after.implied.get(negation, NOTHING)
        return after.learn(common | either)
