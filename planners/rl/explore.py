"""What a run of `p2c train` learns before its first update, by imitating what V has verified (`imitate.py`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch

from p2c_dsl.planners.rl.environments.domains import HELD_OUT
from p2c_dsl.planners.rl.environments.environment import Environment, each_once
from p2c_dsl.planners.rl.environments.generated import GeneratedSpecs
from p2c_dsl.planners.rl.imitate import Example, WarmUp, attempted, explored, imitate, spelled
from p2c_dsl.planners.rl.trainer import Trainer

Told = Callable[[int, dict[str, float]], None]
"""Is told the metrics after each update, and those of the beginning as of update 0."""
_FASTER = 3.0
"""How many times the learning rate of PPO imitation has: what is imitated is right already."""
_WORLDS = 16
"""In so many further worlds is tried what one has verified."""

Found = list[tuple[Environment, list[Example]]]


def begin(trainer: Trainer, explorers: Sequence[Environment], told: Told) -> None:
    """Explores and imitates, every process alike.

    `explorers` are environments of the same domains as the trainer's, in the same order, in whose spaces chance is to
    choose. What chance finds in one generated spec is of no use in the next: there the policy's own attempts are
    imitated, so that it does not unlearn what it can do.
    """
    settings, found = trainer.settings, Found()
    once = list(zip(each_once(trainer.environments), each_once(explorers), strict=True))
    config = WarmUp(settings.explore, worlds=_WORLDS, again=1, learning_rate=_FASTER * settings.learning_rate)
    config = replace(config, steps=config.steps * len(once))
    for environment, twin in once:
        found.append((environment, _found(trainer, environment, twin, config)))
        told(0, {f"explored/{e.name}": float(len(examples)) for e, examples in found})
    imitate(trainer, _shares(trainer.environments, found), config)


def _found(trainer: Trainer, environment: Environment, twin: Environment, config: WarmUp) -> list[Example]:
    """What is to be imitated in one environment."""
    if isinstance(environment, GeneratedSpecs):
        seeds = range(HELD_OUT - config.attempts, HELD_OUT)
        generator = torch.Generator(trainer.masks.device).manual_seed(trainer.settings.seed)
        return attempted(trainer, environment, seeds, generator)
    examples = explored(twin, trainer.codec, config)
    again = (spelled(example, environment, trainer.codec) for example in examples)
    return [example for example in again if example is not None]


def _shares(environments: Sequence[Environment], found: Found) -> Found:
    """The examples, parted so that an environment has as large a share in each step as in the episodes."""
    shares = Found()
    for environment, examples in found:
        count = sum(other is environment for other in environments)
        shares += [(environment, examples[number::count]) for number in range(count)]
    return shares
