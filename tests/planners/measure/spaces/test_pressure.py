"""The closed form is the optimum, best-of-n is what sampling gives, and a space is enumerated as a whole."""

from __future__ import annotations

from math import log
from random import Random

import numpy as np
import pytest

pytest.importorskip("torch")

from p2c_dsl.planners.measure.spaces.drawing import DEEPEST, drawn
from p2c_dsl.planners.measure.spaces.enumeration import enumerated
from p2c_dsl.planners.measure.spaces.pressure import best_of, curve, divergence, expected, optimum, tilted
from p2c_dsl.planners.measure.spaces.space import space_of

REWARD = np.random.default_rng(0).random(50)


def test_no_policy_of_the_same_kl_earns_more() -> None:
    random = np.random.default_rng(1)
    for budget in (0.3, 1.0, 2.5):
        best = optimum(REWARD, budget)
        assert divergence(best) == pytest.approx(budget, abs=1e-6)
        for _ in range(200):
            other = random.dirichlet(np.full(50, random.uniform(0.05, 2)))
            if divergence(other) <= budget:
                assert expected(other, REWARD) <= expected(best, REWARD)
            near = best * random.uniform(0.9, 1.1, 50)
            near /= near.sum()
            if divergence(near) <= budget:
                assert expected(near, REWARD) <= expected(best, REWARD) + 1e-9


def test_without_pressure_it_is_the_prior_and_with_all_of_it_the_best() -> None:
    assert tilted(REWARD, 0.0) == pytest.approx(np.full(50, 0.02))
    assert optimum(REWARD, log(50) + 1).argmax() == REWARD.argmax()
    tied = np.array([1.0, 0.0, 1.0, 0.0])
    assert optimum(tied, 5.0).tolist() == [0.5, 0.0, 0.5, 0.0]
    assert optimum(np.zeros(4), 1.0).tolist() == [0.25] * 4


def test_more_budget_earns_more() -> None:
    earned = curve(REWARD, REWARD, [0.0, 0.5, 1.0, 2.0, 3.0, 9.0])
    assert earned == sorted(earned) and earned[0] == pytest.approx(REWARD.mean()) and earned[-1] == REWARD.max()


@pytest.mark.parametrize("reward", [REWARD, np.repeat([0.0, 0.5, 1.0], [30, 15, 5])], ids=["distinct", "tied"])
def test_best_of_n_is_what_sampling_gives(reward: np.ndarray) -> None:
    random = np.random.default_rng(2)
    draws = random.integers(0, 50, (40_000, 8))
    sampled = reward[draws].max(1).mean()
    found = best_of(reward, 8)
    assert found.sum() == pytest.approx(1) and expected(found, reward) == pytest.approx(sampled, abs=0.01)
    assert best_of(reward, 1) == pytest.approx(np.full(50, 0.02))
    assert divergence(found) <= log(8) - 7 / 8 + 1e-9
    assert expected(optimum(reward, divergence(found)), reward) >= expected(found, reward) - 1e-9


def test_an_enumeration_has_each_composition_once_and_all_short_ones_that_are_drawn() -> None:
    space = space_of(3)
    assert space is not None
    few, many = enumerated(space, 60), enumerated(space, 600)
    assert len(few) == len(set(few)) <= 60 and few == many[: len(few)]
    longest = max(text.count("\n") for text in many)
    short = [text for text in drawn(space, 300, Random(0)) if text.count("\n") <= longest]
    assert len(short) > 10 and set(short) <= set(many)
    assert max(line.count("    ") for text in many for line in text.splitlines()) <= DEEPEST + 1
