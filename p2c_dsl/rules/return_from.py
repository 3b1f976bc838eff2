"""`return from g, h`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallsSoFar, Explanation, Narrator, Violation, Violations
from p2c_dsl.machine.guidance import Place
from p2c_dsl.machine.state import State, Value
from p2c_dsl.rules.base import Names, RuleError
from p2c_dsl.rules.definition import Returning, RunEvent
from p2c_dsl.rules.pattern import Match, span_of
from p2c_dsl.rules.producer_marks import Mark, judged_producers
from p2c_dsl.rules.producers import ProducedBySources
from p2c_dsl.rules.sources import FromSources, read_sources


@dataclass(frozen=True)
class ReturnedFrom(ProducedBySources):
    """What the run returns was produced by the sources."""

    def step(self, state: None, event: RunEvent) -> None:
        if isinstance(event, Returning):
            self.judge(event.datum)


@dataclass(frozen=True, eq=False)
class ReturnFrom(FromSources):
    """What the task returns was produced by one of the named sources, in every run that completes.

    A source is a subtask (its results), an input of the task by its name, `inputs` (any of them) or `constants` (named
    constants, enum members and `None`). A part of a value has the same source as the whole. A list that the composition
    has gathered is judged by its elements, and a map by its values.
    """

    name = "return-from"
    syntax = "return from g, h"
    pattern = "return from <sources:names>"
    summary = "what the task returns was produced by g or h"
    code = "P2C603"
    codes = (
        Code(
            "P2C603",
            "a result from the wrong source",
            "The task can return a value that was not produced by any source that a `return from` rule names.",
        ),
    )
    accepted = """
type Order
type Summary
subtask summarize(order: Order) -> Summary
subtask draft() -> Summary
task report(order: Order) -> Summary:
    return from summarize

compose report(order):
    summary = summarize(order)
    return summary
"""
    rejected = """
type Order
type Summary
subtask summarize(order: Order) -> Summary
subtask draft() -> Summary
task report(order: Order) -> Summary:
    return from summarize

compose report(order):
    summary = draft()
    return summary
"""

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        sources = read_sources(match["sources"], names)
        if names.task.result is None:
            span = span_of(match["sources"])
            raise RuleError(f"`{names.task.name}` has no result", span, "declare one: `task …(…) -> T:`")
        return cls(sources=sources, others=bool(sources - names.spec.subtasks.keys()))

    def definition(self) -> ReturnedFrom:
        return ReturnedFrom(sources=self.sources)

    def judges_result(self) -> bool:
        return True

    def give(self, at: Place[None, Mark], state: State, value: Value, out: Violations) -> None:
        if judged_producers(at.mark(value)):
            out.append(ReturnsFromElsewhere(self, value, at.mark(value)))


@dataclass(frozen=True, slots=True, eq=False)
class ReturnsFromElsewhere(Violation[ReturnFrom]):
    """A result that may have been produced by something other than the sources."""

    value: Value
    mark: Mark

    def certain(self, so_far: CallsSoFar) -> bool:
        return self.facet.surely_wrong(self.mark, so_far)

    def explain(self, narrator: Narrator) -> Explanation:
        rule, producers = self.facet, sorted(judged_producers(self.mark))
        names = [s.strip("`") for s in producers if s.startswith("`")]
        notes = tuple(("it is produced here", s) for name in names for s in narrator.calls(name))
        return Explanation(
            f"{narrator.name(self.value)} comes from {', '.join(producers)}, "
            f"but the task only returns what comes from {rule.shown_sources}",
            f"return a value from {rule.shown_sources}",
            notes,
        )
