"""Measures the small planner on generated tasks that it has never seen, beside planners that know only the rules.

    python -m p2c_dsl.planners.measure.small_planner --domains 200 --samples 8 --tasks benchmarks/user_tasks

A task's plan counts as verified when all of several worlds verify its outcome; best of n is the likeliest of n samples
under the masked policy. Every second generated spec has a new combination of goals. For an example, where worlds leave
more to chance, the share of worlds in which the outcome is verified is given.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from p2c_dsl.analysis.read import NotAccepted, read_composition
from p2c_dsl.planners import Planner, RandomPlanner, SearchPlanner, Unplannable
from p2c_dsl.planners.interval import wilson
from p2c_dsl.planners.language_model import Candidate, LanguageModelPlanner
from p2c_dsl.planners.small.domains import unseen_domain
from p2c_dsl.planners.small.model import CHECKPOINT, load
from p2c_dsl.resolve import load as load_spec
from p2c_dsl.runtime.domain import load_world
from p2c_dsl.runtime.trial import try_out
from p2c_dsl.spec import Spec, Task

_WORLDS = 10
"""In how many worlds a plan for an example is tried."""


@dataclass(frozen=True, slots=True)
class Plans:
    """The planners' plans for one task; an empty text where one finds none.

    Attributes:
        greedy: The small planner's with the likeliest token everywhere.
        samples: Drawn from the small planner at temperature 1.
    """

    random: str
    search: str
    greedy: str
    samples: tuple[Candidate, ...]

    def by_planner(self) -> Iterator[tuple[str, str]]:
        """The planners' names and their plans; of the samples, the first one and the likeliest ones."""
        yield "random", self.random
        yield "search", self.search
        likeliest = max(self.samples, key=lambda made: made.log_probability, default=None)
        by_token = max(self.samples, key=lambda made: made.per_token, default=None)
        yield "small, greedy", self.greedy
        yield "small, one sample", self.samples[0].text if self.samples else ""
        yield "small, best by token", by_token.text if by_token else ""
        yield "small, best", likeliest.text if likeliest else ""


def plans(model: Any, tokenizer: Any, spec: Spec, task: Task, seed: int, samples: int) -> Plans:
    """Plans of every planner."""
    small = LanguageModelPlanner(model, tokenizer, seed=seed, best_of=samples)
    others = (RandomPlanner(seed), SearchPlanner(), LanguageModelPlanner(model, tokenizer, temperature=0.0))
    random, search, greedy = (_plan(planner, spec, task) for planner in others)
    try:
        return Plans(random, search, greedy, tuple(small.candidates(spec, task)))
    except Unplannable:
        return Plans(random, search, greedy, ())


def _plan(planner: Planner, spec: Spec, task: Task) -> str:
    try:
        return planner.plan(spec, task)
    except Unplannable:
        return ""


def share(counts: Sequence[bool]) -> str:
    """A share with Wilson's 95% interval."""
    if not counts:
        return "none"
    found = wilson(sum(counts), len(counts))
    return f"{sum(counts)} of {len(counts)} ({found.low:.0%} to {found.high:.0%})"


def outcomes(model: Any, tokenizer: Any, seed: int, samples: int) -> dict[str, tuple[bool, bool]]:
    """For each planner, whether its plan for a domain of the test set is accepted, and whether it is verified."""
    domain = unseen_domain(seed)
    made = plans(model, tokenizer, domain.spec, domain.task, seed, samples).by_planner()
    return {name: (domain.problem(text, worlds=()) is None, domain.problem(text) is None) for name, text in made}


def summary(found: Mapping[int, Mapping[str, Sequence[bool]]], samples: int) -> Table:
    """The shares of domains; also of those alone whose combination of goals is unseen."""
    title = f"{len(found)} unseen generated specs, best of {samples}"
    table = Table("planner", "accepted", "verified", "new combinations of goals", title=title)
    for name in next(iter(found.values()), {}):
        # Every second domain of the test set has a combination of goals that no training domain has.
        apart = [each[name][1] for seed, each in found.items() if seed % 2 == 0]
        accepted, verified = zip(*(each[name] for each in found.values()), strict=True)
        table.add_row(name, share(accepted), share(verified), share(apart))
    return table


