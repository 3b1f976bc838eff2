"""Shared by the rules about what a value was produced by: their sources, and the marks of values."""

from __future__ import annotations

from dataclasses import dataclass, field

from p2c_dsl.machine.facet import CallSite, CallsSoFar, FieldPart, ItemPart, MadeOf, Origin, Part
from p2c_dsl.machine.guidance import Place
from p2c_dsl.machine.state import Accumulator, State, Value
from p2c_dsl.names import listing
from p2c_dsl.rules.base import Names, Rule, RuleError
from p2c_dsl.rules.pattern import Tokens
from p2c_dsl.rules.producer_marks import (
    NONE,
    Gathered,
    Mark,
    Recorded,
    cannot_be_empty,
    join,
    listed,
    may_be_clean,
    outliving,
    recorded,
)
from p2c_dsl.rules.worst_run import Purity
from p2c_dsl.spec import Spec, Subtask
from p2c_dsl.types import ListOf, Type


def read_sources(tokens: Tokens, names: Names) -> frozenset[str]:
    """The names of a rule's sources. Raises `RuleError`."""
    inputs = {p.name for p in names.task.parameters}
    for token in tokens:
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
    return frozenset(token.text for token in tokens)


@dataclass(frozen=True, eq=False)
class FromSources(Rule[None, Mark]):
    """A rule that judges values by what has produced them."""

    sources: frozenset[str] = field(kw_only=True)
    others: bool = field(kw_only=True)
    """Whether inputs or constants are among the sources."""

    @property
    def shown_sources(self) -> str:
        """The sources, in words."""
        return listing((f"`{s}`" for s in sorted(self.sources)), "or")

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

    def part(self, at: Place[None, Mark], mark: Mark, part: Part, of: Type, spec: Spec) -> Mark:
        match mark, part:
            case Recorded(), FieldPart(name):
                return mark.at(name)
            case Gathered(), ItemPart(key):
                return mark.at(key.identity)
            case Gathered(), _:
                return mark.keys
        return mark

    def made(self, at: Place[None, Mark], parts: MadeOf, of: Type, spec: Spec) -> Mark:
        if isinstance(of, ListOf):
            return listed(at.mark(element) for _, element in parts)
        return recorded((name, at.mark(value)) for name, value in parts if name is not None)

    def empty(self) -> Mark:
        return Gathered()

    def gather(self, at: Place[None, Mark], state: State, mark: Mark, key: Value | None, value: Value) -> Mark:
        assert isinstance(mark, Gathered)
        if key is None:
            return mark.appended(at.mark(value))
        return mark.written(key.identity, at.mark(key), at.mark(value))

    def outlive(self, mark: Mark, first: int) -> Mark:
        return outliving(mark, first)

    def merge(self, one: Mark, other: Mark) -> Mark:
        return join(one, other)

    def surely_wrong(self, mark: Mark, so_far: CallsSoFar) -> bool:
        """Whether a value to which the rule objects cannot come from a source: none has been called.

        What has been collected may be empty, and then nothing is wrong with it.
        """
        sourced = self.others or so_far.may(lambda subtask: subtask.name in self.sources)
        return not sourced and cannot_be_empty(mark)

    # ------------------------------------------------------------ for planners

    def accepts(self, at: Place[None, Mark], value: Value | Accumulator) -> bool:
        return may_be_clean(at.mark(value))

    def supplies(self, subtask: Subtask) -> bool:
        return subtask.name in self.sources

    def has_clean(self, at: Place[None, Mark], state: State) -> bool:
        """Whether some value comes from the sources alone."""
        marks = [at.mark(v) for v in state.values.values()]
        marks += [at.mark(a) for a in state.accumulators.values() if a.filled]
        return any(map(may_be_clean, marks))

    def pure_source(self, origin: Origin, name: str | None, of: Type, spec: Spec) -> bool:
        return not self.source(origin, name, of, spec)

    def pure_result(self, subtask: Subtask, spec: Spec) -> Purity:
        return Purity.ALWAYS if self.supplies(subtask) else Purity.NEVER
