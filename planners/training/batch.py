"""A rollout's rows made ready for an update, and cut into pieces that fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from p2c_dsl.planners.training.cache import Prefix
from p2c_dsl.planners.training.episode import Codec
from p2c_dsl.planners.training.policy import Policy, Scored
from p2c_dsl.planners.training.rollout import Rollout


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a rollout, no wider than the longest of them. `places` are their decisions in the whole's grid."""

    rows: Tensor
    prompts: tuple[tuple[int, ...], ...]
    prompt: Tensor
    tokens: Tensor
    masks: Tensor
    decisions: Tensor

    def of(self, grid: Tensor) -> Tensor:
        """Of a grid `(rows, time)` of the whole rollout, what stands at this piece's decisions `(n,)`."""
        return grid[self.rows, : self.tokens.shape[1]][self.decisions]

    def score(self, policy: Policy) -> Scored:
        """What a policy says of the piece; each of its prompts is computed once."""
        with policy.autocast():
            prefix: Prefix = policy.prefix(self.prompts)
            return policy.score(prefix, self.prompt, self.tokens, self.masks, self.decisions)


def pieces(rollout: Rollout, rows: Tensor, size: int) -> Iterator[Piece]:
    """Rows `(n,)` in pieces of at most `size`: those of one prompt together, short ones with short ones."""
    keys = list(
        zip(rollout.prompt[rows].tolist(), rollout.lengths[rows].tolist(), rows.tolist(), strict=True)
    )
    order = [row for _, _, row in sorted(keys)]
    for first in range(0, len(order), size):
        own = torch.tensor(order[first : first + size], device=rollout.tokens.device)
        width = int(rollout.lengths[own].max())
        used = sorted(set(rollout.prompt[own].tolist()))
        yield Piece(
            rows=own,
            prompts=tuple(rollout.prompts[number] for number in used),
            prompt=torch.tensor(
                [used.index(number) for number in rollout.prompt[own].tolist()], device=own.device
            ),
            tokens=rollout.tokens[own, :width],
            masks=rollout.masks[own, :width],
            decisions=rollout.decisions[own, :width],
        )


def rewards_of(rollout: Rollout, codec: Codec) -> Tensor:
    """Rewards `(rows, time)` at the tokens that earned them: partial ones where they were written, R at the end."""
    rewards = torch.zeros(rollout.tokens.shape)
    for row, episode in enumerate(rollout.episodes):
        outcome = episode.outcome
        assert outcome is not None
        rewards[row, len(episode.tokens) - 1] += outcome.reward
        for credit in outcome.credits:
            part = episode.written[credit.turn]
            place = codec.place(episode.tokens[part.start : part.stop], credit.offset)
            rewards[row, part.start + place] += credit.reward
    return rewards.to(rollout.tokens.device)
