"""`p2c plan`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from p2c_dsl.cli import EXIT_FINDINGS
from p2c_dsl.cli.files import fail, load_spec, task_of, write

if TYPE_CHECKING:
    from p2c_dsl.resolve import Loaded
    from p2c_dsl.spec import Task

_MOST_MISSES = 30


def plan(
    spec: Annotated[str, typer.Argument(help="The file with the task's spec.")],
    task: Annotated[str | None, typer.Option(help="The task, where the spec has several.")] = None,
    planner: Annotated[str, typer.Option(help="search (the cheapest) or random.")] = "search",
    seed: Annotated[int, typer.Option(help="For the random planner, and for the world of --run.")] = 0,
    budget: Annotated[int | None, typer.Option(help="The most lexemes (words) the body may have.")] = None,
    count: Annotated[int, typer.Option(help="How many different plans to print.", min=1)] = 1,
    run: Annotated[
        bool, typer.Option("--run", help="Run the plan in the spec's world and verify it.")
    ] = False,
    output: Annotated[str | None, typer.Option(help="Write into this file.")] = None,
) -> None:
    """Print a composition that cannot break the task's rules.

    The planner needs no model: it searches what lint accepts, or draws from it at random.

    Examples:

      p2c plan examples/dinner/dinner.p2c --run

      p2c plan examples/refunds/refunds.p2c --count 3
    """
    from p2c_dsl.planners import Unplannable

    loaded = load_spec(spec)
    wanted = task_of(loaded, task)
    try:
        plans = list(itertools.islice(_plans(loaded, wanted, planner, seed, budget), count))
    except Unplannable as error:
        fail(str(error), EXIT_FINDINGS)
    if len(plans) < count:
        typer.echo(f"p2c: found {len(plans)} of {count} plans", err=True)
    use = "" if output is None else f'use "{_relative(spec, output)}"\n\n'
    write(use + "\n".join(plans), output)
    if run:
        from p2c_dsl.cli.run import run_text

        for text in plans:
            run_text(Path(spec), f'use "{Path(spec).name}"\n{text}', seed)


def _plans(loaded: Loaded, task: Task, planner: str, seed: int, budget: int | None) -> Iterator[str]:
    from p2c_dsl.planners import RandomPlanner, SearchPlanner

    if planner == "search":
        search = SearchPlanner() if budget is None else SearchPlanner(budget)
        yield from search.plans(loaded.spec, task)
    elif planner == "random":
        seen: set[str] = set()
        misses = 0
        for number in itertools.count(seed):
            chosen = RandomPlanner(number) if budget is None else RandomPlanner(number, budget)
            text = chosen.plan(loaded.spec, task)
            misses = misses + 1 if text in seen else 0
            if misses == _MOST_MISSES:
                return
            if misses == 0:
                seen.add(text)
                yield text
    else:
        fail(f"there is no planner `{planner}`: choose search or random")


def _relative(spec: str, output: str) -> str:
    import os

    return os.path.relpath(spec, Path(output).parent)
