"""Episodes by the dozen: sampled token by token from the masked policy, rows leaving as they end.

`Rollout` is the seam: tokens, the states' masks, log-probabilities and the policy's version. Whatever else fills one
(an inference server, say) can stand here; `masks_of` computes the masks again from the tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from p2c_dsl.planners.training.environment import Environment
from p2c_dsl.planners.training.episode import Codec, Episode
from p2c_dsl.planners.training.masking import NO_MASK, MaskTable
from p2c_dsl.planners.training.policy import Policy

_COMPACTED = 0.8


@dataclass(frozen=True, slots=True)
class Rollout:
    """Rows of tokens after prompts, padded on the right.

    Attributes:
        prompts: The different prompts, as ids.
        prompt: Which prompt each row follows `(rows,)`.
        tokens: `(rows, time)`.
        masks: The number of each token's mask in the mask table `(rows, time)`, 0 for context and padding.
        decisions: Where more than one token was legal `(rows, time)`; only they have a loss.
        log_probs: Of the tokens under the policy that wrote them `(rows, time)`, float32; 0 where nothing was decided.
        values: What the policy expected at its decisions `(rows, time)`; `None` from an engine that has no value head.
        lengths: Of the rows `(rows,)`.
        version: Of the policy that wrote them: how often it had been updated.
    """

    prompts: tuple[tuple[int, ...], ...]
    prompt: Tensor
    tokens: Tensor
    masks: Tensor
    decisions: Tensor
    log_probs: Tensor
    values: Tensor | None
    lengths: Tensor
    version: int
    episodes: tuple[Episode, ...]


@torch.no_grad()
def roll_out(
    policy: Policy,
    codec: Codec,
    starts: Sequence[tuple[Environment, int]],
    generator: torch.Generator,
    version: int,
    at_once: int = 256,
    temperature: float = 1.0,
) -> Rollout:
    """Plays episodes to their ends, each of an environment with a seed.

    `temperature` 0 takes the likeliest legal token. Raises `ValueError` when something cannot be ended in its budget.
    """
    episodes = [Episode.begin(environment, seed, codec) for environment, seed in starts]
    for first in range(0, len(episodes), at_once):
        with policy.autocast():
            _play(policy, codec, episodes[first : first + at_once], generator, temperature)
    return collated(episodes, policy.masks, version)


def _play(
    policy: Policy, codec: Codec, episodes: list[Episode], generator: torch.Generator, temperature: float
) -> None:
    device, table = policy.masks.device, policy.masks
    prompts = list(dict.fromkeys(episode.prompt for episode in episodes))
    episodes = sorted(episodes, key=lambda episode: prompts.index(episode.prompt))
    prefix = policy.prefix(prompts)
    rows = torch.tensor([prompts.index(episode.prompt) for episode in episodes], device=device)
    stepping = policy.stepping(prefix, rows, room=max(episode.turn.budget for episode in episodes) + 1)
    fed, going = prefix.last[rows], list(range(len(episodes)))
    while going:
        if len(going) <= _COMPACTED * len(episodes):
            kept = torch.tensor(going, device=device)
            stepping.keep(kept)
            fed = fed[kept]
            episodes, going = [episodes[row] for row in going], list(range(len(going)))
        hidden = policy.step(stepping, fed)
        masks = {row: episodes[row].mask(table) for row in going}
        tokens = {row: (episodes[row].forced(table, mask), 0.0, 0.0) for row, mask in masks.items()}
        deciding = [row for row, (token, *_) in tokens.items() if token is None]
        if deciding:
            numbers = torch.tensor([masks[row] for row in deciding], device=device)
            chosen, *numbers_of = _sample(policy, hidden[deciding], numbers, generator, temperature)
            taken = zip(chosen.tolist(), *torch.stack(numbers_of).tolist(), strict=True)
            tokens.update(zip(deciding, taken, strict=True))
        for row, (token, log_prob, value) in tokens.items():
            assert token is not None
            episodes[row].take(token, masks[row], log_prob, value, codec)
        # Rows that have ended are fed on until they are taken out.
        fed = torch.tensor(
            [tokens[row][0] if row in tokens else 0 for row in range(len(episodes))], device=device
        )
        going = [row for row in going if episodes[row].outcome is None]


def _sample(
    policy: Policy, hidden: Tensor, masks: Tensor, generator: torch.Generator, temperature: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Tokens `(n,)`, their log-probabilities under the policy itself whatever the temperature, and values."""
    log_probs, _ = policy.distribution(hidden, masks)
    if temperature:
        chosen = torch.multinomial(torch.softmax(log_probs / temperature, -1), 1, generator=generator)
    else:
        chosen = log_probs.argmax(-1, keepdim=True)
    return chosen.squeeze(-1), log_probs.gather(-1, chosen).squeeze(-1), policy.value_head(hidden)


def collated(episodes: Sequence[Episode], table: MaskTable, version: int) -> Rollout:
    """Episodes that have ended as rows of tensors."""
    prompts = tuple(dict.fromkeys(episode.prompt for episode in episodes))
    masks = _padded([episode.masks for episode in episodes], torch.long, table.device)
    free = torch.tensor([forced is None for forced in table.forced], device=table.device)
    return Rollout(
        prompts=prompts,
        prompt=torch.tensor([prompts.index(episode.prompt) for episode in episodes], device=table.device),
        tokens=_padded([episode.tokens for episode in episodes], torch.long, table.device),
        masks=masks,
        decisions=free[masks] & (masks != NO_MASK),
        log_probs=_padded([episode.log_probs for episode in episodes], torch.float32, table.device),
        values=_padded([episode.values for episode in episodes], torch.float32, table.device),
        lengths=torch.tensor([len(episode.tokens) for episode in episodes], device=table.device),
        version=version,
        episodes=tuple(episodes),
    )


def _padded(rows: Sequence[Sequence[float]], dtype: torch.dtype, device: torch.device) -> Tensor:
    width = max(map(len, rows))
    return torch.tensor([[*row, *[0] * (width - len(row))] for row in rows], dtype=dtype, device=device)
