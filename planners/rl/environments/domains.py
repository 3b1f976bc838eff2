"""Domains to train in: a spec with a task and a world, from a folder or a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from p2c_dsl.planners.automaton.automaton import EFFORT
from p2c_dsl.planners.prompt import question
from p2c_dsl.planners.rl.environments.composition import CompositionEnvironment, Verifier
from p2c_dsl.planners.rl.environments.environment import Space
from p2c_dsl.planners.rl.environments.spaces import semantic_space
from p2c_dsl.planners.tokens.canonical import ANY
from p2c_dsl.spec import Spec, Task

HELD_OUT = 1_000_000_000
"""Worlds of seeds from here on are for evaluation only; training never sees them."""


@dataclass(frozen=True, slots=True)
class Domain:
    """A task to plan and worlds to run plans in."""

    name: str
    spec: Spec
    task: Task
    world: Callable[[int], Any]

    def environment(
        self,
        tokenizer: Any,
        budget: int = 0,
        effort: int = EFFORT,
        partial_rewards: Sequence[str] = (),
        tokenization: str = ANY,
    ) -> CompositionEnvironment:
        """Its one-turn environment for a tokenizer, in the space of accepted compositions.

        Raises `Unplannable` or `ValueError` when no composition fits the budget.
        """
        space, budget = semantic_space(self.spec, self.task, tokenizer, budget, effort or None, tokenization)
        return self.environment_in(space, tokenizer, budget, partial_rewards)

    def environment_in(
        self, space: Space, tokenizer: Any, budget: int, partial_rewards: Sequence[str] = ()
    ) -> CompositionEnvironment:
        """Its one-turn environment, in any space."""
        asked = question(tokenizer, self.spec, self.task)
        verifier = Verifier(self.spec, self.task, self.world)
        return CompositionEnvironment(self.name, asked, space, budget, verifier, partial_rewards)


def load_domain(path: Path) -> list[Domain]:
    """The domains of a folder with a spec and a `world.py`, or of a spec file with one beside it: one for each task.

    Raises `ValueError` with what is wrong, or `DomainError` for an unusable world.
    """
    from p2c_dsl.diagnostics.model import Severity
    from p2c_dsl.resolve import load
    from p2c_dsl.runtime.domain import load_world, spec_file

    file = spec_file(path)
    loaded = load(file)
    errors = [d for d in loaded.diagnostics if d.severity is Severity.ERROR]
    if errors:
        raise ValueError(f"{file}: {errors[0].message}; run `p2c lint {file}` to see all errors")
    if not loaded.spec.tasks:
        raise ValueError(f"{file} does not declare a task")
    world = load_world(file.parent)
    several = len(loaded.spec.tasks) > 1
    return [
        Domain(f"{file.stem}.{task.name}" if several else file.stem, loaded.spec, task, world)
        for task in loaded.spec.tasks.values()
    ]
