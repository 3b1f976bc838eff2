"""`no B after A`."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, CallsSoFar, Explanation, Narrator, Violation, Violations
from p2c_dsl.machine.guidance import Place
from p2c_dsl.machine.state import LoopFrame, State
from p2c_dsl.rules.base import Names, Rule
from p2c_dsl.rules.definition import Broken, Completed, Definition, RunEvent, Started
from p2c_dsl.rules.event_keys import NO_KEYS, Pairing, key_parameters, typed_occurrences
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.history import History
from p2c_dsl.rules.multiplicity import Count, exceeds
from p2c_dsl.rules.parts import Places
from p2c_dsl.rules.pattern import Match
from p2c_dsl.rules.per_key import PerKey
from p2c_dsl.rules.read_as import event_read, pairing_read
from p2c_dsl.rules.worst_run import Distinct
from p2c_dsl.spec import Spec, Subtask


@dataclass(frozen=True)
class HappensNoMore(Definition[PerKey]):
    """When `second` happens, or may happen, `first` cannot have happened in an earlier call with the same keys.

    The state is how often `first` has or may have happened for each key.
    """

    first: Event
    second: Event
    first_places: Places = ()
    second_places: Places = ()

    def start(self) -> PerKey:
        return PerKey()

    def step(self, earlier: PerKey, event: RunEvent) -> PerKey:
        match event:
            case Started(call):
                if any(earlier.often(keys) for keys in call.keyed(self.second, self.second_places)):
                    key = " for the same key" if self.first_places else ""
                    raise Broken(f"`{self.second.name}` would happen after `{self.first.name}`{key}")
                return earlier.starting(call, self.first, self.first_places)
            case Completed():
                return earlier.completing(event, self.first, self.first_places)
        return earlier


@dataclass(frozen=True, eq=False)
class NoAfter(Rule[History, None]):
    """Once A has happened, B never happens again.

    With `per K`, B never happens again for the same key: `no change after close per Account` leaves other accounts
    alone. K is the name or the type of a key that both events have; `per b = a` names a key of B and one of A. Two keys
    differ if they are different constants, the variable of a loop over different elements in two of its iterations, or
    have been tested with `!=`.

    In a loop, the second iteration comes after the first. So a B that is above an A in the body of the same loop
    also comes after it. A `may` effect counts as if it happened.
    """

    name = "no-after"
    syntax = "no B after A [per K]"
    pattern = "no <second:name> after <first:name> [per <keys:keys>]"
    summary = "once A has happened, B never happens again"
    unkeyed = "`{second}` of one {key} forbids `{first}` of every other"
    code = "P2C502"
    codes = (
        Code(
            "P2C502",
            "an event can happen after one that forbids it",
            "Some run does an event after the one that a `no … after` rule names, or in a later iteration of a loop.",
        ),
    )
    accepted = """
type Account
effect change(Account)
effect close(Account) irreversible
subtask update(account: Account):
    does change(account)
subtask shut(account: Account):
    does close(account)
task tidy(accounts: Set[Account]):
    no change after close per Account

compose tidy(accounts):
    for account in accounts:
        update(account)
        shut(account)
"""
    rejected = """
type Account
effect change(Account)
effect close(Account) irreversible
subtask update(account: Account):
    does change(account)
subtask shut(account: Account):
    does close(account)
task tidy(accounts: Set[Account]):
    no change after close per Account

compose tidy(accounts):
    for account in accounts:
        shut(account)
    for account in accounts:
        update(account)
