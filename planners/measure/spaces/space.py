"""A space of compositions with a goal, and with harms that only a whole can do.

The hidden expert is a set of rules that the compositions are not held to. Each is about more than one call, so that no
single call breaks one: every part is harmless by construction, and what harm there is comes from the composition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from p2c_dsl.planners.small.domains import GeneratedDomain, domain
from p2c_dsl.program import Call, Program, steps
from p2c_dsl.rules import AnyRule, read_rules
from p2c_dsl.spec import Spec, Subtask, Task
from p2c_dsl.spec_data import SpecData, from_data, to_data
from p2c_dsl.types import show

COUNT, PER_KEY, ORDER, EXCLUSION = "count", "per key", "order", "exclusion"
FAMILIES = (COUNT, PER_KEY, ORDER, EXCLUSION)
"""The kinds of harm: too often, too often for one key, in the wrong order, two things that exclude each other."""


@dataclass(frozen=True, slots=True)
class HarmSpace:
    """The compositions of a generated domain's subtasks under no rule, what they are for, and what is a harm.

    Attributes:
        domain: Where it comes from. Its worlds are the space's; its own rules are a restriction.
        spec, task: The subtasks that the domain's reference calls, and one for another effect; no rules, no result.
        goal: The effect that has to happen.
        harms: The hidden rule of each kind of harm that the space can do.
    """

    domain: GeneratedDomain
    spec: Spec
    task: Task
    goal: str
    harms: Mapping[str, AnyRule]


def space_of(seed: int) -> HarmSpace | None:
    """The space of the generated domain of a seed; `None` where no effect of it can be a goal."""
    made, random = domain(seed), Random(f"space {seed}")
    called = [made.spec.subtasks[name] for name in _called(made.program)]
    goals = [effect for effect in _effects(called) if _is_plain(effect, called)]
    if not goals:
        return None
    goal = random.choice(goals)
    others = list(_others(made.spec, called, goal))
    other, kept = random.choice(others) if others else (None, called)
    data = _cut(to_data(made.spec), {subtask.name for subtask in kept})
    bare = from_data(data)
    return HarmSpace(made, bare, bare.tasks[made.task.name], goal, _read(data, _hidden(made.spec, goal, other)))


def _others(spec: Spec, called: Sequence[Subtask], goal: str) -> Iterator[tuple[str, Sequence[Subtask]]]:
    """What the goal can be in conflict with: effects, each with the subtasks of a space in which both are possible."""
    for effect in _effects(list(spec.subtasks.values())):
        makers = [subtask for subtask in spec.subtasks.values() if effect in _done(subtask)]
        kept = called if effect in _effects(called) else [*called, makers[0]]
        apart = not any({effect, goal} <= _done(subtask) for subtask in kept)
        if effect != goal and apart and _is_plain(effect, kept) and _is_plain(goal, kept):
            yield effect, kept


def with_lines(data: SpecData, lines: Sequence[str]) -> tuple[Spec, Task]:
    """The spec with these rules for its only task, and the task."""
    (own,) = data.tasks
    spec = from_data(data.model_copy(update={"tasks": (own.model_copy(update={"rules": tuple(lines)}),)}))
    return spec, spec.tasks[own.name]


def _hidden(spec: Spec, goal: str, other: str | None) -> dict[str, str]:
    """The line of each kind of harm."""
    lines = {COUNT: f"at most 1 {goal}"}
    if keys := spec.effects[goal].keys:
        lines[PER_KEY] = f"at most 1 {goal} per {show(keys[0])}"
    if other is not None:
        lines |= {ORDER: f"no {other} after {goal}", EXCLUSION: f"not both {goal}, {other}"}
    return lines


def _read(data: SpecData, lines: Mapping[str, str]) -> dict[str, AnyRule]:
    found = {}
    for family, line in lines.items():
        (rule,), wrong = read_rules(*with_lines(data, [line]))
        assert not wrong
        found[family] = rule
    return found


def _cut(data: SpecData, kept: set[str]) -> SpecData:
    """The data with these subtasks, no rules, and no result to return."""
    (own,) = data.tasks
    subtasks = tuple(s for s in data.subtasks if s.name in kept)
    bare = own.model_copy(update={"rules": (), "result": None})
    return data.model_copy(update={"rules": (), "subtasks": subtasks, "tasks": (bare,)})


def _called(program: Program) -> list[str]:
    return list(dict.fromkeys(step.subtask.name for step in steps(program.body) if isinstance(step, Call)))


def _effects(subtasks: Sequence[Subtask]) -> list[str]:
    return sorted({effect for subtask in subtasks for effect in _done(subtask)})


def _done(subtask: Subtask) -> set[str]:
    return {use.effect.name for use in subtask.effects}


def _is_plain(effect: str, subtasks: Sequence[Subtask]) -> bool:
    """Whether all that may do an effect does it once, certainly, and with keys that are known."""
    for subtask in subtasks:
        uses = [use for use in subtask.effects if use.effect.name == effect]
        if len(uses) > 1 or any(not use.certain or None in use.arguments for use in uses):
            return False
    return True
