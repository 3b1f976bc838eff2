"""`cost <= N`."""

from __future__ import annotations

from typing import Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, Explanation, Narrator, Violation
from p2c_dsl.rules.base import Event, Names
from p2c_dsl.rules.counted import Counted
from p2c_dsl.rules.multiplicity import Count, loop_notes, polynomial
from p2c_dsl.rules.pattern import Match


class Cost(Counted):
    """The declared costs of a run's calls add up to at most N.

    A subtask's `cost` clause says what one call costs (nothing without the clause). Loops multiply, as for
    `at most`; of two arms the dearer one counts.
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

    def __init__(self, most: int) -> None:
        self.event, self.most = Event("", False), most

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        return cls(int(match["count"][0].text))

    def weight(self, call: CallSite) -> Count:
        return Count(call.subtask.cost, call.subtask.cost)

    def explain(self, violation: Violation, narrator: Narrator) -> Explanation:
        _, _, after, loops = violation.details
        total = "without bound" if after is None else f"up to {after}"
        often = f" (this call runs {polynomial(loops, narrator)} times)" if loops else ""
        return Explanation(
            f"the costs can grow {total} by here{often}, but the budget is {self.most}",
            "call fewer or cheaper subtasks, or bound the collections that loops run over",
            loop_notes(loops, narrator),
        )