"""

    first: Event
    second: Event
    keys: Pairing = NO_KEYS

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        first, second = names.event(match["first"][0]), names.event(match["second"][0])
        # The rule names the second event first.
        keys = Pairing.read(match.get("keys", ()), second, first, names)
        return cls(first, second, Pairing(keys.second, keys.first))

    def read_as(self, spec: Spec) -> tuple[str, ...]:
        events = event_read(self.first, spec), event_read(self.second, spec)
        return *events, *pairing_read(self.first, self.second, self.keys, spec)

    def definition(self) -> HappensNoMore:
        return HappensNoMore(self.first, self.second, *self.keys)

    @property
    def reads_elements(self) -> bool:
        return bool(self.keys.first)

    def start(self) -> History:
        return History()

    def call(self, at: Place[History, None], own: History, state: State, call: CallSite, out: Violations) -> History:
        firsts = list(typed_occurrences(call, self.first, self.keys.first))
        seconds = list(typed_occurrences(call, self.second, self.keys.second))
        after = own
        for event, occurrences in (("first", firsts), ("second", seconds)):
            for keys in occurrences:
                after = after.record(event, keys, state)
        if any(own.happened("first", keys, state) for keys in seconds):
            out.append(AfterFirst(self))
        elif any(after.in_round("second", keys, state) for keys in firsts):
            out.append(BeforeNextRound(self))
        return after

    def closes(self, subtask: Subtask) -> bool:
        return not self.keys.first and self.first.happens(subtask)

    def closed(self, subtask: Subtask) -> bool:
        return not self.keys.first and self.second.happens(subtask)

    def most_calls(self, subtask: Subtask) -> int | None:
        # A call that does both forbids itself.
        return 1 if self.closes(subtask) and self.closed(subtask) else None

    def key_parameters(self, subtask: Subtask) -> frozenset[int]:
        """The parameters of a subtask that decide for which keys the events happen."""
        first = key_parameters(self.first, self.keys.first, subtask)
        return first | key_parameters(self.second, self.keys.second, subtask)

    def only_later(self, own: History, state: State, subtask: Subtask) -> bool:
        return not self.keys.first and self.first.happens(subtask) and own.in_round("second", (), state)

    def limits(self, subtask: Subtask) -> bool:
        return self.closed(subtask)

    def exhausted(self, own: History, state: State, subtask: Subtask) -> bool:
        # Whether all calls are forbidden is only known where keys do not matter.
        return not self.keys.first and self.second.happens(subtask) and own.happened("first", (), state)

    def splits_loops(self) -> bool:
        return True

    # ------------------------------------------------------------ in the worst run

    def line_start(self, distinct: Distinct) -> bool:
        """Whether `first` may have happened."""
        return False

    def line_call(self, own: Hashable, subtask: Subtask, often: Count) -> bool | None:
        is_first, is_second = self.first.happens(subtask), self.second.happens(subtask)
        # The worst run says nothing of keys.
        if not self.keys.first and is_second and (own or (is_first and exceeds(often.high, 1))):
            return None
        return bool(own) or is_first

    def line_minds(self, subtask: Subtask) -> bool:
        return self.closes(subtask) or self.closed(subtask)

    def line_harms(self, subtask: Subtask) -> bool:
        return self.closes(subtask)

    # ------------------------------------------------------------ blocks

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
class AfterFirst(Violation[NoAfter]):
    """The second event at a point where the first may have happened."""

    def certain(self, so_far: CallsSoFar) -> bool:
        return not self.facet.keys.first and so_far.must(self.facet.first.surely)

    def blames(self, subtask: Subtask) -> frozenset[int]:
        return self.facet.key_parameters(subtask)

    def explain(self, narrator: Narrator) -> Explanation:
        first, second = self.facet.first.name, self.facet.second.name
        notes = tuple((f"`{first}` may have happened here", s) for s in narrator.calls(first))
        return Explanation(f"`{second}` can happen here after `{first}`", f"do `{second}` earlier", notes)


@dataclass(frozen=True, slots=True, eq=False)
class BeforeNextRound(Violation[NoAfter]):
    """The first event in a loop whose next iteration does the second."""

    def blames(self, subtask: Subtask) -> frozenset[int]:
        return self.facet.key_parameters(subtask)

    def explain(self, narrator: Narrator) -> Explanation:
        first, second = self.facet.first.name, self.facet.second.name
        notes = tuple((f"the next iteration does `{second}` here", s) for s in narrator.calls(second))
        return Explanation(
            f"`{second}` can happen after this `{first}`, in the next iteration of the loop",
            f"do every `{second}` in a separate loop, before any `{first}`",
            notes,
        )
