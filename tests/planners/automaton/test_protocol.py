"""The token layer over an automaton that has nothing to do with compositions: all it needs is the protocol."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from itertools import permutations

import pytest

from p2c_dsl.planners.automaton.protocol import END
from p2c_dsl.planners.lines.pattern import Weigh
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.planners.tokens.vocabulary import Vocabulary
from tests.planners.tokens.test_token_automaton import BYTES, sampled, walks

GUESTS = ("Ann", "Anna", "Bo")


@dataclass(frozen=True)
class Called:
    """Who has been called, and what is left of the budget."""

    names: frozenset[str] = frozenset()
    left: int = 0


class RollCall:
    """Lists of guests, nobody twice, at least one: `Anna` begins with all of `Ann`."""

    header = "roll call:"

    def __init__(self, budget: int, weigh: Weigh) -> None:
        self.start, self._weigh = Called(left=budget), weigh

    def legal(self, position: Called) -> tuple[str, ...]:
        fitting = [w for w in self._lines(position) if self._weigh(w) <= position.left]
        return (*fitting, *((END,) if position.names else ()))

    def step(self, position: Called, lexeme: str) -> Called:
        return Called(position.names | {lexeme.removeprefix("\n- ")}, position.left - self._weigh(lexeme))

    def cost(self, position: Called) -> int:
        return 0 if position.names else min(map(self._weigh, self._lines(position)))

    def key(self, position: Called) -> Hashable:
        return position.names

    def renewed(self, position: Called) -> Called:
        return replace(position, left=self.start.left)

    def _lines(self, position: Called) -> list[str]:
        return [f"\n- {name}" for name in GUESTS if name not in position.names]


@pytest.fixture
def tokens() -> TokenAutomaton:
    vocabulary = Vocabulary([b"", *BYTES, b"call:\n- ", b"Ann", b"a\n-", b"na"], end=0)
    return TokenAutomaton.over(RollCall(60, vocabulary.weigh(60, GUESTS)), vocabulary)


def test_exactly_its_texts_can_be_written(tokens: TokenAutomaton) -> None:
    orders = [order for n in (1, 2, 3) for order in permutations(GUESTS, n)]
    assert set(walks(tokens)) == {"\n- ".join(("roll call:", *order)).encode() for order in orders}


def test_a_number_of_tokens_is_a_promise(tokens: TokenAutomaton) -> None:
    least = tokens.needed(tokens.start)
    for spare in (0, 1, 4):
        for path in sampled(tokens, 20, least + spare):
            assert len(path) <= least + spare


def test_a_text_may_be_taken_up_in_the_middle(tokens: TokenAutomaton) -> None:
    state = tokens.at(Called(frozenset({"Ann", "Bo"})))
    assert tokens.may_end(state)
    assert {text for text in walks(tokens, state)} == {b"", b"\n- Anna"}
