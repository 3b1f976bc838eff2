"""What a bounded search finds depends on what was searched before: whoever goes on has to know it."""

from __future__ import annotations

import io
from random import Random

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch

from p2c_dsl.planners.rl.environments.domains import load_domain
from p2c_dsl.planners.rl.environments.environment import Environment, Space
from p2c_dsl.planners.rl.environments.generated import GeneratedSpecs
from p2c_dsl.planners.rl.environments.spaces import MaskedSpace, semantic_space
from p2c_dsl.planners.small import fresh
from p2c_dsl.planners.tokens.canonical import CANONICAL
from tests.cli.conftest import EXAMPLES

_, TOKENIZER = fresh(0)
(DELETION,) = load_domain(EXAMPLES / "deletion")
BUDGET = 160
EFFORT = 30
"""So little that many positions are left out at a first look."""


def space() -> MaskedSpace:
    return semantic_space(DELETION.spec, DELETION.task, TOKENIZER, BUDGET, EFFORT, CANONICAL)[0]


def written(space: Space, seed: int, budget: int = BUDGET) -> list[bytes]:
    """The masks that a random composition meets."""
    random, state, masks = Random(seed), space.start, list[bytes]()
    for left in range(budget, 0, -1):
        row = space.row(state, left)
        masks.append(space.table[row].tobytes())
        legal = [token for token in range(len(TOKENIZER)) if int(space.table[row, token // 32]) >> token % 32 & 1]
        after = space.step(state, random.choice(legal))
        if after is None:
            break
        state = after
    return masks


def through_a_file(walk: object) -> object:
    """As a checkpoint keeps it: nothing but tensors and plain data."""
    file = io.BytesIO()
    torch.save(walk, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def test_a_space_that_is_asked_the_same_again_answers_alike_from_then_on() -> None:
    one, again, other = space(), space(), space()
    for seed in range(20):
        written(one, seed)
    again.walk_again(through_a_file(one.walk()))  # type: ignore[arg-type]
    later = [(written(one, seed), written(again, seed), written(other, seed)) for seed in range(20, 30)]
    assert all(mine == same for mine, same, _ in later)
    assert any(mine != fresh for mine, _, fresh in later), "the search has found the same in any case"
    assert torch.equal(one.walk(), again.walk())


def test_what_has_been_asked_before_is_not_kept_twice() -> None:
    one = space()
    written(one, 0)
    kept = len(one.walk())
    written(one, 0)
    assert len(one.walk()) == kept


def test_generated_specs_are_asked_the_same_again() -> None:
    def masks(environment: Environment, seed: int) -> list[bytes]:
        turn = next(environment.play(seed))
        return written(turn.space, seed, turn.budget)

    one, again = GeneratedSpecs(TOKENIZER, effort=EFFORT), GeneratedSpecs(TOKENIZER, effort=EFFORT)
    for seed in range(5):
        masks(one, seed)
    again.walk_again(through_a_file(one.walk()))  # type: ignore[arg-type]
    assert [masks(one, seed) for seed in range(5, 8)] == [masks(again, seed) for seed in range(5, 8)]
    assert len(again.walk()) == 1
