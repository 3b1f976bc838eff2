"""A lexeme that is judged when it is drawn is drawn as if all had been judged before."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from p2c_dsl.planners import Automaton
from p2c_dsl.planners.automaton.automaton import Position
from p2c_dsl.planners.automaton.protocol import END
from tests.planners import enumerable
from tests.planners.forms import at_most, domain

DRAWS = 600
SMALL = [("dinner", 6), ("deletion", 4), ("refunds", 2), ("files", 3)]


def walked(automaton: Automaton, seed: int) -> list[Position]:
    """The positions along a uniform random walk."""
    position, random, passed = automaton.start, Random(seed), list[Position]()
    while not position.ended:
        passed.append(position)
        position = automaton.step(position, automaton.drawn(position, random))
    return passed


@pytest.fixture(params=SMALL, ids=lambda given: given[0])
def automaton(request: pytest.FixtureRequest) -> Automaton:
    name, steps = request.param
    loaded, task = domain(name)
    return Automaton(loaded.spec, task, 40, [at_most(steps)])


class Last(Random):
    """Draws the last, and then the one before it."""

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
        return start - 1


def test_what_can_be_drawn_is_what_is_legal(automaton: Automaton) -> None:
    for position in walked(automaton, 0):
        legal = automaton.legal(position)
        drawn = {automaton.drawn(position, Random(seed)) for seed in range(40 * len(legal))}
        assert drawn == set(legal)
        assert automaton.drawn(position, Last()) in legal


def test_each_legal_lexeme_is_drawn_as_often(automaton: Automaton) -> None:
    position = max(walked(automaton, 1), key=lambda passed: len(automaton.legal(passed)))
    legal, random = automaton.legal(position), Random(0)
    counts = Counter(automaton.drawn(position, random) for _ in range(DRAWS))
    # Four standard errors of a share.
    assert max(abs(counts[lexeme] / DRAWS - 1 / len(legal)) for lexeme in legal) < 4 * 0.5 / DRAWS**0.5


def test_only_those_that_start_with_some_letters_are_drawn(automaton: Automaton) -> None:
    legal = automaton.legal(automaton.start)
    word = next(word for word in legal if word != END)
    assert automaton.drawn(automaton.start, Random(0), word) in {other for other in legal if other.startswith(word)}
    with pytest.raises(ValueError, match="no legal lexeme"):
        automaton.drawn(automaton.start, Random(0), "?")


@pytest.mark.parametrize("name", enumerable.SPECS)
def test_wherever_one_can_be_what_is_legal_by_itself_is_what_is_legal(name: str) -> None:
    """So striking out what is not legal leaves each legal lexeme the same chance: the distribution of all at once."""
    asked, alone = (Automaton(*enumerable.spec_of(name), 30) for _ in range(2))
    pending, seen = [(asked.start, alone.start)], 0
    while pending:
        here, there = pending.pop()
        legal = asked.legal(here)
        assert sorted(legal) == sorted(word for word in alone.candidates(there) if alone.is_legal(there, word))
        seen += 1
        pending += [(asked.step(here, word), alone.step(there, word)) for word in legal]
    assert seen > 5
