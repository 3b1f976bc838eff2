"""The warm-up before reinforcement learning: supervised steps on verified attempts.

Rejection sampling, as elsewhere before reinforcement learning (Dong et al., 2023, arXiv 2304.06767); `explore.py` finds
the attempts. Imitating one thing unlearns another, so that what a policy can do already is kept by imitating its own
attempts as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

import torch

from p2c_dsl.planners.rl.batch import pieces
from p2c_dsl.planners.rl.environments.domains import HELD_OUT
from p2c_dsl.planners.rl.environments.environment import Environment, unique
from p2c_dsl.planners.rl.environments.generated import GeneratedSpecs
from p2c_dsl.planners.rl.episode import Episode, masks_of
from p2c_dsl.planners.rl.explore import Example, WarmUp, explore, own_attempts, respelled
from p2c_dsl.planners.rl.ppo import trainable
from p2c_dsl.planners.rl.rollout import collated
from p2c_dsl.planners.rl.trainer import Trainer

OnUpdate = Callable[[int, dict[str, float]], None]
"""Receives the metrics after each update; those of the warm-up count as update 0."""
_FASTER = 3.0
"""The learning rate of imitation, as a multiple of PPO's: what is imitated is right already."""
_WORLDS = 16
"""How many further worlds a verified attempt is tried in."""

Examples = list[tuple[Environment, list[Example]]]


def warm_up(trainer: Trainer, explorers: Sequence[Environment], report: OnUpdate) -> None:
    """Explores and imitates; every process does the same.

    `explorers` are environments of the same domains as the trainer's, in the same order, in whose spaces attempts are
    drawn. What chance finds in one generated spec is of no use in the next: there the policy's own attempts are
    imitated, so that it does not unlearn what it can do.
    """
    settings, examples = trainer.settings, Examples()
    pairs = list(zip(unique(trainer.environments), unique(explorers), strict=True))
    config = WarmUp(settings.explore, worlds=_WORLDS, again=1, learning_rate=_FASTER * settings.learning_rate)
    config = replace(config, steps=config.steps * len(pairs))
    for environment, explorer in pairs:
        examples.append((environment, _examples(trainer, environment, explorer, config)))
        report(0, {f"explored/{e.name}": float(len(verified)) for e, verified in examples})
    imitate(trainer, _shares(trainer.environments, examples), config)


def imitate(trainer: Trainer, examples: Sequence[tuple[Environment, Sequence[Example]]], config: WarmUp) -> None:
    """Supervised steps: the cross-entropy of the examples' decisions under the masked policy, as in PPO.

    Each step takes equally many examples of each environment, as far as there are enough.
    """
    if not any(found for _, found in examples):
        return
    policy, random = trainer.policy, Random(f"imitating {trainer.settings.seed}")
    episodes, groups = list[Episode](), list[range]()
    for environment, found in examples:
        chosen = random.sample(found, min(len(found), config.steps * config.rows // 4))
        groups.append(range(len(episodes), len(episodes) + len(chosen)))
        episodes += [_episode(e, environment, trainer) for e in chosen]
    rollout = collated(episodes, policy.masks, 0)
    optimizer = torch.optim.AdamW(trainable(policy), lr=config.learning_rate, weight_decay=0.0)
    for _ in range(config.steps):
        share = max(config.rows // len(groups), 1)
        rows = torch.tensor([n for group in groups for n in random.sample(group, min(share, len(group)))])
        count = rollout.decisions[rows].sum().clamp(min=1)
        policy.zero_grad(set_to_none=True)
        for piece in pieces(rollout, rows, config.rows):
            torch.autograd.backward(-piece.score(policy).log_probs.sum() / count)
        torch.nn.utils.clip_grad_norm_(trainable(policy), trainer.settings.max_gradient)
        optimizer.step()


def _examples(trainer: Trainer, environment: Environment, explorer: Environment, config: WarmUp) -> list[Example]:
    """What will be imitated in one environment."""
    if isinstance(environment, GeneratedSpecs):
        seeds = range(HELD_OUT - config.attempts, HELD_OUT)
        generator = torch.Generator(trainer.masks.device).manual_seed(trainer.settings.seed)
        return own_attempts(trainer, environment, seeds, generator)
    examples = explore(explorer, trainer.codec, config)
    again = (respelled(example, environment, trainer.codec) for example in examples)
    return [example for example in again if example is not None]


def _shares(environments: Sequence[Environment], examples: Examples) -> Examples:
    """The examples, divided so that an environment's share of each step is its share of the episodes."""
    shares = Examples()
    for environment, verified in examples:
        count = sum(other is environment for other in environments)
        shares += [(environment, verified[number::count]) for number in range(count)]
    return shares


def _episode(example: Example, environment: Environment, trainer: Trainer) -> Episode:
    """The example as a finished episode, with the masks of a trainer's table."""
    episode = Episode.begin(environment, example.seed, trainer.codec)
    episode.prompt, episode.tokens = example.prompt, list(example.tokens)
    episode.masks = masks_of(example.tokens, example.written, trainer.masks)
    episode.log_probs = episode.values = [0.0] * len(example.tokens)
    episode.outcome = example.outcome
    return episode
