"""`f.p from g, h`."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, CallsSoFar, Explanation, Narrator, Violation, Violations
from p2c_dsl.machine.guidance import Place
from p2c_dsl.machine.state import State, Value
from p2c_dsl.rules.base import Names, RuleError
from p2c_dsl.rules.definition import RunEvent, Started
from p2c_dsl.rules.pattern import Match
from p2c_dsl.rules.producer_marks import Mark, judged_producers
from p2c_dsl.rules.producers import ProducedBySources
from p2c_dsl.rules.sources import FromSources, read_sources
from p2c_dsl.spec import Subtask


@dataclass(frozen=True)
class ProducedBy(ProducedBySources):
    """The argument for a parameter was produced by the sources; a default is not judged."""

    sink: str
    parameter: int

    def step(self, state: None, event: RunEvent) -> None:
        match event:
            case Started(call) if call.subtask.name == self.sink:
                argument = call.arguments[self.parameter]
                if argument is not None:
                    self.judge(argument)


@dataclass(frozen=True, eq=False)
class Provenance(FromSources):
    """Every value that reaches parameter p of f was produced by one of the named sources.

    A source is a subtask (its results), an input of the task by its name, `inputs` (any of them) or `constants` (named
    constants, enum members and `None`). A part of a value has the same source as the whole. The elements of an
    accumulator keep their sources: a list is judged by its elements, and a map by its values. The keys of a map are
    judged when they are taken out and used; what has been written over is not judged. A list or record that is made
    is judged by what was put in, and a field of it by what that field was given. A parameter that is left to its
    default is not judged.
    """

    name = "from"
    syntax = "f.p from g, h"
    pattern = "<sink:path> from <sources:names>"
    summary = "every value that reaches parameter p of f was produced by g or h"
    code = "P2C601"
    codes = (
        Code(
            "P2C601",
            "a value from the wrong source",
            "A value can reach a parameter although it was not produced by any source that a `from` rule names.",
        ),
    )
    accepted = """
type User
type Place
subtask ask(user: User) -> Set[Place]
subtask agree(wishes: Map[User, Set[Place]]) -> Place
subtask book(place: Place)
task dine(users: Set[User]):
    book.place from agree

compose dine(users):
    wishes = {}
    for u in users:
        wishes[u] = ask(u)
    book(agree(wishes))
"""
    rejected = """
type User
type Place
subtask ask(user: User) -> Set[Place]
subtask book(place: Place)
task dine(users: Set[User]):
    book.place from agree
subtask agree(wishes: Map[User, Set[Place]]) -> Place

compose dine(users):
    for u in users:
        for place in ask(u):
            book(place)
"""

    sink: str
    parameter: int

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        path = match["sink"]
        subtask = names.subtask(path[0])
        if len(path) < 2:
            message = "expected a parameter of the subtask"
            known = subtask.parameters[0].name if subtask.parameters else "parameter"
            raise RuleError(message, path[0].span, f"write `{subtask.name}.{known} from …`")
        index, _ = names.parameter(subtask, path[1])
        sources = read_sources(match["sources"], names)
        others = bool(sources - names.spec.subtasks.keys())
        return cls(subtask.name, index, sources=sources, others=others)

    def definition(self) -> ProducedBy:
        return ProducedBy(self.sink, self.parameter, sources=self.sources)

    def call(self, at: Place[None, Mark], own: None, state: State, call: CallSite, out: Violations) -> None:
        argument = call.arguments[self.parameter] if call.subtask.name == self.sink else None
        if argument is not None and judged_producers(at.mark(argument)):
            name = call.subtask.parameters[self.parameter].name
            out.append(FromElsewhere(self, name, argument, at.mark(argument), argument=self.parameter))

    # ------------------------------------------------------------ for planners

    def prerequisites(self, at: Place[None, Mark], state: State, subtask: Subtask) -> tuple[frozenset[str], ...]:
        """If only subtasks are sources and there is no value from them, one of them must be called."""
        if subtask.name != self.sink or self.others or subtask.parameters[self.parameter].optional:
            return ()
        return () if self.has_clean(at, state) else (self.sources,)

    def tells_apart(
        self, at: Place[None, Mark], state: State, subtask: Subtask, parameter: int, value: Value
    ) -> Hashable:
        return at.mark(value) if self.judges(subtask, parameter) else None

    def judges(self, subtask: Subtask, parameter: int) -> bool:
        return (subtask.name, parameter) == (self.sink, self.parameter)

    # ------------------------------------------------------------ in the worst run

    def judged(self, subtask: Subtask) -> frozenset[int]:
        return frozenset({self.parameter}) if self.judges(subtask, self.parameter) else frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class FromElsewhere(Violation[Provenance]):
    """An argument that may have been produced by something other than the sources."""

    parameter: str
    value: Value
    mark: Mark

    def certain(self, so_far: CallsSoFar) -> bool:
        return self.facet.surely_wrong(self.mark, so_far)

    def blames(self, subtask: Subtask) -> frozenset[int]:
        return frozenset({self.facet.parameter})

    def explain(self, narrator: Narrator) -> Explanation:
        rule, producers = self.facet, sorted(judged_producers(self.mark))
        names = [s.strip("`") for s in producers if s.startswith("`")]
        notes = tuple(("it is produced here", s) for name in names for s in narrator.calls(name))
        return Explanation(
            f"{narrator.name(self.value)} comes from {', '.join(producers)}, "
            f"but `{rule.sink}.{self.parameter}` only takes values from {rule.shown_sources}",
            f"pass a value from {rule.shown_sources}",
            notes,
        )
