"""Proximal policy optimization of the masked policy; read it from top to bottom.

Schulman et al., 2017 (arXiv 1707.06347); the details are those of Huang et al., *The 37 implementation details of
PPO* (2022), where the action is a token and the legal actions are what the analyzer can still accept.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from math import isfinite

import torch
from torch import Tensor, nn

from p2c_dsl.planners.rl.advantages import (
    Reduce,
    ReturnScale,
    credited,
    generalized_advantages,
    informative,
    leave_one_out_baseline,
    normalised,
)
from p2c_dsl.planners.rl.batch import Piece, pieces, rewards_of
from p2c_dsl.planners.rl.episode import Codec
from p2c_dsl.planners.rl.policy.policy import Policy, Scored
from p2c_dsl.planners.rl.rollout import Rollout
from p2c_dsl.planners.rl.settings import TrainingSettings

_MANY = 4
"""With this many prompts in each minibatch, its gradient is representative of all prompts."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A rollout with what PPO needs of it: grids `(rows, time)`, 0 where nothing was decided.

    Attributes:
        old: Log-probabilities of the policy before the update.
        kl: log π − log π_ref of the tokens taken.
        rewards: Rewards minus β times `kl`, scaled, at decisions.
        informative: Which rows take part in the update `(rows,)`: not those of prompts whose returns are all the same.
    """

    rollout: Rollout
    old: Tensor
    kl: Tensor
    rewards: Tensor
    values: Tensor
    advantages: Tensor
    returns: Tensor
    informative: Tensor


@torch.no_grad()
def prepare(
    policy: Policy,
    reference: Policy | None,
    rollout: Rollout,
    codec: Codec,
    settings: TrainingSettings,
    scale: ReturnScale,
    reduce: Reduce,
) -> Batch:
    """Values, the KL to the masked reference, rewards at decisions, advantages.

    `reference` is a frozen copy, or the policy itself if its adapters can be switched off; `None` for no KL penalty.
    """
    decisions = rollout.decisions
    old, kl = rollout.log_probs * decisions, torch.zeros_like(rollout.log_probs)
    values, bootstrap = rollout.values, torch.zeros(len(decisions), device=decisions.device)
    cut = torch.tensor([e.outcome is not None and e.outcome.truncated for e in rollout.episodes]).to(kl.device)
    looked_at = values is None or settings.recompute or reference is not None or bool(cut.any())
    values = torch.zeros_like(kl) if values is None else values.clone()
    rows = torch.arange(len(decisions), device=decisions.device)
    for piece in pieces(rollout, rows, settings.microbatch, whole=True) if looked_at else ():
        scored = piece.score(policy)
        piece.put(values, scored.values)
        # A truncated row continues in a state whose value counts; a terminated one has nothing to come.
        bootstrap[piece.rows] = scored.after
        if settings.recompute:
            piece.put(old, scored.log_probs)
        if reference is not None:
            with policy.adapters_off() if reference is policy else nullcontext():
                expected = piece.score(reference).log_probs
            piece.put(kl, piece.of(old) - expected)
    earned = rewards_of(rollout, codec)
    divisor = scale.update(earned.sum(1), reduce) if settings.scale_rewards else 1.0
    if settings.leave_one_out:
        # With new prompts every time, the value head cannot know how hard each one is.
        earned[rows, rollout.lengths - 1] -= leave_one_out_baseline(earned.sum(1), rollout.prompt)
    # The penalty is scaled with the rewards: β is the price of a nat in their own unit, whatever the scale.
    rewards = (credited(earned, decisions) - settings.kl_weight * kl) / divisor
    to_come = bootstrap * cut
    advantages, returns = generalized_advantages(
        rewards, values, decisions, to_come, settings.discount, settings.gae_decay
    )
    taught = informative(rewards.sum(1) + to_come, rollout.prompt)
    if settings.normalise_advantages:
        advantages = normalised(advantages, decisions & taught.unsqueeze(1), reduce)
    return Batch(rollout, old, kl, rewards, values * decisions, advantages, returns, taught)


@dataclass(frozen=True, slots=True)
class Losses:
    """Sums over decisions, so that the pieces of a batch can be added."""

    policy: Tensor
    value: Tensor
    entropy: Tensor
    approximate_kl: Tensor
    clipped: Tensor

    def total(self, settings: TrainingSettings) -> Tensor:
        """The minimised loss: L = L_policy − c_entropy · H + c_value · L_value (equation 9)."""
        return self.policy - settings.entropy_weight * self.entropy + settings.value_weight * self.value


def losses(scored: Scored, piece: Piece, batch: Batch, settings: TrainingSettings) -> Losses:
    """The clipped losses of a piece's decisions."""
    old, advantage, value_before = piece.of(batch.old), piece.of(batch.advantages), piece.of(batch.values)
    returns, value = piece.of(batch.returns), scored.values

    # L_clip = −min(r A, clip(r, 1 − ε, 1 + ε) A) with r = π(a|s) / π_old(a|s) (equation 7).
    log_ratio = scored.log_probs - old
    ratio = log_ratio.exp()
    clipped_ratio = ratio.clamp(1 - settings.clip, 1 + settings.clip)
    policy_loss = -torch.minimum(ratio * advantage, clipped_ratio * advantage)

    # The value may move by at most ε_v; the loss is the greater of clipped and unclipped.
    value_loss = (value - returns) ** 2
    if settings.value_clip:
        held = value_before + (value - value_before).clamp(-settings.value_clip, settings.value_clip)
        value_loss = torch.maximum(value_loss, (held - returns) ** 2)

    with torch.no_grad():
        # KL(π_old ‖ π) ≈ E[(r − 1) − log r]: no bias, little variance, never negative (Schulman, 2020).
        approximate_kl = (ratio - 1) - log_ratio
        clipped = ((ratio - 1).abs() > settings.clip).float()
    return Losses(policy_loss.sum(), 0.5 * value_loss.sum(), scored.entropy.sum(), approximate_kl.sum(), clipped.sum())


