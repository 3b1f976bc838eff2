"""`loops <= k`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import Explanation, Narrator, Violation, Violations
from p2c_dsl.machine.state import LoopFrame, State
from p2c_dsl.rules.base import Names, Rule
from p2c_dsl.rules.pattern import Match


@dataclass(frozen=True, eq=False)
class Loops(Rule[None, None]):
    """Loops are nested at most k deep.

    In nested loops, the number of calls is the product of the collections' sizes, so the depth is the
    degree of the polynomial that bounds a run's calls (*Superalignment with Dynamic Human Values*, section
    5(1)). `loops <= 0` forbids loops.
    """

    name = "loops"
    syntax = "loops <= k"
    pattern = "loops <= <count:int>"
    summary = "loops are nested at most k deep"
    codes = (
        Code(
            "P2C303",
            "loops nested too deeply",
            "A loop is nested inside more loops than a `loops <= k` rule allows.",
        ),
    )
    code = "P2C303"
    accepted = """
type User
subtask ask(user: User)
subtask thank(user: User)
task poll(users: Set[User]):
    loops <= 1

compose poll(users):
    for u in users:
        ask(u)
    for u in users:
        thank(u)
"""
    rejected = """
type User
subtask introduce(user: User, other: User)
task poll(users: Set[User]):
    loops <= 1

compose poll(users):
    for u in users:
        for v in users:
            introduce(u, v)
"""

    most: int

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        return cls(int(match["count"][0].text))

    def enter_loop(self, own: None, state: State, frame: LoopFrame, out: Violations) -> None:
        outer = state.loops
        if len(outer) == self.most:
            out.append(LoopsTooDeep(self, outer))

    def forbids_loop(self, outer: int) -> bool:
        return outer >= self.most


@dataclass(frozen=True, slots=True, eq=False)
class LoopsTooDeep(Violation[Loops]):
    """A loop that is nested in too many others."""

    outer: tuple[LoopFrame, ...]

    def explain(self, narrator: Narrator) -> Explanation:
        notes = (note for note in map(narrator.loop, self.outer) if note is not None)
        if not self.facet.most:
            return Explanation("loops are not allowed", "call a subtask that handles the whole collection")
        return Explanation(
            f"this loop is nested {len(self.outer) + 1} levels deep, but the rule allows only {self.facet.most}",
            "collect the values of the outer loop, and loop over them afterwards",
            tuple(notes),
        )
