"""The spaces in which parts are composed: the paper's restrictions, section 5(1), as conditions of a measurement.

Which subtasks can be asked for and how they are solved is the same in all of them. Only the recomposition differs, in
its rules and in whether it is masked at all.
"""

from __future__ import annotations

from dataclasses import dataclass

from p2c_dsl.names import did_you_mean
from p2c_dsl.spec import Spec, Task
from p2c_dsl.spec_data import from_data, to_data


@dataclass(frozen=True, slots=True)
class Condition:
    """A space of compositions.

    Attributes:
        masked: Whether only compositions that are well-formed, well-typed and keep the rules can be written.
        lines: The rules, `None` for the domain's own.
    """

    name: str
    masked: bool = True
    lines: tuple[str, ...] | None = ()
    about: str = ""

    def applied(self, spec: Spec, task: Task) -> tuple[Spec, Task]:
        """The domain with the condition's rules instead of its own."""
        if self.lines is None:
            return spec, task
        data = to_data(spec)
        own = next(t for t in data.tasks if t.name == task.name).model_copy(update={"rules": self.lines})
        made = from_data(data.model_copy(update={"rules": (), "tasks": (own,)}))
        return made, made.tasks[task.name]


ALL_RULES = Condition("all rules", lines=None, about="the domain's own rules")
CONDITIONS = (
    Condition("free text", masked=False, about="any text; a text that is not a composition earns nothing"),
    Condition("syntax only", about="well-formed and well-typed, under no rule"),
    Condition("loops <= 1", lines=("loops <= 1",), about="no loop inside another"),
    Condition("sequence", lines=("shape sequence",), about="no branches and no nested calls"),
    Condition("tree", lines=("shape tree",), about="each produced value is used at most once"),
    ALL_RULES,
)
FLOOR = "syntax only"
"""The unrestricted space that the others are compared with: without syntax there is nothing to run."""


def condition_of(name: str) -> Condition:
    """The condition of that name. Raises `ValueError` if there is none."""
    for condition in CONDITIONS:
        if condition.name == name:
            return condition
    known = [condition.name for condition in CONDITIONS]
    raise ValueError(f"there is no condition `{name}`: {did_you_mean(name, known) or 'choose ' + ', '.join(known)}")
