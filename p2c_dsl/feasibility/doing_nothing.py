"""Whether a composition that does nothing is accepted."""

from __future__ import annotations

from collections.abc import Sequence

from p2c_dsl.machine import Machine, Violations
from p2c_dsl.rules.base import AnyRule
from p2c_dsl.rules.enforced import Enforced
from p2c_dsl.spec import Spec, Task


def accepts_nothing(spec: Spec, task: Task, rules: Sequence[AnyRule]) -> bool:
    """Whether a composition that does nothing keeps all rules of a task, and gives all that it is to give."""
    # What an enforced rule asks for is asked for, whether or not lint can prove it.
    machine = Machine(spec, task, [rule.rule if isinstance(rule, Enforced) else rule for rule in rules])
    objections: Violations = []
    machine.end(machine.start(), objections)
    return task.result is None and not objections
