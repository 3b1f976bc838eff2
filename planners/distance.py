"""How many lexemes a composition still needs: a shortest-path search over nodes, with what it learns kept.

The estimate that guides it never exceeds the truth. It is a sum of landmarks: calls that must still be made, each
on a line of its own, because a rule asks for them or because nothing else gives a value that they need.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from heapq import heappop, heappush
from itertools import count

from p2c_dsl.machine import Machine, State
from p2c_dsl.planners.lines import Line, Lines
from p2c_dsl.planners.node import Node, accepted, closings, key_of
from p2c_dsl.spec import Subtask
from p2c_dsl.types import ListOf, MapOf, Optional, Record, SetOf, Type, is_subtype, may_share


class Distances:
    """The fewest lexemes from nodes to an accepted end, as far as they have been asked for."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._lines = Lines(machine)
        self._estimate = Estimate(machine)
        self._keys: dict[Hashable, Hashable] = {}
        self._after: dict[Hashable, tuple[tuple[Line, Hashable], ...]] = {}
        self._exact: dict[Hashable, int] = {}
        self._at_least: dict[Hashable, int] = {}
        self.expanded = 0

    def lines(self, node: Node) -> tuple[tuple[Line, Hashable], ...]:
        """The lines that may follow a node, with the keys of the nodes after them."""
        key = self.key(node)
        found = self._after.get(key)
        if found is None:
            self.expanded += 1
            found = tuple((line, self.key(line.node)) for line in self._lines.after(node))
            self._after[key] = found
        return found

    def key(self, node: Node) -> Hashable:
        """The node's key, one object for all nodes that share it."""
        key = key_of(self.machine, node)
        return self._keys.setdefault(key, key)

    def ends(self, node: Node) -> bool:
        """Whether the composition may end here, after closing what is open."""
        return any(accepted(self.machine, level) for level in closings(self.machine, node))

    def within(self, node: Node, limit: int) -> int | None:
        """The distance if it is at most `limit`, else `None`. The end itself costs nothing."""
        start = self.key(node)
        if start in self._exact:
            return self._exact[start] if self._exact[start] <= limit else None
        if self._at_least.get(start, 0) > limit:
            return None
        return self._search(node, start, limit)

    def _search(self, node: Node, start: Hashable, limit: int) -> int | None:
        """A*: the open nodes in the order of the way so far and the estimate of the rest."""
        order = count()
        best: dict[Hashable, int] = {start: 0}
        parents: dict[Hashable, Hashable] = {}
        queue = [(self.at_least(node, start), next(order), start, node, 0)]
        while queue and queue[0][0] <= limit:
            total, _, key, here, way = heappop(queue)
            if way > best[key]:
                continue
            rest = self._known(here, key)
            if rest is not None:
                if way + rest <= total:
                    self._remember(key, rest, best, parents)
                    return way + rest
                heappush(queue, (way + rest, next(order), key, here, way))
                continue
            for line, after in self.lines(here):
                further = way + len(line.words)
                if further < best.get(after, further + 1):
                    best[after], parents[after] = further, key
                    estimate = further + self.at_least(line.node, after)
                    heappush(queue, (estimate, next(order), after, line.node, further))
        self._at_least[start] = max(self._at_least.get(start, 0), limit + 1)
        return None

    def _known(self, node: Node, key: Hashable) -> int | None:
        if key not in self._exact and self.ends(node):
            self._exact[key] = 0
        return self._exact.get(key)

    def _remember(
        self, key: Hashable, rest: int, best: dict[Hashable, int], parents: dict[Hashable, Hashable]
    ) -> None:
        total = best[key] + rest
        self._exact[key] = rest
        while key in parents:
            key = parents[key]
            self._exact[key] = total - best[key]

    def at_least(self, node: Node, key: Hashable) -> int:
        """A lower bound on the distance, the distance itself where it is known."""
        known = self._exact.get(key)
        if known is not None:
            return known
        found = self._at_least.get(key)
        if found is None:
            found = self._at_least[key] = self._estimate.of(node)
        return found


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
        landmarks = self._landmarks(state)
        chosen: list[frozenset[str]] = []
        for landmark in sorted(landmarks, key=lambda s: (len(s), sorted(s))):
            if all(landmark.isdisjoint(other) for other in chosen):
                chosen.append(landmark)
        calls = sum(min(self._cost[name] for name in landmark) for landmark in chosen)
        return calls + self._writes(state) + (2 if node.empty and not chosen else 0)

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
            or any(t == wanted for t in enums if t.__class__.__name__ == "Enum")
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
