"""`p2c plan`."""

from __future__ import annotations

import os
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from p2c_dsl.cli import EXIT_FINDINGS
from p2c_dsl.cli.files import STDIN, fail, load_spec, stdin_text, task_of, write
from p2c_dsl.cli.planner_options import Model
from p2c_dsl.cli.progress import shown

if TYPE_CHECKING:
    from p2c_dsl.resolve import Loaded
    from p2c_dsl.spec import Task

_COMPOSE = re.compile(r"^compose[ \t]+(\w+)", re.MULTILINE)


def plan(
    spec: Annotated[str, typer.Argument(help="The file with the task's spec.")],
    task: Annotated[str | None, typer.Option(help="The task, where the spec has several.")] = None,
    planner: Annotated[
        str, typer.Option(help="search (the cheapest), random, or lm (a language model).")
    ] = "search",
    seed: Annotated[int, typer.Option(help="For random and lm, and for the world of --run.")] = 0,
    budget: Annotated[
        int | None,
        typer.Option(help="The most lexemes (words) the body may have; for lm the most tokens.", min=1),
    ] = None,
    count: Annotated[int, typer.Option(help="How many different plans to print.", min=1)] = 1,
    go_on: Annotated[
        str | None,
        typer.Option(
            "--continue", help="A file with the beginning of the composition, or - for standard input."
        ),
    ] = None,
    run: Annotated[
        bool, typer.Option("--run", help="Run the plan in the spec's world and verify it.")
    ] = False,
    output: Annotated[str | None, typer.Option(help="Write into this file.")] = None,
    model: Annotated[
        str | None,
        typer.Option(help="A folder or hub name of a causal model, by default the project's own small one."),
    ] = None,
    adapter: Annotated[str | None, typer.Option(help="A LoRA adapter for it.")] = None,
    temperature: Annotated[
        float | None,
        typer.Option(help="Of sampling, by default 1; 0 takes the likeliest.", min=0.0),
    ] = None,
    best_of: Annotated[
        int | None,
        typer.Option(help="How many candidates to write for each plan; the likeliest is taken.", min=1),
    ] = None,
    shorten: Annotated[
        bool,
        typer.Option(
            "--shorten", help="Leave out of the prompt what matters least, where the spec is too long."
        ),
    ] = False,
    cache: Annotated[
        str | None,
        typer.Option(help="A file that keeps what is found out about the task for the next time."),
    ] = None,
    device: Annotated[
        str | None,
        typer.Option(help="Where to run it: cpu, cuda, … By default a GPU if there is one."),
    ] = None,
    dtype: Annotated[str | None, typer.Option(help="The type of its weights: float32, bfloat16, …")] = None,
) -> None:
    """Print a composition that cannot break the task's rules.

    The planners search and random need no model: they search what lint accepts, or draw from it. With lm a language
    model writes, and the rules are enforced while it decodes: whatever its weights, what it writes is accepted and ends
    within the budget. It takes the extra: pip install 'p2c-dsl[planner]'

    --continue goes on from what a person has written so far, or has cut off and changed in a plan.

    Exit status: 0 planned; 1 no composition keeps the rules within the budget, or --run went wrong; 2 usage, unreadable
    input, or a model that cannot be used; 3 internal error.

    Examples:

      p2c plan examples/dinner/dinner.p2c --run

      p2c plan examples/refunds/refunds.p2c --count 3

      p2c plan examples/dinner/dinner.p2c --planner lm --best-of 8

      p2c plan examples/dinner/dinner.p2c --planner lm --model ./my-model --temperature 0
    """
    used = Model(model, adapter, device, dtype, temperature, best_of, shorten or None, cache)
    beginning = Beginning() if go_on is None else _beginning(go_on)
    loaded = load_spec(spec)
    wanted = task_of(loaded, task or beginning.task)
    plans = _planned(loaded, wanted, PlanRequest(planner, seed, budget, count, beginning.text), used)
    use = "" if output is None else f'use "{os.path.relpath(spec, Path(output).parent)}"\n\n'
    write(use + "\n".join(plans), output)
    if run:
        from p2c_dsl.cli.run import run_text

        for text in plans:
            run_text(Path(spec), f'use "{Path(spec).name}"\n{text}', seed)


@dataclass(frozen=True, slots=True)
class Beginning:
    """The beginning of a composition, and the task that it names."""

    text: str = ""
    task: str | None = None


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What is asked of a planner."""

    planner: str
    seed: int
    budget: int | None
    count: int
    partial: str


def _beginning(path: str) -> Beginning:
    """What stands in a file from `compose` on; ends the command where there is nothing."""
    from p2c_dsl.resolve.loading import read_source
    from p2c_dsl.syntax.span import Source

    if path == STDIN:
        text = stdin_text()
    else:
        source = read_source(Path(path))
        if not isinstance(source, Source):
            fail(f"{path}: {source.message}")
        text = source.text
    found = _COMPOSE.search(text)
    if found is None:
        fail(f"{path} holds no beginning of a composition: one starts with `compose TASK(INPUTS):`")
    return Beginning(text[found.start() :], found[1])


def _planned(loaded: Loaded, task: Task, request: PlanRequest, model: Model) -> list[str]:
    """The plans; ends the command where there is none."""
    from p2c_dsl.cli.planner_options import choose
    from p2c_dsl.planners import NoContinuation, Unplannable
    from p2c_dsl.planners.distinct import FewerPlans
    from p2c_dsl.planners.models import ModelProblem

    with warnings.catch_warnings(), shown(f"planning {task.name}") as watch:
        warnings.simplefilter("ignore", FewerPlans)
        try:
            planner = choose(request.planner, request.seed, request.budget, model, watch)
            plans = list(planner.plans(loaded.spec, task, request.count, request.partial))
        except (Unplannable, NoContinuation) as error:
            fail(str(error), EXIT_FINDINGS)
        except (ModelProblem, ValueError, FloatingPointError, OSError) as error:
            fail(str(error))
        except RuntimeError as error:
            if "out of memory" not in str(error):
                raise
            fail(
                f"the model needs more memory than there is: try a smaller --best-of, or --device cpu ({error})"
            )
    if len(plans) < request.count:
        typer.echo(f"p2c: found {len(plans)} of {request.count} plans", err=True)
    return plans
