"""`p2c measure`: without training in the spaces of generated domains, or by training on a grid of conditions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from p2c_dsl.cli.failure import need_extra
from p2c_dsl.cli.training import given, need_training, training_errors

if TYPE_CHECKING:
    from collections.abc import Iterable

    from p2c_dsl.planners.measure.spaces.curves import PressureSettings
    from p2c_dsl.planners.measure.spaces.records import SpaceSettings


app = typer.Typer(
    help="Measure part-to-complete generalization.\n\nExample:\n\n  p2c measure spaces --quick",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("grid")
def grid(
    domains: Annotated[list[str], Argument(help="Folders of domains, with a spec, world.py and expert.py.")],
    output: Annotated[str, Option(help="The folder for the cells and the report.")] = "measured",
    seeds: Annotated[int, Option(help="How many seeds to use, from 0 on.", min=1)] = 10,
    condition: Annotated[list[str] | None, Option(help="Only this condition, or `ceiling`; repeatable.")] = None,
    iterations: Annotated[int, Option(help="How many rounds of the loop each cell runs.", min=1)] = 6,
    worlds: Annotated[int, Option(help="How many held-out worlds to judge per cell.", min=1)] = 24,
    processes: Annotated[int, Option(help="How many cells to run at a time.", min=1)] = 2,
    drift: Annotated[bool, Option(help="Also measure how φ follows changing values.")] = True,
) -> None:
    """Train planners in each condition, domain and seed, and write one report.

    Each combination of condition, domain and seed is a cell; cells.csv beside the report has a line for each.

    A finished cell is a file in the output folder; if a run was stopped, the same command runs the missing cells.

    Examples:

      p2c measure grid examples/dinner examples/refunds --seeds 3

      p2c measure grid examples/dinner --condition "all rules" --condition "syntax only" --condition ceiling
    """
    need_training("scipy")
    with training_errors(lambda: "the same command runs the missing cells"):
        _measure(domains, Path(output), seeds, condition, iterations, worlds, processes, drift)


def _measure(
    domains: list[str],
    output: Path,
    seeds: int,
    conditions: list[str] | None,
    iterations: int,
    worlds: int,
    processes: int,
    with_drift: bool,
) -> None:
    import signal
    import sys
    from dataclasses import replace

    from rich.console import Console
    from rich.progress import track

    from p2c_dsl.planners.figure2.conditions import condition_of
    from p2c_dsl.planners.measure import cells, numbers, report, running
    from p2c_dsl.planners.rl.environments.domains import load_domain
    from p2c_dsl.runtime.domain import load_expert

    for name in conditions or []:
        if name != cells.CEILING:
            condition_of(name)
    base = replace(cells.QUICK, iterations=iterations)
    every = cells.grid(domains, range(seeds), conditions)
    if with_drift:
        every += [cells.Cell(cells.DRIFT, "", domain, seed) for domain in domains for seed in range(seeds)]
    for folder in map(Path, domains):
        load_domain(folder)
        load_expert(folder)
    cells.check_same(output, base, worlds)
    todo = cells.missing(every, output)
    typer.echo(f"{len(every)} cells, {len(every) - len(todo)} of them finished", err=True)
    console = Console(stderr=True)
    # A process that was started in the background would ignore interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    done = running.run(todo, output, base, worlds, processes)
    for _ in track(done, "measuring", len(todo), console=console, disable=not console.is_terminal):
        pass
    command = " ".join(["p2c", *sys.argv[1:]])
    page = output / "report.html"
    found = report.load(output)
    page.write_text(report.report(found, command), encoding="utf-8")
    (output / "cells.csv").write_text(numbers.numbers(output), encoding="utf-8")
    typer.echo(f"{numbers.table(found)}\n\nthe full report is in {page}")


@app.command("spaces")
def spaces(
    output: Annotated[str, Option(help="The folder for what is measured.")] = "measured-spaces",
    domains: Annotated[int | None, Option(help="How many generated domains to look at.", min=1)] = None,
    compositions: Annotated[int | None, Option(help="How many compositions to draw in each.", min=1)] = None,
    worlds: Annotated[int | None, Option(help="In how many worlds to run each.", min=1)] = None,
    domain_seed: Annotated[int, Option(help="The seed for the domains.", min=0)] = 0,
    drawing_seed: Annotated[int, Option(help="The seed for the compositions.", min=0)] = 0,
    world_seed: Annotated[int, Option(help="The seed for the worlds.", min=0)] = 0,
    processes: Annotated[int, Option(help="How many domains to measure at a time.", min=1)] = 1,
    quick: Annotated[bool, Option("--quick", help="Measure in some minutes, with wide intervals.")] = False,
) -> None:
    """Judge compositions of harmless parts by hidden rules, and compare their shapes. Nothing is trained.

    A finished domain is a line in the output folder; if a run was stopped, the same command measures the missing ones.

    Examples:

      p2c measure spaces --quick

      p2c measure spaces --domains 300 --processes 2 --output spaces
    """
    need_extra("train", "scipy")
    with training_errors(lambda: "the same command measures the missing domains"):
        from dataclasses import replace

        from p2c_dsl.planners.measure.spaces.records import QUICK, SpaceSettings

        chosen = given(domains=domains, compositions=compositions, worlds=worlds)
        seeds = {"domain_seed": domain_seed, "drawing_seed": drawing_seed, "world_seed": world_seed}
        _spaces(replace(QUICK if quick else SpaceSettings(), **seeds, **chosen), Path(output), processes)


def _spaces(settings: SpaceSettings, output: Path, processes: int) -> None:
    from p2c_dsl.planners.measure.spaces import records, tables

    _tracked(records.run(settings, output, processes), settings.domains)
    found = records.read(output)
    (output / "spaces.csv").write_text(tables.numbers(found), encoding="utf-8")
    typer.echo(tables.tables(found))


@app.command("pressure")
def pressure(
    output: Annotated[str, Option(help="The folder for what is measured.")] = "measured-pressure",
    domains: Annotated[int | None, Option(help="How many generated domains to look at.", min=1)] = None,
    most: Annotated[int | None, Option(help="How many compositions a space has at most.", min=1)] = None,
    worlds: Annotated[int | None, Option(help="In how many worlds to run each.", min=1)] = None,
    domain_seed: Annotated[int, Option(help="The seed for the domains.", min=0)] = 0,
    person_seed: Annotated[int, Option(help="The seed for what the person likes.", min=0)] = 0,
    world_seed: Annotated[int, Option(help="The seed for the worlds.", min=0)] = 0,
    processes: Annotated[int, Option(help="How many domains to measure at a time.", min=1)] = 1,
    quick: Annotated[bool, Option("--quick", help="Measure in a minute or two, with wide intervals.")] = False,
) -> None:
    """Compute what the best policy for each reward would do at each distance from chance. Nothing is trained.

    A finished domain is a line in the output folder; if a run was stopped, the same command measures the missing ones.

    Example:

      p2c measure pressure --quick
    """
    need_extra("train", "scipy")
    with training_errors(lambda: "the same command measures the missing domains"):
        from dataclasses import replace

        from p2c_dsl.planners.measure.spaces.curves import QUICK, PressureSettings

        chosen = given(domains=domains, most=most, worlds=worlds)
        seeds = {"domain_seed": domain_seed, "person_seed": person_seed, "world_seed": world_seed}
        _pressure(replace(QUICK if quick else PressureSettings(), **seeds, **chosen), Path(output), processes)


def _pressure(settings: PressureSettings, output: Path, processes: int) -> None:
    from p2c_dsl.planners.measure.spaces import curve_tables, curves, resumed

    _tracked(curves.run(settings, output, processes), settings.domains)
    typer.echo(curve_tables.tables(resumed.finished(output / curves.FILE)))


def _tracked(done: Iterable[object], domains: int) -> None:
    """Goes through what is measured, with a bar on a terminal."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    for _ in track(done, "measuring", domains, console=console, disable=not console.is_terminal):
        pass
