"""`at least N E`."""

from __future__ import annotations

from typing import Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import Explanation, Narrator, Violation
from p2c_dsl.rules.base import Event, Names
from p2c_dsl.rules.counted import Counted
from p2c_dsl.rules.multiplicity import times_words
from p2c_dsl.rules.pattern import Match


def explain_least(rule: Counted, violation: Violation, narrator: Narrator) -> Explanation:
    """Too seldom: a path on which it is missing."""
    seen, event = violation.details[1], rule.event.name
    places = narrator.calls(event)
    needs = f"but the rule wants it at least {times_words(rule.least)}"
    if not places:
        return Explanation(f"`{event}` never happens, {needs}", f"call a subtask that does `{event}`")
    notes = tuple(("this may not run, or not often enough", span) for span in places)
    often = f"only {times_words(seen)}" if seen else "not at all"
    return Explanation(
        f"a run can complete with `{event}` {often}, {needs}",
        "call it on every path, outside loops whose collection may be empty (or declare `>= 1` on its size)",
        notes,
    )


class AtLeast(Counted):
    """Every run that completes does at least N of an effect, or calls a subtask at least N times.

    What stands in a loop counts as often as the collection's declared lower bound says (zero without one, for the
    collection may be empty), what stands in one arm of an `if` counts only if the other arm has it too, and a
    `may` effect does not count. A run that fails half-way promises nothing.
    """

    name = "at-least"
    syntax = "at least N E"
    pattern = "at least <count:int> <event:name>"
    summary = "an effect or subtask happens at least N times in every run that completes"
    code = "P2C402"
    codes = (
        Code(
            "P2C402",
            "an event can be missing",
            "Some run completes without doing the event as often as an `at least` rule wants: the call is missing, "
            "stands in a loop over a collection that may be empty, or on one path only.",
        ),
    )
    accepted = """
type Report
effect archive(Report)
subtask write() -> Report
subtask store(report: Report):
    does archive(report)
task file_report():
    at least 1 archive

compose file_report():
    report = write()
    store(report)
"""
    rejected = """
type Report
effect archive(Report)
subtask collect() -> Set[Report]
subtask store(report: Report):
    does archive(report)
task file_report():
    at least 1 archive

compose file_report():
    reports = collect()
    for report in reports:
        store(report)
"""

    def __init__(self, event: Event, least: int, surely: frozenset[str]) -> None:
        self.event, self.least, self.surely = event, least, surely

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        event = names.event(match["event"][0])
        return cls(event, int(match["count"][0].text), names.sure_performers(event))

    def explain(self, violation: Violation, narrator: Narrator) -> Explanation:
        return explain_least(self, violation, narrator)
