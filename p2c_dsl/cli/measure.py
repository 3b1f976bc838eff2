"""`p2c measure`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from p2c_dsl.cli import EXIT_INTERRUPTED
from p2c_dsl.cli.files import fail, for_training


def measure(
    domains: Annotated[list[str], typer.Argument(help="Folders of domains: spec, world.py, expert.py.")],
    output: Annotated[str, typer.Option(help="The folder for cells and the report.")] = "measured",
    seeds: Annotated[int, typer.Option(help="How many seeds, from 0 on.", min=1)] = 10,
    condition: Annotated[
        list[str] | None, typer.Option(help="Only these conditions; `ceiling` is one. All by default.")
    ] = None,
    iterations: Annotated[int, typer.Option(help="Rounds of the loop in each cell.", min=1)] = 6,
    worlds: Annotated[
        int, typer.Option(help="Held-out worlds in which the expert judges a cell.", min=1)
    ] = 24,
    processes: Annotated[int, typer.Option(help="Cells at a time.", min=1)] = 2,
    drift: Annotated[bool, typer.Option(help="Measure how φ follows values that switch.")] = True,
) -> None:
    """Measure part-to-complete generalization, and write one report.

    Every condition on every domain with every seed is a cell; cells.csv beside the report has a line for each.

    A finished cell is a file in the output folder; a run that was stopped goes on with the cells that are missing.

    Examples:

      p2c measure examples/dinner examples/refunds --seeds 3

      p2c measure examples/dinner --condition "all rules" --condition "syntax only" --condition ceiling
    """
    for_training("scipy")
    from p2c_dsl.planners import Unplannable
    from p2c_dsl.runtime.domain import DomainError

    try:
        _measure(domains, Path(output), seeds, condition, iterations, worlds, processes, drift)
    except (ValueError, OSError, Unplannable, DomainError) as error:
        fail(str(error))
    except KeyboardInterrupt:
        typer.echo("p2c: interrupted; the same command goes on with the cells that are missing", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None


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
    # Where it was started in the background, an interrupt would be ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    done = running.run(todo, output, base, worlds, processes)
    for _ in track(done, "measuring", len(todo), console=console, disable=not console.is_terminal):
        pass
    command = " ".join(["p2c", *sys.argv[1:]])
    page = output / "report.html"
    found = report.load(output)
    page.write_text(report.report(found, command), encoding="utf-8")
    (output / "cells.csv").write_text(numbers.numbers(output), encoding="utf-8")
    typer.echo(f"{numbers.table(found)}\n\n{page} shows more")
