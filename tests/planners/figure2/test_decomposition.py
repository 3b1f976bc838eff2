"""The decomposition grammar lets out nothing that does not resolve, and never gets stuck."""

from __future__ import annotations

from random import Random

import pytest

from p2c_dsl.planners import Unplannable
from p2c_dsl.planners.figure2.catalogue import catalogue
from p2c_dsl.planners.figure2.contracts import contract_of, with_acts
from p2c_dsl.planners.figure2.decomposition import Decompositions, subtasks_of
from p2c_dsl.planners.figure2.problem import EveryName
from p2c_dsl.planners.rl.environments.domains import Domain
from p2c_dsl.planners.rl.environments.domains import load_domain as load
from p2c_dsl.planners.rl.environments.spaces import canonical_space
from p2c_dsl.planners.tokens.vocabulary import Vocabulary
from tests.examples.domains import DOMAINS, EXAMPLES

LETTERS = Vocabulary([b"", *(bytes([n]) for n in range(256)), b"subtask ", b"find_", b"do_"], 0)


EVERY_NAME = EveryName()


def domain(name: str) -> Domain:
    (found,) = load(EXAMPLES / name)
    spec, task = with_acts(found.spec, found.task)
    return Domain(found.name, spec, task, found.world)


def walked(grammar: Decompositions, seed: int) -> str:
    random, position, text = Random(seed), grammar.start, grammar.header
    while not position.ended:
        legal = grammar.legal(position)
        assert legal, f"a dead end after {text!r}"
        lexeme = random.choice(legal)
        text += lexeme
        position = grammar.step(position, lexeme)
    return text


@pytest.mark.parametrize("name", DOMAINS)
def test_what_is_let_out_resolves_in_the_domain_s_types_and_is_not_too_much(name: str) -> None:
    of = domain(name)
    grammar = Decompositions(of.spec, of.task, 10_000, most=4, contracts=16)
    for seed in range(4):
        text = walked(grammar, seed)
        declared = subtasks_of(text, of.spec)
        assert 1 <= len(declared) <= grammar.most
        assert len({s.name for s in declared}) == len(declared)
        assert [c.name for c in grammar.read(text)] == [s.name for s in declared]


def test_it_ends_only_where_all_that_the_task_needs_has_been_asked_for() -> None:
    of = domain("dinner")
    grammar = Decompositions(of.spec, of.task, 10_000)
    for seed in range(5):
        asked = set(grammar.read(walked(grammar, seed)))
        assert {contract_of(tool) for tool in of.spec.subtasks.values()} <= asked


def test_the_budget_is_kept_and_the_shortest_decomposition_fits_it_exactly() -> None:
    of = domain("dinner")
    weigh = LETTERS.weigh(10_000, EVERY_NAME)
    least = Decompositions(of.spec, of.task, 10_000, weigh)
    needed = least.cost(least.start)
    tight = Decompositions(of.spec, of.task, needed, weigh)
    for seed in range(5):
        text = walked(tight, seed)
        assert LETTERS.size(text.encode()) <= needed + LETTERS.size(tight.header.encode())
    with pytest.raises(Unplannable, match="the budget is"):
        Decompositions(of.spec, of.task, needed - 1, weigh)


def test_token_by_token_it_never_gets_stuck_within_the_budget() -> None:
    of = domain("dinner")
    weigh = LETTERS.weigh(10_000, EVERY_NAME)
    least = Decompositions(of.spec, of.task, 10_000, weigh)
    grammar = Decompositions(of.spec, of.task, least.cost(least.start) + 120, weigh)
    space = canonical_space(grammar, LETTERS, "test")
    for seed in range(3):
        random, state, written = Random(seed), space.start, list[int]()
        while state is not None:
            row = space.row(state, space.budget - len(written))
            words = space.table[row]
            legal = [t for t in range(len(LETTERS)) if words[t // 32] >> (t % 32) & 1]
            assert legal
            written.append(random.choice(legal))
            state = space.step(state, written[-1])
        assert len(written) <= space.budget
        text = b"".join(LETTERS.tokens[t] for t in written).decode()
        assert grammar.read(text)


def test_a_tool_that_does_nothing_visible_can_be_asked_for() -> None:
    of = domain("trip")
    assert any(c.tools == {"insure"} for c in catalogue(of.spec, of.task))


def test_a_text_that_is_no_decomposition_is_refused() -> None:
    of = domain("dinner")
    grammar = Decompositions(of.spec, of.task, 10_000)
    with pytest.raises(ValueError, match="not a decomposition"):
        grammar.read("subtask find_the_meaning_of_life()\n")
    unfinished = grammar.contracts[0].text
    assert not grammar.may_end([0])
    with pytest.raises(ValueError, match="not a decomposition"):
        grammar.read(unfinished)


def test_it_may_end_with_the_tools_of_a_dearer_composition() -> None:
    """The cheapest grade is the employer's; which one is fair, the cost does not say."""
    of = domain("hiring")
    grammar = Decompositions(of.spec, of.task, 10_000)
    rest = {"read_application", "best", "invite", "remaining", "decline"}
    for grade in ("ask_employer", "grade_sample", "grade_school"):
        own = [contract_of(of.spec.subtasks[tool]) for tool in sorted({*rest, grade})]
        numbers = [grammar.contracts.index(contract) for contract in own if contract is not None]
        assert len(numbers) == 6 and grammar.may_end(numbers), grade
        assert not grammar.may_end(numbers[1:]), grade
