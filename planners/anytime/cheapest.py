"""All compositions of a task, the cheapest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

from p2c_dsl.planners.anytime.limits import SearchLimits, Stopped
from p2c_dsl.planners.anytime.space import Beginning, Found, SearchSpace
from p2c_dsl.planners.lines.node import Node, ends
from p2c_dsl.planners.lines.pattern import Line


class _OpenText(NamedTuple):
    """A way that may be continued; one that `ended` is a composition."""

    total: int
    number: int
    way: int
    node: Node
    beginning: Beginning
    lines: tuple[Line, ...]
    ended: bool


def cheapest(space: SearchSpace, beginnings: Iterable[Beginning], budget: int, limits: SearchLimits) -> Iterator[Found]:
    """The compositions within a budget in the order of their cost; it ends at the limits, even if there are more.

    Other than the search for one, it keeps apart what leads to the same node: each text is one composition.
    """
    with suppress(Stopped):
        yield from _cheapest(space, beginnings, budget, limits)


def _cheapest(
    space: SearchSpace, beginnings: Iterable[Beginning], budget: int, limits: SearchLimits
) -> Iterator[Found]:
    order = count()
    queue: list[_OpenText] = []
    for start in beginnings:
        total = start.spent + space.at_least(start.node, space.key(start.node))
        heappush(queue, _OpenText(total, next(order), start.spent, start.node, start, (), False))
    while queue and queue[0].total <= budget:
        here = heappop(queue)
        if here.ended:
            yield Found(here.beginning, here.lines, here.way)
            continue
        if ends(space.machine, here.node):
            heappush(queue, here._replace(total=here.way, number=next(order), ended=True))
        for line in space.lines.after(here.node):
            limits.check(space.tried, None, here.total)
            way = here.way + line.cost
            total = way + space.at_least(line.node, line.key)
            further = here._replace(total=total, number=next(order), way=way, node=line.node)
            heappush(queue, further._replace(lines=(*here.lines, line)))
