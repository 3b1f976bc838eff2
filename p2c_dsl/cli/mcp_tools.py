"""The tools of `p2c mcp`: each works on texts, and reads only files that they use in the folder that is served."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from p2c_dsl.cli.mcp_texts import Refused, loaded_text, right_text, with_rules
from p2c_dsl.cli.planner_options import ModelOptions, SearchOptions, planner_of, plans_of

if TYPE_CHECKING:
    from p2c_dsl.planners import Planner
    from p2c_dsl.resolve import Loaded
    from p2c_dsl.spec import Task

_MOST_PLANS, _MOST_BUDGET = 50, 4096
_SEARCH_SECONDS = 10.0


def tools(planning: Planning) -> dict[str, Callable[..., str]]:
    """The tools by their names. They raise `Refused`."""
    return {tool.__name__: tool for tool in (lint, fix, explain, planning.plan, graph)}


def lint(text: str) -> str:
    """Check a .p2c text: its spec, and its compositions against their rules.

    Returns JSON: a list of findings, each with its code, place, message, help, and for broken rules a counterexample.
    If there are no errors and warnings, no run of a composition can break a rule.
    """
    from p2c_dsl.diagnostics import data
    from p2c_dsl.lint import lint_loaded

    report = lint_loaded(loaded_text(text))
    return data.render(report.diagnostics, report.approvals)


def fix(text: str, task: str = "", max_edits: int = 8, timeout: float = 10) -> str:
    """Repair the rejected compositions in a .p2c text, with the fewest edited steps.

    Returns JSON: the whole text, repaired, and the edits with their reasons: what lint would say without each. If there
    are no edits, everything was accepted as it was. `notes`, if there are any, name compositions that have no repair,
    repairs that are not proved to be the nearest, and what was left alone. `task` selects the compositions of one
    task. `max_edits` limits how many steps of a composition may be edited, and `timeout` the seconds of all searches.
    """
    import json

    from p2c_dsl.cli.repairs import RepairLimits, all_repairs, repaired
    from p2c_dsl.diagnostics.concise import render
    from p2c_dsl.planners.deadline import Deadline
    from p2c_dsl.planners.repair import EFFORT
    from p2c_dsl.syntax.nodes import ComposeDecl

    loaded = with_rules(text)
    composed = [d for d in loaded.root.declarations if isinstance(d, ComposeDecl)]
    chosen = [d for d in composed if task in ("", d.task.text)]
    if not chosen:
        raise Refused(f"there is no composition{f' of `{task}`' if task else ''} to repair")
    names = {"timeout": "`timeout`", "effort": "`effort`", "max_edits": "`max_edits`"}
    found = all_repairs(loaded, chosen, RepairLimits(max_edits, EFFORT, Deadline.after(_within(timeout)), names))
    failures = [f"{f.where}: {f.message}\n{render(f.diagnostics)}".strip() for f in found.failures]
    if failures and not found.repairs:
        raise Refused("\n".join(failures))
    answer: dict[str, object] = {
        "text": repaired(text, found.repairs),
        "edits": [edit.data() for repair in found.repairs for edit in repair.edits],
    }
    notes = [*failures, *found.doubts, *([found.left] if found.left else [])]
    return json.dumps(answer | ({"notes": notes} if notes else {}), ensure_ascii=False, indent=2)


def explain(code: str) -> str:
    """Explain a diagnostic's code (P2C401) or a rule (only-if), with an accepted and a rejected example."""
    from p2c_dsl.cli.explain import explained

    try:
        return explained(code)
    except LookupError as error:
        raise Refused(str(error.args[0])) from None


def graph(text: str) -> str:
    """Draw the compositions in a .p2c text as a Mermaid flowchart: calls with their effects, loops, branches, flows."""
    from p2c_dsl.graph import graph_of, mermaid
    from p2c_dsl.lint import lint_loaded

    analyses = lint_loaded(right_text(text), counterexamples=False).analyses
    programs = [analysis.program for analysis in analyses if analysis.program is not None]
    if not programs:
        raise Refused("there is no composition that can be read: run lint to see why")
    return mermaid(graph_of(*programs))


class Planning:
    """Plans, with one language model once it has been loaded."""

    def __init__(self, model: ModelOptions) -> None:
        self._model = model
        self._loaded: tuple[Any, Any] | None = None

    def load(self) -> str:
        """Loads the language model, and answers nothing. Raises `Refused`."""
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
        """Write compositions of a task that cannot break its rules on any run.

        `text` is the task's spec. `task` is needed if the spec has several. `planner` is search (the cheapest
        composition that is found in 10 seconds), random, or lm (a language model that writes under the rules). `count`
        is the number of different compositions to write; if there are fewer, a comment says so. Equal seeds give equal
        plans. `budget` is the most lexemes (words) that a composition may have, or for lm the most tokens. `partial` is
        the beginning of a composition, from `compose` on, to continue.
        """
        from p2c_dsl.planners import NoContinuation, Unplannable
        from p2c_dsl.planners.models import ModelProblem

        loaded = with_rules(text)
        chosen = _task(loaded, task)
        if not 1 <= count <= _MOST_PLANS:
            raise Refused(f"count must be from 1 to {_MOST_PLANS}, not {count}")
        if budget is not None and not 1 <= budget <= _MOST_BUDGET:
            raise Refused(f"budget must be from 1 to {_MOST_BUDGET}, not {budget}")
        try:
            plans = list(plans_of(self._planner(planner, seed, budget), loaded.spec, chosen, count, partial))
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
        return planner_of(name, seed, budget, search=SearchOptions(_within(_SEARCH_SECONDS)))


def _within(seconds: float) -> float:
    """How many seconds a search may take, so that it ends before the request's time is up."""
    left, _ = signal.getitimer(signal.ITIMER_REAL)
    return min(seconds, left / 2) if left else seconds


def _task(loaded: Loaded, name: str) -> Task:
    tasks = loaded.spec.tasks
    if (name not in tasks) if name else len(tasks) != 1:
        raise Refused(f"name one of the tasks: {', '.join(tasks) or 'the spec has none'}")
    return tasks[name] if name else next(iter(tasks.values()))
