"""How well a planner does on worlds that training never sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from p2c_dsl.planners.interval import LEVEL, wilson
from p2c_dsl.planners.rl.environments.domains import HELD_OUT
from p2c_dsl.planners.rl.environments.environment import Environment
from p2c_dsl.planners.rl.episode import Codec
from p2c_dsl.planners.rl.policy.policy import Policy
from p2c_dsl.planners.rl.rollout import roll_out


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Sums over episodes on held-out worlds of one environment."""

    name: str
    episodes: int
    verified: int
    accepted: int
    reward: float
    cost: float

    @property
    def share(self) -> float:
        """The share of episodes that the world verified."""
        return self.verified / self.episodes

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        """Wilson's interval of the verified share."""
        _, low, high = wilson(self.verified, self.episodes, level)
        return low, high

    def data(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        low, high = self.interval()
        return {
            "domain": self.name,
            "episodes": self.episodes,
            "verified": self.share,
            "interval": [low, high],
            "accepted": self.accepted / self.episodes,
            "return": self.reward / self.episodes,
            "cost": self.cost / self.episodes,
        }


def evaluate(
    policy: Policy,
    codec: Codec,
    environments: Sequence[Environment],
    episodes: int,
    seed: int = 0,
    temperature: float = 1.0,
    at_once: int = 256,
) -> list[Evaluation]:
    """Plays episodes of each environment on held-out worlds, from `HELD_OUT + seed` on. Deterministic for a seed."""
    generator = torch.Generator(policy.masks.device).manual_seed(seed)
    first = HELD_OUT + seed
    starts = [(environment, first + n) for environment in environments for n in range(episodes)]
    played = roll_out(policy, codec, starts, generator, 0, at_once, temperature).episodes
    found = []
    for number, environment in enumerate(environments):
        outcomes = [e.outcome for e in played[number * episodes : (number + 1) * episodes] if e.outcome is not None]
        found.append(
            Evaluation(
                name=environment.name,
                episodes=len(outcomes),
                verified=sum(o.verified for o in outcomes),
                accepted=sum(o.accepted for o in outcomes),
                reward=sum(o.reward + sum(c.reward for c in o.credits) for o in outcomes),
                cost=sum(o.info.get("cost", 0.0) for o in outcomes),
            )
        )
    return found


def together(found: Sequence[Evaluation]) -> Evaluation:
    """The evaluations of several environments, added up."""
    return Evaluation(
        name="all",
        episodes=sum(e.episodes for e in found),
        verified=sum(e.verified for e in found),
        accepted=sum(e.accepted for e in found),
        reward=sum(e.reward for e in found),
        cost=sum(e.cost for e in found),
    )
