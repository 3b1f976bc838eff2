"""The tool of `p2c mcp` that plans."""

from __future__ import annotations

import warnings
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from p2c_dsl.cli.choosing import Model, choose

if TYPE_CHECKING:
    from p2c_dsl.planners import Planner
    from p2c_dsl.resolve import Loaded
    from p2c_dsl.spec import Task

NAME = "plan.p2c"
MOST_CHARACTERS = 500_000
_MOST_PLANS, _MOST_BUDGET = 50, 4096
_SEARCH_BUDGET = 60


class Planning:
    """Plans with one language model, which is loaded when somebody asks for it."""

    def __init__(self, model: Model) -> None:
        self._model, self._lock = model, Lock()
        self._loaded: tuple[Any, Any] | None = None

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
        from p2c_dsl.planners.loading import ModelProblem

        loaded = loaded_text(text)
        chosen, begun = _task(loaded, task), checked(partial)
        if not 1 <= count <= _MOST_PLANS:
            raise refused(f"count is from 1 to {_MOST_PLANS}, not {count}")
        if budget is not None and not 1 <= budget <= _MOST_BUDGET:
            raise refused(f"budget is from 1 to {_MOST_BUDGET}, not {budget}")
        try:
            # One model decodes for one request after the other.
            with self._lock, warnings.catch_warnings():
                warnings.simplefilter("ignore", FewerPlans)
                planning = self._planner(planner, seed, budget)
                plans = list(planning.plans(loaded.spec, chosen, count, begun))
        except (
            Unplannable,
            NoContinuation,
            ModelProblem,
            ValueError,
            ArithmeticError,
            RuntimeError,
        ) as error:
            # A model that runs out of memory raises a plain RuntimeError.
            raise refused(str(error)) from None
        fewer = f"\n# found {len(plans)} of {count} plans\n" if len(plans) < count else ""
        return "\n".join(plans) + fewer

    def _planner(self, name: str, seed: int, budget: int | None) -> Planner:
        if name != "lm":
            return choose(name, seed, budget or (_SEARCH_BUDGET if name == "search" else None))
        if self._loaded is None:
            self._loaded = self._model.load()
        return self._model.planner(self._loaded, seed, budget)


def loaded_text(text: str) -> Loaded:
    """A text that makes sense. Raises `ToolError` for any other."""
    from p2c_dsl.diagnostics.concise import render
    from p2c_dsl.resolve import load_text

    loaded = load_text(checked(text), NAME, Path.cwd())
    if loaded.diagnostics:
        raise refused(render(loaded.diagnostics))
    return loaded


def checked(text: str) -> str:
    """The text, where it is not too long to be worked on. Raises `ToolError`."""
    if len(text) > MOST_CHARACTERS:
        raise refused(f"the text has {len(text):,} characters, and at most {MOST_CHARACTERS:,} are taken")
    return text


def refused(message: str) -> Exception:
    """An answer that the agent is told in full."""
    from mcp.server.mcpserver.exceptions import ToolError

    return ToolError(message)


def _task(loaded: Loaded, name: str) -> Task:
    tasks = loaded.spec.tasks
    if (name not in tasks) if name else len(tasks) != 1:
        raise refused(f"name one of the tasks: {', '.join(tasks) or 'the spec has none'}")
    return tasks[name] if name else next(iter(tasks.values()))
