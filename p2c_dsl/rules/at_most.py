"""`at most N E`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.rules.base import Names
from p2c_dsl.rules.counted import EventCounted
from p2c_dsl.rules.pattern import Match


@dataclass(frozen=True, eq=False)
class AtMost(EventCounted):
    """No run does more than N of an effect, or calls a subtask more than N times.

    The analyzer multiplies the sizes of nested loops: a call in a loop over `users` happens |users| times, and in two
    nested loops |users|·|prefs| times. A collection whose type declares no bound counts as arbitrarily large,
    so a limited effect inside a loop needs a bound such as `Set[User] <= 20`. Of the two arms of an `if`, the one
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
            "more, or the call is in a loop whose collection can be too large.",
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

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        return cls(most=int(match["count"][0].text), event=names.event(match["event"][0]))
