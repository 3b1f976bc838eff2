"""A first plan, and others like it: greedy best-first search over helpful lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from heapq import heappop, heappush
from itertools import count, cycle
from random import Random
from typing import NamedTuple

from p2c_dsl.planners.anytime.improve import improve
from p2c_dsl.planners.anytime.limits import SearchLimits, Stopped
from p2c_dsl.planners.anytime.outcome import impossible, none_within, too_small
from p2c_dsl.planners.anytime.space import Beginning, Found, SearchSpace, Ways
from p2c_dsl.planners.lines.node import Node, ends
from p2c_dsl.planners.lines.pattern import NEVER, Line

_GREED = 5
"""The weight of the estimate against the cost so far (weighted A*, Pohl 1970)."""
_LATER = 40
"""What is added to a node's priority after each stage of its lines, so that no line is lost."""
_SIBLING = 10
"""What is added to the priority of a node whose other lines wait, since one of them has led closer."""
_AGAIN, _OFTEN = 20, 5
"""What is added for each node that looked alike before, and how many of them count at most."""
_PATIENCE = 12
"""How many nodes that are no better than the best one before are taken until others have a turn, too."""
_SOON = 400
"""How many lines are tried before it is asked whether there can be a plan."""
_TURN = 400
"""How many lines each of two searches that err in different ways then tries at a time."""
_HOPELESS = 300
"""The estimate where the relaxed plan says that there is no completion: it may be wrong."""

_Stages = tuple[Callable[[Node], Iterator[Line]], ...]


class _OpenNode(NamedTuple):
    """A node with the lines that are still to be tried; `new` if none has been."""

    priority: int
    number: tuple[int, int]
    key: Hashable
    node: Node
    way: int
    about: int
    lines: Iterator[Line]
    stages: _Stages
    new: bool = True


class NotFound(Stopped):
    """The search was stopped before it found a composition.

    Attributes:
        closest: Where it was when least was missing, as far as the estimate tells.
    """

    def __init__(self, closest: Node) -> None:
        super().__init__()
        self.closest = closest


def first(space: SearchSpace, beginnings: Sequence[Beginning], budget: int, limits: SearchLimits) -> Found:
    """A composition within the budget. Raises `Unplannable` if there is none, and `NotFound`."""
    patient, eager = (_Greedy(space, beginnings, budget, eager=eager) for eager in (False, True))
    try:
        return _first(patient, eager, beginnings, limits)
    except Stopped:
        best = min(patient, eager, key=lambda search: search.best)
        raise NotFound(best.closest) from None


def _first(patient: _Greedy, eager: _Greedy, beginnings: Sequence[Beginning], limits: SearchLimits) -> Found:
    """Mostly there is a composition within a few lines. Where there is not, the rules may conflict."""
    space, budget = patient.space, patient.budget
    machine, least = space.machine, space.least(beginnings)
    if least <= budget:
        with suppress(Stopped):
            found = next(patient.found(limits.sooner(space.tried + _SOON)), None)
            if found is not None:
                return found
        found = _cheapest(space, beginnings, budget, limits.sooner(space.tried + _SOON))
        if found is not None:
            return found
    # Mostly it is not needed, and people wait for a plan.
    from p2c_dsl.feasibility.conflict import find_conflict

    conflict = find_conflict(machine.spec, machine.task, space.rules)
    if conflict is not None:
        raise impossible(conflict)
    if budget < least < NEVER:
        raise too_small(machine, budget, least)
    for search in cycle((eager, patient, None)):
        limits.check(space.tried, None, 0)
        turn = limits.sooner(space.tried + _TURN)
        if search is None:
            found = _cheapest(space, beginnings, budget, turn)
            if found is not None:
                return found
            continue
        with suppress(Stopped):
            found = next(search.found(turn), None)
            if found is None:
                raise none_within(machine, budget)
            return found
    raise AssertionError("a cycle has no end")


def _cheapest(space: SearchSpace, beginnings: Sequence[Beginning], budget: int, limits: SearchLimits) -> Found | None:
    """The cheapest composition, if it is found within the limits: short plans are, where an estimate misleads.

    What has been tried before is not tried again, so that it goes on from there.
    """
    none = Found(beginnings[0], (), budget + 1)
    found, _ = next(improve(space, beginnings, none, replace(limits, watch=None)))
    return found if found.cost <= budget else None


def greedy(space: SearchSpace, beginnings: Sequence[Beginning], budget: int, limits: SearchLimits) -> Iterator[Found]:
    """Compositions within the budget, in the order in which they are met. Raises `Stopped`."""
    return _Greedy(space, beginnings, budget).found(limits)


