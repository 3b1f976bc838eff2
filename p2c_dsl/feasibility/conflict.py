"""Whether any composition of a task can be accepted at all.

A composition has to be right in every run, so also in the worst: every check says no, every collection is as small as
its type allows, every `Optional` is `None`. Where no line of calls keeps all rules in that run, there is no composition
that could be accepted. Nothing is claimed where such a line may exist.

Some rules ask for nothing in that run: for something for each element of what is empty, say. So a second run is looked
at, in which what these rules are about comes out well, and everything else badly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from p2c_dsl.feasibility import smallest, words
from p2c_dsl.feasibility.chances import is_possible
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
    found = _found(Asked(spec, task), rules)
    lucky = [chance for rule in rules if (chance := rule.asks_if()) is not None and is_possible(chance)]
    if found is not None or not any(chance.filled or chance.yes for chance in lucky):
        return found
    found = _found(Asked(spec, task, lucky), rules)
    if found is None:
        return None
    # In a run in which less comes out well, fewer rules may conflict.
    fewer = ([other for other in found.rules if other is not rule] for rule in found.rules)
    return next((smaller for rest in fewer if (smaller := find_conflict(spec, task, rest))), found)


def _found(asked: Asked, rules: Sequence[AnyRule]) -> Conflict | None:
    """A conflict of those rules that ask for something in the run that is looked at."""
    found = smallest.conflict(asked, [rule for rule in rules if asked.comes_out(rule.asks_if())])
    return None if found is None else Conflict(asked.task.name, words.reason(asked, found), found)
