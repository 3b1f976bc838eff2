"""`no B after A`."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, Explanation, Narrator, Violation, Violations
from p2c_dsl.machine.guidance import Place
from p2c_dsl.machine.state import LoopFrame, State
from p2c_dsl.rules.base import NO_ARGUMENT, Names, Rule
from p2c_dsl.rules.definition import Broken, Completed, Definition, RunEvent, Started
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.history import History
from p2c_dsl.rules.multiplicity import Count, exceeds
from p2c_dsl.rules.pattern import Match
from p2c_dsl.rules.worst_run import Distinct
from p2c_dsl.spec import Subtask


@dataclass(frozen=True)
class HappensNoMore(Definition[int]):
    """When `second` happens, or may happen, `first` cannot have happened in an earlier call.

    The state is the number of calls so far in which `first` has or may have happened.
    """

    first: Event
    second: Event

    def start(self) -> int:
        return 0

    def step(self, earlier: int, event: RunEvent) -> int:
        match event:
            case Started(call):
                if call.most(self.second) and earlier:
                    raise Broken(f"`{self.second.name}` would happen after `{self.first.name}`")
                return earlier + (call.most(self.first) > 0)
            case Completed(call) if call.most(self.first) and not event.most(self.first):
                return earlier - 1
        return earlier


@dataclass(frozen=True, eq=False)
class NoAfter(Rule[History, None]):
    """Once A has happened, B never happens again.

    In a loop, the second iteration comes after the first. So a B that is above an A in the body of the same loop
    also comes after it. A `may` effect counts as if it happened.
    """

    name = "no-after"
    syntax = "no B after A"
    pattern = "no <second:name> after <first:name>"
    summary = "once A has happened, B never happens again"
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
task tidy(account: Account):
    no change after close

compose tidy(account):
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
    no change after close

compose tidy(accounts):
    for account in accounts:
        update(account)
        shut(account)
"""

    first: Event
    second: Event

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        return cls(names.event(match["first"][0]), names.event(match["second"][0]))

    def definition(self) -> HappensNoMore:
        return HappensNoMore(self.first, self.second)

    def start(self) -> History:
        return History()

    def call(self, at: Place[History, None], own: History, state: State, call: CallSite, out: Violations) -> History:
        is_first, is_second = self.first.happens(call.subtask), self.second.happens(call.subtask)
        if is_second and own.happened("first", state):
            out.append(AfterFirst(self))
        elif is_first and (own.in_round("second", state) or (is_second and _repeats(state))):
            out.append(BeforeNextRound(self))
        for event, happens in (("first", is_first), ("second", is_second)):
            own = own.record(event, state) if happens else own
        return own

    def closes(self, subtask: Subtask) -> bool:
        return self.first.happens(subtask)

    def closed(self, subtask: Subtask) -> bool:
        return self.second.happens(subtask)

    def only_later(self, own: History, state: State, subtask: Subtask) -> bool:
        return self.first.happens(subtask) and own.in_round("second", state)

    def limits(self, subtask: Subtask) -> bool:
        return self.closed(subtask)

    def exhausted(self, own: History, state: State, subtask: Subtask) -> bool:
        return self.second.happens(subtask) and own.happened("first", state)

    def splits_loops(self) -> bool:
        return True

    # ------------------------------------------------------------ in the worst run

    def line_start(self, distinct: Distinct) -> bool:
        """Whether `first` may have happened."""
        return False

    def line_call(self, own: Hashable, subtask: Subtask, often: Count) -> bool | None:
        is_first, is_second = self.first.happens(subtask), self.second.happens(subtask)
        if is_second and (own or (is_first and exceeds(often.high, 1))):
            return None
        return bool(own) or is_first

    def line_minds(self, subtask: Subtask) -> bool:
        return self.closes(subtask) or self.closed(subtask)

    def line_harms(self, subtask: Subtask) -> bool:
        return self.closes(subtask)

    # ------------------------------------------------------------ blocks

    def enter_loop(self, own: History, state: State, frame: LoopFrame, out: Violations) -> History:
        return own.enter_loop()

    def exit_loop(self, at: Place[History, None], own: History, frame: LoopFrame) -> History:
        return own.exit_loop()

    def forget(self, own: History, before: History, first: int) -> History:
        return own.forget(first)

    def enter_else(self, before: History, then: History) -> History:
        return then.enter_else(before)

    def join(self, then: History, orelse: History) -> History:
        return then.join(orelse)


@dataclass(frozen=True, slots=True, eq=False)
class AfterFirst(Violation[NoAfter]):
    """The second event at a point where the first may have happened."""

    def blames(self, subtask: Subtask) -> frozenset[int]:
        return NO_ARGUMENT

    def explain(self, narrator: Narrator) -> Explanation:
        first, second = self.facet.first.name, self.facet.second.name
        notes = tuple((f"`{first}` may have happened here", s) for s in narrator.calls(first))
        return Explanation(f"`{second}` can happen here after `{first}`", f"do `{second}` earlier", notes)


@dataclass(frozen=True, slots=True, eq=False)
class BeforeNextRound(Violation[NoAfter]):
    """The first event in a loop whose next iteration does the second."""

    def blames(self, subtask: Subtask) -> frozenset[int]:
        return NO_ARGUMENT

    def explain(self, narrator: Narrator) -> Explanation:
        first, second = self.facet.first.name, self.facet.second.name
        notes = tuple((f"the next iteration does `{second}` here", s) for s in narrator.calls(second))
        return Explanation(
            f"`{second}` can happen after this `{first}`, in the next iteration of the loop",
            f"do every `{second}` in a separate loop, before any `{first}`",
            notes,
        )


def _repeats(state: State) -> bool:
    return any(frame.repeats for frame in state.loops)
