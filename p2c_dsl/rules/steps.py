"""`steps <= n`."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import Explanation, Narrator, Violation, Violations
from p2c_dsl.machine.guidance import Place
from p2c_dsl.machine.state import BranchFrame, State
from p2c_dsl.rules.base import NO_ARGUMENT, Names, Rule
from p2c_dsl.rules.pattern import Match
from p2c_dsl.rules.worst_run import Budget
from p2c_dsl.spec import Subtask


@dataclass(frozen=True, eq=False)
class Steps(Rule[int, None]):
    """The composition has at most n steps, so that people can read it.

    Each call counts, including nested calls. So does each `for`, `if`, `return`, new accumulator, and list or record
    that is made, and each write to an accumulator unless the written value is itself a call. Both arms of an `if`
    count: the rule measures the text, not a run.
    """

    name = "steps"
    syntax = "steps <= n"
    pattern = "steps <= <count:int>"
    summary = "the composition has at most n steps"
    code = "P2C702"
    codes = (Code("P2C702", "too many steps", "The composition is longer than a `steps <= n` rule allows."),)
    accepted = """
subtask a()
subtask b()
task short():
    steps <= 2

compose short():
    a()
    b()
"""
    rejected = """
subtask a()
subtask b()
task short():
    steps <= 2

compose short():
    a()
    b()
    a()
"""

    most: int

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        return cls(int(match["count"][0].text))

    def start(self) -> int:
        return 0

    def step(self, own: int, state: State, out: Violations) -> int:
        if own == self.most:
            out.append(TooLong(self))
        return own + 1

    def enter_else(self, before: int, then: int) -> int:
        return then

    def join(self, then: int, orelse: int) -> int:
        return orelse

    def resume(self, at: Place[int, None], own: int, frame: BranchFrame, last: int) -> int:
        return last

    def room(self, own: int) -> int:
        return self.most - own

    def budget(self) -> Budget:
        return Budget(self.most, lambda _: 1, returned=1, textual=True)

    def key(self, own: int, state: State) -> Hashable:
        return min(own, self.most + 1)


@dataclass(frozen=True, slots=True, eq=False)
class TooLong(Violation[Steps]):
    """One step more than the rule allows."""

    def blames(self, subtask: Subtask) -> frozenset[int]:
        return NO_ARGUMENT

    def explain(self, narrator: Narrator) -> Explanation:
        most = self.facet.most
        return Explanation(
            f"this is step {most + 1}, but the rule allows only {most}",
            "remove steps, or call a subtask that does several of them",
        )