class _Greedy:
    """One search: the nodes that wait, and the ways to them; `closest` is where the estimate was the `best`.

    Of nodes that look equally good, the newest is taken: plateaus are crossed and not filled. Unless it is `eager`, it
    goes on from the first line that leads as much closer as it costs, and comes back to the others later.
    """

    def __init__(
        self, space: SearchSpace, beginnings: Sequence[Beginning], budget: int, *, eager: bool = False
    ) -> None:
        self.space, self.budget, self._eager = space, budget, eager
        self._order = count()
        self._random = Random(0)
        self._alike: Counter[Hashable] = Counter()
        self._ways = Ways()
        self._queue: list[_OpenNode] = []
        self._classes: dict[tuple[int, int], list[_OpenNode]] = {}
        self._taken = set[tuple[int, int]]()
        self.best, self.closest = NEVER + 1, beginnings[0].node
        self._since, self._turn = 0, 0
        for beginning in beginnings:
            key = space.key(beginning.node)
            if beginning.spent + space.at_least(beginning.node, key) <= budget and self._ways.begin(key, beginning):
                self._wait(key, beginning.node, beginning.spent)

    def found(self, limits: SearchLimits) -> Iterator[Found]:
        """Compositions in the order in which they are met. Raises `Stopped`; called again, it goes on from there."""
        while (here := self._next()) is not None:
            if here.way > self._ways.cost(here.key):
                continue
            if here.new and ends(self.space.machine, here.node):
                yield self._ways.to(here.key)
            try:
                self._expand(here, limits)
            except Stopped:
                heappush(self._queue, here._replace(new=False, number=self._newest()))
                raise

    def _next(self) -> _OpenNode | None:
        """Takes the next node to expand: on a plateau by turns the best one, and the newest of each class."""
        self._since += 1
        if self._since > _PATIENCE and self._since % 2 and self._classes:
            classes = sorted(self._classes)
            self._turn += 1
            kind = self._random.choice(classes)
            nodes = self._classes[kind]
            at = self._random.randrange(len(nodes))
            nodes[at], nodes[-1] = nodes[-1], nodes[at]
            here = nodes.pop()
            if not self._classes[kind]:
                del self._classes[kind]
            if here.number not in self._taken:
                self._taken.add(here.number)
                return here
        while self._queue:
            here = heappop(self._queue)
            if here.number not in self._taken:
                if here.new:
                    self._taken.add(here.number)
                if here.about < self.best:
                    self.best, self.closest, self._since = here.about, here.node, 0
                return here
        return None

    def _newest(self) -> tuple[int, int]:
        return -next(self._order), 0

    def _wait(self, key: Hashable, node: Node, way: int, number: tuple[int, int] | None = None) -> int:
        """Puts a node into the queue. Returns what a completion costs about."""
        look, cost = self.space.look(node)
        about = min(cost, _HOPELESS)
        priority = way + _GREED * about
        if not self._eager:
            # Calls that do not depend on each other lead to much the same in any order.
            priority += _AGAIN * min(self._alike[look], _OFTEN)
            self._alike[look] += 1
        first, *later = self.space.stages
        open_ = _OpenNode(priority, number or self._newest(), key, node, way, about, first(node), tuple(later))
        heappush(self._queue, open_)
        self._classes.setdefault((about, way // 8), []).append(open_)
        return about

    def _expand(self, here: _OpenNode, limits: SearchLimits) -> None:
        """Tries lines after a node. Raises `Stopped`."""
        # Of the lines after one node the first comes first.
        newest, _ = self._newest()
        for place, line in enumerate(here.lines):
            about = self._reach(here, line, (newest, place))
            limits.check(self.space.tried, None, 0)
            if about is not None and line.cost + about <= here.about and not self._eager:
                heappush(
                    self._queue, here._replace(priority=here.priority + _SIBLING, new=False, number=self._newest())
                )
                return
        if here.stages:
            stage, *later = here.stages
            later_on = here._replace(priority=here.priority + _LATER, lines=stage(here.node), stages=tuple(later))
            heappush(self._queue, later_on._replace(new=False, number=self._newest()))

    def _reach(self, here: _OpenNode, line: Line, number: tuple[int, int]) -> int | None:
        """Queues the node after a line, if this is the cheapest way to it; returns what a completion costs about."""
        cost = here.way + line.cost
        if cost >= self._ways.cost(line.key) or cost + self.space.at_least(line.node, line.key) > self.budget:
            return None
        self._ways.extend(here.key, line, cost)
        return self._wait(line.key, line.node, cost, number)
