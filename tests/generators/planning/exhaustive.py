"""The cheapest composition by trying all lines in the order of their cost, without any bound or guidance."""

from __future__ import annotations

from collections.abc import Hashable
from heapq import heappop, heappush
from itertools import count

from p2c_dsl.machine import Machine
from p2c_dsl.planners.lines.makers import with_makers
from p2c_dsl.planners.lines.node import Keys, Node, ends
from p2c_dsl.planners.lines.pattern import unit_weight
from p2c_dsl.planners.lines.successors import Lines
from p2c_dsl.rules import read_rules
from p2c_dsl.spec import Spec, Task


class TooLarge(Exception):
    """There are more lines to try than allowed; no composition is cheaper than `cost`."""

    def __init__(self, cost: int) -> None:
        self.cost = cost


def cheapest(spec: Spec, task: Task, budget: int, effort: int) -> tuple[int, str] | None:
    """The cheapest accepted composition: its cost and its body. `None` if there is none within the budget."""
    rules, wrong = read_rules(spec, task)
    assert not wrong, wrong[0].message
    machine = Machine(with_makers(spec, task), task, rules)
    keys = Keys(machine)
    lines = Lines(machine, keys.of, unit_weight)
    order, tried = count(), 0
    start = Node(machine.start(), True)
    best: dict[Hashable, int] = {keys.of(start): 0}
    queue: list[tuple[int, int, Node, str]] = [(0, next(order), start, "")]
    while queue:
        way, _, node, text = heappop(queue)
        if way > best[keys.of(node)]:
            continue
        if ends(machine, node):
            return way, text
        for line in lines.after(node):
            tried += 1
            if tried > effort:
                raise TooLarge(way)
            further = way + line.cost
            if further <= budget and further < best.get(line.key, further + 1):
                best[line.key] = further
                heappush(queue, (further, next(order), line.node, text + "".join(line.words)))
    return None
