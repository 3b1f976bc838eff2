"""`p2c plan`."""

from __future__ import annotations

import os
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from p2c_dsl.cli import EXIT_FINDINGS
from p2c_dsl.cli.failure import fail, report
from p2c_dsl.cli.options import AdapterName, Device, ModelName, Output, TaskName, choice
from p2c_dsl.cli.planner_options import PLANNERS, ModelOptions, Watch, planner_of, plans_of
from p2c_dsl.cli.progress import growing_text
from p2c_dsl.cli.specs import load_spec, task_of
from p2c_dsl.cli.text_files import STDIN, stdin_text, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from p2c_dsl.planners import Planner
    from p2c_dsl.resolve import Loaded
    from p2c_dsl.spec import Task

_COMPOSE = re.compile(r"^compose[ \t]+(\w+)", re.MULTILINE)


def plan(
    spec: Annotated[str, Argument(help="The file with the task's spec.")],
    task: TaskName = None,
    planner: Annotated[
        str, choice(PLANNERS, "The cheapest composition, a random one, or one that a language model writes.")
    ] = "search",
    seed: Annotated[int, Option(help="The seed for random and lm, and for the world of --run.")] = 0,
    budget: Annotated[
        int | None, Option(help="The most lexemes (words) in the body, or for lm, tokens.", min=1)
    ] = None,
    count: Annotated[int, Option(help="How many different plans to print.", min=1)] = 1,
    continue_: Annotated[
        str | None,
        Option("--continue", help="A file with the beginning of the plan, or - for standard input."),
    ] = None,
    run: Annotated[bool, Option("--run", help="Run the plan in the spec's world and verify it.")] = False,
    output: Output = None,
    model: ModelName = None,
    adapter: AdapterName = None,
    temperature: Annotated[
        float | None, Option(help="The sampling temperature, by default 1; 0 is greedy.", min=0.0)
    ] = None,
    best_of: Annotated[int | None, Option(help="Candidates per plan, of which the likeliest is taken.", min=1)] = None,
    shorten: Annotated[
        bool, Option("--shorten", help="Leave the least relevant parts out of a prompt that is too long.")
    ] = False,
    cache: Annotated[str | None, Option(help="A file that caches what is computed about the task.")] = None,
    device: Device = None,
    dtype: Annotated[str | None, Option(help="The type of its weights: float32, bfloat16, …")] = None,
) -> None:
    """Print a composition that cannot break the task's rules.

    The planners search and random need no model: they search among the compositions that lint accepts, or draw from
    them. With lm, a language model writes, and the rules are enforced while it decodes: whatever its weights, what it
    writes is accepted and ends within the budget. It needs an extra: pip install 'p2c-dsl[planner]'

    --continue starts from the beginning of a composition that you have written, or have cut from a plan and changed.

    Exit status: 0 planned; 1 no composition within the budget keeps the rules, or --run went wrong; 2 usage error,
    unreadable input, or a model that cannot be used; 3 internal error.

    Examples:

      p2c plan examples/dinner/dinner.p2c --run

      p2c plan examples/refunds/refunds.p2c --count 3

      p2c plan examples/dinner/dinner.p2c --planner lm --best-of 8

      p2c plan examples/dinner/dinner.p2c --planner lm --model ./my-model --temperature 0
    """
    options = ModelOptions(model, adapter, device, dtype, temperature, best_of, shorten or None, cache)
    beginning, its_task = ("", None) if continue_ is None else _beginning(continue_)
    loaded = load_spec(spec)
    wanted = task_of(loaded, task or its_task)
    made = partial(planner_of, planner, seed, budget, options)
    plans = _planned(loaded, wanted, made, count, beginning)
    use = "" if output is None else f'use "{os.path.relpath(spec, Path(output).parent)}"\n\n'
    write(use + "\n".join(plans), output)
    if run:
        from p2c_dsl.cli.run import run_text

        for text in plans:
            run_text(Path(spec), f'use "{Path(spec).name}"\n{text}', seed)


def _beginning(path: str) -> tuple[str, str]:
    """A file's text from `compose` on, and the task that is named there; ends the command if there is none."""
    from p2c_dsl.resolve.loading import read_source
    from p2c_dsl.source import Source

    if path == STDIN:
        text = stdin_text()
    else:
        source = read_source(Path(path))
        if not isinstance(source, Source):
            fail(f"{path}: {source.message}")
        text = source.text
    found = _COMPOSE.search(text)
    if found is None:
        fail(f"there is no beginning of a composition in {path}: one starts with `compose TASK(INPUTS):`")
    return text[found.start() :], found[1]


def _planned(
    loaded: Loaded, task: Task, made: Callable[[Watch | None], Planner], count: int, beginning: str
) -> list[str]:
    """The plans; ends the command if there is none."""
    from p2c_dsl.planners import NoContinuation, Unplannable
    from p2c_dsl.planners.models import ModelProblem

    with growing_text(f"planning {task.name}") as watch:
        try:
            plans = plans_of(made(watch), loaded.spec, task, count, beginning)
        except (Unplannable, NoContinuation) as error:
            fail(str(error), EXIT_FINDINGS)
        except (ModelProblem, ValueError, FloatingPointError, OSError) as error:
            fail(str(error))
        except RuntimeError as error:
            if "out of memory" not in str(error):
                raise
            fail(f"the model does not fit into memory: try a smaller --best-of, or --device cpu ({error})")
    if len(plans) < count:
        report(f"found {len(plans)} of {count} plans")
    return plans
