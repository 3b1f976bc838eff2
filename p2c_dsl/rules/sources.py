"""Shared by the rules about what a value was produced by: their sources, and the marks of values."""

from __future__ import annotations

from dataclasses import dataclass, field

from p2c_dsl.machine.facet import CallSite, CallsSoFar, Origin, Part
from p2c_dsl.machine.guidance import Place
from p2c_dsl.machine.state import Accumulator, State, Value
from p2c_dsl.names import listing
from p2c_dsl.rules.base import Names, Rule, RuleError
from p2c_dsl.rules.pattern import Tokens
from p2c_dsl.rules.worst_run import Purity
from p2c_dsl.spec import Spec, Subtask
from p2c_dsl.types import ListOf, Type

Producers = frozenset[str]
NONE: Producers = frozenset()


@dataclass(frozen=True, slots=True)
class Gathered:
    """The wrong producers of an accumulator: those of a map's keys, and those of its elements or values."""

    keys: Mark
    values: Mark


Mark = Producers | Gathered
"""The producers that the rule does not allow and that may have produced a value."""


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

    def part(self, at: Place[None, Mark], mark: Mark, part: Part, of: Type, spec: Spec, key: Value | None) -> Mark:
        if not isinstance(mark, Gathered):
            return mark
        return mark.keys if part is Part.ELEMENT else mark.values

    def made(self, at: Place[None, Mark], parts: tuple[Value, ...], of: Type, spec: Spec) -> Mark:
        """A list is judged by its elements. Of a record it is not kept which field is whose."""
        joined: Mark = NONE
        for part in parts:
            joined = _join(joined, at.mark(part))
        return Gathered(joined, joined) if isinstance(of, ListOf) else everyone(joined)

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

    def surely_wrong(self, mark: Mark, so_far: CallsSoFar) -> bool:
        """Whether a value to which the rule objects cannot come from a source: none has been called.

        What has been collected may be empty, and then nothing is wrong with it.
        """
        sourced = self.others or so_far.may(lambda subtask: subtask.name in self.sources)
        return not sourced and not isinstance(mark, Gathered)

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


def judged_producers(mark: Mark) -> Producers:
    """The wrong producers of a value: of an accumulator, those of its elements or of its map's values."""
    while isinstance(mark, Gathered):
        mark = mark.values
    return mark


def everyone(mark: Mark) -> Producers:
    """The wrong producers of a value and of all its parts."""
    return everyone(mark.keys) | everyone(mark.values) if isinstance(mark, Gathered) else mark


def may_be_clean(mark: Mark) -> bool:
    """Whether a value with this mark, or a part of it, comes from sources alone."""
    return not mark if not isinstance(mark, Gathered) else may_be_clean(mark.keys) or may_be_clean(mark.values)


def _join(one: Mark, other: Mark) -> Mark:
    if not isinstance(one, Gathered) and not isinstance(other, Gathered):
        return one | other
    a, b = _spread(one), _spread(other)
    return Gathered(_join(a.keys, b.keys), _join(a.values, b.values))


def _spread(mark: Mark) -> Gathered:
    """The producers of a whole as the producers of all its parts."""
    return mark if isinstance(mark, Gathered) else Gathered(mark, mark)