def update(
    policy: Policy,
    optimizer: torch.optim.Optimizer,
    batch: Batch,
    settings: TrainingSettings,
    reduce: Reduce,
    generator: torch.Generator,
) -> dict[str, float]:
    """Epochs of minibatch steps, until the policy has moved far enough; returns the last step's metrics.

    Only informative rows take part, and a step without any is not taken. Raises `ValueError` before a step that would
    make weights NaN or infinite.
    """
    counts = torch.stack([batch.informative.sum(), torch.ones_like(batch.informative).sum()])
    taught, rows_in_all = reduce(counts).tolist()
    found: dict[str, float] = {"losses/informative": taught / rows_in_all}
    steps = 0
    for _ in range(settings.epochs):
        for minibatch in minibatches(batch.rollout.prompt, settings.minibatches, generator):
            rows = minibatch[batch.informative[minibatch]]
            if not reduce(rows.new_tensor(len(rows))):
                continue
            found |= gradients(policy, batch, rows, settings, reduce)
            if settings.target_kl and found["losses/approx_kl"] > settings.target_kl:
                return {**found, "losses/steps": steps}
            norm = float(nn.utils.clip_grad_norm_(trainable(policy), settings.max_gradient))
            if not isfinite(norm):
                raise ValueError(
                    f"the gradient is {norm}: start again with a lower `learning_rate`; the last checkpoint is kept"
                )
            found["losses/gradient_norm"] = norm
            optimizer.step()
            steps += 1
    return {**found, "losses/steps": steps}


def minibatches(prompt: Tensor, count: int, generator: torch.Generator) -> tuple[Tensor, ...]:
    """Rows, split at random into `count` minibatches of equal size; `prompt` `(rows,)` is the prompt of each row.

    With many prompts, rows of one prompt stay together, since a prompt is computed once in each minibatch.
    """
    rows = len(prompt)
    # Always drawn, so that processes with different prompts stay in step with their random numbers.
    order, places = (torch.randperm(rows, generator=generator, device=generator.device) for _ in range(2))
    if len(set(prompt.tolist())) >= _MANY * count:
        order = order[places[prompt.to(order.device)][order].argsort(stable=True)]
    return order.to(prompt.device).tensor_split(count)


def gradients(
    policy: Policy, batch: Batch, rows: Tensor, settings: TrainingSettings, reduce: Reduce
) -> dict[str, float]:
    """Computes the gradient of the mean loss over the rows' decisions in all processes; returns the metrics.

    The divisor is the total number of decisions: a mean of means would give short rows more weight.
    """
    count = reduce(batch.rollout.decisions[rows].sum().double()).clamp(min=1)
    sums = torch.zeros(5, dtype=torch.double, device=count.device)
    policy.zero_grad(set_to_none=True)
    for piece in pieces(batch.rollout, rows, settings.microbatch):
        found = losses(piece.score(policy), piece, batch, settings)
        torch.autograd.backward(found.total(settings) / count.to(found.policy.dtype))
        sums += (
            torch.stack([found.policy, found.value, found.entropy, found.approximate_kl, found.clipped])
            .detach()
            .double()
        )
    add_up(trainable(policy), reduce)
    means = (reduce(sums) / count).tolist()
    names = ("policy_loss", "value_loss", "entropy", "approx_kl", "clipfrac")
    return {f"losses/{name}": mean for name, mean in zip(names, means, strict=True)}


def add_up(parameters: Iterable[nn.Parameter], reduce: Reduce) -> None:
    """Adds the gradients of all processes, in one message."""
    found = list(parameters)
    for parameter in found:
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
    whole = reduce(torch.cat([p.grad.flatten() for p in found if p.grad is not None]))
    for parameter, part in zip(found, torch.split(whole, [p.numel() for p in found]), strict=True):
        parameter.grad = part.view_as(parameter)


def trainable(policy: Policy) -> list[nn.Parameter]:
    """The trained weights: all of the model's or only its adapters', and the value head's."""
    return [parameter for parameter in policy.parameters() if parameter.requires_grad]
