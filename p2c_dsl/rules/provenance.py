"""`f.p from g, h`."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, Explanation, Narrator, Origin, Part, Violation, Violations
from p2c_dsl.machine.guidance import Place
from p2c_dsl.machine.state import Accumulator, State, Value
from p2c_dsl.names import listing
from p2c_dsl.rules.base import Names, Rule, RuleError
from p2c_dsl.rules.definition import Broken, Definition, Producer, RunEvent, Started
from p2c_dsl.rules.pattern import Match
from p2c_dsl.rules.worst_run import Purity
from p2c_dsl.spec import Spec, Subtask
from p2c_dsl.types import Type


@dataclass(frozen=True)
class ProducedBy(Definition[None]):
    """The argument for a parameter was produced by the sources; a default is not judged."""

    sink: str
    parameter: int
    sources: frozenset[str]

    def start(self) -> None:
        return None

    def step(self, state: None, event: RunEvent) -> None:
        match event:
            case Started(call) if call.subtask.name == self.sink:
                argument = call.arguments[self.parameter]
                for producer, name in () if argument is None else argument.origins:
                    if not self._is_source(producer, name):
                        raise Broken(f"a value would come from {_named(producer, name)}")

    def _is_source(self, producer: Producer, name: str) -> bool:
        match producer:
            case Producer.SUBTASK:
                return name in self.sources
            case Producer.INPUT:
                return "inputs" in self.sources or name in self.sources
            case Producer.CONSTANT:
                return "constants" in self.sources
            case Producer.LITERAL:
                return False


def _named(producer: Producer, name: str) -> str:
    kinds = {Producer.CONSTANT: "a constant", Producer.LITERAL: "a free literal"}
    return kinds.get(producer) or (f"`{name}`" if producer is Producer.SUBTASK else f"the input `{name}`")


Producers = frozenset[str]
NONE: Producers = frozenset()


@dataclass(frozen=True, slots=True)
class Gathered:
    """The wrong producers of an accumulator: those of a map's keys, and those of its elements or values."""

    keys: Mark
    values: Mark


Mark = Producers | Gathered
"""The producers that the rule does not allow and that may have produced a value."""


