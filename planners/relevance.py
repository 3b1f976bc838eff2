"""Which subtasks a task can use, and which it is likely to need: by types and events, and by the words of its text."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from p2c_dsl.planners.lines.makers import with_makers
from p2c_dsl.spec import RuleText, Spec, Subtask, Task
from p2c_dsl.types import ListOf, MapOf, NewType, Nominal, Optional, Record, SetOf, Type, show


def distances(spec: Spec, task: Task) -> dict[str, int]:
    """The subtasks that a composition of the task may be able to call, with their distance from its goal.

    At distance 0 are those that a rule names, directly or by an effect, and those that return what the task
    returns; at distance n + 1 those that return what one at distance n takes. Those that do not lead to the goal are
    farthest.
    """
    usable = _callable(with_makers(spec, task), task)
    events = _words(spec.rules_of(task))
    goal = {name for name, subtask in usable.items() if _events(subtask) & events}
    wanted = _parts(spec, [] if task.result is None else [task.result])
    found: dict[str, int] = {}
    level = 0
    while near := {
        name
        for name, subtask in usable.items()
        if name not in found and ((not level and name in goal) or wanted & _given(spec, subtask))
    }:
        found |= dict.fromkeys(near, level)
        wanted = _parts(spec, (p.type for name in near for p in usable[name].parameters))
        level += 1
    return {name: found.get(name, level) for name in usable if name in spec.subtasks}


def by_relevance(spec: Spec, task: Task) -> tuple[str, ...]:
    """The subtasks that a composition of the task may be able to call, the likeliest to be needed first.

    A subtask is likely to be needed if the task's text has the words of its name, rare words more than common ones, and
    if a rule names it or its effect. Before each stands one that makes what it takes, where the inputs do not hold it.
    """
    far = distances(spec, task)
    named = _words(spec.rules_of(task))
    asked, stems = _stems(task.doc or task.name), {name: _stems(name) for name in far}
    common = Counter(stem for each in stems.values() for stem in each)

    def likely(name: str) -> float:
        # In a fixed order: sums of another order differ in the last digit, and so would prompts.
        weights = {stem: math.log((len(far) + 1) / common[stem]) for stem in sorted(stems[name])}
        mentioned = sum(weight for stem, weight in weights.items() if stem in asked)
        share = mentioned / sum(weights.values()) if any(weights.values()) else float(stems[name] <= asked)
        return share + (_NAMED if _events(spec.subtasks[name]) & named else 0.0)

    ranked = sorted(far, key=lambda name: (-likely(name), far[name]))
    return tuple(_with_makers_first(spec, task, ranked))


def excerpt(spec: Spec, task: Task, names: Collection[str]) -> Spec:
    """The spec with one task and some of the subtasks, and nothing that is about others.

    Left out are the rules that name other subtasks, and the effects and types that nothing names any more.
    """
    kept = {name: subtask for name, subtask in spec.subtasks.items() if name in names}
    gone = spec.subtasks.keys() - kept.keys()
    own = replace(task, rules=_without(task.rules, gone))
    shared = _without(spec.rules, gone)
    rules = _words((*own.rules, *shared))
    done = {use.effect.name for subtask in kept.values() for use in subtask.effects if not use.anything}
    effects = {name: effect for name, effect in spec.effects.items() if name in done or name in rules}
    constants = spec.constants_of(task).values()
    used = [
        *_signature(task),
        *(constant.type for constant in constants),
        *(key for effect in effects.values() for key in effect.keys),
        *(of for subtask in kept.values() for of in _signature(subtask)),
        *(of for name, of in spec.types.items() if name in rules),
    ]
    types = _parts(spec, used)
    return replace(
        spec,
        tasks={task.name: own},
        rules=shared,
        subtasks=kept,
        effects=effects,
        types={name: of for name, of in spec.types.items() if of in types},
    )


def _words(rules: Iterable[RuleText]) -> set[str]:
    return {word.text for rule in rules for word in rule.tokens}


def _without(rules: Sequence[RuleText], gone: Collection[str]) -> tuple[RuleText, ...]:
    return tuple(rule for rule in rules if _words([rule]).isdisjoint(gone))


_NAMED = 0.5
"""What a subtask that a rule names gains, relative to one whose whole name stands in the task's text."""
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_ENDINGS = ("ies", "es", "s", "ed", "ing")


def _stems(text: str) -> set[str]:
    """The words of a text or a name, without their commonest endings: `Books` and `booking` are both `book`."""
    return {_stem(word.lower()) for word in _WORD.findall(text)}


def _stem(word: str) -> str:
    ending = next((e for e in _ENDINGS if word.endswith(e) and len(word) - len(e) > 2), "")
    return word.removesuffix(ending).rstrip("ye")


def _with_makers_first(spec: Spec, task: Task, ranked: Sequence[str]) -> Iterable[str]:
    """Subtasks in their order, but each behind the first of those that make what it takes and nothing else gives."""
    have = _parts(spec, [*(p.type for p in task.parameters), *(c.type for c in spec.constants_of(task).values())])
    made = {name: _given(spec, spec.subtasks[name]) for name in ranked}
    started, placed = set[str](), list[str]()

    def place(name: str) -> None:
        if name in started:
            return
        started.add(name)
        for needed in sorted(_needed(spec, spec.subtasks[name]) - have, key=show):
            maker = next((other for other in ranked if needed in made[other] and other != name), None)
            if maker is not None and needed not in have:
                place(maker)
        placed.append(name)
        have.update(made[name])

    for name in ranked:
        place(name)
    return placed


def _signature(of: Subtask | Task) -> Iterable[Type]:
    yield from (parameter.type for parameter in of.parameters)
    if of.result is not None:
        yield of.result


def _callable(spec: Spec, task: Task) -> dict[str, Subtask]:
    """The subtasks whose arguments can come from the inputs, the constants and each other's results."""
    constants = spec.constants_of(task).values()
    have = _parts(spec, [*(p.type for p in task.parameters), *(c.type for c in constants)])
    found: set[str] = set()
    while new := {
        name for name, subtask in spec.subtasks.items() if name not in found and _needed(spec, subtask) <= have
    }:
        found |= new
        have = have.union(*(_given(spec, spec.subtasks[name]) for name in new))
    return {name: subtask for name, subtask in spec.subtasks.items() if name in found}


def _needed(spec: Spec, subtask: Subtask) -> set[Type]:
    """The types without literals: their values come from inputs, constants and subtasks only."""
    parts = _parts(spec, (p.type for p in subtask.parameters[: subtask.required]))
    return {p for p in parts if isinstance(p, Nominal | Record) or (isinstance(p, NewType) and not p.literal)}


def _events(subtask: Subtask) -> set[str]:
    return {subtask.name, *(use.effect.name for use in subtask.effects if not use.anything)}


def _given(spec: Spec, subtask: Subtask) -> set[Type]:
    return _parts(spec, [] if subtask.result is None else [subtask.result])


def _parts(spec: Spec, types: Iterable[Type]) -> set[Type]:
    """The types inside some types: elements, keys, values, fields, and the parents of subtypes."""
    pending, found = list(types), set[Type]()
    while pending:
        match part := pending.pop():
            case ListOf(inner) | SetOf(inner) | Optional(inner):
                pending.append(inner)
            case MapOf(key, value):
                pending += [key, value]
            case _ if part not in found:
                found.add(part)
                if isinstance(part, Record):
                    pending += spec.records[part.name].values()
                if isinstance(part, Nominal) and part.parent is not None:
                    pending.append(part.parent)
    return found
