"""Training: rollouts and updates in turn, and the state to continue from."""

from __future__ import annotations

import time
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor

from p2c_dsl.planners.rl import checkpoint
from p2c_dsl.planners.rl.advantages import ReturnScale
from p2c_dsl.planners.rl.environments.domains import HELD_OUT
from p2c_dsl.planners.rl.environments.environment import Environment, Walked, unique
from p2c_dsl.planners.rl.episode import Codec
from p2c_dsl.planners.rl.policy.masking import MaskTable
from p2c_dsl.planners.rl.policy.policy import Policy
from p2c_dsl.planners.rl.ppo import prepare, update
from p2c_dsl.planners.rl.rollout import Rollout, roll_out
from p2c_dsl.planners.rl.settings import TrainingSettings


class Trainer:
    """A policy being trained in environments, in one of the processes of `accelerator`.

    Episodes take the environments in turn, and an environment's worlds by number: no world comes twice, and processes
    divide them among themselves.
    Everything that an update depends on is in `state()`, so that n + m updates equal n, a checkpoint, and m more.
    """

    def __init__(
        self,
        model: Any,
        codec: Codec,
        environments: Sequence[Environment],
        settings: TrainingSettings,
        accelerator: Any = None,
    ) -> None:
        if not environments:
            raise ValueError("no environments to train in")
        self.settings, self.environments, self.codec = settings, tuple(environments), codec
        self.processes: int = accelerator.num_processes if accelerator else 1
        self.rank: int = accelerator.process_index if accelerator else 0
        own, left = divmod(settings.episodes, self.processes)
        if left:
            raise ValueError(f"{settings.episodes} episodes cannot be divided among {self.processes} processes")
        if own < settings.minibatches:
            raise ValueError(f"{own} episodes in each process cannot be split into {settings.minibatches} minibatches")
        self._accelerator = accelerator
        device = accelerator.device if accelerator else torch.device("cpu")
        self.masks = MaskTable(model.get_input_embeddings().num_embeddings, device)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)
            self.policy = Policy(model.to(device), self.masks, settings.precision)
        if settings.compile:
            self.policy.compile_decoder()
        self.reference = self._frozen() if settings.kl_weight else None
        self.optimizer = torch.optim.AdamW(
            [
                {"params": [p for p in model.parameters() if p.requires_grad], "lr": settings.learning_rate},
                {"params": list(self.policy.value_head.parameters()), "lr": settings.value_learning_rate},
            ],
            weight_decay=0.0,
        )
        self.scale = ReturnScale()
        self.done, self.episodes, self.tokens, self.seconds = 0, 0, 0, 0.0
        self.sampling = torch.Generator(device).manual_seed(settings.seed * 1009 + self.rank)
        self.shuffling = torch.Generator().manual_seed(settings.seed)

    def reduce(self, tensor: Tensor) -> Tensor:
        """The sum over all processes."""
        if self.processes == 1:
            return tensor
        total: Tensor = self._accelerator.reduce(tensor, reduction="sum")
        return total

    def agreed(self, number: float) -> float:
        """The mean of a number over all processes, so that all of them decide the same."""
        if self.processes == 1:
            return number
        own = torch.tensor(number, dtype=torch.float64, device=self.masks.device)
        return float(self.reduce(own).item()) / self.processes

    def agree(self) -> None:
        """Gives all processes the weights of the first: what they computed separately may differ in rounding."""
        if self.processes == 1:
            return
        from accelerate.utils import broadcast

        with torch.no_grad():
            for parameter in self.policy.parameters():
                parameter.copy_(broadcast(parameter.detach()))

    def update(self) -> dict[str, float]:
        """One rollout and one update on it; returns the metrics."""
        started = time.perf_counter()
        rollout = self.roll_out()
        rolled = time.perf_counter()
        self._anneal()
        batch = prepare(self.policy, self.reference, rollout, self.codec, self.settings, self.scale, self.reduce)
        found = update(self.policy, self.optimizer, batch, self.settings, self.reduce, self.shuffling)
        ended = time.perf_counter()
        self.done += 1
        self.seconds += ended - started
        return {
            **self._charts(rollout, batch.kl),
            **found,
            **self._times(rollout, rolled - started, ended - rolled),
        }

    def roll_out(self) -> Rollout:
        """The next episodes of this process."""
        share = self.settings.episodes // self.processes
        first = self.episodes + self.rank * share
        self.episodes += self.settings.episodes
        starts = [self._start(number) for number in range(first, first + share)]
        at_once = self.settings.rows_at_once
        return roll_out(self.policy, self.codec, starts, self.sampling, self.done, at_once)

    def _start(self, number: int) -> tuple[Environment, int]:
        """The environment and the world of an episode.

        Each environment's worlds are numbered separately, and a process gets consecutive numbers: generated specs
        change every few numbers, and episodes of one spec are each other's baseline.
        """
        rounds, slot = divmod(number, len(self.environments))
        environment = self.environments[slot]
        same = [place for place, other in enumerate(self.environments) if other is environment]
        own = rounds * len(same) + same.index(slot)
        return environment, (self.settings.seed * 7_919_993 + own) % HELD_OUT

    def state(self) -> dict[str, Any]:
        """Everything that the next update depends on."""
        trained = {name: p.detach() for name, p in self.policy.named_parameters() if p.requires_grad}
        return {
            "format": checkpoint.FORMAT,
            "settings": self.settings.data(),
            "weights": trained,
            "optimizer": self.optimizer.state_dict(),
            "scale": [self.scale.count, self.scale.squares],
            "counters": [self.done, self.episodes, self.tokens, self.seconds],
            "shuffling": self.shuffling.get_state(),
            "sampling": self._of_all_processes(self.sampling.get_state()),
            "random": checkpoint.random_state(),
            "environments": [environment.digest for environment in self.environments],
            "walks": self._walks(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continues from a state. Raises `CheckpointError` for other domains or another number of processes."""
        if [environment.digest for environment in self.environments] != state["environments"]:
            raise checkpoint.CheckpointError(
                "the checkpoint belongs to other domains, or the domains have changed since"
            )
        if len(state["sampling"]) != self.processes:
            raise checkpoint.CheckpointError(
                f"the checkpoint was written by {len(state['sampling'])} processes, and this run has {self.processes}"
            )
        self._walk_again(state)
        parameters = dict(self.policy.named_parameters())
        with torch.no_grad():
            for name, weights in state["weights"].items():
                parameters[name].copy_(weights)
        self.optimizer.load_state_dict(state["optimizer"])
        self.scale.count, self.scale.squares = state["scale"]
        self.done, self.episodes, self.tokens, self.seconds = state["counters"]
        self.shuffling.set_state(state["shuffling"])
        self.sampling.set_state(state["sampling"][self.rank])
        checkpoint.restore_random_state(state["random"])

    def _walked(self) -> list[Walked]:
        """The environments whose masks depend on earlier queries, each once."""
        return [e for e in unique(self.environments) if isinstance(e, Walked)]

    def _walk_again(self, state: dict[str, Any]) -> None:
        try:
            for environment, walk in zip(self._walked(), state["walks"][self.rank], strict=True):
                environment.walk_again(walk)
        except (KeyError, IndexError, ValueError) as error:
            raise checkpoint.CheckpointError(
                "the checkpoint was written by another version, and its masks cannot be reproduced: start a new run"
            ) from error

    def _walks(self) -> list[list[Any]]:
        """The queries that the environments of each process have been asked."""
        own = [environment.walk() for environment in self._walked()]
        if self.processes == 1:
            return [own]
        from accelerate.utils import gather_object

        return list(gather_object([own]))

    def _of_all_processes(self, tensor: Tensor) -> list[Tensor]:
        if self.processes == 1:
            return [tensor]
        gathered = self._accelerator.gather(tensor.to(self._accelerator.device).unsqueeze(0))
        return list(gathered.cpu())

    def _frozen(self) -> Policy:
        """The reference policy: the policy itself with its adapters off, or a frozen copy."""
        if hasattr(self.policy.model, "disable_adapter"):
            return self.policy
        copied = Policy(deepcopy(self.policy.model), self.masks, self.settings.precision)
        return copied.requires_grad_(False)

    def _anneal(self) -> None:
        left = 1 - self.done / self.settings.updates if self.settings.anneal else 1.0
        rates = (self.settings.learning_rate, self.settings.value_learning_rate)
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * left

    def _charts(self, rollout: Rollout, kl: Tensor) -> dict[str, float]:
        """Means over the episodes of all processes."""
        names = list(dict.fromkeys(environment.name for environment in self.environments))
        sums = torch.zeros(7 + 2 * len(names), dtype=torch.double)
        for episode in rollout.episodes:
            outcome = episode.outcome
            assert outcome is not None
            earned = outcome.reward + sum(credit.reward for credit in outcome.credits)
            sums[:6] += torch.tensor(
                [
                    1,
                    earned,
                    outcome.verified,
                    outcome.accepted,
                    len(episode.tokens),
                    outcome.info.get("cost", 0.0),
                ]
            )
            place = 7 + 2 * names.index(episode.environment.name)
            sums[place : place + 2] += torch.tensor([1, outcome.verified])
        decisions = rollout.decisions.sum()
        sums[6] = kl.sum().item()
        found = self.reduce(torch.cat([sums, decisions.double().cpu()[None]]).to(kl.device)).tolist()
        count, earned, verified, accepted, length, cost, total_kl = found[:7]
        charts = {
            "charts/episodic_return": earned / count,
            "charts/verified": verified / count,
            "charts/accepted": accepted / count,
            "charts/episodic_length": length / count,
            "charts/cost": cost / count,
            "charts/decisions": found[-1] / count,
            "charts/episodes": float(self.episodes),
            "charts/learning_rate": self.optimizer.param_groups[0]["lr"],
        }
        if self.reference is not None:
            charts["losses/kl_reference"] = total_kl / max(found[-1], 1.0)
        if len(names) > 1:
            for place, name in enumerate(names):
                played, well = found[7 + 2 * place : 9 + 2 * place]
                if played:
                    charts[f"verified/{name}"] = well / played
        self.tokens += int(length)
        return charts

    def _times(self, rollout: Rollout, rolling: float, updating: float) -> dict[str, float]:
        own = int(rollout.lengths.sum())
        return {
            "time/rollout": rolling,
            "time/update": updating,
            "time/total": self.seconds,
            "time/tokens_per_second": own * self.processes / (rolling + updating),
        }
