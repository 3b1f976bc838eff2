"""`not both A, B`."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import NamedTuple, Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, CallsSoFar, Explanation, Narrator, Violation, Violations
from p2c_dsl.machine.guidance import Place
from p2c_dsl.machine.state import LoopFrame, State
from p2c_dsl.rules.base import Names, Rule, RuleError
from p2c_dsl.rules.definition import Broken, Completed, Definition, RunEvent, Started
from p2c_dsl.rules.event_keys import NO_KEYS, Pairing, key_parameters, typed_occurrences
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.history import History
from p2c_dsl.rules.multiplicity import Count
from p2c_dsl.rules.parts import Places
from p2c_dsl.rules.pattern import Match, span_of
from p2c_dsl.rules.per_key import PerKey
from p2c_dsl.rules.read_as import event_read, pairing_read
from p2c_dsl.rules.worst_run import Distinct
from p2c_dsl.spec import Spec, Subtask


class Seen(NamedTuple):
    """How often each of the two may have happened, for each key."""

    one: PerKey = PerKey()
    other: PerKey = PerKey()


@dataclass(frozen=True)
class NeverBoth(Definition[Seen]):
    """In a run in which one of the two may have happened, the other does not happen with the same keys."""

    one: Event
    other: Event
    one_places: Places = ()
    other_places: Places = ()

    def start(self) -> Seen:
        return Seen()

    def step(self, seen: Seen, event: RunEvent) -> Seen:
        match event:
            case Started(call):
                ones, others = call.keyed(self.one, self.one_places), call.keyed(self.other, self.other_places)
                after = Seen(
                    seen.one.starting(call, self.one, self.one_places),
                    seen.other.starting(call, self.other, self.other_places),
                )
                if any(after.other.often(k) for k in ones) or any(after.one.often(k) for k in others):
                    key = " for the same key" if self.one_places else ""
                    raise Broken(f"both `{self.one.name}` and `{self.other.name}` would happen{key}")
                return after
            case Completed():
                return Seen(
                    seen.one.completing(event, self.one, self.one_places),
                    seen.other.completing(event, self.other, self.other_places),
                )
        return seen


@dataclass(frozen=True, eq=False)
class NotBoth(Rule[History, None]):
    """A run that does one of the two never does the other.

    With `per K`, never for the same key: `not both refund, replace per Order` allows one order to be paid back and
    another one to be sent again. K is the name or the type of a key that both events have; `per a = b` names a key of A
    and one of B. What makes two keys different is the same as for `no … after`.

    The two arms of one `if` exclude each other, but not inside a loop, where one iteration may take
    one arm and the next iteration the other. A `may` effect counts as if it happened.
    """

    name = "not-both"
    syntax = "not both A, B [per K]"
    pattern = "not both <events:names> [per <keys:keys>]"
    summary = "no run does both A and B"
    unkeyed = "`{first}` of one {key} forbids `{second}` of every other"
    code = "P2C504"
    codes = (
        Code(
            "P2C504",
            "two events that exclude each other can both happen",
            "Some run does both of the events that a `not both` rule separates.",
        ),
    )
    accepted = """
type Order
effect refund(Order)
effect replace(Order)
subtask pay_back(order: Order):
    does refund(order)
subtask send_again(order: Order):
    does replace(order)
subtask in_stock(order: Order) -> Bool
task settle(order: Order):
    not both refund, replace per Order

compose settle(order):
    if in_stock(order):
        send_again(order)
    else:
        pay_back(order)
"""
    rejected = """
type Order
effect refund(Order)
effect replace(Order)
subtask pay_back(order: Order):
    does refund(order)
subtask send_again(order: Order):
    does replace(order)
subtask in_stock(order: Order) -> Bool
task settle(order: Order):
    not both refund, replace per Order

compose settle(order):
    if in_stock(order):
        send_again(order)
    pay_back(order)
