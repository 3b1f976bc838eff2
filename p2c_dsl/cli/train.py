"""`p2c train`."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from click.core import ParameterSource

from p2c_dsl.cli import EXIT_INTERRUPTED
from p2c_dsl.cli.files import fail, for_training

if TYPE_CHECKING:
    from p2c_dsl.planners.rl.run import Plan
    from p2c_dsl.planners.rl.settings import TrainingSettings

_FIXED = ("domains", "preset", "model", "lora", "seed", "settings")
"""What a run that is resumed has already."""


def train(
    context: typer.Context,
    domains: Annotated[
        list[str] | None,
        typer.Argument(
            help="Folders of domains, or spec files with a world.py beside them; `generated` for made-up specs."
        ),
    ] = None,
    output: Annotated[str, typer.Option(help="The folder of the run: model, checkpoint, metrics.")] = "run",
    preset: Annotated[str, typer.Option(help="cpu or gpu: where settings start from.")] = "cpu",
    model: Annotated[
        str,
        typer.Option(help="fresh (the small planner, untrained), small, or a folder with a causal model."),
    ] = "fresh",
    lora: Annotated[int, typer.Option(help="Train adapters of this rank instead of all weights.", min=0)] = 0,
    seed: Annotated[int, typer.Option(help="Of weights, sampling and worlds.")] = 0,
    updates: Annotated[int | None, typer.Option(help="How many rollouts and updates.", min=1)] = None,
    minutes: Annotated[float | None, typer.Option(help="Stop after so long.", min=0)] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="Any other setting, NAME=VALUE; `docs/training.md` lists them."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the output folder's checkpoint.")
    ] = False,
) -> None:
    """Train a planner by PPO among what the rules accept.

    Ctrl-C saves a checkpoint. The output folder is also a model: p2c plan --planner lm --model FOLDER.

    Examples:

      p2c train examples/dinner --output runs/dinner

      p2c train examples/dinner examples/refunds --model small --minutes 10

      p2c train examples/dinner generated generated --model small

      p2c train --resume --output runs/dinner
    """
    for_training("accelerate", "peft", "tensorboard")
    from p2c_dsl.planners.rl.policy.models import FRESH, SMALL
    from p2c_dsl.planners.rl.run import NAME, Plan

    folder = Path(output)
    if resume:
        given = [name for name in _FIXED if context.get_parameter_source(name) is ParameterSource.COMMANDLINE]
        if given:
            fail(
                "--resume goes on with the run's own domains and settings: only --updates and --minutes may change"
            )
        plan = _resumed(folder, updates, minutes)
    else:
        if not domains:
            fail("name a domain to train in, such as examples/dinner")
        if (folder / "checkpoint.pt").exists():
            fail(f"{output} holds a run already: go on with --resume, or choose another --output")
        same = model not in (FRESH, SMALL) and Path(model).resolve() == folder.resolve()
        if same or ((folder / "config.json").exists() and not (folder / NAME).exists()):
            fail(f"{output} holds a model, which would be overwritten: choose another --output")
        chosen = _settings(preset, seed, updates, minutes, settings or [])
        plan = Plan(tuple(domains), model, lora, chosen)
    _train(plan, folder, resume)


def _resumed(folder: Path, updates: int | None, minutes: float | None) -> Plan:
    from dataclasses import replace

    from p2c_dsl.planners.rl.checkpoint import CheckpointError
    from p2c_dsl.planners.rl.run import load_plan

    try:
        plan = load_plan(folder)
    except CheckpointError as error:
        fail(str(error))
    given = {"updates": updates, "minutes": minutes}
    return replace(plan, settings=plan.settings.changed(**{n: v for n, v in given.items() if v is not None}))


def _settings(
    preset: str, seed: int, updates: int | None, minutes: float | None, given: list[str]
) -> TrainingSettings:
    from p2c_dsl.planners.rl.settings import PRESETS, parsed

    if preset not in PRESETS:
        fail(f"there is no preset `{preset}`: choose {' or '.join(PRESETS)}")
    named = {"seed": seed, "updates": updates, "minutes": minutes}
    try:
        chosen = PRESETS[preset].changed(**{n: v for n, v in named.items() if v is not None})
        return chosen.changed(**dict(parsed(entry) for entry in given))
    except ValueError as error:
        fail(str(error))


def _train(plan: Plan, folder: Path, resume: bool) -> None:
    from p2c_dsl.planners import Unplannable
    from p2c_dsl.planners.rl import run
    from p2c_dsl.planners.rl.checkpoint import CheckpointError
    from p2c_dsl.runtime.domain import DomainError
    from p2c_dsl.runtime.interpreter import BindingError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        trainer, tokenizer = run.trainer_of(plan, run.accelerator())
        if trainer.rank == 0:
            plan.save(folder)
            if trainer.processes > 1:
                typer.echo(f"{trainer.processes} processes share the episodes", err=True)
            if why := trainer.policy.padded_because:
                typer.echo(f"rows are padded, which takes longer than packing them: {why}", err=True)
        with _Display(plan) if trainer.rank == 0 else nullcontext(lambda *_: None) as told:
            run.train(plan, trainer, tokenizer, folder, told, resume)
    except (ValueError, OSError, Unplannable, CheckpointError, DomainError, BindingError) as error:
        fail(str(error))
    except KeyboardInterrupt:
        begun = (folder / "checkpoint.pt").exists()
        advice = (
            f"go on with `p2c train --resume --output {folder}`" if begun else "there is no checkpoint yet"
        )
        typer.echo(f"p2c: interrupted; {advice}", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    if trainer.rank == 0:
        typer.echo(f"{folder} holds the model: p2c eval {' '.join(plan.domains)} --model {folder}")


class _Display:
    """A bar with the last update's metrics, on stderr; lines now and then where that is no terminal."""

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
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._console = Console(stderr=True, highlight=False)
        self._progress = Progress(
            TextColumn("training"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}"),
            console=self._console,
            disable=not self._console.is_terminal,
        )
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
            f"{key.removeprefix('explored/')} {n:.0f}"
            for key, n in metrics.items()
            if key.startswith("explored/")
        ]
        if found:
            shown = f"verified, to imitate: {', '.join(found)}"
        self._progress.update(self._task, completed=done, description=shown)
        if not self._console.is_terminal and (done % self._every == 0 or done == 1):
            self._console.print(f"update {done}  {shown}", soft_wrap=True)
