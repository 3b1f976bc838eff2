"""The rules: one file each, and their table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from p2c_dsl.diagnostics.model import Diagnostic
from p2c_dsl.rules.approval import NeedsApproval
from p2c_dsl.rules.at_least import AtLeast
from p2c_dsl.rules.at_least_per import AtLeastPer
from p2c_dsl.rules.at_most import AtMost
from p2c_dsl.rules.at_most_per import AtMostPer
from p2c_dsl.rules.base import AnyRule, Rule
from p2c_dsl.rules.before import Before
from p2c_dsl.rules.branches import Branches
from p2c_dsl.rules.check_then import CheckThen
from p2c_dsl.rules.cost import Cost
from p2c_dsl.rules.enforced import Enforced
from p2c_dsl.rules.exactly import Exactly
from p2c_dsl.rules.exactly_per import ExactlyPer
from p2c_dsl.rules.flow import NoFlow
from p2c_dsl.rules.keyed_form import unkeyed
from p2c_dsl.rules.loops import Loops
from p2c_dsl.rules.no_after import NoAfter
from p2c_dsl.rules.not_both import NotBoth
from p2c_dsl.rules.only_if import OnlyIf
from p2c_dsl.rules.provenance import Provenance
from p2c_dsl.rules.reading import read_all, shown
from p2c_dsl.rules.return_from import ReturnFrom
from p2c_dsl.rules.shape import Shape
from p2c_dsl.rules.steps import Steps
from p2c_dsl.rules.then import Then
from p2c_dsl.rules.values import ArgumentValue
from p2c_dsl.spec import RuleText, Spec, Task

RULES: tuple[type[AnyRule], ...] = (
    Shape,
    Loops,
    Branches,
    Steps,
    AtMost,
    AtMostPer,
    AtLeast,
    AtLeastPer,
    Exactly,
    ExactlyPer,
    Before,
    NoAfter,
    Then,
    CheckThen,
    OnlyIf,
    ReturnFrom,
    Provenance,
    ArgumentValue,
    NoFlow,
    NotBoth,
    Cost,
    NeedsApproval,
)


def unkeyed_rules(spec: Spec, task: Task) -> Iterator[Diagnostic]:
    """A warning for each rule of a task about two events that share a key type, and that has no `per`."""
    return unkeyed(spec, task, RULES)


DOCUMENTED: tuple[type[AnyRule], ...] = (*RULES, Enforced)
"""What a rule's line can hold, with the prefix."""


def read_rules(spec: Spec, task: Task) -> tuple[tuple[AnyRule, ...], tuple[Diagnostic, ...]]:
    """The rules that a composition of `task` must keep, and the errors in rule lines."""
    return read_all(spec, task, RULES)


def proving(spec: Spec, task: Task, wanted: Callable[[AnyRule], bool] = lambda _: True) -> tuple[Spec, Task]:
    """The task with these of its enforced rules (by default all) as rules to be proved, in a spec that says so."""
    enforced = (rule for rule in read_rules(spec, task)[0] if isinstance(rule, Enforced))
    lines = {rule.text for rule in enforced if wanted(rule.rule)}

    def proved(rules: tuple[RuleText, ...]) -> tuple[RuleText, ...]:
        return tuple(replace(rule, tokens=rule.tokens[shown(rule.tokens) in lines :]) for rule in rules)

    if not lines:
        return spec, task
    other = replace(task, rules=proved(task.rules))
    return replace(spec, tasks={**spec.tasks, task.name: other}, rules=proved(spec.rules)), other


__all__ = ["DOCUMENTED", "RULES", "AnyRule", "Rule", "proving", "read_rules", "unkeyed_rules"]
