"""Under an effort, a line for which there is no room beside the known completion is not searched behind."""

from __future__ import annotations

import pytest

from p2c_dsl.planners import Automaton
from p2c_dsl.planners.automaton.automaton import EFFORT
from tests.planners import enumerable
from tests.planners.tiny import spec_of

CHAIN = """
type Order
type Offer
subtask offers_for(order: Order) -> Offer
subtask look_at(order: Order)
subtask accept(offer: Offer)
task buy(order: Order):
    exactly 1 accept
"""


def buying(spare: int, effort: int | None = EFFORT) -> Automaton:
    """An automaton with some lexemes more than a cheapest composition takes."""
    spec, task = spec_of(CHAIN)
    first = Automaton(spec, task)
    return Automaton(spec, task, first.cost(first.start) + spare, effort=effort)


def tried(automaton: Automaton, lexeme: str) -> int:
    """How many lines are tried to judge a lexeme at the start."""
    before = automaton.completions.spent
    automaton.is_legal(automaton.start, lexeme)
    return automaton.completions.spent - before


def test_where_there_is_no_room_for_a_line_only_the_line_itself_is_tried() -> None:
    assert tried(buying(spare=2), "\n    look_at(") <= 1
    assert not buying(spare=2).is_legal(buying(spare=2).start, "\n    look_at(")


@pytest.mark.parametrize("effort", [EFFORT, None])
def test_where_there_is_room_for_it_it_is_legal(effort: int | None) -> None:
    automaton = buying(3, effort)
    assert automaton.is_legal(automaton.start, "\n    look_at(")


@pytest.mark.parametrize("name", enumerable.SPECS)
def test_nothing_small_is_left_out(name: str) -> None:
    """Wherever one can be in the specs that can be written down, an effort offers all that is legal."""
    whole, bounded = Automaton(*enumerable.spec_of(name), 30), Automaton(*enumerable.spec_of(name), 30, effort=EFFORT)
    pending = [(whole.start, bounded.start)]
    while pending:
        here, there = pending.pop()
        legal = whole.legal(here)
        assert bounded.legal(there) == legal
        pending += [(whole.step(here, word), bounded.step(there, word)) for word in legal]
