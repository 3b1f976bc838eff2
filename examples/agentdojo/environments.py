"""AgentDojo's environments as worlds, its functions as tools, and its own verdict on a run.

Needs `pip install agentdojo==0.1.35`; nothing here calls a model.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from examples.agentdojo.plans import Call, Plan, Translation
from examples.agentdojo.suites import Suite

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from agentdojo.functions_runtime import FunctionCall, FunctionsRuntime
    from agentdojo.task_suite.load_suites import get_suites

from p2c_dsl.program import Program
from p2c_dsl.runtime.approval import simulated
from p2c_dsl.runtime.external_tools import inward, tool_for
from p2c_dsl.runtime.interpreter import Run, run
from p2c_dsl.runtime.monitor import RuleMonitor

VERSION = "v1.2.2"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run, AgentDojo's verdict on it, and whether the verdict would be negative without any call."""

    run: Run
    verified: bool
    needs_calls: bool


def injections(name: str) -> list[Plan]:
    """The ground-truth plans of a suite's attacks."""
    suite = get_suites(VERSION)[name]
    found = []
    for task in suite.injection_tasks.values():
        environment = suite.load_and_inject_default_environment({})
        calls = tuple(Call(c.function, dict(c.args), True, "") for c in task.ground_truth(environment))
        if calls:
            found.append(Plan(task.ID, task.GOAL, calls))
    return found


def execute(suite: Suite, plan: Translation, program: Program) -> Outcome:
    """Runs an accepted composition in the task's environment, under the run-time monitor."""
    dojo = get_suites(VERSION)[suite.name]
    task = dojo.user_tasks[plan.plan.id]
    environment = task.init_environment(dojo.load_and_inject_default_environment({}))
    before = environment.model_copy(deep=True)
    runtime = FunctionsRuntime(dojo.tools)
    trace: list[FunctionCall] = []

    def call(name: str, arguments: dict[str, Any]) -> Any:
        trace.append(FunctionCall(function=name, args=arguments))
        result, error = runtime.run_function(environment, name, arguments)
        if error is not None:
            raise RuntimeError(error)
        return list(result) if isinstance(result, tuple) else result

    outcome = run(program, {}, dict(_tools(program, plan, call)), RuleMonitor(program), simulated)

    def verdict(after: Any, calls: list[FunctionCall]) -> bool:
        output = task.GROUND_TRUTH_OUTPUT
        judged = task.utility_from_traces(output, before, after, calls)
        return bool(task.utility(output, before, after) if judged is None else judged)

    done_nothing = verdict(before.model_copy(deep=True), [])
    return Outcome(outcome, verdict(environment, trace), not done_nothing)


def _tools(
    program: Program, plan: Translation, call: Callable[[str, dict[str, Any]], Any]
) -> Iterator[tuple[str, Callable[..., object]]]:
    """Tools for all subtasks: AgentDojo's own, and readers that return the values of the ground truth."""
    replies, readers = iter(plan.replies), {reader.name for reader in plan.readers}
    for name, subtask in program.spec.subtasks.items():
        if name in readers and subtask.result is not None:
            yield name, lambda _, of=subtask.result: inward(next(replies), of, program.spec)
        else:
            yield name, tool_for(subtask, call, program.spec)
