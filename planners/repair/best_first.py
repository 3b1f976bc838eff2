"""A search over the points of a repair, the most promising one first."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from heapq import heappop, heappush
from itertools import count
from math import inf

from p2c_dsl.planners.lines.node import Node, accepted
from p2c_dsl.planners.repair.points import EDIT, Action, EditPath, Point
from p2c_dsl.planners.repair.successors import Successors
from p2c_dsl.planners.repair.wanted import LOST

Guess = Callable[[Point, int], int]
"""What a point is taken to cost yet, from the lower bound on that."""


class BestFirst:
    """Goes through points in the order of the edits so far plus a guess at those to come.

    Attributes:
        spent: How many steps it has tried.
        below: What a path must cost less than.
    """

    def __init__(self, successors: Successors, guess: Guess, most: int) -> None:
        self.machine, self.original = successors.machine, successors.original
        self.spent = 0
        self.below: float = inf
        self._limit = (most + 1) * EDIT
        self._successors, self._guess = successors, guess
        self._last_use = {d: i for i, unit in enumerate(self.original.units) for d in unit.uses}
        self._order = count()
        first = Point(Node(self.machine.start(), True), 0, tuple((d, d) for d in range(self.original.inputs)))
        self._points = [first]
        self._best: dict[Hashable, int] = {self._key(first): 0}
        self._came: dict[int, tuple[int, Action]] = {}
        self._queue: list[tuple[int, int, int, int, int, bool]] = []
        self._wait(first, 0, 0)

    @property
    def least(self) -> float:
        """The priority of the next point, infinite if none is left: if the guess is a bound, no path costs less."""
        return self._queue[0][0] if self._queue else inf

    def step(self) -> EditPath | None:
        """Takes the next point, and gives the path to it if it is an accepted end."""
        total, behind, _, _, here, editing = heappop(self._queue)
        point, way = self._points[here], -behind
        if way > self._best[self._key(point)] or way >= self.below:
            return None
        if not editing and self._accepted(point):
            return self._end(total, way, here)
        if not editing:
            # Successors that cost edits are generated only when no point without further edits is left.
            self._push(max(total, way + EDIT), way, here, True)
        for action, after in self._successors.edited(point) if editing else self._successors.unedited(point):
            self.spent += 1
            key, further = self._key(after), way + action.cost
            if further < self._best.get(key, further + 1):
                self._best[key] = further
                self._points.append(after)
                self._came[len(self._points) - 1] = here, action
                self._wait(after, further, len(self._points) - 1)
        return None

    def _end(self, total: int, way: int, here: int) -> EditPath | None:
        """The path to an accepted end, unless it loses what has to be kept, or costs too much with what it loses."""
        wanted, done = self._successors.wanted, self._points[here].done
        lost = list(wanted.lost(done))
        if lost:
            # More edits may bring it back.
            self._push(max(total, way + EDIT), way, here, True)
        cost = way + LOST * EDIT * len(lost)
        if cost >= self.below or any(event.kept for event in lost):
            return None
        return self._path_to(here, way // EDIT, cost)

    def _wait(self, point: Point, way: int, here: int) -> None:
        least = self._successors.bound.of(point)
        if way + least < min(self.below, self._limit):
            self._push(way + self._guess(point, least), way, here, False)

    def _push(self, priority: int, way: int, here: int, editing: bool) -> None:
        # Of equally near points, the one furthest along comes first: the last layer is not searched broadly.
        heappush(self._queue, (priority, -way, -self._points[here].place, -next(self._order), here, editing))

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
            point.done,
        )

    def _path_to(self, here: int, edits: int, cost: int) -> EditPath:
        actions, passed = [], [self._points[here]]
        while here in self._came:
            here, action = self._came[here]
            actions.append(action)
            passed.append(self._points[here])
        return EditPath(tuple(reversed(actions)), tuple(reversed(passed)), edits, cost)
