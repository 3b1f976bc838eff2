"""`branches <= k`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import Explanation, Narrator, Violation, Violations
from p2c_dsl.machine.state import BranchFrame, State
from p2c_dsl.rules.base import Names, Rule
from p2c_dsl.rules.pattern import Match


@dataclass(frozen=True, eq=False)
class Branches(Rule[None, None]):
    """`if`s are nested at most k deep; an `elif` is nested in the `if` before it.

    `branches <= 0` forbids them: every run then makes the same calls for the same inputs.
    """

    name = "branches"
    syntax = "branches <= k"
    pattern = "branches <= <count:int>"
    summary = "`if`s are nested at most k deep"
    code = "P2C304"
    codes = (
        Code(
            "P2C304",
            "branches nested too deeply",
            "An `if` is nested inside more `if`s than a `branches <= k` rule allows.",
        ),
    )
    accepted = """
subtask ready() -> Bool
subtask go()
subtask wait()
task start():
    branches <= 1

compose start():
    if ready():
        go()
    else:
        wait()
"""
    rejected = """
subtask ready() -> Bool
subtask sure() -> Bool
subtask go()
task start():
    branches <= 1

compose start():
    if ready():
        if sure():
            go()
"""

    most: int

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        return cls(int(match["count"][0].text))

    def enter_branch(self, own: None, state: State, frame: BranchFrame, out: Violations) -> None:
        outer = tuple(f for f in state.frames if isinstance(f, BranchFrame))
        if len(outer) == self.most:
            out.append(BranchesTooDeep(self, outer))

    def forbids_branch(self, outer: int) -> bool:
        return outer >= self.most


@dataclass(frozen=True, slots=True, eq=False)
class BranchesTooDeep(Violation[Branches]):
    """A branch that is nested in too many others."""

    outer: tuple[BranchFrame, ...]

    def explain(self, narrator: Narrator) -> Explanation:
        notes = tuple(("it is inside this one", f.span) for f in self.outer if f.span is not None)
        if not self.facet.most:
            return Explanation("branches are not allowed", "call a subtask that makes the decision")
        return Explanation(
            f"this branch is nested {len(self.outer) + 1} levels deep, but the rule allows only {self.facet.most}",
            "call a subtask that decides, or return early",
            notes,
        )
