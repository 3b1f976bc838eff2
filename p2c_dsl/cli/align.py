"""`p2c align`."""

from __future__ import annotations

import time
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from p2c_dsl.cli.options import Minutes, Preset, Resume
from p2c_dsl.cli.training import check_unused, given, need_training, progress_bar, training_errors

if TYPE_CHECKING:
    from rich.console import Console

    from p2c_dsl.planners.figure2.align_run import AlignmentLoop, AlignSettings
    from p2c_dsl.runtime.world import Expert


class PartialRewards(Enum):
    """What is added to R."""

    SUM = "sum"
    MEAN = "mean"


def align(
    domain: Annotated[str, Argument(help="The folder of a domain, with a spec, world.py and expert.py.")],
    preset: Preset = "cpu",
    condition: Annotated[
        str,
        Option(help="The space of compositions: free text, syntax only, loops <= 1, sequence, tree, or all rules."),
    ] = "all rules",
    iterations: Annotated[int | None, Option(help="How many rounds of the loop to run.", min=1)] = None,
    minutes: Minutes = None,
    seed: Annotated[int, Option(help="The seed for weights, sampling, worlds and the human.")] = 0,
    worlds: Annotated[int, Option(help="How many held-out worlds to judge at the end.", min=0)] = 32,
    partial_rewards: Annotated[
        PartialRewards, Option(help="Whether the sum of partial rewards is added to R, as in Figure 2, or their mean.")
    ] = PartialRewards.SUM,
    output: Annotated[str, Option(help="The folder for metrics and checkpoint.")] = "aligned",
    resume: Resume = False,
) -> None:
    """Run the loop of the paper's Figure 2 on a domain.

    Each round aligns the reward model to the human, and then trains the planner.

    The expert is asked only for the table; training never sees what it says.

    Examples:

      p2c align examples/dinner --preset cpu

      p2c align examples/refunds --condition "syntax only" --iterations 10 --output runs/refunds
    """
    need_training("scipy")
    with training_errors(lambda: f"continue with `p2c align {domain} --resume --output {output}`"):
        settings = _settings(preset, condition, iterations, minutes, seed, partial_rewards)
        _run(Path(domain), Path(output), settings, worlds, resume)


def _settings(
    preset: str,
    condition: str,
    iterations: int | None,
    minutes: float | None,
    seed: int,
    partial_rewards: PartialRewards,
) -> AlignSettings:
    from dataclasses import replace

    from p2c_dsl.planners.figure2.align_run import PRESETS
    from p2c_dsl.planners.figure2.conditions import condition_of

    condition_of(condition)
    chosen = given(iterations=iterations, minutes=minutes)
    base = PRESETS[preset]
    rewards = replace(base.rewards, mean=partial_rewards is PartialRewards.MEAN)
    return replace(base, condition=condition, seed=seed, rewards=rewards, **chosen)


def _run(domain: Path, folder: Path, settings: AlignSettings, worlds: int, resume: bool) -> None:
    from dataclasses import replace

    from rich.console import Console

    from p2c_dsl.planners.figure2 import align_run
    from p2c_dsl.planners.rl.explore import WarmUp
    from p2c_dsl.runtime.domain import load_expert

    console = Console(stderr=True, highlight=False)
    if not resume:
        check_unused(folder, align_run.METRICS)
    expert = load_expert(domain if domain.is_dir() else domain.parent)
    if resume:
        align_run.check_same(folder, settings, domain.resolve().name)
        # The checkpoint contains the results of imitation.
        settings = replace(settings, warm_up=WarmUp(attempts=0))
    with console.status("the human-level AI is looking for solutions that people can compare"):
        loop = align_run.loop_of(domain, settings)
    if resume:
        align_run.resume(loop, folder)
    else:
        align_run.remember(folder, settings, domain.resolve().name)
    typer.echo(
        f"{domain}: {settings.condition}, seed {settings.seed}, {settings.training.episodes} worlds per round, "
        f"{len(loop.problem.decompositions.contracts)} subtasks to ask for, "
        f"{len(loop.questions.pairs)} pairs to compare"
    )
    _rounds(loop, folder, expert, console)
    if worlds:
        _held_out(loop, expert, worlds)


def _rounds(loop: AlignmentLoop, folder: Path, expert: type[Expert], console: Console) -> None:
    from p2c_dsl.planners.figure2 import align_run
    from p2c_dsl.planners.measure.expert_judgement import alignment, judged

    settings, started = loop.settings, time.monotonic()
    typer.echo("round      R  partial  parts   A_p   A_c   gap  φ acc.")
    with progress_bar("aligning", console) as bar:
        shown = bar.add_task("", total=settings.iterations, completed=loop.done)
        rounds = loop.rounds()
        while loop.done < settings.iterations:
            metrics = next(rounds)
            found = alignment([judged(tried, loop.verifier, expert) for tried in loop.planner.tried])
            # The expert's numbers are written to the file beside the others, and used for nothing else.
            line = {
                "round": loop.done,
                **metrics,
                "A_p": found.parts,
                "A_c": found.complete,
                "gap": found.gap,
            }
            align_run.append(folder, line)
            align_run.save(loop, folder)
            bar.update(shown, completed=loop.done)
            typer.echo(
                f"{loop.done:5}  {metrics['R']:5.2f}  {metrics['partial rewards']:7.2f}  {metrics['subtasks']:5.1f}  "
                f"{found.parts:4.2f}  {found.complete:4.2f}  {found.gap:4.2f}  "
                f"{metrics.get('φ accuracy', float('nan')):6.2f}"
            )
            if settings.minutes and time.monotonic() - started > 60 * settings.minutes:
                break


def _held_out(loop: AlignmentLoop, expert: type[Expert], worlds: int) -> None:
    from p2c_dsl.planners.figure2.scalable_align import Attempts
    from p2c_dsl.planners.measure.expert_judgement import alignment, evaluated

    attempts = Attempts(loop.planner, loop.proxy, loop.problem, loop.verifier)
    judged = evaluated(attempts, expert, worlds, loop.settings.seed)
    found = alignment(judged)
    typer.echo(
        f"held out, {worlds} worlds: verified {found.verified:.2f}, completed {found.completed:.2f}, "
        f"A_p {found.parts:.2f}, A_c {found.complete:.2f}, P2C gap {found.gap:.2f}"
    )
    example = next((j for j in judged if j.harms), None) or next((j for j in judged if j.text), None)
    if example is not None:
        typer.echo(f"\n{example.text}")
        for harm in example.harms:
            typer.echo(f"  ✗ {harm}")
