"""`p2c plan`."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Exit, Option

from p2c_dsl.cli.failure import fail, report
from p2c_dsl.cli.options import AdapterName, Device, ModelName, Output, TaskName, choice
from p2c_dsl.cli.planner_options import (
    PLANNERS,
    ModelOptions,
    SearchOptions,
    Watch,
    planner_of,
    planning_errors,
    plans_of,
)
from p2c_dsl.cli.progress import growing_text, once_slow
from p2c_dsl.cli.signals import signals_as_interrupts, status_of
from p2c_dsl.cli.specs import load_spec, spec_path, task_of
from p2c_dsl.cli.text_files import STDIN, stdin_text, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from p2c_dsl.planners import Planner
    from p2c_dsl.planners.anytime.limits import SearchProgress
    from p2c_dsl.resolve import Loaded
    from p2c_dsl.spec import Task

_COMPOSE = re.compile(r"^compose[ \t]+(\w+)", re.MULTILINE)


def plan(
    spec: Annotated[str, Argument(help="The file with the task's spec, or its folder.")],
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
    timeout: Annotated[
        float | None,
        Option(help="Stop after this many seconds, with the best plan so far; search: 10 by default.", min=0),
    ] = None,
    verified: Annotated[
        bool, Option("--verified", help="Try plans until the spec's world verifies one, in several worlds.")
    ] = False,
    worlds: Annotated[int, Option(help="For --verified: in how many worlds, of the seeds from --seed on.", min=1)] = 5,
    run: Annotated[bool, Option("--run", help="Run the plan in the spec's world and verify it.")] = False,
    output: Output = None,
    model: ModelName = None,
    adapter: AdapterName = None,
    temperature: Annotated[
        float | None, Option(help="The sampling temperature, by default 1; 0 is greedy.", min=0.0)
    ] = None,
    sample: Annotated[
        str | None,
        Option(help="masked: token by token, the default; conditional: whole plans, as often as the model has them."),
    ] = None,
    best_of: Annotated[int | None, Option(help="Candidates per plan, of which the likeliest is taken.", min=1)] = None,
    shorten: Annotated[
        bool | None,
        Option(
            "--shorten/--no-shorten", help="Leave what matters least out of a prompt that is too long; the default."
        ),
    ] = None,
    cache: Annotated[str | None, Option(help="A file that caches what is computed about the task.")] = None,
    device: Device = None,
    dtype: Annotated[str | None, Option(help="The type of its weights: float32, bfloat16, …")] = None,
) -> None:
    """Print a composition that cannot break the task's rules.

    The planners search and random need no model: they search among the compositions that lint accepts, or draw from
    them. With lm, a language model writes, and the rules are enforced while it decodes: whatever its weights, what it
    writes is accepted and ends within the budget. It needs an extra: pip install 'p2c-dsl[planner]'

    A mask, token by token, makes plans with unlikely beginnings more frequent than the model has them. With --sample
    conditional whole plans come as often as the model writes them, among all accepted ones; that takes longer, and it
    says on standard error where it is only an approximation.

    search has a first plan soon and then looks for cheaper ones, until the cheapest is proved or the time is up; Ctrl-C
    prints the best so far. It says on standard error which it was.

    --verified lets any planner write candidates until one is right in every one of --worlds worlds, or the time is up
    (10 seconds by default): the rules say what no plan may do, a world also what it is for. It says on standard error
    how many candidates were tried, and without a verified plan which came closest.

    --continue starts from the beginning of a composition that you have written, or have cut from a plan and changed.

    Exit status: 0 planned; 1 no plan was found or none verified, or --run went wrong; 130 interrupted; 2 usage error,
    unreadable input, or a model that cannot be used; 3 internal error.

    Examples:

      p2c plan examples/dinner/dinner.p2c --run

      p2c plan examples/refunds/refunds.p2c --count 3

      p2c plan examples/hiring --planner random --verified

      p2c plan examples/dinner/dinner.p2c --planner lm --best-of 8

      p2c plan examples/dinner/dinner.p2c --planner lm --model ./my-model --temperature 0
    """
    options = ModelOptions(model, adapter, device, dtype, temperature, best_of, shorten, cache, sample)
    beginning, its_task = ("", None) if continue_ is None else _beginning(continue_)
    asked = _Asked(planner, count, beginning, timeout)
    spec = spec_path(spec)
    loaded = load_spec(spec)
    wanted = task_of(loaded, task or its_task)
    made = partial(planner_of, planner, seed, budget, options)
    if verified:
        from p2c_dsl.cli.plan_verified import verified_plan

        if count != 1:
            fail("--verified prints one plan: leave out --count")
        found = _Plans([verified_plan(loaded, wanted, made, range(seed, seed + worlds), timeout, beginning)])
    else:
        found = _planned(loaded, wanted, made, asked)
    use = "" if output is None else f'use "{os.path.relpath(spec, Path(output).parent)}"\n\n'
    write(use + "\n".join(found.texts), output)
    _tell(found, asked)
    _warn(loaded, wanted)
    if found.interrupt is not None:
        raise Exit(status_of(found.interrupt))
    if run:
        from p2c_dsl.cli.run import run_text

        for text in found.texts:
            run_text(Path(spec), f'use "{Path(spec).name}"\n{text}', seed)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command line asks for."""

    planner: str
    count: int
    beginning: str
    timeout: float | None


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


