"""`A before B`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, Explanation, Narrator, Violation, Violations
from p2c_dsl.machine.facts import NOTHING, Fact
from p2c_dsl.machine.guidance import Place
from p2c_dsl.machine.state import State
from p2c_dsl.rules.base import NO_ARGUMENT, Names, Rule
from p2c_dsl.rules.definition import Broken, Completed, Definition, RunEvent, Started
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.pattern import Match
from p2c_dsl.spec import Subtask


@dataclass(frozen=True)
class HappensFirst(Definition[bool]):
    """When `second` happens, or may happen, `first` has certainly happened in an earlier call that has completed."""

    first: Event
    second: Event

    def start(self) -> bool:
        return False

    def step(self, happened: bool, event: RunEvent) -> bool:
        match event:
            case Started(call) if call.most(self.second) and not happened:
                raise Broken(f"`{self.second.name}` would happen without `{self.first.name}` before it")
            case Completed():
                return happened or event.sure(self.first) > 0
        return happened


@dataclass(frozen=True, eq=False)
class Before(Rule[None, None]):
    """Whenever B happens, A has already happened in a call that completed earlier, on every path.

    A call in one arm of an `if`, or in a loop over a collection that may be empty, is not certain to have happened
    afterwards. It is certain, though, inside a later loop over the same collection and under the same condition. A
    `may` effect never counts as having happened; the call of a subtask always does.
    """

    name = "before"
    syntax = "A before B"
    pattern = "<first:name> before <second:name>"
    summary = "when B happens, A has already happened, on every path"
    code = "P2C501"
    codes = (
        Code(
            "P2C501",
            "an event can happen before the one it requires",
            "Some path reaches an event without having completed the one that a `before` rule requires.",
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

    first: Event
    second: Event
    surely: frozenset[str]
    """The subtasks whose calls are `first` for certain."""

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        first, second = names.event(match["first"][0]), names.event(match["second"][0])
        return cls(first, second, names.sure_performers(first))

    def definition(self) -> HappensFirst:
        return HappensFirst(self.first, self.second)

    @property
    def fact(self) -> Fact:
        """The fact that `first` has happened."""
        return ("happened", self.first.name)

    def call(self, at: Place[None, None], own: None, state: State, call: CallSite, out: Violations) -> None:
        if self.second.happens(call.subtask) and self.fact not in state.facts.known:
            out.append(TooEarly(self))

    def prerequisites(self, at: Place[None, None], state: State, subtask: Subtask) -> tuple[frozenset[str], ...]:
        missing = self.second.happens(subtask) and self.fact not in state.facts.known
        return (self.surely,) if missing else ()

    def progresses(self, before: None, after: None, gained: frozenset[Fact]) -> bool:
        return self.fact in gained

    def line_needs(self, subtask: Subtask, *, checked: bool) -> tuple[frozenset[str], ...]:
        return (self.surely,) if self.second.happens(subtask) else ()

    def gains(self, call: CallSite) -> frozenset[Fact]:
        return frozenset({self.fact}) if self.first.surely(call.subtask) else NOTHING


@dataclass(frozen=True, slots=True, eq=False)
class TooEarly(Violation[Before]):
    """A path on which the second event happens without the first."""

    def blames(self, subtask: Subtask) -> frozenset[int]:
        return NO_ARGUMENT

    def explain(self, narrator: Narrator) -> Explanation:
        first, second = self.facet.first.name, self.facet.second.name
        places = narrator.calls(first)
        if not places:
            message = f"`{second}` happens here without `{first}` before it"
            return Explanation(message, f"call a subtask that does `{first}` first")
        notes = tuple((f"this does not run on every path, so `{first}` may not have happened", s) for s in places)
        message = f"`{second}` can happen here before `{first}` has happened"
        return Explanation(message, f"do `{first}` first on every path that leads here", notes)
