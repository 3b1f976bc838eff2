"""The tool of `p2c mcp` that plans."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from p2c_dsl.cli.planner_options import Model, choose
from p2c_dsl.diagnostics.model import Diagnostic, Severity

if TYPE_CHECKING:
    from p2c_dsl.planners import Planner
    from p2c_dsl.resolve import Loaded
    from p2c_dsl.spec import Task

NAME = "plan.p2c"
MOST_CHARACTERS = 500_000
_MOST_PLANS, _MOST_BUDGET = 50, 4096
_SEARCH_BUDGET = 60


class Refused(Exception):
    """An answer that the agent is told in full."""


class Planning:
    """Plans with one language model, once that has been loaded."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._loaded: tuple[Any, Any] | None = None

    def load(self) -> str:
        """Loads the language model, and says nothing. Raises `Refused`."""
        from p2c_dsl.planners.models import ModelProblem

        try:
            self._loaded = self._model.load()
        except (ModelProblem, RuntimeError) as error:
            raise Refused(str(error)) from None
        return ""

    def plan(
        self,
        text: str,
        task: str = "",
        planner: str = "search",
        count: int = 1,
        seed: int = 0,
        budget: int | None = None,
        partial: str = "",
    ) -> str:
        """Write compositions of a task that no run can break a rule of.

        `text` is the task's spec. `task` is needed where it has several. `planner` is search (the cheapest
        composition), random, or lm (a language model that writes under the rules). `count` different ones are
        written; where there are fewer, a comment says so. Equal seeds give equal plans. `budget` is the most lexemes
        (words) that a composition may have, for lm the most tokens. `partial` is the beginning of a composition, from
        `compose` on, to go on from.
        """
        from p2c_dsl.planners import NoContinuation, Unplannable
        from p2c_dsl.planners.distinct import FewerPlans
        from p2c_dsl.planners.models import ModelProblem

        loaded = with_rules(text)
        chosen = _task(loaded, task)
        if not 1 <= count <= _MOST_PLANS:
            raise Refused(f"count is from 1 to {_MOST_PLANS}, not {count}")
        if budget is not None and not 1 <= budget <= _MOST_BUDGET:
            raise Refused(f"budget is from 1 to {_MOST_BUDGET}, not {budget}")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FewerPlans)
                planning = self._planner(planner, seed, budget)
                plans = list(planning.plans(loaded.spec, chosen, count, partial))
        except (
            Unplannable,
            NoContinuation,
            ModelProblem,
            ValueError,
            ArithmeticError,
            RuntimeError,
        ) as error:
            # A model that runs out of memory raises a plain RuntimeError.
            raise Refused(str(error)) from None
        fewer = f"\n# found {len(plans)} of {count} plans\n" if len(plans) < count else ""
        return "\n".join(plans) + fewer

    def _planner(self, name: str, seed: int, budget: int | None) -> Planner:
        if name == "lm" and self._loaded is not None:
            return self._model.planner(self._loaded, seed, budget)
        return choose(name, seed, budget or (_SEARCH_BUDGET if name == "search" else None))


def loaded_text(text: str) -> Loaded:
    """A text, right or wrong, with what it uses of the folder that is served. Raises `Refused` if that is gone."""
    from p2c_dsl.resolve import load_text

    try:
        folder = Path.cwd()
    except OSError:
        raise Refused("the folder that is served is gone") from None
    return load_text(text, NAME, folder, confined=True)


def right_text(text: str) -> Loaded:
    """A text that makes sense, but perhaps for its rules. Raises `Refused` for any other."""
    loaded = loaded_text(text)
    _refuse(loaded.diagnostics)
    return loaded


def with_rules(text: str) -> Loaded:
    """A text that makes sense, rules included. Raises `Refused` for any other."""
    from p2c_dsl.rules import read_rules

    loaded = right_text(text)
    # A rule for all tasks is read with each of them.
    _refuse(dict.fromkeys(d for task in loaded.spec.tasks.values() for d in read_rules(loaded.spec, task)[1]))
    return loaded


def _refuse(diagnostics: Iterable[Diagnostic]) -> None:
    from p2c_dsl.diagnostics.concise import render

    errors = [d for d in diagnostics if d.severity is Severity.ERROR]
    if errors:
        raise Refused(render(errors))


def check(text: str) -> None:
    """Whether a text can be worked on. Raises `Refused` for one that is too long, or none."""
    if len(text) > MOST_CHARACTERS:
        raise Refused(f"the text has {len(text):,} characters, and at most {MOST_CHARACTERS:,} are taken")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Refused(f"character {error.start + 1:,} of the text is half of a pair, and not text") from None


def _task(loaded: Loaded, name: str) -> Task:
    tasks = loaded.spec.tasks
    if (name not in tasks) if name else len(tasks) != 1:
        raise Refused(f"name one of the tasks: {', '.join(tasks) or 'the spec has none'}")
    return tasks[name] if name else next(iter(tasks.values()))