@dataclass(frozen=True, eq=False)
class Provenance(Rule[None, Mark]):
    """Every value that reaches parameter p of f was produced by one of the named sources.

    A source is a subtask (its results), an input of the task by its name, `inputs` (any of them) or `constants` (named
    constants, enum members and `None`). A part of a value has the same source as the whole. The elements of an
    accumulator keep their sources: a list is judged by its elements, and a map by its values. The keys of a map are
    judged when they are taken out and used. A parameter that is left to its default is not judged.
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
    sources: frozenset[str]
    others: bool
    """Whether inputs or constants are among the sources."""

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        path = match["sink"]
        subtask = names.subtask(path[0])
        if len(path) < 2:
            message = "expected a parameter of the subtask"
            known = subtask.parameters[0].name if subtask.parameters else "parameter"
            raise RuleError(message, path[0].span, f"write `{subtask.name}.{known} from …`")
        index, _ = names.parameter(subtask, path[1])
        inputs = {p.name for p in names.task.parameters}
        for token in match["sources"]:
            kinds = (
                token.text in names.spec.subtasks,
                token.text in inputs,
                token.text in ("inputs", "constants"),
            )
            if sum(kinds) > 1:
                message = f"`{token.text}` is ambiguous: it could be a subtask, an input or a kind of source"
                raise RuleError(message, token.span, "rename the subtask or the input")
            if token.text not in {*names.spec.subtasks, *inputs, "inputs", "constants"}:
                known_sources = [*names.spec.subtasks, *inputs, "inputs", "constants"]
                raise names.unknown("subtask or input", token, known_sources)
        sources = frozenset(t.text for t in match["sources"])
        return cls(subtask.name, index, sources, bool(sources - names.spec.subtasks.keys()))

    def definition(self) -> ProducedBy:
        return ProducedBy(self.sink, self.parameter, self.sources)

    # ------------------------------------------------------------ marks

    def source(self, origin: Origin, name: str | None, of: Type, spec: Spec) -> Mark:
        match origin:
            case Origin.INPUT:
                allowed = "inputs" in self.sources or name in self.sources
                return NONE if allowed else frozenset({f"the input `{name}`"})
            case Origin.CONSTANT:
                shown = f"the constant `{name}`" if name else "a constant"
                return NONE if "constants" in self.sources else frozenset({shown})
            case Origin.LITERAL:
                return frozenset({"a free literal"})
            case Origin.UNKNOWN:
                return NONE

    def result(self, at: Place[None, Mark], call: CallSite, spec: Spec) -> Mark:
        name = call.subtask.name
        return NONE if name in self.sources else frozenset({f"`{name}`"})

    def part(self, at: Place[None, Mark], mark: Mark, part: Part, of: Type, spec: Spec, key: Value | None) -> Mark:
        if not isinstance(mark, Gathered):
            return mark
        return mark.keys if part is Part.ELEMENT else mark.values

    def empty(self) -> Mark:
        return Gathered(NONE, NONE)

    def gather(self, at: Place[None, Mark], state: State, mark: Mark, key: Value | None, value: Value) -> Mark:
        assert isinstance(mark, Gathered)
        values = _join(mark.values, at.mark(value))
        # A loop over a list yields its elements, over a map its keys.
        keys = values if key is None else _join(mark.keys, at.mark(key))
        return Gathered(keys, values)

    def merge(self, one: Mark, other: Mark) -> Mark:
        return _join(one, other)

    # ------------------------------------------------------------ steps

    def call(self, at: Place[None, Mark], own: None, state: State, call: CallSite, out: Violations) -> None:
        argument = call.arguments[self.parameter] if call.subtask.name == self.sink else None
        producers = NONE if argument is None else _judged(at.mark(argument))
        if argument is not None and producers:
            name = call.subtask.parameters[self.parameter].name
            out.append(FromElsewhere(self, name, argument, producers, argument=self.parameter))

    def prerequisites(self, at: Place[None, Mark], state: State, subtask: Subtask) -> tuple[frozenset[str], ...]:
        """If only subtasks are sources and there is no value from them, one of them must be called."""
        if subtask.name != self.sink or self.others or subtask.parameters[self.parameter].optional:
            return ()
        marks = [at.mark(v) for v in state.values.values()]
        marks += [at.mark(a) for a in state.accumulators.values() if a.filled]
        return () if any(map(_may_be_clean, marks)) else (self.sources,)

    def tells_apart(
        self, at: Place[None, Mark], state: State, subtask: Subtask, parameter: int, value: Value
    ) -> Hashable:
        return at.mark(value) if self.judges(subtask, parameter) else None

    def accepts(self, at: Place[None, Mark], value: Value | Accumulator) -> bool:
        return _may_be_clean(at.mark(value))

    def supplies(self, subtask: Subtask) -> bool:
        return subtask.name in self.sources

    def judges(self, subtask: Subtask, parameter: int) -> bool:
        return (subtask.name, parameter) == (self.sink, self.parameter)

    # ------------------------------------------------------------ in the worst run

    def judged(self, subtask: Subtask) -> frozenset[int]:
        return frozenset({self.parameter}) if self.judges(subtask, self.parameter) else frozenset()

    def pure_source(self, origin: Origin, name: str | None, of: Type, spec: Spec) -> bool:
        return not self.source(origin, name, of, spec)

    def pure_result(self, subtask: Subtask, spec: Spec) -> Purity:
        return Purity.ALWAYS if self.supplies(subtask) else Purity.NEVER


@dataclass(frozen=True, slots=True, eq=False)
class FromElsewhere(Violation[Provenance]):
    """An argument that may have been produced by something other than the sources."""

    parameter: str
    value: Value
    producers: Producers

    def blames(self, subtask: Subtask) -> frozenset[int]:
        return frozenset({self.facet.parameter})

    def explain(self, narrator: Narrator) -> Explanation:
        rule, producers = self.facet, sorted(self.producers)
        names = [s.strip("`") for s in producers if s.startswith("`")]
        notes = tuple(("it is produced here", s) for name in names for s in narrator.calls(name))
        sources = listing((f"`{s}`" for s in sorted(rule.sources)), "or")
        return Explanation(
            f"{narrator.name(self.value)} comes from {', '.join(producers)}, "
            f"but `{rule.sink}.{self.parameter}` only takes values from {sources}",
            f"pass a value from {sources}",
            notes,
        )


def _judged(mark: Mark) -> Producers:
    while isinstance(mark, Gathered):
        mark = mark.values
    return mark


def _may_be_clean(mark: Mark) -> bool:
    """Whether a value with this mark, or a part of it, comes from sources alone."""
    return not mark if not isinstance(mark, Gathered) else _may_be_clean(mark.keys) or _may_be_clean(mark.values)


def _join(one: Mark, other: Mark) -> Mark:
    if not isinstance(one, Gathered) and not isinstance(other, Gathered):
        return one | other
    a, b = _spread(one), _spread(other)
    return Gathered(_join(a.keys, b.keys), _join(a.values, b.values))


def _spread(mark: Mark) -> Gathered:
    """The producers of a whole as the producers of all its parts."""
    return mark if isinstance(mark, Gathered) else Gathered(mark, mark)
