"""A lower bound on what a composition still needs, from the calls that nothing can replace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from p2c_dsl.machine import Machine, State
from p2c_dsl.planners.node import Node
from p2c_dsl.spec import Subtask
from p2c_dsl.types import Enum, ListOf, MapOf, Optional, Record, SetOf, Type, is_subtype, may_share

NEVER = 10**9
"""The estimate where nothing can complete the composition any more."""


class Estimate:
    """A lower bound on the lexemes still needed."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        subtasks = machine.spec.subtasks.values()
        self._subtasks = {s.name: s for s in subtasks}
        self._cost = {s.name: 2 + s.required + max(s.required - 1, 0) for s in subtasks}
        self._makers: dict[Type, frozenset[str]] = {}

    def of(self, node: Node) -> int:
        """The bound at a node."""
        state = node.state
        landmarks = [frozenset(s for s in m if self._callable(s, state)) for m in self._landmarks(state)]
        if not all(landmarks):
            return NEVER
        chosen: list[frozenset[str]] = []
        for landmark in sorted(landmarks, key=lambda s: (len(s), sorted(s))):
            if all(landmark.isdisjoint(other) for other in chosen):
                chosen.append(landmark)
        calls = sum(min(self._cost[name] for name in landmark) for landmark in chosen)
        return calls + self._writes(state) + (2 if node.empty and not chosen else 0)

    def _callable(self, name: str, state: State) -> bool:
        """Whether no rule forbids all further calls of a subtask."""
        subtask = self._subtasks[name]
        return not any(
            facet.exhausted(own, state, subtask)
            for facet, own in zip(self.machine.facets, state.facets, strict=True)
        )

    def _writes(self, state: State) -> int:
        """Each unfilled accumulator needs a write; its value may be a call that is counted already."""
        unfilled = [a for a in state.accumulators.values() if not a.filled]
        waiting = any(a.loop is None for a in unfilled)
        return sum(3 if a.is_map else 2 for a in unfilled) + (3 if waiting else 0)

    def _landmarks(self, state: State) -> set[frozenset[str]]:
        machine = self.machine
        if state.returned:
            return set()
        needed = {
            subtasks
            for facet, own in zip(machine.facets, state.facets, strict=True)
            for subtasks in facet.needed(own, state)
        }
        types = [value.type for value in state.values.values()]
        types += [acc.type for acc in state.accumulators.values()]
        if machine.task.result is not None:
            needed |= self._for(machine.task.result, types)
        found: set[frozenset[str]] = set()
        pending = list(needed)
        while pending:
            landmark = pending.pop()
            if landmark in found or not landmark:
                continue
            found.add(landmark)
            if len(landmark) == 1:
                (name,) = landmark
                pending.extend(self._before(self._subtasks[name], state, types))
        return found

    def _before(self, subtask: Subtask, state: State, types: list[Type]) -> Iterator[frozenset[str]]:
        for facet in self.machine.facets:
            yield from facet.prerequisites(state, subtask)
        for parameter in subtask.parameters[: subtask.required]:
            if not parameter.literal:
                yield from self._for(parameter.type, types)

    def _for(self, wanted: Type, types: Iterable[Type]) -> set[frozenset[str]]:
        """The subtasks of which one must be called to get a value of a type; none if there may be one already."""
        if isinstance(wanted, Optional | ListOf | SetOf | Record):
            if isinstance(wanted, ListOf) and not self._has(wanted, types):
                return self._collected(wanted.element, types, self._producers(wanted))
            return self._plainly(wanted, types)
        if isinstance(wanted, MapOf):
            if self._has(wanted, types):
                return set()
            return self._collected(wanted.value, types, self._producers(wanted))
        return self._plainly(wanted, types)

    def _plainly(self, wanted: Type, types: Iterable[Type]) -> set[frozenset[str]]:
        if isinstance(wanted, Optional) or self._has(wanted, types):
            return set()
        producers = self._producers(wanted)
        return {producers} if producers else set()

    def _collected(
        self, element: Type, types: Iterable[Type], producers: frozenset[str]
    ) -> set[frozenset[str]]:
        """A collection that no subtask gives has to be filled with elements."""
        return set() if producers else self._plainly(element, types)

    def _has(self, wanted: Type, types: Iterable[Type]) -> bool:
        constants = self.machine.spec.constants_of(self.machine.task).values()
        enums = [t for t in self.machine.spec.types.values()]
        return (
            any(_may_hold(t, wanted, self.machine) for t in types)
            or any(may_share(c.type, wanted) for c in constants)
            or any(t == wanted for t in enums if isinstance(t, Enum))
        )

    def _producers(self, wanted: Type) -> frozenset[str]:
        if wanted not in self._makers:
            self._makers[wanted] = frozenset(
                s.name
                for s in self._subtasks.values()
                if s.result is not None and _may_hold(s.result, wanted, self.machine)
            )
        return self._makers[wanted]


def _may_hold(of: Type, wanted: Type, machine: Machine, depth: int = 5) -> bool:
    """Whether a value of the wanted type may be got out of one of type `of`."""
    if is_subtype(of, wanted) or may_share(of, wanted):
        return True
    if depth == 0:
        return True
    match of:
        case ListOf(element) | SetOf(element) | Optional(element):
            return _may_hold(element, wanted, machine, depth - 1)
        case MapOf(key, value):
            return _may_hold(key, wanted, machine, depth - 1) or _may_hold(value, wanted, machine, depth - 1)
        case Record(name):
            fields = machine.spec.records.get(name, {}).values()
            return any(_may_hold(f, wanted, machine, depth - 1) for f in fields)
    return False
