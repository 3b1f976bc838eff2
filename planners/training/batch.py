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

_FEW = 8
"""So many rows of a prompt are computed by themselves; fewer share a pass with those of the next."""


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

    def put(self, grid: Tensor, found: Tensor) -> None:
        """Writes what was found at this piece's decisions `(n,)` into a grid `(rows, time)` of the whole rollout."""
        width = self.tokens.shape[1]
        grid[self.rows, :width] = grid[self.rows, :width].masked_scatter(self.decisions, found.to(grid.dtype))

    def score(self, policy: Policy) -> Scored:
        """What a policy says of the piece; each of its prompts is computed once."""
        with policy.autocast():
            prefix: Prefix = policy.prefix(self.prompts)
            return policy.score(prefix, self.prompt, self.tokens, self.masks, self.decisions)


def pieces(rollout: Rollout, rows: Tensor, size: int) -> Iterator[Piece]:
    """Rows `(n,)` in pieces of at most `size`: those of one prompt together, short ones with short ones."""
    device = rollout.tokens.device
    for group in _grouped(rollout, rows.tolist(), size):
        own = torch.tensor(group, device=device)
        width = int(rollout.lengths[own].max())
        follows = rollout.prompt[own].tolist()
        used = sorted(set(follows))
        yield Piece(
            rows=own,
            prompts=tuple(rollout.prompts[number] for number in used),
            prompt=torch.tensor([used.index(number) for number in follows], device=device),
            tokens=rollout.tokens[own, :width],
            masks=rollout.masks[own, :width],
            decisions=rollout.decisions[own, :width],
        )


def _grouped(rollout: Rollout, rows: list[int], size: int) -> Iterator[list[int]]:
    """Rows by prompt, the longest first. A group ends where its padding would cost more than its prompt once more."""
    prompts, lengths = rollout.prompt.tolist(), rollout.lengths.tolist()
    group: list[int] = []
    padding = 0
    for row in sorted(rows, key=lambda row: (prompts[row], -lengths[row], row)):
        if group:
            new = prompts[row] != prompts[group[-1]]
            padding += 0 if new else lengths[group[0]] - lengths[row]
            if (
                len(group) == size
                or padding > len(rollout.prompts[prompts[row]])
                or (new and len(group) >= _FEW)
            ):
                yield group
                group, padding = [], 0
        group.append(row)
    if group:
        yield group


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
