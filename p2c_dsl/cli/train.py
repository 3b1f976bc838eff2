"""`p2c train`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from click.core import ParameterSource
from typer import Argument, Option

from p2c_dsl.cli.failure import fail
from p2c_dsl.cli.options import Minutes, Preset, Resume
from p2c_dsl.cli.training import check_unused, given, need_training, progress_bar, training_errors

if TYPE_CHECKING:
    from p2c_dsl.planners.rl.run import Plan

_FIXED = ("domains", "preset", "model", "lora", "seed", "settings")
"""Options that a resumed run has already."""


def train(
    context: typer.Context,
    domains: Annotated[
        list[str] | None,
        Argument(help="Folders of domains, or spec files with a world.py beside them; `generated` for random specs."),
    ] = None,
    output: Annotated[str, Option(help="The folder for the model, checkpoint and metrics.")] = "run",
    preset: Preset = "cpu",
    model: Annotated[
        str, Option(help="small (the built-in planner), fresh (the same, untrained), or a model's folder.")
    ] = "fresh",
    lora: Annotated[int, Option(help="Train only adapters of this rank (0: all weights).", min=0)] = 0,
    seed: Annotated[int, Option(help="The seed for weights, sampling and worlds.")] = 0,
    updates: Annotated[int | None, Option(help="How many rollouts and updates to run.", min=1)] = None,
    minutes: Minutes = None,
    settings: Annotated[
        list[str] | None, Option("--set", help="Another setting, NAME=VALUE; see docs/training.md.")
    ] = None,
    resume: Resume = False,
) -> None:
    """Train a planner by PPO on compositions that the rules accept.

    Ctrl-C saves a checkpoint. The output folder is also a model, for p2c plan --planner lm --model FOLDER.

    Examples:

      p2c train examples/dinner --output runs/dinner

      p2c train examples/dinner examples/refunds --model small --minutes 10

      p2c train examples/dinner generated generated --model small

      p2c train --resume --output runs/dinner
    """
    need_training("accelerate", "peft", "tensorboard")
    from p2c_dsl.planners.rl.policy.models import FRESH, SMALL
    from p2c_dsl.planners.rl.run import NAME, Plan, load_plan
    from p2c_dsl.planners.rl.settings import PRESETS, parsed

    folder = Path(output)
    with training_errors(lambda: _advice(folder)):
        if resume:
            if any(context.get_parameter_source(name) is ParameterSource.COMMANDLINE for name in _FIXED):
                fail("--resume keeps the run's domains and settings: only --updates and --minutes can be changed")
            plan = load_plan(folder)
            changed = plan.settings.changed(**given(updates=updates, minutes=minutes))
            _train(replace(plan, settings=changed), folder, resume=True)
        else:
            if not domains:
                fail("name a domain to train in, such as examples/dinner")
            check_unused(folder, "checkpoint.pt")
            same = model not in (FRESH, SMALL) and Path(model).resolve() == folder.resolve()
            if same or ((folder / "config.json").exists() and not (folder / NAME).exists()):
                fail(f"{output} holds a model that would be overwritten: choose another --output")
            chosen = PRESETS[preset].changed(seed=seed, **given(updates=updates, minutes=minutes))
            chosen = chosen.changed(**dict(map(parsed, settings or [])))
            _train(Plan(tuple(domains), model, lora, chosen), folder, resume=False)


def _advice(folder: Path) -> str:
    if not (folder / "checkpoint.pt").exists():
        return "there is no checkpoint yet"
    return f"continue with `p2c train --resume --output {folder}`"


def _train(plan: Plan, folder: Path, *, resume: bool) -> None:
    from p2c_dsl.planners.rl import run

    folder.mkdir(parents=True, exist_ok=True)
    trainer, tokenizer = run.trainer_of(plan, run.accelerator())
    if trainer.rank != 0:
        run.train(plan, trainer, tokenizer, folder, lambda *_: None, resume)
        return
    plan.save(folder)
    if trainer.processes > 1:
        typer.echo(f"{trainer.processes} processes share the episodes", err=True)
    if why := trainer.policy.padded_because:
        typer.echo(f"rows are padded, which is slower than packing them: {why}", err=True)
    with _Display(plan) as display:
        run.train(plan, trainer, tokenizer, folder, display, resume)
    typer.echo(f"the model is in {folder}; try p2c eval {' '.join(plan.domains)} --model {folder}")


class _Display:
    """A bar with the last update's metrics, on stderr; where that is not a terminal, a line now and then."""

    _SHOWN = (
        ("return", "charts/episodic_return"),
        ("verified", "charts/verified"),
        ("held out", "eval/verified"),
        ("KL", "losses/approx_kl"),
        ("entropy", "losses/entropy"),
        ("tokens/s", "time/tokens_per_second"),
    )

    def __init__(self, plan: Plan) -> None:
        from rich.console import Console

        self._console = Console(stderr=True, highlight=False)
        self._progress = progress_bar("training", self._console)
        self._task = self._progress.add_task("", total=plan.settings.updates)
        self._every = max(plan.settings.updates // 20, 1)

    def __enter__(self) -> _Display:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, done: int, metrics: dict[str, float]) -> None:
        shown = "  ".join(f"{name} {metrics[key]:.3g}" for name, key in self._SHOWN if key in metrics)
        found = [
            f"{key.removeprefix('explored/')} {n:.0f}" for key, n in metrics.items() if key.startswith("explored/")
        ]
        if found:
            shown = f"verified, to imitate: {', '.join(found)}"
        self._progress.update(self._task, completed=done, description=shown)
        if not self._console.is_terminal and (done % self._every == 0 or done == 1):
            self._console.print(f"update {done}  {shown}", soft_wrap=True)
