"""The product of the facets: a state holds one state for each facet, and a value one mark for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

from p2c_dsl.machine.facet import AnyFacet, Violation, Violations
from p2c_dsl.machine.facts import NOTHING, Fact, either
from p2c_dsl.machine.guidance import Place
from p2c_dsl.machine.outcomes import knowing
from p2c_dsl.machine.state import Parts, State, Value
from p2c_dsl.program.conditions import Condition, Predicate

AnyPlace = Place[Any, Any]
Placed = tuple[tuple[AnyPlace, AnyFacet], ...]
"""Facets with the places of their states and marks."""
Move = Callable[[AnyPlace, AnyFacet, Any], Any]
"""A function from a facet's own part before a step to the one after it."""


class Product:
    """Applies one hook of all facets; facets that do not override the hook are skipped.

    Attributes:
        facets: One for each rule, in the order of every state's and value's parts.
        placed: The same, each with its place.
    """

    def __init__(self, facets: Sequence[AnyFacet]) -> None:
        self.facets = tuple(facets)
        self.placed: Placed = tuple((Place(index), facet) for index, facet in enumerate(self.facets))
        self._nothing: Parts = (None,) * len(self.facets)
        self._steppers, self._lookers = self.having("step"), self.having("look_up")
        self._consumers, self._learners = self.having("consume"), self.having("learns")
        self._forgetters, self._finishers = self.having("forget"), self.having("finish")
        self._outliving, self._merging = self.having("outlive"), self.having("merge")

    def having(self, hook: str) -> Placed:
        """The facets that override a hook."""
        return tuple((at, f) for at, f in self.placed if f.takes(hook))

    def marks(self, among: Placed, mark: Callable[[AnyPlace, AnyFacet], object]) -> Parts:
        """Marks made by these facets; the others have no mark."""
        if not among:
            return self._nothing
        marks = list(self._nothing)
        for at, facet in among:
            marks[at.index] = mark(at, facet)
        return tuple(marks)

    def moved(self, before: Parts, movers: Placed, move: Move) -> Parts:
        """The parts after each of these facets has moved its own."""
        after: list[Any] | None = None
        for at, facet in movers:
            old = before[at.index]
            new = move(at, facet, old)
            if new is not old:
                after = list(before) if after is None else after
                after[at.index] = new
        return before if after is None else tuple(after)

    def each(self, state: State, movers: Placed, move: Move) -> State:
        """The state after each of these facets has moved."""
        moved = self.moved(state.facets, movers, move)
        return state if moved is state.facets else state._replace(facets=moved)

    # ------------------------------------------------------------ shared by several steps

    def step(self, state: State, out: Violations) -> State:
        """One more step of the program's size."""
        return self.each(state, self._steppers, lambda _, f, own: f.step(own, state, out))

    def consume(self, state: State, value: Value, out: Violations, argument: int | None = None) -> State:
        """The state after a use of a value."""
        return self.each(state, self._consumers, lambda at, f, own: f.consume(at, own, state, value, out, argument))

    def look_up(self, state: State, whole: Value, key: Value, out: Violations) -> State:
        """The state after a lookup that has not failed."""
        return self.each(state, self._lookers, lambda at, f, own: f.look_up(at, own, state, whole, key, out))

    def learned(self, state: State, condition: Condition[Value]) -> State:
        """The state after a condition that has turned out to hold."""

        def told(part: Condition[Value]) -> frozenset[Fact]:
            return NOTHING.union(*(_learned(at, f, part) for at, f in self._learners))

        return state._replace(facts=knowing(state.facts, condition, told))

    def going_on(self, state: State, every: bool, part: Condition[Value]) -> State:
        """The state behind a part of an `and` (`every`) or `or` that has not decided the whole."""
        return state._replace(facts=knowing(state.facts, part if every else part.negated))

    def forgotten(self, state: State, entry: State) -> Parts:
        """The facets' states at the end of a block that started in `entry`, whose slots are reused."""
        first = entry.slots
        return self.moved(
            state.facets, self._forgetters, lambda at, f, own: f.forget(own, at.state(entry), first, state)
        )

    def finish(self, state: State, out: Violations) -> None:
        """The composition completes here."""
        for at, facet in self._finishers:
            facet.finish(at.state(state), state, out)

    def outlived(self, marks: Parts, first: int) -> Parts:
        """An accumulator's marks after a loop or an arm whose slots begin at `first`."""
        return self.moved(marks, self._outliving, lambda _, f, mark: f.outlive(mark, first))

    def merged(self, one: Parts, other: Parts) -> Parts:
        """An accumulator's marks after two arms that wrote to it differently."""
        return self.moved(one, self._merging, lambda at, f, mark: f.merge(mark, other[at.index]))


def _learned(at: AnyPlace, facet: AnyFacet, condition: Condition[Value]) -> frozenset[Fact]:
    """What a facet knows where a condition holds: of an `or`, what all of its parts tell, or one of them."""
    if isinstance(condition, Predicate):
        return facet.learns(at, condition)
    told = [_learned(at, facet, part) for part in condition.parts]
    return NOTHING.union(*told) if condition.every else reduce(either, told)


def reaching(state: State, out: Violations) -> Violations:
    """The list for the objections to a step in that state: where no run comes, rules about runs object to nothing."""
    return _AboutText(out) if state.unreached else out


class _AboutText(list[Violation[AnyFacet | None]]):
    """Takes only objections to the text, and hands them on."""

    def __init__(self, out: Violations) -> None:
        super().__init__()
        self._out = out

    def append(self, violation: Violation[AnyFacet | None]) -> None:
        if violation.facet is None or violation.facet.textual:
            self._out.append(violation)
