"""Cheaper plans than one that is known, until none is left: A* over the lines that a cheapest plan may contain."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

from p2c_dsl.planners.anytime.limits import SearchLimits, Stopped
from p2c_dsl.planners.anytime.space import Beginning, Found, SearchSpace, Ways
from p2c_dsl.planners.lines.node import Node, ends


class Improvement(NamedTuple):
    """The cheapest plan so far, and a bound that no plan is below; `at_least` equals its cost once that is proved."""

    plan: Found
    at_least: int


class _OpenBound(NamedTuple):
    total: int
    depth: int
    number: int
    key: Hashable
    node: Node
    way: int


def improve(
    space: SearchSpace, beginnings: Iterable[Beginning], known: Found, limits: SearchLimits
) -> Iterator[Improvement]:
    """Ever cheaper plans than a known one; last the cheapest once more, with the final bound.

    Of nodes with equal bounds, the one furthest on the way is taken: the last layer is not filled.
    """
    order, ways = count(), Ways()
    queue: list[_OpenBound] = []

    def wait(key: Hashable, node: Node, way: int) -> None:
        heappush(queue, _OpenBound(way + space.at_least(node, key), -way, next(order), key, node, way))

    for beginning in beginnings:
        key = space.key(beginning.node)
        if ways.begin(key, beginning):
            wait(key, beginning.node, beginning.spent)
    at_least = 0
    try:
        while queue and queue[0].total < known.cost:
            here = heappop(queue)
            at_least = max(at_least, here.total)
            if here.way > ways.cost(here.key):
                continue
            if ends(space.machine, here.node):
                known = ways.to(here.key)
                yield Improvement(known, at_least)
                continue
            for line in space.pruning.after(here.node):
                limits.check(space.tried, known.cost, at_least)
                cost = here.way + line.cost
                if cost < ways.cost(line.key) and cost + space.at_least(line.node, line.key) < known.cost:
                    ways.extend(here.key, line, cost)
                    wait(line.key, line.node, cost)
    except Stopped:
        yield Improvement(known, at_least)
    else:
        yield Improvement(known, known.cost)
