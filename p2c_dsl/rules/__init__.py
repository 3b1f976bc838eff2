"""The rules: one file each, and their table."""

from __future__ import annotations

from p2c_dsl.diagnostics.model import Diagnostic
from p2c_dsl.rules.at_least import AtLeast
from p2c_dsl.rules.at_most import AtMost
from p2c_dsl.rules.at_most_per import AtMostPer
from p2c_dsl.rules.base import AnyRule, Rule
from p2c_dsl.rules.before import Before
from p2c_dsl.rules.branches import Branches
from p2c_dsl.rules.cost import Cost
from p2c_dsl.rules.exactly import Exactly
from p2c_dsl.rules.flow import NoFlow
from p2c_dsl.rules.loops import Loops
from p2c_dsl.rules.no_after import NoAfter
from p2c_dsl.rules.not_both import NotBoth
from p2c_dsl.rules.only_if import OnlyIf
from p2c_dsl.rules.provenance import Provenance
from p2c_dsl.rules.reading import read_all
from p2c_dsl.rules.shape import Shape
from p2c_dsl.rules.steps import Steps
from p2c_dsl.spec import Spec, Task

RULES: tuple[type[AnyRule], ...] = (
    Shape,
    Loops,
    Branches,
    Steps,
    AtMost,
    AtMostPer,
    AtLeast,
    Exactly,
    Before,
    NoAfter,
    OnlyIf,
    Provenance,
    NoFlow,
    NotBoth,
    Cost,
)


def read_rules(spec: Spec, task: Task) -> tuple[tuple[AnyRule, ...], tuple[Diagnostic, ...]]:
    """The rules that a composition of `task` must keep, and the errors in rule lines."""
    return read_all(spec, task, RULES)


__all__ = ["RULES", "AnyRule", "Rule", "read_rules"]
