"""A first plan, and others like it: greedy best-first search over helpful lines."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

from p2c_dsl.planners.anytime.limits import SearchLimits, Stopped
from p2c_dsl.planners.anytime.outcome import impossible, none_within, too_small
from p2c_dsl.planners.anytime.space import Beginning, Found, SearchSpace, Ways
from p2c_dsl.planners.lines.node import Node, ends
from p2c_dsl.planners.lines.pattern import NEVER, Line

_GREED = 5
"""The weight of the estimate against the cost so far (weighted A*, Pohl 1970)."""
_LATER = 40
"""What is added to a node's priority after each stage of its lines, so that no line is lost."""
_SOON = 400
"""How many lines are tried before it is asked whether there can be a plan."""
_HOPELESS = 100
"""The estimate where the relaxed plan says that there is no completion: it may be wrong."""

_Stages = tuple[Callable[[Node], Iterator[Line]], ...]


class _OpenNode(NamedTuple):
    priority: int
    number: int
    key: Hashable
    node: Node
    way: int
    stages: _Stages


def first(space: SearchSpace, beginnings: Sequence[Beginning], budget: int, limits: SearchLimits) -> Found:
    """A composition within the budget. Raises `Unplannable` if there is none, and `Stopped`.

    Mostly there is one within a few lines. Where there is not, the rules may conflict.
    """
    least = space.least(beginnings)
    if least <= budget:
        with suppress(Stopped):
            soon = replace(limits, effort=min(limits.effort, space.tried + _SOON))
            found = next(greedy(space, beginnings, budget, soon), None)
            if found is not None:
                return found
    # Mostly it is not needed, and people wait for a plan.
    from p2c_dsl.feasibility.conflict import find_conflict

    machine = space.machine
    conflict = find_conflict(machine.spec, machine.task, space.rules)
    if conflict is not None:
        raise impossible(conflict)
    if budget < least < NEVER:
        raise too_small(machine, budget, least)
    found = next(greedy(space, beginnings, budget, limits), None)
    if found is None:
        raise none_within(machine, budget)
    return found


def greedy(space: SearchSpace, beginnings: Iterable[Beginning], budget: int, limits: SearchLimits) -> Iterator[Found]:
    """Compositions within the budget, in the order in which they are met. Raises `Stopped`.

    Of nodes that look equally good, the newest is taken: plateaus are crossed and not filled.
    """
    order, ways = count(), Ways()
    queue: list[_OpenNode] = []

    def wait(key: Hashable, node: Node, way: int) -> None:
        about = min(space.about(node), _HOPELESS)
        heappush(queue, _OpenNode(way + _GREED * about, -next(order), key, node, way, space.stages))

    for beginning in beginnings:
        key = space.key(beginning.node)
        if beginning.spent + space.at_least(beginning.node, key) <= budget and ways.begin(key, beginning):
            wait(key, beginning.node, beginning.spent)
    while queue:
        here = heappop(queue)
        if here.way > ways.cost(here.key):
            continue
        if here.stages is space.stages and ends(space.machine, here.node):
            yield ways.to(here.key)
        if len(here.stages) > 1:
            heappush(queue, here._replace(priority=here.priority + _LATER, stages=here.stages[1:]))
        for line in here.stages[0](here.node):
            limits.check(space.tried, None, 0)
            cost = here.way + line.cost
            if cost < ways.cost(line.key) and cost + space.at_least(line.node, line.key) <= budget:
                ways.extend(here.key, line, cost)
                wait(line.key, line.node, cost)
