"""`cost <= N`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallsSoFar, Explanation, Narrator, Violation
from p2c_dsl.machine.state import LoopFrame
from p2c_dsl.rules.base import NO_ARGUMENT, Names
from p2c_dsl.rules.counted import Counted
from p2c_dsl.rules.definition import Broken, Definition, RunEvent, Started
from p2c_dsl.rules.multiplicity import Count, loop_notes, polynomial
from p2c_dsl.rules.pattern import Match
from p2c_dsl.rules.worst_run import Budget
from p2c_dsl.spec import Subtask


@dataclass(frozen=True)
class Spent(Definition[int]):
    """The costs of the calls that are made add up to at most `most`."""

    most: int

    def start(self) -> int:
        return 0

    def step(self, spent: int, event: RunEvent) -> int:
        match event:
            case Started(call):
                after = spent + call.subtask.cost
                if after > self.most:
                    raise Broken(f"the calls so far would cost {after}, but the budget is {self.most}")
                return after
        return spent


@dataclass(frozen=True, eq=False)
class Cost(Counted):
    """The declared costs of a run's calls add up to at most N.

    A subtask's `cost` line says what one call costs; without it, calls are free. Loops multiply, as for `at most`.
    Of the two arms of an `if`, the more expensive one counts.
    """

    name = "cost"
    syntax = "cost <= N"
    pattern = "cost <= <count:int>"
    summary = "the declared costs of a run's calls add up to at most N"
    code = "P2C701"
    codes = (
        Code(
            "P2C701",
            "a run can cost too much",
            "The costs of the calls that one run can make add up to more than the budget.",
        ),
    )
    accepted = """
type Page
subtask search() -> Page:
    cost 3
task look_up():
    cost <= 6

compose look_up():
    a = search()
    b = search()
"""
    rejected = """
type Page
subtask search() -> Page:
    cost 3
task look_up():
    cost <= 5

compose look_up():
    a = search()
    b = search()
"""

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        return cls(most=int(match["count"][0].text))

    def definition(self) -> Spent:
        assert self.most is not None
        return Spent(self.most)

    def weight(self, subtask: Subtask) -> Count:
        return Count(subtask.cost, subtask.cost)

    def budget(self) -> Budget:
        assert self.most is not None
        return Budget(self.most, lambda subtask: subtask.cost)

    def too_much(self, before: Count, after: Count, loops: tuple[LoopFrame, ...], *, certain: bool) -> TooDear:
        return TooDear(self, after.high, loops, certain)


@dataclass(frozen=True, slots=True, eq=False)
class TooDear(Violation[Cost]):
    """The costs up to here, and the loops that the call is in."""

    after: int | None
    loops: tuple[LoopFrame, ...]
    surely: bool

    def certain(self, so_far: CallsSoFar) -> bool:
        return self.surely and so_far.possible is not None

    def blames(self, subtask: Subtask) -> frozenset[int]:
        return NO_ARGUMENT

    def explain(self, narrator: Narrator) -> Explanation:
        total = "has no upper bound" if self.after is None else f"can reach {self.after}"
        often = f" (this call runs {polynomial(self.loops, narrator)} times)" if self.loops else ""
        return Explanation(
            f"the cost up to this point {total}{often}, but the budget is {self.facet.most}",
            "call fewer or cheaper subtasks, or declare size bounds on the collections that loops run over",
            loop_notes(self.loops, narrator),
        )
