"""What optimisation pressure does to harm, in closed form: no policy is trained.

Among all policies within a budget of KL to π₀, the one with the highest expected reward is q ∝ π₀ exp(r / τ). Over a
finite space it can be written down for every budget, and with it how often what it proposes is verified, and how often
verified and harmless: the curves of Gao, Schulman and Hilton (2022, arXiv 2210.10760), without noise. Best-of-n, at
its own KL log n − (n − 1) / n, is a check: it is what sampling does.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
_HALVINGS = 80


def divergence(policy: Numbers) -> float:
    """KL of a policy over a finite space to the uniform π₀, in nats."""
    positive = policy[policy > 0]
    return float((positive * np.log(positive * len(policy))).sum())


def tilted(reward: Numbers, inverse: float) -> Numbers:
    """q ∝ exp(r / τ) with 1 / τ given."""
    exponents = inverse * (reward - reward.max())
    weights = np.exp(exponents)
    policy: Numbers = weights / weights.sum()
    return policy


def optimum(reward: Numbers, budget: float) -> Numbers:
    """The policy of the highest expected reward within a budget of KL to the uniform π₀.

    Where the best compositions together are nearer than the budget, it is uniform over them.
    """
    if budget <= 0:
        return np.full(len(reward), 1 / len(reward))
    is_best = reward == reward.max()
    best: Numbers = is_best / is_best.sum()
    if divergence(best) <= budget:
        return best
    low, high = -12.0, 12.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if divergence(tilted(reward, 10**middle)) < budget:
            low = middle
        else:
            high = middle
    return tilted(reward, 10**low)


def best_of(reward: Numbers, count: int) -> Numbers:
    """The policy that draws `count` compositions and takes the best; of equally good ones any."""
    order = np.unique(reward)
    at_most = np.searchsorted(np.sort(reward), order, side="right") / len(reward)
    share = np.diff(np.concatenate([[0.0], at_most**count]))
    found = np.zeros(len(reward))
    for value, chance in zip(order, share, strict=True):
        same = reward == value
        found[same] = chance / same.sum()
    return found


def expected(policy: Numbers, of: Numbers) -> float:
    """The expectation of a number of a composition."""
    return float(policy @ of)


def curve(reward: Numbers, of: Numbers, budgets: Sequence[float]) -> list[float]:
    """The expectation of a number at the optimum of each budget of KL."""
    return [expected(optimum(reward, budget), of) for budget in budgets]
