"""What the tests of PPO compare: log-probabilities and gradients."""

from __future__ import annotations

import torch
from torch import Tensor

from p2c_dsl.planners.rl.batch import pieces
from p2c_dsl.planners.rl.policy.policy import Policy
from p2c_dsl.planners.rl.ppo import trainable
from p2c_dsl.planners.rl.rollout import Rollout


def rows_of(rollout: Rollout) -> Tensor:
    return torch.arange(len(rollout.lengths))


def scored_log_probs(made: Policy, rollout: Rollout, size: int = 64) -> Tensor:
    """Log-probabilities `(rows, time)` as the update computes them."""
    found = torch.zeros(rollout.tokens.shape)
    for piece in pieces(rollout, rows_of(rollout), size):
        width = piece.tokens.shape[1]
        found[piece.rows, :width] = found[piece.rows, :width].masked_scatter(
            piece.decisions, piece.score(made).log_probs
        )
    return found.detach()


def gradient(made: Policy) -> Tensor:
    return torch.cat([p.grad.flatten() for p in trainable(made) if p.grad is not None]).clone()


def apart(one: Tensor, other: Tensor) -> float:
    """How far gradients are apart, for their size."""
    return float((one - other).abs().max() / other.abs().max())
