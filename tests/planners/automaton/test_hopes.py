"""Searches get shorter where they are in vain, and as long as ever once one succeeds."""

from __future__ import annotations

from itertools import pairwise

from p2c_dsl.planners import Automaton
from p2c_dsl.planners.automaton.hopes import LEAST, Hopes, kind_of
from tests.planners.tiny import spec_of

SPEC = """
type User
subtask ask(user: User)
subtask tell(user: User)
task inform(users: Set[User], user: User)
"""


def test_each_search_in_vain_shortens_the_next_one_down_to_the_least() -> None:
    hopes, tried = Hopes(), [100]
    for _ in range(6):
        hopes.failed("call", tried[-1])
        tried.append(hopes.of("call", 100))
    assert all(after < before or after == LEAST for before, after in pairwise(tried))
    assert tried[-1] == LEAST


def test_other_kinds_are_searched_for_as_long_as_ever() -> None:
    hopes = Hopes()
    hopes.failed("call", 100)
    assert hopes.of("loop", 100) == 100
    assert hopes.of("call", 3) == 3, "never longer than what a position has left"


def test_a_success_gives_the_whole_effort_back() -> None:
    hopes = Hopes()
    hopes.failed("call", 100)
    hopes.succeeded("call")
    assert hopes.of("call", 100) == 100


def test_lines_are_of_one_kind_that_call_the_same_within_a_block_or_outside() -> None:
    automaton = Automaton(*spec_of(SPEC), 30)
    lines = {"".join(line.words).strip(): line for line in automaton.completions.lines.after(automaton.start.node)}
    loop = lines["for user2 in users:"]
    inner = {"".join(line.words).strip(): line for line in automaton.completions.lines.after(loop.node)}
    assert kind_of(inner["ask(user)"]) == kind_of(inner["ask(user2)"])
    assert len({kind_of(line) for line in (lines["ask(user)"], lines["tell(user)"], inner["ask(user)"], loop)}) == 4
