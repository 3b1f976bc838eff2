"""`p2c measure`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from p2c_dsl.cli.training import need_training, training_errors


def measure(
    domains: Annotated[list[str], Argument(help="Folders of domains, with a spec, world.py and expert.py.")],
    output: Annotated[str, Option(help="The folder for the cells and the report.")] = "measured",
    seeds: Annotated[int, Option(help="How many seeds to use, from 0 on.", min=1)] = 10,
    condition: Annotated[list[str] | None, Option(help="Only this condition, or `ceiling`; repeatable.")] = None,
    iterations: Annotated[int, Option(help="How many rounds of the loop each cell runs.", min=1)] = 6,
    worlds: Annotated[int, Option(help="How many held-out worlds to judge per cell.", min=1)] = 24,
    processes: Annotated[int, Option(help="How many cells to run at a time.", min=1)] = 2,
    drift: Annotated[bool, Option(help="Also measure how φ follows changing values.")] = True,
) -> None:
    """Measure part-to-complete generalization, and write one report.

    Each combination of condition, domain and seed is a cell; cells.csv beside the report has a line for each.

    A finished cell is a file in the output folder; if a run was stopped, the same command runs the missing cells.

    Examples:

      p2c measure examples/dinner examples/refunds --seeds 3

      p2c measure examples/dinner --condition "all rules" --condition "syntax only" --condition ceiling
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