"""

    one: Event
    other: Event
    keys: Pairing = NO_KEYS

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        tokens = match["events"]
        if len(tokens) != 2 or tokens[0].text == tokens[1].text:
            raise RuleError("`not both` needs two different events", span_of(tokens), "write `not both A, B`")
        one, other = names.event(tokens[0]), names.event(tokens[1])
        return cls(one, other, Pairing.read(match.get("keys", ()), one, other, names))

    def read_as(self, spec: Spec) -> tuple[str, ...]:
        events = event_read(self.one, spec), event_read(self.other, spec)
        return *events, *pairing_read(self.one, self.other, self.keys, spec)

    def definition(self) -> NeverBoth:
        return NeverBoth(self.one, self.other, *self.keys)

    @property
    def reads_elements(self) -> bool:
        return bool(self.keys.first)

    def start(self) -> History:
        return History()

    def call(self, at: Place[History, None], own: History, state: State, call: CallSite, out: Violations) -> History:
        events = (self.one, self.keys.first), (self.other, self.keys.second)
        happening = [(event, keys) for event, places in events for keys in typed_occurrences(call, event, places)]
        after = own
        for event, keys in happening:
            after = after.record(event.name, keys, state)
        for event, keys in happening:
            other = self.other if event is self.one else self.one
            # What one call does together counts as both.
            if after.happened(other.name, keys, state):
                out.append(BothHappen(self, event.name, other.name))
                break
        return after

    def key_parameters(self, subtask: Subtask) -> frozenset[int]:
        """The parameters of a subtask that decide for which keys the events happen."""
        one = key_parameters(self.one, self.keys.first, subtask)
        return one | key_parameters(self.other, self.keys.second, subtask)

    # ------------------------------------------------------------ in the worst run

    def line_start(self, distinct: Distinct) -> frozenset[str]:
        """Which of the two may have happened."""
        return frozenset()

    def line_call(self, own: Hashable, subtask: Subtask, often: Count) -> frozenset[str] | None:
        assert isinstance(own, frozenset)
        happening = {event.name for event in (self.one, self.other) if event.happens(subtask)}
        after = own | happening
        # The worst run says nothing of keys.
        return None if happening and len(after) == 2 and not self.keys.first else after

    def line_minds(self, subtask: Subtask) -> bool:
        return self.one.happens(subtask) or self.other.happens(subtask)

    def line_harms(self, subtask: Subtask) -> bool:
        return self.line_minds(subtask)

    # ------------------------------------------------------------ blocks

    def limits(self, subtask: Subtask) -> bool:
        return self.line_minds(subtask)

    def exhausted(self, own: History, state: State, subtask: Subtask) -> bool:
        pairs = (self.one, self.other), (self.other, self.one)
        if self.keys.first:
            # Whether all calls are forbidden is only known where keys do not matter.
            return False
        return any(event.happens(subtask) and own.happened(other.name, (), state) for event, other in pairs)

    def enter_loop(self, own: History, state: State, frame: LoopFrame, out: Violations) -> History:
        return own.enter_loop()

    def exit_loop(self, at: Place[History, None], own: History, frame: LoopFrame, end: State) -> History:
        return own.exit_loop()

    def forget(self, own: History, before: History, first: int, end: State) -> History:
        return own.forget(first)

    def enter_else(self, before: History, then: History) -> History:
        return then.enter_else(before)

    def join(self, then: History, orelse: History) -> History:
        return then.join(orelse)


@dataclass(frozen=True, slots=True, eq=False)
class BothHappen(Violation[NotBoth]):
    """One of the two events at a point where the other may have happened."""

    event: str
    other: str

    def certain(self, so_far: CallsSoFar) -> bool:
        rule = self.facet
        other = rule.one if rule.one.name == self.other else rule.other
        return not rule.keys.first and so_far.must(other.surely)

    def blames(self, subtask: Subtask) -> frozenset[int]:
        return self.facet.key_parameters(subtask)

    def explain(self, narrator: Narrator) -> Explanation:
        notes = tuple((f"`{self.other}` may happen here", s) for s in narrator.calls(self.other))
        message = f"a run can do both `{self.other}` and this `{self.event}`"
        loops = "outside loops" + (" over a List, whose elements may repeat" if self.facet.keys.first else "")
        return Explanation(message, f"put them in the two arms of one `if`, {loops}", notes)
