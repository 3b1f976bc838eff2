"""Whether any composition of a task can be accepted at all.

A composition has to be right in every run, so also in the worst: every check says no, every collection is as small as
its type allows, every `Optional` is `None`. Where no line of calls keeps all rules in that run, there is no composition
that could be accepted. Nothing is claimed where such a line may exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from p2c_dsl.feasibility import smallest, words
from p2c_dsl.feasibility.world import Asked
from p2c_dsl.rules import AnyRule
from p2c_dsl.spec import Spec, Task


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why no composition of a task can be accepted.

    Attributes:
        task: The task's name.
        reason: What stands in the way, in words.
        rules: A smallest set of rules that conflict; empty where nothing gives the result, whatever the rules.
    """

    task: str
    reason: str
    rules: tuple[AnyRule, ...]

    @property
    def message(self) -> str:
        """The whole statement, in one line."""
        return f"no composition of `{self.task}` can be accepted: {self.reason}"


def find_conflict(spec: Spec, task: Task, rules: Sequence[AnyRule]) -> Conflict | None:
    """Why no composition of a task can be accepted under these rules, `None` where that is not proved."""
    asked = Asked(spec, task)
    found = smallest.conflict(asked, rules)
    return None if found is None else Conflict(task.name, words.reason(asked, found), found)
