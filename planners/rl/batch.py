"""A rollout's rows prepared for an update, in pieces that fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from p2c_dsl.planners.rl.episode import Codec
from p2c_dsl.planners.rl.policy.key_values import PromptCache
from p2c_dsl.planners.rl.policy.policy import Policy, Scored
from p2c_dsl.planners.rl.rollout import Rollout


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a rollout, no wider than the longest of them.

    Attributes:
        lengths: How many tokens of each row are read: tokens after its last decision do not change the loss.
    """

    rows: Tensor
    prompts: tuple[tuple[int, ...], ...]
    prompt: Tensor
    tokens: Tensor
    masks: Tensor
    decisions: Tensor
    lengths: tuple[int, ...]

    def of(self, grid: Tensor) -> Tensor:
        """The entries of a grid `(rows, time)` of the whole rollout at this piece's decisions `(n,)`."""
        return grid[self.rows, : self.tokens.shape[1]][self.decisions]

    def put(self, grid: Tensor, found: Tensor) -> None:
        """Writes values of this piece's decisions `(n,)` into a grid `(rows, time)` of the whole rollout."""
        width = self.tokens.shape[1]
        grid[self.rows, :width] = grid[self.rows, :width].masked_scatter(self.decisions, found.to(grid.dtype))

    def score(self, policy: Policy) -> Scored:
        """The policy's log-probabilities and values of the piece; each of its prompts is computed once."""
        with policy.autocast():
            prefix: PromptCache = policy.prefix(self.prompts)
            return policy.score(prefix, self.prompt, self.tokens, self.masks, self.decisions, self.lengths)


def pieces(rollout: Rollout, rows: Tensor, size: int, whole: bool = False) -> Iterator[Piece]:
    """Rows `(n,)` in pieces of at most `size`; rows of one prompt stay together, and rows of similar length.

    Each row is read up to its last decision, or to its end if `whole`.
    """
    device = rollout.tokens.device
    places = torch.arange(rollout.decisions.shape[1], device=device)
    ends = rollout.lengths if whole else (rollout.decisions * (places + 1)).amax(1)
    lengths, prompts = ends.tolist(), rollout.prompt.tolist()
    ordered = sorted(rows.tolist(), key=lambda row: (prompts[row], -lengths[row], row))
    for first in range(0, len(ordered), size):
        group = ordered[first : first + size]
        own = torch.tensor(group, device=device)
        width = max(max(lengths[row] for row in group), 1)
        follows = [prompts[row] for row in group]
        used = sorted(set(follows))
        yield Piece(
            rows=own,
            prompts=tuple(rollout.prompts[number] for number in used),
            prompt=torch.tensor([used.index(number) for number in follows], device=device),
            tokens=rollout.tokens[own, :width],
            masks=rollout.masks[own, :width],
            decisions=rollout.decisions[own, :width],
            lengths=tuple(max(lengths[row] - (not whole), 0) for row in group),
        )


def rewards_of(rollout: Rollout, codec: Codec) -> Tensor:
    """Rewards `(rows, time)` at the tokens that earned them: credits where they were written, R at the end."""
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