@dataclass(slots=True)
class _Plans:
    """The plans so far, and what is to be said about them.

    Attributes:
        texts: The plans.
        note: How good the one plan of a search is.
        interrupt: What has interrupted the planning.
    """

    texts: list[str] = field(default_factory=list)
    note: str = ""
    interrupt: KeyboardInterrupt | None = None


def _planned(
    loaded: Loaded, task: Task, made: Callable[[Watch | None, SearchOptions], Planner], asked: _Asked
) -> _Plans:
    """The plans, those that there were before an interrupt; ends the command if there is none."""
    found = _Plans()
    try:
        with planning_errors(), signals_as_interrupts(), _watching(task, asked) as (watch, progress):
            planner = made(watch, SearchOptions(asked.timeout, progress))
            _collect(planner, loaded, task, asked, found)
    except KeyboardInterrupt as interrupt:
        if not found.texts:
            fail("interrupted before there was a plan", status_of(interrupt))
        found.interrupt = interrupt
    return found


def _collect(planner: Planner, loaded: Loaded, task: Task, asked: _Asked, found: _Plans) -> None:
    """Plans, and keeps what has been found at any time."""
    from p2c_dsl.planners import SearchPlanner
    from p2c_dsl.planners.deadline import Deadline

    deadline = Deadline.after(asked.timeout)
    if isinstance(planner, SearchPlanner) and asked.count == 1:
        for plan in planner.improving(loaded.spec, task, asked.beginning):
            found.texts = [plan.text]
            found.note = f"{plan.cost} words: " + (
                "the cheapest plan, proved"
                if plan.proved
                else f"there may be a cheaper plan, but none below {plan.at_least} words; --timeout gives more time"
            )
        return
    for text in plans_of(planner, loaded.spec, task, asked.count, asked.beginning):
        found.texts.append(text)
        if deadline.over:
            return


@contextmanager
def _watching(task: Task, asked: _Asked) -> Iterator[tuple[Watch | None, Callable[[SearchProgress], None] | None]]:
    """Shows what is being written, or how far a search is."""
    doing = f"planning {task.name}"
    if asked.planner != "search":
        with growing_text(doing) as watch:
            yield watch, None
        return
    with once_slow() as show:
        yield None, None if show is None else lambda progress: show(f"{doing}: {_so_far(progress)}")


def _so_far(progress: SearchProgress) -> str:
    tried = f"{progress.lines:,} lines tried"
    if progress.best is None:
        return f"no plan yet, {tried}"
    return f"{progress.best} words, none has fewer than {progress.at_least}; {tried}"


def _tell(found: _Plans, asked: _Asked) -> None:
    """Says on standard error how good the plans are."""
    if found.interrupt is not None:
        report("interrupted: this is the best so far" if asked.count == 1 else "interrupted")
    if found.note:
        report(found.note)
    if len(found.texts) < asked.count:
        report(f"found {len(found.texts)} of {asked.count} plans")


def _warn(loaded: Loaded, task: Task) -> None:
    """Says on standard error that a plan of a task that asks for nothing is not there for anything."""
    from p2c_dsl.feasibility.doing_nothing import accepts_nothing
    from p2c_dsl.rules import read_rules

    if accepts_nothing(loaded.spec, task, read_rules(loaded.spec, task)[0]):
        from p2c_dsl.feasibility.nothing_asked import nothing_asked

        warning = nothing_asked(loaded.spec, task)
        report(f"{warning.message}; {warning.help}")
