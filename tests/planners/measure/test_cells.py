"""A cell of the grid has room for the best composition that is known of its domain, and the AI thinks of its parts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from p2c_dsl.analysis.read import read_composition
from p2c_dsl.naming import reserved
from p2c_dsl.planners import Automaton
from p2c_dsl.planners.automaton.resume import lexemes, resume
from p2c_dsl.planners.figure2.human_proxy import HumanProxy
from p2c_dsl.planners.figure2.problem import Problem
from p2c_dsl.planners.figure2.translation import Recomposition
from p2c_dsl.planners.measure.cells import QUICK
from p2c_dsl.planners.rl.environments.domains import load_domain
from p2c_dsl.planners.rl.environments.environment import Turn
from p2c_dsl.planners.small.model import tiny
from p2c_dsl.planners.tokens.bitmask import allows
from p2c_dsl.program_text import text_of
from p2c_dsl.rules import read_rules
from tests.examples.domains import DOMAINS, EXAMPLES
from tests.planners.figure2.test_best_compositions import PARTS, heading, indented, solved

ROOMY = 512


def problem_of(name: str) -> Problem:
    (found,) = load_domain(EXAMPLES / name)
    return Problem(found, tiny(0)[1], sizes=QUICK.sizes)


def composing(problem: Problem) -> tuple[Recomposition, Turn]:
    """The space of compositions of the best one's parts, which the decomposition asks for and the AI can solve."""
    solutions, _ = PARTS[problem.name]
    known = {heading(contract): contract for contract in reversed(problem.decompositions.contracts)}
    asked = problem.subtasks("".join(known[wanted].text for wanted in solutions))
    human = HumanProxy(problem.spec, problem.task, human_steps=QUICK.human_steps)
    parts = [solved(human, contract, solutions[heading(contract)]) for contract in asked]
    for contract, part in zip(asked, parts, strict=True):
        thought_of = [option.program for option in human.options(contract) if option.program is not None]
        assert text_of(part.program) in map(text_of, thought_of), contract.text
    found = problem.recomposing(parts)
    assert found is not None
    return found


def written(problem: Problem, made: Recomposition) -> tuple[int, tuple[str, ...]]:
    """What the best composition costs in tokens, and its lexemes, the header first."""
    weigh = problem.vocabulary.weigh(ROOMY, reserved(made.spec, made.task))
    automaton = Automaton(made.spec, made.task, ROOMY, made.limits, 1_000, weigh)
    given = ", ".join(p.name for p in problem.task.parameters)
    text = f"compose {problem.task.name}({given}):\n{indented(PARTS[problem.name][1])}"
    read_composition(made.spec, text, [*read_rules(made.spec, made.task)[0], *made.limits])
    start = resume(automaton, text)
    words = (automaton.header, *lexemes(automaton, start.text))
    return problem.vocabulary.size(automaton.header.encode()) + ROOMY - int(start.position.left) + 1, words


def can_be_written(turn: Turn, tokens: Sequence[int]) -> bool:
    """Whether the masks of a turn allow these tokens, one after the other."""
    state: int | None = turn.space.start
    for place, token in enumerate(tokens):
        assert state is not None
        row = turn.space.row(state, turn.budget - place)
        if not allows(turn.space.table[row], token):
            return False
        state = turn.space.step(state, token)
    return state is None


@pytest.mark.parametrize("name", DOMAINS)
def test_the_budgets_leave_room_for_the_best_composition(name: str) -> None:
    problem = problem_of(name)
    made, turn = composing(problem)
    assert written(problem, made)[0] <= turn.budget


@pytest.mark.parametrize("name", ["deletion", "refunds"])
def test_the_masks_let_the_best_composition_be_written(name: str) -> None:
    problem = problem_of(name)
    made, turn = composing(problem)
    _, words = written(problem, made)
    vocabulary = problem.vocabulary
    assert can_be_written(turn, [*(t for word in words for t in vocabulary.split(word.encode())), vocabulary.end])
