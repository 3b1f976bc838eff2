"""Shared by the rules that ask for events: what is owed, how it is paid, and what waives it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from p2c_dsl.machine.facet import CallSite, CallsSoFar, Explanation, Narrator, Violation, Violations
from p2c_dsl.machine.facts import Fact, Facts
from p2c_dsl.machine.guidance import Arguments, Due, M, Place
from p2c_dsl.machine.identity import Moment, mentions
from p2c_dsl.machine.state import LoopFrame, State, Value
from p2c_dsl.rules import debts
from p2c_dsl.rules.base import Rule
from p2c_dsl.rules.debts import Debt, Debts, MetBy, Way
from p2c_dsl.rules.event_keys import Values, arguments_for, key_parameters, keyed_occurrences
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.lacking import Missing, missing
from p2c_dsl.rules.multiplicity import Count
from p2c_dsl.rules.parts import Places, Waiver
from p2c_dsl.rules.waiver import waived_by
from p2c_dsl.rules.worst_run import Distinct
from p2c_dsl.spec import Subtask

_MOST_CHECKED = 16
"""How many debts a call or the end of a block may pay, so that the work stays within bounds in a long text."""


class Owed(NamedTuple):
    """What is owed here, how often the text has paid, and whether every path to here has."""

    debts: Debts = ()
    payments: int = 0
    done: bool = False


class OnLine(NamedTuple):
    """What is owed on a line of calls, how often what is asked for has been done, and whether it is waived."""

    owes: bool = False
    done: int = 0
    waived: bool = False


@dataclass(frozen=True, eq=False)
class Obligation(Rule[Owed, M]):
    """A rule that asks for an event: in every run that completes, `asked` has happened for what makes debts."""

    asked: Event = field(kw_only=True)
    places: Places = field(default=(), kw_only=True)
    """The keys of the event that is asked for."""
    waiver: Waiver | None = field(default=None, kw_only=True)
    surely: frozenset[str] = field(default=frozenset(), kw_only=True)
    """The subtasks whose calls are the event, or waive it, for certain."""

    # ------------------------------------------------------------ what a rule says itself

    @property
    def is_goal(self) -> bool:
        return True

    def incurs(self, at: Place[Owed, M], state: State, call: CallSite) -> frozenset[Way]:
        """The debts that a call makes: the way to pay each."""
        return frozenset()

    def makes_debt(self, subtask: Subtask) -> bool:
        """Whether a call of a subtask may make a debt."""
        return False

    def pays_since(self, own: Owed) -> tuple[Moment | None, ...]:
        """Which debts a call pays: those since these moments, or those that it pays at any time (`None`)."""
        return tuple(debt.since for debt in own.debts)

    def surely_owes(self, so_far: CallsSoFar) -> bool:
        """Whether every run that comes to the end owes something, or has paid it."""
        return False

    def objection(self, narrator: Narrator) -> Explanation:
        """What is said where the run can complete with something owed."""
        raise TypeError(f"{type(self).__name__} asks for nothing")

    # ------------------------------------------------------------ payment

    def met(self, since: Moment | None, values: Values) -> Fact:
        """The fact that what is owed since a moment is paid for these keys."""
        return ("met", self.text, since, values)

    def waived(self, values: Values) -> Fact:
        """The fact that nothing is owed for these keys; for none, that nothing is owed at all."""
        return ("waived", self.text, values)

    def is_met(self, facts: Facts, since: Moment | None, values: Values) -> bool:
        """Whether what is owed for these keys has been paid, or is waived."""
        known = facts.known
        return self.met(since, values) in known or self.waived(values) in known or self.waived(()) in known

    def is_paid(self, debt: Debt, facts: Facts, fresh: int) -> bool:
        """Whether a debt is paid, as far as these facts tell."""
        if debts.seen_to_be_paid(debt.ways, facts, self._met_by(debt)):
            return True
        return debts.paid(debt.ways, facts, fresh, lambda known, values: self.is_met(known, debt.since, values))

    def gains(self, at: Place[Owed, M], state: State, call: CallSite) -> frozenset[Fact]:
        certain = [v for o, v in keyed_occurrences(call, self.asked, self.places) if o.certain]
        waived = list(waived_by(self.waiver, call))
        # What waives counts as payment, too, so that one arm may pay and the other waive.
        paying = [values for values in (*certain, *waived) if len(values) == len(self.places)]
        paid = {self.met(since, values) for since in self.pays_since(at.state(state)) for values in paying}
        if () in waived:
            # No key is left to tell whose debt it was.
            paid |= {debts.taken(way, self._met_by(debt)) for debt in at.state(state).debts for way in debt.ways}
        return frozenset({*paid, *map(self.waived, waived)})

    # ------------------------------------------------------------ steps

    @property
    def reads_elements(self) -> bool:
        return True

    def start(self) -> Owed:
        return Owed()

    def call(self, at: Place[Owed, M], own: Owed, state: State, call: CallSite, out: Violations) -> Owed:
        left, gained = own.debts, self.gains(at, state, call)
        if left and gained:
            left = self._unpaid(left, state.facts.learn(gained))
        ways = self.incurs(at, state, call)
        if ways:
            left = debts.with_new(left, state, ways)
        return Owed(left, own.payments + bool(gained), own.done or call.subtask.name in self.surely)

    def forget(self, own: Owed, before: Owed, first: int, end: State) -> Owed:
        left, old = own.debts, {debt.since for debt in before.debts}
        if own.payments != before.payments:
            left = self._unpaid(left, end.facts)
        # What is known of the block's own values is forgotten with them.
        new = tuple(debt for debt in left if debt.since not in old)[-_MOST_CHECKED:]
        paid = {debt for debt in new if self.is_paid(debt, end.facts, end.slots)}
        kept = tuple(debt for debt in left if debt not in paid)
        return own._replace(debts=debts.outliving_block(kept, end.facts, first))

    def _unpaid(self, owed: Debts, facts: Facts) -> Debts:
        """The debts without those that are seen to be paid, of which only the newest are looked at.

        To keep a debt that has been paid is never wrong: it is looked at again where the composition completes.
        """
        older, newest = owed[:-_MOST_CHECKED], owed[-_MOST_CHECKED:]
        left = debts.unpaid(newest, lambda debt: debts.seen_to_be_paid(debt.ways, facts, self._met_by(debt)))
        return owed if left is newest else (*older, *left)

    def _met_by(self, debt: Debt) -> MetBy:
        return lambda values: self.met(debt.since, values)

    def enter_else(self, before: Owed, then: Owed) -> Owed:
        return before._replace(payments=then.payments)

    def exit_loop(self, at: Place[Owed, M], own: Owed, frame: LoopFrame, end: State) -> Owed:
        before, body = at.state(frame.entry), frame.body(end)
        return own._replace(debts=debts.after_loop(before.debts, own.debts, body))

    def join(self, then: Owed, orelse: Owed) -> Owed:
        return Owed(debts.join(then.debts, orelse.debts), orelse.payments, then.done and orelse.done)

    def finish(self, own: Owed, state: State, out: Violations) -> None:
        if not all(self.is_paid(debt, state.facts, state.slots) for debt in reversed(own.debts)):
            out.append(Unpaid(self))

    # ------------------------------------------------------------ in the worst run

    def line_start(self, distinct: Distinct) -> OnLine:
        return OnLine()

    def line_call(self, own: Hashable, subtask: Subtask, often: Count) -> OnLine:
        # The worst run says nothing of keys: any payment may be for the right ones.
        assert isinstance(own, OnLine)
        owes = self.makes_debt(subtask) or (own.owes and not self.asked.surely(subtask))
        return OnLine(owes, waived=own.waived or self.waives(subtask))

    def line_ends(self, own: Hashable) -> bool:
        assert isinstance(own, OnLine)
        return own.waived or not own.owes

    def line_minds(self, subtask: Subtask) -> bool:
        return self.makes_debt(subtask) or self.asked.happens(subtask) or self.waives(subtask)

    def line_harms(self, subtask: Subtask) -> bool:
        return self.makes_debt(subtask)

    def waives(self, subtask: Subtask) -> bool:
        """Whether every call of a subtask waives something."""
        return self.waiver is not None and self.waiver.event.surely(subtask)

    # ------------------------------------------------------------ for planners

    def asks_for(self, subtask: Subtask) -> bool:
        return self.asked.surely(subtask)

    def brings(self, subtask: Subtask) -> frozenset[str]:
        return self.surely if self.makes_debt(subtask) and not self.waives(subtask) else frozenset()

    def spares(self, state: State) -> bool:
        if self.waiver is None:
            return False
        return any(fact[0] == "waived" and fact[1] == self.text for fact in state.facts.known)

    def needed(self, own: Owed, state: State) -> tuple[frozenset[str], ...]:
        # What has been called may pay for more than is known yet: for all elements, once the loop has ended.
        out: Violations = []
        if not own.done:
            self.finish(own, state, out)
        return (self.surely,) if out else ()

    def hopeless(self, own: Owed) -> bool:
        # A debt about what is out of scope, and in no collection, is never paid.
        return any(not debt.ways for debt in own.debts)

    def dues(self, at: Place[Owed, M], state: State) -> tuple[Due, ...]:
        owed = {debt[::2]: debt for debt in at.state(state).debts}
        for frame in state.loops:
            # What an iteration has paid, the loop has only if there is one.
            before = at.state(frame.entry).debts if not frame.size.low else ()
            owed |= {debt[::2]: debt for debt in before if debt[::2] not in owed}
        lacking = [self._lacking(debt.ways, debt.since, state) for debt in owed.values()]
        return tuple(Due(self.surely, *one) for one in dict.fromkeys(lacking) if one is not None)

    def _lacking(self, ways: Iterable[Way], since: Moment | None, state: State) -> Missing | None:
        """What the shortest way to pay still lacks, `None` if one has been taken."""

        def is_met(facts: Facts, values: Values) -> bool:
            return self.is_met(facts, since, values)

        found = [missing(way, since, state, is_met) for way in sorted(ways, key=repr)]
        open_ = [m for m in found if m is not None]
        return min(open_, key=lambda m: len(m.collections)) if open_ and len(open_) == len(found) else None

    def passed(self, due: Due, subtask: Subtask) -> Arguments:
        asked = arguments_for(self.asked, self.places, subtask, due.values)
        if asked or self.waiver is None or not self.waiver.places:
            return asked
        return arguments_for(self.waiver.event, self.waiver.places, subtask, due.values)

    def decides(self, own: Owed, value: Value) -> bool:
        return any(mentions(guard, value.identity) for debt in own.debts for way in debt.ways for guard in way[2:])

    def progresses(self, before: Owed, after: Owed, gained: frozenset[Fact]) -> bool:
        return any(fact[0] in ("met", "waived") and fact[1] == self.text for fact in gained)

    def key_parameters(self, subtask: Subtask) -> frozenset[int]:
        keys = key_parameters(self.asked, self.places, subtask)
        if self.waiver is not None:
            keys |= key_parameters(self.waiver.event, self.waiver.places, subtask)
        return keys


@dataclass(frozen=True, slots=True, eq=False)
class Unpaid(Violation[Obligation[Any]]):
    """A path on which the run can complete without what is asked for."""

    def certain(self, so_far: CallsSoFar) -> bool:
        rule = self.facet
        paying = [rule.asked] if rule.waiver is None else [rule.asked, rule.waiver.event]
        return rule.surely_owes(so_far) and not any(so_far.may(event.happens) for event in paying)

    def explain(self, narrator: Narrator) -> Explanation:
        return self.facet.objection(narrator)
