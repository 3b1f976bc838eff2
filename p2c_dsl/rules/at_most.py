"""`at most N E`."""

from __future__ import annotations

from typing import Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import Explanation, Narrator, Violation
from p2c_dsl.rules.base import Event, Names
from p2c_dsl.rules.counted import Counted
from p2c_dsl.rules.multiplicity import exceeds, loop_notes, polynomial, times_words
from p2c_dsl.rules.pattern import Match


def explain_most(rule: Counted, violation: Violation, narrator: Narrator) -> Explanation:
    """Too often: by a loop without a bound, by a bound too large, or by calls that add up."""
    _, before, after, loops = violation.details
    count = polynomial(loops, narrator)
    earlier = tuple(("it happens here, too", span) for span in narrator.calls(rule.event.name))
    event, limit = rule.event.name, rule.most
    notes = (*loop_notes(loops, narrator), *(earlier if before else ()))
    if loops and exceeds(after, limit or 0) and any(f.repeats for f in loops):
        message = f"`{event}` can happen {count} times here, but the rule allows {times_words(limit)}"
        help_ = "move the call out of the loop, or bound the collection's size where its type is declared"
    else:
        message = (
            f"`{event}` can happen {times_words(after)} by here, but the rule allows {times_words(limit)}"
        )
        help_ = f"call it on one path only, {times_words(limit)} in all"
    return Explanation(message, help_, notes)


class AtMost(Counted):
    """No run does more than N of an effect, or calls a subtask more than N times.

    The analyzer multiplies through loops: a call in a loop over `users` happens |users| times, in two
    nested loops |users|·|prefs| times. A collection whose type declares no bound counts as arbitrarily large,
    so a limited effect inside a loop needs a bound such as `Set[User] <= 20`. Of two arms of an `if`, the one
    that does more counts. A `may` effect counts as if it always happened.
    """

    name = "at-most"
    syntax = "at most N E"
    pattern = "at most <count:int> <event:name>"
    summary = "an effect or subtask happens at most N times in a run"
    code = "P2C401"
    codes = (
        Code(
            "P2C401",
            "an event can happen too often",
            "Some run does the event more often than an `at most` rule allows: the calls on one path add up to "
            "more, or the call stands in a loop whose collection can be too large.",
        ),
    )
    accepted = """
type User
effect notify(User)
subtask send(user: User):
    does notify(user)
task remind(users: Set[User] <= 5):
    at most 5 notify

compose remind(users):
    for u in users:
        send(u)
"""
    rejected = """
type User
effect notify(User)
subtask send(user: User):
    does notify(user)
task remind(users: Set[User]):
    at most 5 notify

compose remind(users):
    for u in users:
        send(u)
"""

    def __init__(self, event: Event, most: int) -> None:
        self.event, self.most = event, most

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        return cls(names.event(match["event"][0]), int(match["count"][0].text))

    def explain(self, violation: Violation, narrator: Narrator) -> Explanation:
        return explain_most(self, violation, narrator)
