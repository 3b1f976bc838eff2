"""The ways that a search has found."""

from __future__ import annotations

from dataclasses import replace

from p2c_dsl.planners.anytime.space import Ways
from tests.planners.anytime.test_goals_guidance import TWO_COLLECTIONS, at


def test_a_way_costs_what_its_lines_cost() -> None:
    space, node = at(TWO_COLLECTIONS)
    line, *_ = space.lines.after(node)
    dear, cheap, last = (replace(line, key=key, cost=cost) for key, cost in (("a", 5), ("a", 3), ("b", 4)))
    ways = Ways()
    ways.begin("start", space.start)
    ways.extend("start", dear, 5)
    ways.extend("a", last, 9)
    # A cheaper way to a node does not change what was noted of those behind it.
    ways.extend("start", cheap, 3)
    assert ways.to("b").lines == (cheap, last)
    assert ways.to("b").cost == 7
