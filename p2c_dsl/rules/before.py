"""`A before B`."""

from __future__ import annotations

from typing import Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, Explanation, Narrator, Violation
from p2c_dsl.machine.facts import NOTHING, Fact
from p2c_dsl.machine.state import State
from p2c_dsl.rules.base import NO_ARGUMENT, Event, Names, Rule
from p2c_dsl.rules.pattern import Match
from p2c_dsl.spec import Subtask


class Before(Rule):
    """Whenever B happens, A has happened in a call that completed earlier, on whatever path the run took.

    A call in one arm of an `if`, or in a loop over a collection that may be empty, has not happened for certain
    after it. It has, though, inside a later loop over the same collection, and under the same condition. A `may`
    effect never counts as having happened; the call of a subtask always does.
    """

    name = "before"
    syntax = "A before B"
    pattern = "<first:name> before <second:name>"
    summary = "when B happens, A has already happened, on every path"
    code = "P2C501"
    codes = (
        Code(
            "P2C501",
            "an event can happen before the one it needs",
            "Some path reaches an event without having completed the one that a `before` rule asks for.",
        ),
    )
    accepted = """
type File
effect erase(File) irreversible
subtask back_up(file: File)
subtask delete(file: File):
    does erase(file)
task clean(files: Set[File]):
    back_up before erase

compose clean(files):
    for f in files:
        back_up(f)
    for f in files:
        delete(f)
"""
    rejected = """
type File
effect erase(File) irreversible
subtask back_up(file: File)
subtask delete(file: File):
    does erase(file)
task clean(file: File, files: Set[File]):
    back_up before erase

compose clean(file, files):
    for f in files:
        back_up(f)
    delete(file)
"""

    def __init__(self, first: Event, second: Event, surely: frozenset[str]) -> None:
        self.first, self.second, self.surely = first, second, surely
        self.fact: Fact = ("happened", first.name)

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        first, second = names.event(match["first"][0]), names.event(match["second"][0])
        return cls(first, second, names.sure_performers(first))

    def call(self, own: None, state: State, call: CallSite, out: list[Violation]) -> None:
        if self.second.happens(call.subtask) and self.fact not in state.facts.known:
            out.append(Violation(self, self.code))

    def prerequisites(self, state: State, subtask: Subtask) -> tuple[frozenset[str], ...]:
        missing = self.second.happens(subtask) and self.fact not in state.facts.known
        return (self.surely,) if missing else ()

    def gains(self, call: CallSite) -> frozenset[Fact]:
        return frozenset({self.fact}) if self.first.surely(call.subtask) else NOTHING

    def blames(self, violation: Violation, subtask: Subtask) -> frozenset[int]:
        return NO_ARGUMENT

    def explain(self, violation: Violation, narrator: Narrator) -> Explanation:
        first, second = self.first.name, self.second.name
        places = narrator.calls(first)
        if not places:
            message = f"`{second}` happens here, but `{first}` has not happened before it"
            return Explanation(message, f"call a subtask that does `{first}` first")
        notes = tuple(
            (f"`{first}` may not have happened: this does not run on every path", s) for s in places
        )
        message = f"`{second}` can happen here before `{first}` has"
        return Explanation(message, f"let every path that leads here do `{first}` first", notes)
