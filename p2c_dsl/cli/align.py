"""`p2c align`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from p2c_dsl.cli import EXIT_INTERRUPTED
from p2c_dsl.cli.files import fail, for_training

if TYPE_CHECKING:
    from p2c_dsl.planners.figure2.align_run import AlignmentLoop, AlignSettings
    from p2c_dsl.runtime.world import Expert


def align(
    domain: Annotated[str, typer.Argument(help="The folder of a domain: spec, world.py, expert.py.")],
    preset: Annotated[str, typer.Option(help="cpu or gpu: where settings start from.")] = "cpu",
    condition: Annotated[
        str,
        typer.Option(
            help="Where parts are composed: free text, syntax only, loops <= 1, sequence, tree, all rules."
        ),
    ] = "all rules",
    iterations: Annotated[int | None, typer.Option(help="Rounds of the loop.", min=1)] = None,
    minutes: Annotated[float | None, typer.Option(help="Stop after so long.", min=0)] = None,
    seed: Annotated[int, typer.Option(help="Of weights, sampling, worlds and the simulated human.")] = 0,
    worlds: Annotated[
        int, typer.Option(help="Held-out worlds in which the expert judges at the end.", min=0)
    ] = 32,
    output: Annotated[str, typer.Option(help="The folder of the run: metrics and checkpoint.")] = "aligned",
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the output folder's checkpoint.")
    ] = False,
) -> None:
    """Run the loop of the paper's Figure 2 on a domain.

    Align to the human, then train the planner, again and again.

    The expert is asked for the table alone; nothing that is trained sees what it says.

    Examples:

      p2c align examples/dinner --preset cpu

      p2c align examples/refunds --condition "syntax only" --iterations 10 --output runs/refunds
    """
    for_training("scipy")
    settings = _settings(preset, condition, iterations, minutes, seed)
    folder = Path(output)
    from p2c_dsl.planners import Unplannable
    from p2c_dsl.planners.rl.checkpoint import CheckpointError
    from p2c_dsl.runtime.domain import DomainError

    try:
        _run(Path(domain), folder, settings, worlds, resume)
    except (ValueError, OSError, Unplannable, CheckpointError, DomainError) as error:
        fail(str(error))
    except KeyboardInterrupt:
        typer.echo(f"p2c: interrupted; go on with `p2c align {domain} --resume --output {output}`", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None


def _settings(
    preset: str, condition: str, iterations: int | None, minutes: float | None, seed: int
) -> AlignSettings:
    from dataclasses import replace

    from p2c_dsl.planners.figure2.align_run import PRESETS
    from p2c_dsl.planners.figure2.conditions import condition_of

    if preset not in PRESETS:
        fail(f"there is no preset `{preset}`: choose {' or '.join(PRESETS)}")
    try:
        condition_of(condition)
    except ValueError as error:
        fail(str(error))
    given: dict[str, Any] = {"iterations": iterations, "minutes": minutes}
    chosen = {name: value for name, value in given.items() if value is not None}
    return replace(PRESETS[preset], condition=condition, seed=seed, **chosen)


def _run(domain: Path, folder: Path, settings: AlignSettings, worlds: int, resume: bool) -> None:
    from dataclasses import replace

    from rich.console import Console

    from p2c_dsl.planners.figure2 import align_run
    from p2c_dsl.planners.rl.explore import WarmUp
    from p2c_dsl.runtime.domain import load_expert

    console = Console(stderr=True, highlight=False)
    if not resume and (folder / align_run.METRICS).exists():
        fail(f"{folder} holds a run already: go on with --resume, or choose another --output")
    expert = load_expert(domain if domain.is_dir() else domain.parent)
    if resume:
        align_run.check_same(folder, settings, domain.resolve().name)
        # What was imitated is in the checkpoint.
        settings = replace(settings, warm_up=WarmUp(attempts=0))
    with console.status("the human-level AI thinks of solutions that people can compare"):
        loop = align_run.loop_of(domain, settings)
    if resume:
        align_run.resume(loop, folder)
    else:
        align_run.remember(folder, settings, domain.resolve().name)
    typer.echo(
        f"{domain}: {settings.condition}, seed {settings.seed}, {settings.training.episodes} worlds a round, "
        f"{len(loop.problem.decompositions.contracts)} subtasks to ask for, "
        f"{len(loop.questions.pairs)} pairs to compare"
    )
    _rounds(loop, folder, expert, console)
    if worlds:
        _held_out(loop, expert, worlds)


def _rounds(loop: AlignmentLoop, folder: Path, expert: type[Expert], console: Any) -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from p2c_dsl.planners.figure2 import align_run
    from p2c_dsl.planners.measure.expert_judgement import alignment, judged

    settings, started = loop.settings, time.monotonic()
    columns = (TextColumn("aligning"), BarColumn(bar_width=20), MofNCompleteColumn(), TimeElapsedColumn())
    typer.echo("round      R  partial  parts   A_p   A_c   gap  φ acc.")
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        shown = bar.add_task("", total=settings.iterations, completed=loop.done)
        rounds = loop.rounds()
        while loop.done < settings.iterations:
            told = next(rounds)
            found = alignment([judged(tried, loop.verifier, expert) for tried in loop.planner.tried])
            # The expert's numbers stand beside the others in the file, and go nowhere else.
            line = {"round": loop.done, **told, "A_p": found.parts, "A_c": found.complete, "gap": found.gap}
            align_run.append(folder, line)
            align_run.save(loop, folder)
            bar.update(shown, completed=loop.done)
            typer.echo(
                f"{loop.done:5}  {told['R']:5.2f}  {told['partial rewards']:7.2f}  {told['subtasks']:5.1f}  "
                f"{found.parts:4.2f}  {found.complete:4.2f}  {found.gap:4.2f}  "
                f"{told.get('φ accuracy', float('nan')):6.2f}"
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
