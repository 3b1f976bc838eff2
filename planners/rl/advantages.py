"""Credit assignment: rewards at the decisions that earned them, advantages, and their scale.

A decision is a position where more than one token was legal. Forced tokens and context belong to the environment: they
take no time, and a reward earned there is credited to the decision before.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def credited(rewards: Tensor, decisions: Tensor) -> Tensor:
    """Rewards `(rows, time)` moved to decisions: each to the last decision up to its position, or else to the first.

    The sum of a row stays the same if the row has a decision; in a row without one there is nothing to learn.
    """
    rows, time = decisions.shape
    places = torch.arange(time, device=decisions.device).expand(rows, time)
    last = torch.where(decisions, places, -1).cummax(1).values
    first = torch.where(decisions, places, time).amin(1, keepdim=True)
    target = torch.where(last < 0, first, last)
    return torch.zeros(rows, time + 1, device=rewards.device).scatter_add(1, target, rewards)[:, :time] * decisions


def generalized_advantages(
    rewards: Tensor, values: Tensor, decisions: Tensor, bootstrap: Tensor, discount: float, decay: float
) -> tuple[Tensor, Tensor]:
    """Advantages and returns `(rows, time)`, 0 where nothing was decided.

    GAE: A_t = Σ_k (γλ)^k δ_{t+k} with δ_t = r_t + γ V_{t+1} − V_t, t counting decisions (Schulman et al., 2016,
    arXiv 1506.02438, equation 16).

    Args:
        rewards: `(rows, time)`, at decisions.
        values: `(rows, time)`, before each token.
        bootstrap: `(rows,)`, the value of the state after a truncated row; 0 for a row that terminated.
        discount: γ.
        decay: λ.
    """
    advantages = torch.zeros_like(rewards)
    after, following = bootstrap, torch.zeros_like(bootstrap)
    for place in reversed(range(rewards.shape[1])):
        here = decisions[:, place]
        error = rewards[:, place] + discount * after - values[:, place]
        advantage = error + discount * decay * following
        advantages[:, place] = torch.where(here, advantage, 0.0)
        following = torch.where(here, advantage, following)
        after = torch.where(here, values[:, place], after)
    return advantages, (advantages + values) * decisions


def leave_one_out_baseline(returns: Tensor, prompt: Tensor) -> Tensor:
    """For each row, the mean return of the other rows of its prompt `(rows,)`, 0 where there are none.

    A baseline that does not depend on the row's own actions, so that the gradient stays unbiased (Kool et
    al., 2019, *Buy 4 REINFORCE samples, get a baseline for free*; for language models Ahmadian et al., 2024, arXiv
    2402.14740).

    Args:
        returns: `(rows,)`.
        prompt: `(rows,)`, the number of each row's prompt.
    """
    others = (prompt.unsqueeze(0) == prompt.unsqueeze(1)).fill_diagonal_(False).to(returns.dtype)
    return (others @ returns) / others.sum(1).clamp(min=1)


Reduce = Callable[[Tensor], Tensor]
"""Adds up a tensor over all processes."""


LEAST_DEVIATION = 0.1
"""Advantages that differ by less, in units of the (scaled) reward, are mostly errors of the value head."""
_SAME = 1e-6
"""Returns that differ by less are one return, summed in another order."""


def informative(returns: Tensor, prompt: Tensor) -> Tensor:
    """Whether the returns of each row's prompt vary, or no other row has its prompt `(rows,)`.

    Where every attempt earns the same there is nothing to learn, and what would be learned is noise: the errors of the
    value head, and the entropy bonus, which Adam makes as large as any other gradient. Leaving such prompts out is
    the dynamic sampling of DAPO (Yu et al., 2025, arXiv 2503.14476), without drawing others in their place.

    Args:
        returns: `(rows,)`, with the penalty for the KL if there is one: it pulls wherever it differs.
        prompt: `(rows,)`, the number of each row's prompt.
    """
    same = prompt.unsqueeze(0) == prompt.unsqueeze(1)
    apart = (returns.unsqueeze(0) - returns.unsqueeze(1)).abs() > _SAME
    return (same & apart).any(1) | (same.sum(1) == 1)


def normalised(advantages: Tensor, decisions: Tensor, reduce: Reduce) -> Tensor:
    """Advantages with mean 0 and standard deviation 1 over the decisions of all processes; padding does not count.

    The divisor is at least `LEAST_DEVIATION`, so that small differences stay small.
    """
    chosen = advantages[decisions].double()
    own = torch.stack([chosen.new_tensor(len(chosen)), chosen.sum(), (chosen**2).sum()])
    count, total, squares = reduce(own)
    mean = total / count.clamp(min=1)
    deviation = (squares / count.clamp(min=1) - mean**2).clamp(min=0).sqrt()
    whitened: Tensor = (advantages - mean.float()) / deviation.float().clamp(min=LEAST_DEVIATION)
    return whitened * decisions


class ReturnScale:
    """Divides rewards by the root mean square of all returns so far, so that values stay near 1.

    Unlike the standard deviation, it does not vanish when all returns are equal.
    """

    def __init__(self, least: float = 0.1) -> None:
        self.least, self.count, self.squares = least, 0.0, 0.0

    def update(self, returns: Tensor, reduce: Reduce) -> float:
        """Adds returns `(rows,)` to the statistics; returns the divisor."""
        own = returns.double()
        count, squares = reduce(torch.stack([own.new_tensor(len(own)), (own**2).sum()])).tolist()
        self.count, self.squares = self.count + count, self.squares + squares
        return float(max((self.squares / max(self.count, 1.0)) ** 0.5, self.least))
