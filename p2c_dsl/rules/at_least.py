"""`at least N E`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.rules.base import Names
from p2c_dsl.rules.counted import EventCounted
from p2c_dsl.rules.pattern import Match
from p2c_dsl.rules.waiver import pays, read_waiver


@dataclass(frozen=True, eq=False)
class AtLeast(EventCounted):
    """Every run that completes does at least N of an effect, or calls a subtask at least N times.

    A call in a loop counts as often as the declared lower bound of the collection says: zero without one, because
    the collection may be empty. A call in one arm of an `if` counts only if the other arm makes it too. A `may`
    effect does not count. A run that fails half-way is not covered by this rule.

    `unless F`: a run in which F happens, before or after, need not do it.
    """

    name = "at-least"
    syntax = "at least N E [unless F]"
    pattern = "at least <count:int> <event:name> [unless <waiver:name>]"
    summary = "an effect or subtask happens at least N times in every run that completes"
    code = "P2C402"
    codes = (
        Code(
            "P2C402",
            "an event can be missing",
            "Some run completes without doing the event as often as an `at least` rule requires: the call is missing, "
            "is in a loop over a collection that may be empty, or is on one path only.",
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
subtask write() -> Report
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

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        event, waiver = names.event(match["event"][0]), read_waiver(match.get("waiver", ()), (), (), names)
        surely = pays(event, waiver, names)
        return cls(int(match["count"][0].text), event=event, surely=surely, waiver=waiver)
