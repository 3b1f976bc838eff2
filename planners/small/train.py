"""Trains the small planner on generated tasks.

    python -m p2c_dsl.planners.small.train --seed 0 --minutes 40 --output DIR

The loss is nearly that of the masked policy: the cross-entropy of the reference composition, given the planner's
prompt, over the tokens that no rule objects to, wherever there are several (`p2c_dsl.planners.small.unjudged`). So the
model need not learn what the rules enforce. A smaller part of the loss is that of plain text: the next token of the
composition and of some of the prompt, where names are repeated, so that the model learns copying early.

Every example is a different domain; a separate process generates them. A run that was stopped resumes from its last
checkpoint when it is started again. So it can begin with lean specs, which are short, and go on with those of all
kinds:

    python -m p2c_dsl.planners.small.train --steps 6000 --until 2000 --lean --longest 384 --output DIR
    python -m p2c_dsl.planners.small.train --steps 6000 --longest 1024 --output DIR
"""

from __future__ import annotations

import argparse
import json
import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader

from p2c_dsl.planners.small.data import Batches, PaddedBatch
from p2c_dsl.planners.small.model import fresh
from p2c_dsl.planners.small.muon import optimizers
from p2c_dsl.planners.small.pool import ExamplePool

STATE, METRICS = "training.pt", "metrics.jsonl"
_BAR_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a training run.

    Attributes:
        minutes: How long to train, in wall-clock time; the learning rate follows it.
        steps: How many steps to train instead, which makes the run reproducible.
        batch: Examples in a step.
        longest: The most tokens an example may have; longer ones are left out.
        rate: The peak learning rate.
        text_share: The share of the prompts' tokens that count in the loss of plain text.
        text_weight: The weight of that loss, relative to that of the compositions' choices.
        bfloat16: Whether matrices are multiplied in 16 bits, which is faster on processors that can.
        until: Stop after this step, to go on later: with longer examples, say.
        save_every: Seconds between checkpoints.
        workers: Processes that generate examples, 0 or 1: more would all generate the same ones.
        lean: Whether the specs have no subtasks beside their tasks and a few that are easily mistaken for theirs.
        pool: A file of examples that were made before, instead.
    """

    output: Path
    seed: int = 0
    minutes: float = 40.0
    steps: int | None = None
    batch: int = 16
    longest: int = 512
    rate: float = 6e-3
    text_share: float = 0.25
    text_weight: float = 0.4
    bfloat16: bool = False
    until: int | None = None
    save_every: float = 120.0
    workers: int = 1
    lean: bool = False
    pool: Path | None = None


class TrainingRun:
    """A run: the model, its optimizers, and its progress."""

    def __init__(self, arguments: Arguments) -> None:
        self.arguments = arguments
        self.model, self.tokenizer = fresh(arguments.seed)
        self.optimizers = optimizers(self.model, arguments.rate)
        self.step, self.seconds, self.examples = 0, 0.0, 0
        arguments.output.mkdir(parents=True, exist_ok=True)
        if (arguments.output / STATE).is_file():
            self._resume()

    @property
    def progress(self) -> float:
        """The share of the run that is complete."""
        if self.arguments.steps is not None:
            return min(1.0, self.step / self.arguments.steps)
        return min(1.0, self.seconds / (60 * self.arguments.minutes))

    def train(self, console: Console) -> None:
        """Trains to the end, saving at intervals."""
        saved = self.seconds
        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        stream = iter(self._stream())
        with Progress(*columns, console=console) as shown:
            bar = shown.add_task("training", total=_BAR_LENGTH, completed=int(_BAR_LENGTH * self.progress))
            while self.progress < 1.0 and (self.arguments.until is None or self.step < self.arguments.until):
                started = time.monotonic()
                batch = next(stream)
                metrics = self._update(batch)
                self.step, self.examples = self.step + 1, self.examples + len(batch.tokens)
                self.seconds += time.monotonic() - started
                self._log(metrics)
                shown.update(bar, completed=_BAR_LENGTH * self.progress, description=f"loss {metrics['loss']:.3f}")
                if self.seconds - saved >= self.arguments.save_every:
                    saved = self.seconds
                    self.save()
        self.save()

    def _stream(self) -> DataLoader[PaddedBatch]:
        own = self.arguments
        source = None if own.pool is None else ExamplePool.load(own.pool).examples
        made = Batches(own.seed, self.tokenizer, own.batch, own.longest, self.step, source, own.lean)
        if source is not None or not own.workers:
            return DataLoader(made, batch_size=None)
        return DataLoader(made, batch_size=None, num_workers=own.workers, prefetch_factor=2 * own.batch)

    def _update(self, batch: PaddedBatch) -> dict[str, float]:
        """Takes one step on a batch, and returns the losses in nats a choice and a token."""
        generator = torch.Generator().manual_seed(self.arguments.seed + self.step)
        share = torch.rand(batch.tokens.shape, generator=generator)
        counted = batch.in_composition | batch.in_prompt & (share < self.arguments.text_share)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.arguments.bfloat16):
            composition, text_loss = losses(self.model, batch, counted)
        rate = self._rate()
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.zero_grad()
        (composition + self.arguments.text_weight * text_loss).backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        return {
            "loss": composition.item(),
            "text_loss": text_loss.item(),
            "norm": norm.item(),
            "rate": rate,
        }

    def _rate(self) -> float:
        """The learning rate: rises over the first 20 steps, stays, and falls to a twentieth over the second half."""
        warm = min(1.0, (self.step + 1) / 20)
        fallen = max(0.0, self.progress - 0.5) / 0.5
        return self.arguments.rate * warm * (0.05 + 0.95 * (0.5 + 0.5 * math.cos(math.pi * fallen)))

    def _log(self, metrics: dict[str, float]) -> None:
        entry = {"step": self.step, "examples": self.examples, "seconds": round(self.seconds, 1), **metrics}
        with (self.arguments.output / METRICS).open("a") as file:
            file.write(json.dumps(entry) + "\n")

    def save(self) -> None:
        """Writes the planner, in 16 bits, and the state needed to resume."""
        save_planner(self.model, self.tokenizer, self.arguments.output)
        state = {
            "model": self.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "at": (self.step, self.seconds, self.examples),
        }
        # Replaced atomically, so that a run that is killed while it writes can still resume.
        torch.save(state, self.arguments.output / f"{STATE}.new")
        (self.arguments.output / f"{STATE}.new").replace(self.arguments.output / STATE)

    def _resume(self) -> None:
        state = torch.load(self.arguments.output / STATE)
        self.model.load_state_dict(state["model"])
        for optimizer, own in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(own)
        self.step, self.seconds, self.examples = state["at"]
        metrics = self.arguments.output / METRICS
        if metrics.is_file():
            # Steps that a killed run logged after its last checkpoint are repeated.
            metrics.write_text("".join(metrics.read_text().splitlines(keepends=True)[: self.step]))


def losses(model: Any, batch: PaddedBatch, counted: Tensor) -> tuple[Tensor, Tensor]:
    """Mean cross-entropies of the compositions' choices over the legal tokens, and of `counted` tokens over all.

    A token of a composition is a choice where another would be legal, too.

    `counted` is `(batch, time)`, true for the tokens that count.
    """
    hidden = model.model(batch.tokens[:, :-1]).last_hidden_state
    targets = batch.tokens[:, 1:]
    chosen = batch.legal.sum(-1) > 1
    logits = model.lm_head(hidden[batch.in_composition[:, 1:]][chosen]).float()
    legal, taken = batch.legal[chosen], targets[batch.in_composition[:, 1:]][chosen]
    composition = cross_entropy(logits.masked_fill(~legal, -torch.inf), taken)
    text_loss = cross_entropy(model.lm_head(hidden[counted[:, 1:]]).float(), targets[counted[:, 1:]])
    return composition, text_loss


def save_planner(model: Any, tokenizer: Any, folder: Path) -> None:
    """Writes the model, with weights in bfloat16, and the tokenizer. The model in memory keeps its 32 bits."""
    weights = {name: weight.to(torch.bfloat16) for name, weight in model.state_dict().items()}
    model.save_pretrained(folder, state_dict=weights)
    tokenizer.save_pretrained(folder)


def main() -> None:
    """Runs the command."""
    defaults = Arguments(Path())
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--output", type=Path, required=True, help="the folder for the checkpoint; a run in it is resumed"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=defaults.minutes)
    parser.add_argument("--steps", type=int, default=None, help="train this many steps instead")
    parser.add_argument("--batch", type=int, default=defaults.batch)
    parser.add_argument("--longest", type=int, default=defaults.longest, help="the most tokens of an example")
    parser.add_argument("--lean", action="store_true", help="draw lean specs: short ones, to begin with")
    parser.add_argument("--pool", type=Path, default=None, help="a file of examples made before")
    parser.add_argument("--bfloat16", action="store_true", help="multiply matrices in 16 bits")
    parser.add_argument("--until", type=int, default=None, help="stop after this step, to go on later")
    parser.add_argument("--rate", type=float, default=defaults.rate)
    arguments = Arguments(**vars(parser.parse_args()))
    console = Console(stderr=True)
    console.print({name: str(value) for name, value in asdict(arguments).items()})
    trainer = TrainingRun(arguments)
    trainer.train(console)
    console.print(f"{trainer.step} steps, {trainer.examples} examples, {trainer.seconds / 60:.1f} minutes")


if __name__ == "__main__":
    main()
