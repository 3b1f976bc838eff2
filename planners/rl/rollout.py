"""Batches of episodes: sampled token by token from the masked policy; rows leave the batch as they end.

`Rollout` is the interface: tokens, the states' masks, log-probabilities and the policy's version. Another engine (an
inference server, say) can fill one instead; `masks_of` recomputes the masks from the tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from p2c_dsl.planners.automaton.collection import collector_paused
from p2c_dsl.planners.rl.environments.environment import Environment
from p2c_dsl.planners.rl.episode import Codec, Episode
from p2c_dsl.planners.rl.policy.masking import MaskTable
from p2c_dsl.planners.rl.policy.policy import Policy

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
        values: The value head's predictions at decisions `(rows, time)`; `None` from an engine without a value head.
        lengths: Of the rows `(rows,)`.
        version: How often the policy that wrote them had been updated.
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

    `temperature` 0 takes the most likely legal token. Raises `ValueError` if a turn cannot be ended within its budget,
    or if the model's context is too short.
    """
    episodes = [Episode.begin(environment, seed, codec) for environment, seed in starts]
    for first in range(0, len(episodes), at_once):
        with policy.autocast():
            _play(policy, codec, episodes[first : first + at_once], generator, temperature)
    return collated(episodes, policy.masks, version)


@collector_paused()
@torch.inference_mode()
def _play(
    policy: Policy, codec: Codec, episodes: list[Episode], generator: torch.Generator, temperature: float
) -> None:
    device, table = policy.masks.device, policy.masks
    prompts = list(dict.fromkeys(episode.prompt for episode in episodes))
    episodes = sorted(episodes, key=lambda episode: prompts.index(episode.prompt))
    prefix = policy.prefix(prompts)
    rows = torch.tensor([prompts.index(episode.prompt) for episode in episodes], device=device)
    stepping = policy.stepping(prefix, rows, room=max(episode.turn.budget for episode in episodes) + 1)
    for episode in episodes:
        episode.go_on(table, codec)
        _check_room(policy, episode)
    while True:
        going = [row for row, episode in enumerate(episodes) if episode.outcome is None]
        if not going:
            return
        if len(going) <= _COMPACTED * len(episodes):
            stepping.keep(going)
            episodes, going = [episodes[row] for row in going], list(range(len(going)))
        fed = [episode.unfed(policy.at_once) for episode in episodes]
        if max(map(len, fed)) == 1:
            # With one token each, rows need not be distinguished: finished rows are fed a padding token.
            fed = [tokens or [0] for tokens in fed]
        hidden = policy.step(stepping, fed)
        deciding = [row for row in going if episodes[row].all_fed]
        if not deciding:
            continue
        masks = [episodes[row].mask(table) for row in deciding]
        numbers = torch.tensor(masks, device=device)
        chosen, *numbers_of = _sample(policy, hidden[deciding], numbers, generator, temperature)
        taken = zip(deciding, masks, chosen.tolist(), *torch.stack(numbers_of).tolist(), strict=True)
        for row, mask, token, log_prob, value in taken:
            episodes[row].take(token, mask, log_prob, value, codec)
            episodes[row].go_on(table, codec)
            _check_room(policy, episodes[row])


def _check_room(policy: Policy, episode: Episode) -> None:
    """Raises `ValueError` if the turn could exceed the model's context."""
    needed = len(episode.prompt) + episode.start + episode.turn.budget
    if policy.context is not None and needed > policy.context:
        raise ValueError(f"prompt and answers may take {needed} tokens, but the model's context is {policy.context}")


def _sample(
    policy: Policy, hidden: Tensor, masks: Tensor, generator: torch.Generator, temperature: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Tokens `(n,)`, their log-probabilities at temperature 1, and values."""
    log_probs, _ = policy.distribution(hidden, masks)
    if temperature:
        # One random number a row, compared with cumulative probabilities: masked tokens add nothing to them.
        scaled = log_probs if temperature == 1 else torch.log_softmax(log_probs / temperature, -1)
        sums = scaled.exp().cumsum(-1, dtype=torch.float64)
        drawn = torch.rand(len(sums), 1, generator=generator, device=sums.device, dtype=torch.float64)
        chosen = torch.searchsorted(sums, drawn * sums[:, -1:], right=True)
    else:
        chosen = log_probs.argmax(-1, keepdim=True)
    return chosen.squeeze(-1), log_probs.gather(-1, chosen).squeeze(-1), policy.value_head(hidden)


def collated(episodes: Sequence[Episode], table: MaskTable, version: int) -> Rollout:
    """Finished episodes as rows of tensors."""
    prompts = tuple(dict.fromkeys(episode.prompt for episode in episodes))
    decisions = [[table.decides(mask) for mask in episode.masks] for episode in episodes]
    return Rollout(
        prompts=prompts,
        prompt=torch.tensor([prompts.index(episode.prompt) for episode in episodes], device=table.device),
        tokens=_padded([episode.tokens for episode in episodes], torch.long, table.device),
        masks=_padded([episode.masks for episode in episodes], torch.long, table.device),
        decisions=_padded(decisions, torch.bool, table.device),
        log_probs=_padded([episode.log_probs for episode in episodes], torch.float32, table.device),
        values=_padded([episode.values for episode in episodes], torch.float32, table.device),
        lengths=torch.tensor([len(episode.tokens) for episode in episodes], device=table.device),
        version=version,
        episodes=tuple(episodes),
    )


def _padded(rows: Sequence[Sequence[float]], dtype: torch.dtype, device: torch.device) -> Tensor:
    width = max(map(len, rows))
    return torch.tensor([[*row, *[0] * (width - len(row))] for row in rows], dtype=dtype, device=device)
