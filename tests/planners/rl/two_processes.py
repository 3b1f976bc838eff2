"""One of several processes: its share of a batch, and the gradient that it is left with.

`RANK`, `WORLD_SIZE` and the like are those of `accelerate launch`. Also a run of two updates through the trainer.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator

from p2c_dsl.planners.rl.ppo import gradients
from p2c_dsl.planners.rl.settings import TrainingSettings
from p2c_dsl.planners.rl.trainer import Trainer
from tests.planners.rl.toy import PLAIN, Dialogue, Liking, codec, model, policy, prepared, sampled

SETTINGS = PLAIN.changed(value_weight=0.5, entropy_weight=0.1)


def shares(count: int, processes: int) -> list[torch.Tensor]:
    """Rows of unlike lengths for each process: the shortest go to the first."""
    made = policy()
    order = sampled(made, count, [Liking(), Dialogue()]).decisions.sum(1).argsort()
    cut = count // (2 * processes)
    return [order[:cut], order[cut:]] if processes == 2 else [order]


def gradient(processes: int, rank: int, reduce: Any) -> tuple[torch.Tensor, dict[str, float]]:
    """The gradient and the metrics of a batch of 24 that the processes share."""
    made = policy().double()
    batch = prepared(made, sampled(made, 24, [Liking(), Dialogue()]))
    metrics = gradients(made, batch, shares(24, processes)[rank], SETTINGS, reduce)
    return torch.cat([p.grad.flatten() for p in made.parameters() if p.grad is not None]), metrics


def trained(accelerator: Any) -> tuple[torch.Tensor, list[dict[str, float]]]:
    """The weights and metrics after two updates."""
    settings = TrainingSettings(episodes=8, minibatches=2, learning_rate=1e-2)
    trainer = Trainer(model(), codec(), [Liking(), Dialogue()], settings, accelerator)
    metrics = [trainer.update() for _ in range(2)]
    assert len(trainer.state()["sampling"]) == len(trainer.state()["walks"]) == trainer.processes
    # As other devices' rounding would leave it.
    with torch.no_grad():
        next(trainer.policy.parameters()).add_(trainer.rank)
    trainer.agree()
    return torch.cat([p.detach().flatten() for p in trainer.policy.parameters()]), metrics


if __name__ == "__main__":
    own = Accelerator(cpu=True)
    found = gradient(own.num_processes, own.process_index, lambda tensor: own.reduce(tensor, "sum"))
    torch.save([*found, *trained(own)], Path(sys.argv[1]) / f"{own.process_index}.pt")
    own.end_training()
