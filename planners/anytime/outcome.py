"""What a planner says when there is no plan, or when it has found none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from p2c_dsl.machine import Machine
from p2c_dsl.planners.lines.makers import with_makers
from p2c_dsl.rules import AnyRule, read_rules
from p2c_dsl.spec import Spec, Task

if TYPE_CHECKING:
    from p2c_dsl.feasibility.conflict import Conflict


class Unplannable(Exception):
    """No accepted composition fits the budget, or none was found in time; the message says what is known.

    Attributes:
        conflict: The rules that no composition keeps, if that is the reason.
    """

    def __init__(self, message: str, conflict: Conflict | None = None) -> None:
        super().__init__(message)
        self.conflict = conflict


def machine_of(spec: Spec, task: Task, rules: Sequence[AnyRule] = ()) -> Machine:
    """The machine for a task's rules and further ones.

    Raises `ValueError` for rules that cannot be read: a planner must not leave one out.
    """
    read, wrong = read_rules(spec, task)
    if wrong:
        raise ValueError("; ".join(d.message for d in wrong))
    return Machine(with_makers(spec, task), task, [*read, *rules])


def header_of(task: Task) -> str:
    """What every composition of a task starts with, in the planners' form."""
    return f"compose {task.name}({', '.join(p.name for p in task.parameters)}):"


def impossible(conflict: Conflict) -> Unplannable:
    """No composition of any size can be accepted."""
    return Unplannable(conflict.message, conflict)


def too_small(machine: Machine, budget: int, at_least: int) -> Unplannable:
    """The budget is smaller than what every composition needs."""
    return Unplannable(
        f"no composition of `{machine.task.name}` fits a budget of {budget} words: what keeps its rules needs at "
        f"least {at_least}; raise the budget"
    )


def none_within(machine: Machine, budget: int) -> Unplannable:
    """Every composition within the budget has been tried."""
    return Unplannable(
        f"no composition of `{machine.task.name}` within a budget of {budget} words keeps all its rules "
        f"({_listed(machine)}); relax a rule, declare the subtask that is missing, bound a collection, or raise the "
        "budget"
    )


def none_found(machine: Machine, budget: int, limit: str, lead: str = "") -> Unplannable:
    """The search was stopped at a limit before it found a composition; `lead` says what was missing."""
    return Unplannable(
        f"found no composition of `{machine.task.name}` within {limit} and a budget of {budget} words, and no proof "
        f"that there is none; {lead}{'; ' if lead else ''}allow more time, relax a rule, or declare a subtask that "
        "does more"
    )


def _listed(machine: Machine) -> str:
    rules, _ = read_rules(machine.spec, machine.task)
    # A rule of two halves is read as two.
    return "; ".join(dict.fromkeys(rule.text for rule in rules)) or "none"
