"""A language of eight words over five letters, a model of a few weights, and an environment that likes some words.

All of it is small enough to be written down: what the trainer computes is compared with sums over every word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from p2c_dsl.planners.rl.advantages import ReturnScale
from p2c_dsl.planners.rl.environments.environment import Credit, Environment, EpisodeOutcome, Play, Turn
from p2c_dsl.planners.rl.episode import Codec, Episode
from p2c_dsl.planners.rl.policy.masking import MaskTable
from p2c_dsl.planners.rl.policy.policy import Policy
from p2c_dsl.planners.rl.ppo import Batch, prepare
from p2c_dsl.planners.rl.rollout import Rollout, collated, roll_out
from p2c_dsl.planners.rl.settings import TrainingSettings

LETTERS = [b"", b"a", b"b", b"c", b"d", b"e", b"?", b"!"]
END, A, B, C, D, E = range(6)
GRAMMAR: Mapping[int, Mapping[int, int | None]] = {
    0: {A: 1, B: 2},
    1: {C: 3},  # forced
    2: {C: 3, D: 3, E: 3},
    3: {END: None, A: 4},
    4: {END: None},  # forced
}
REWARDS = {"ac": 0.3, "aca": -1.0, "bc": 2.0, "bca": 0.5, "bd": 0.0, "bda": 1.0, "be": -0.7, "bea": 0.1}
CPU = torch.device("cpu")
PLAIN = TrainingSettings(
    epochs=1,
    minibatches=1,
    gae_decay=1.0,
    value_weight=0.0,
    entropy_weight=0.0,
    target_kl=0.0,
    normalise_advantages=False,
    scale_rewards=False,
)
"""Settings under which the loss is the plain policy gradient."""


class Words:
    """The space of the eight words."""

    start, digest = 0, "words"

    def __init__(self) -> None:
        self.table = np.zeros((len(GRAMMAR), 1), np.int32)
        for state, steps in GRAMMAR.items():
            self.table[state, 0] = sum(1 << token for token in steps)

    def row(self, state: int, left: int) -> int:
        return state

    def step(self, state: int, token: int) -> int | None:
        return GRAMMAR[state][token]


class Liking:
    """An environment of one turn: a word earns its reward."""

    digest = "liking"

    def __init__(
        self,
        name: str = "liking",
        prompt: str = "abcde",
        credits: Callable[[str], tuple[Credit, ...]] = lambda _: (),
        truncated: bool = False,
        rewards: Callable[[str], float] = REWARDS.__getitem__,
    ) -> None:
        self.name, self.prompt, self.credits, self.truncated, self.rewards = name, prompt, credits, truncated, rewards
        self.space = Words()

    def play(self, seed: int) -> Play:
        word = yield Turn(self.prompt, self.space, 4)
        reward = self.rewards(word)
        return EpisodeOutcome(reward, reward > 0, self.credits(word), truncated=self.truncated)


class Dialogue:
    """An environment of two turns: the first word is repeated with a question, and the second is liked, or not."""

    name, digest = "dialogue", "dialogue"

    def __init__(self) -> None:
        self.space = Words()

    def play(self, seed: int) -> Play:
        first = yield Turn("edcb", self.space, 4)
        second = yield Turn(f"?{first}!", self.space, 4)
        credits = (Credit(0, 0, 0.25, "first"), Credit(1, len(second) - 1, 0.5, "second"))
        return EpisodeOutcome(REWARDS[second], REWARDS[second] > 0, credits)


def codec() -> Codec:
    """Letters are tokens."""

    def encode(text: str) -> list[int]:
        return [LETTERS.index(letter.encode()) for letter in text]

    return Codec(encode, encode, LETTERS, END)


def model(seed: int = 0, **more: Any) -> Any:
    """A Llama of a few thousand weights, whose logits are far from uniform."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(LETTERS),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=64,
        initializer_range=0.5,
        bos_token_id=None,
        eos_token_id=END,
        **more,
    )
    return LlamaForCausalLM(config)


def policy(seed: int = 0, masks: MaskTable | None = None, **more: Any) -> Policy:
    """The toy's policy, whose value head already has an opinion; several can share their masks."""
    made = Policy(model(seed, **more), masks or MaskTable(len(LETTERS), CPU))
    assert made.packs or more, "a plain model's rows are packed: where packing differed, it would not be"
    torch.nn.init.normal_(made.value_head.outer.weight)
    made.share_from = 0
    return made


def sampled(made: Policy, count: int = 32, environments: Sequence[Environment] | None = None, seed: int = 0) -> Rollout:
    """Episodes of the policy."""
    chosen = environments or [Liking()]
    starts = [(chosen[number % len(chosen)], number) for number in range(count)]
    return roll_out(made, codec(), starts, torch.Generator().manual_seed(seed), 0)


def prepared(
    made: Policy, rollout: Rollout, settings: TrainingSettings = PLAIN, reference: Policy | None = None
) -> Batch:
    """A batch of one process."""
    return prepare(made, reference, rollout, codec(), settings, ReturnScale(), alone)


def alone(tensor: torch.Tensor) -> torch.Tensor:
    """The sum over one process."""
    return tensor


def words() -> Iterator[tuple[int, ...]]:
    """Every word, as tokens."""
    pending: list[tuple[int | None, tuple[int, ...]]] = [(0, ())]
    while pending:
        state, written = pending.pop()
        if state is None:
            yield written
        else:
            pending += [(after, (*written, token)) for token, after in GRAMMAR[state].items()]


def every_word(made: Policy, environment: Environment | None = None) -> Rollout:
    """Every word once, as if it had been sampled."""
    episodes = []
    for word in words():
        episode = Episode.begin(environment or Liking(), 0, codec())
        for token in word:
            episode.take(token, episode.mask(made.masks), 0.0, 0.0, codec())
        episodes.append(episode)
    return replace(collated(episodes, made.masks, 0), values=None)


def by_hand(made: Policy, prompt: Sequence[int], word: Sequence[int]) -> list[torch.Tensor]:
    """Log-probabilities of a word's tokens, from the model's logits and the grammar alone: no code is shared."""
    found, state, written = [], 0, list(prompt)
    for token in word:
        logits = made.model(input_ids=torch.tensor([written])).logits[0, -1]
        legal = sorted(GRAMMAR[state])
        found.append(logits[token] - torch.logsumexp(logits[legal], 0))
        written.append(token)
        state = GRAMMAR[state][token] or 0
    return found
