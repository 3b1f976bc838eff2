"""The nearest accepted composition, as a shortest path.

A point on the way is a node of the automaton and a place in the original. From there the next unit of the original
is kept for nothing, or dropped or changed for one edit, or a line that the automaton allows is inserted. The search is
A*: open points are taken in the order of the edits so far plus a lower bound on those to come, so the first accepted
end has the fewest edits.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from heapq import heappop, heappush
from itertools import count

from p2c_dsl.machine import Machine
from p2c_dsl.planners.automaton.units import Original
from p2c_dsl.planners.lines.node import Node, accepted
from p2c_dsl.planners.repair.bound import Bound
from p2c_dsl.planners.repair.points import EDIT, Action, EditPath, GivenUp, Point
from p2c_dsl.planners.repair.successors import Successor, Successors


class Search:
    """Looks for the accepted composition that is fewest edits away from an original."""

    def __init__(self, machine: Machine, original: Original, effort: int) -> None:
        self.machine = machine
        self.original = original
        self.effort = effort
        self._bound = Bound(machine, original)
        self._successors = Successors(machine, original, self._bound)
        self._last_use = {d: i for i, unit in enumerate(original.units) for d in unit.uses}

    def nearest(self, most: int) -> EditPath | None:
        """The nearest within `most` edits, `None` if there is none. Raises `GivenUp` after too much effort."""
        first = Point(Node(self.machine.start(), True), 0, tuple((d, d) for d in range(self.original.inputs)))
        best: dict[Hashable, int] = {self._key(first): 0}
        came: dict[int, tuple[int, Action]] = {}
        points, order = [first], count()
        queue: list[tuple[int, int, int, int, int, bool]] = []

        def wait(estimate: int, way: int, here: int, editing: bool) -> None:
            # Of equally near points, the one furthest along comes first: the last layer is not searched broadly.
            if estimate // EDIT <= most:
                heappush(queue, (estimate, -way, -points[here].place, -next(order), here, editing))

        wait(EDIT * self._least(first), 0, 0, False)
        spent = 0
        while queue:
            total, behind, _, _, here, editing = heappop(queue)
            point, way = points[here], -behind
            if way > best[self._key(point)]:
                continue
            if self._accepted(point):
                return _path_to(points, came, here, way // EDIT)
            if spent > self.effort:
                raise GivenUp(total // EDIT)
            if not editing:
                # Successors that cost edits are generated only when no point without further edits is left.
                wait(max(total, way + EDIT), way, here, True)
            for action, after in self._following(point, editing):
                spent += 1
                key, further = self._key(after), way + action.cost
                if further < best.get(key, further + 1):
                    best[key] = further
                    points.append(after)
                    came[len(points) - 1] = here, action
                    wait(further + EDIT * self._least(after), further, len(points) - 1, False)
        return None

    def _following(self, point: Point, editing: bool) -> Iterator[Successor]:
        return self._successors.edited(point) if editing else self._successors.unedited(point)

    def _least(self, point: Point) -> int:
        return self._bound.of(point.node, point.place, dict(point.slots), point.unused)

    def _accepted(self, point: Point) -> bool:
        done = point.place == len(self.original.units) and not point.unused and not point.going
        return done and accepted(self.machine, point.node)

    def _key(self, point: Point) -> Hashable:
        alive = tuple((d, s) for d, s in point.slots if self._last_use.get(d, -1) >= point.place)
        return (
            self._successors.node_key(point.node),
            point.place,
            alive,
            point.blocks,
            point.fresh,
            point.unused,
            point.going,
        )


def _path_to(points: list[Point], came: dict[int, tuple[int, Action]], here: int, edits: int) -> EditPath:
    actions, passed = [], [points[here]]
    while here in came:
        here, action = came[here]
        actions.append(action)
        passed.append(points[here])
    return EditPath(tuple(reversed(actions)), tuple(reversed(passed)), edits)
