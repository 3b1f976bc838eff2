"""`no B after A`."""

from __future__ import annotations

from typing import Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, Explanation, Narrator, Violation
from p2c_dsl.machine.state import LoopFrame, State
from p2c_dsl.rules.base import NO_ARGUMENT, Event, Names, Rule
from p2c_dsl.rules.history import History
from p2c_dsl.rules.pattern import Match
from p2c_dsl.spec import Subtask


class NoAfter(Rule):
    """Once A has happened, B does not happen any more.

    In a loop the second round comes after the first: a B that stands above an A in the same body comes
    after it all the same. A `may` effect counts as if it happened.
    """

    name = "no-after"
    syntax = "no B after A"
    pattern = "no <second:name> after <first:name>"
    summary = "once A has happened, B happens no more"
    code = "P2C502"
    codes = (
        Code(
            "P2C502",
            "an event can happen after the one that rules it out",
            "Some run does an event after the one that a `no … after` rule names, perhaps in a later round of a loop.",
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

    def __init__(self, first: Event, second: Event) -> None:
        self.first, self.second = first, second

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        return cls(names.event(match["first"][0]), names.event(match["second"][0]))

    def start(self) -> History:
        return History()

    def call(self, own: History, state: State, call: CallSite, out: list[Violation]) -> History:
        is_first, is_second = self.first.happens(call.subtask), self.second.happens(call.subtask)
        if is_second and own.happened("first", state):
            out.append(Violation(self, self.code, ("second",)))
        elif is_first and (own.in_round("second", state) or (is_second and _repeats(state))):
            out.append(Violation(self, self.code, ("first",)))
        for event, happens in (("first", is_first), ("second", is_second)):
            own = own.record(event, state) if happens else own
        return own

    def enter_loop(self, own: History, state: State, frame: LoopFrame, out: list[Violation]) -> History:
        return own.enter_loop()

    def exit_loop(self, own: History, frame: LoopFrame) -> History:
        return own.exit_loop()

    def forget(self, own: History, before: History, first: int) -> History:
        return own.forget(first)

    def enter_else(self, before: History, then: History) -> History:
        return then.enter_else(before)

    def join(self, then: History, orelse: History) -> History:
        return then.join(orelse)

    def blames(self, violation: Violation, subtask: Subtask) -> frozenset[int]:
        return NO_ARGUMENT

    def explain(self, violation: Violation, narrator: Narrator) -> Explanation:
        first, second = self.first.name, self.second.name
        if violation.details[0] == "second":
            notes = tuple((f"`{first}` may have happened here", s) for s in narrator.calls(first))
            return Explanation(f"`{second}` can happen here after `{first}`", f"do `{second}` earlier", notes)
        notes = tuple((f"the loop comes back to `{second}` here", s) for s in narrator.calls(second))
        return Explanation(
            f"`{second}` can happen after this `{first}`: in the loop's next round",
            f"finish all of `{second}` in a loop of its own, before any `{first}`",
            notes,
        )


def _repeats(state: State) -> bool:
    return any(frame.repeats for frame in state.loops)