def on_tasks(found: Mapping[str, Mapping[str, Sequence[bool]]], samples: int) -> Table:
    """The shares of hand-written tasks, and which ones are verified."""
    title = f"{len(found)} hand-written tasks, best of {samples}"
    table = Table("planner", "accepted", "verified", "which", title=title)
    for name in next(iter(found.values()), {}):
        accepted, verified = zip(*(each[name] for each in found.values()), strict=True)
        which = [task for task, each in found.items() if each[name][1]]
        table.add_row(name, share(accepted), share(verified), ", ".join(which))
    return table


def task_outcomes(model: Any, tokenizer: Any, folder: Path, samples: int) -> dict[str, tuple[bool, bool]]:
    """For each planner, whether its plan for a folder's task is accepted, and verified in every world."""
    spec = load_spec(folder / f"{folder.name}.p2c").spec
    made = plans(model, tokenizer, spec, next(iter(spec.tasks.values())), 0, samples)
    return {name: (_is_accepted(spec, text), _verified(folder, spec, text) == 1.0) for name, text in made.by_planner()}


def _is_accepted(spec: Spec, composition: str) -> bool:
    try:
        read_composition(spec, composition)
    except NotAccepted:
        return False
    return True


def on_examples(model: Any, tokenizer: Any, folder: Path, samples: int) -> Table:
    """How often the examples' worlds verify each planner's plans."""
    table = Table("example", "random", "search", "small, a sample", "small, the likeliest", title="examples")
    for world in sorted(folder.glob("*/world.py")):
        spec = load_spec(world.parent / f"{world.parent.name}.p2c").spec
        task = next(iter(spec.tasks.values()))
        made = plans(model, tokenizer, spec, task, 0, samples)
        each = statistics.mean(_verified(world.parent, spec, c.text) for c in made.samples) if made.samples else 0.0
        shares = {name: _verified(world.parent, spec, text) for name, text in made.by_planner()}
        shown = (shares["random"], shares["search"], each, shares["small, best"])
        table.add_row(world.parent.name, *(f"{value:.0%}" for value in shown))
    return table


def _verified(folder: Path, spec: Spec, composition: str) -> float:
    """The share of an example's worlds that verify a plan."""
    try:
        program = read_composition(spec, composition)
    except NotAccepted:
        return 0.0
    world = load_world(folder)
    return statistics.mean(try_out(program, world(seed)).verified for seed in range(_WORLDS))


def _known(log: Path | None) -> dict[int, Mapping[str, Sequence[bool]]]:
    """The outcomes that a log holds, by their domains' seeds."""
    if log is None or not log.is_file():
        return {}
    return {seed: outcome for seed, outcome in map(json.loads, log.read_text().splitlines())}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, default=CHECKPOINT, help="the folder with the planner")
    parser.add_argument("--domains", type=int, default=200, help="how many unseen specs")
    parser.add_argument("--first", type=int, default=0, help="the first one's seed")
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--log", type=Path, default=None, help="a file for outcomes; what it holds is not run again")
    parser.add_argument("--tasks", type=Path, default=None, help="a folder of hand-written tasks to plan, too")
    parser.add_argument("--examples", type=Path, default=None, help="a folder of examples to plan, too")
    options = parser.parse_args()
    model, tokenizer = load(options.checkpoint)
    console = Console(width=110)
    found = _known(options.log)
    wanted = [seed for seed in range(options.first, options.first + options.domains) if seed not in found]
    for seed in track(wanted, "planning", console=Console(stderr=True)):
        found[seed] = outcomes(model, tokenizer, seed, options.samples)
        if options.log is not None:
            with options.log.open("a") as file:
                file.write(json.dumps([seed, found[seed]]) + "\n")
    if found:
        console.print(summary(found, options.samples))
    if options.tasks is not None:
        folders = sorted(world.parent for world in options.tasks.glob("*/world.py"))
        by_task = {each.name: task_outcomes(model, tokenizer, each, options.samples) for each in folders}
        console.print(on_tasks(by_task, options.samples))
    if options.examples is not None:
        console.print(on_examples(model, tokenizer, options.examples, options.samples))


if __name__ == "__main__":
    main()
