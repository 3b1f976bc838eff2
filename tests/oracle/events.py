"""The rules over which events happen, how often and in what order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from p2c_dsl.program import Test
from p2c_dsl.runtime.trace import AnyKey, BranchEntered, CallFinished, CallStarted, Instance, Trace
from p2c_dsl.spec import Spec, Subtask
from p2c_dsl.types import show
from tests.oracle.calls import calls, values_of
from tests.oracle.contents import Contents


def count(event: str, trace: Trace, spec: Spec) -> int:
    """How often an event happens."""
    return sum(call.happens(event) for call in calls(trace, spec))


def most_for_one_key(event: str, named: list[str], trace: Trace, spec: Spec) -> int:
    """How often an event happens with the key values that it happens with most."""
    keys: Counter[object] = Counter()
    places = [_place(event, key, spec) for key in named]
    for call in calls(trace, spec):
        for occurrence in call.occurrences:
            if occurrence.name == event:
                keys[tuple(occurrence.keys[place] for place in places)] += 1
    return max((sum(n for other, n in keys.items() if _agree(key, other)) for key in keys), default=0)


def _agree(key: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Whether two calls may have had one key: what nobody knows may be anything."""
    return all(a == b or AnyKey.ANY in (a, b) for a, b in zip(key, other, strict=True))


def _place(event: str, key: str, spec: Spec) -> int:
    if event in spec.effects:
        effect = spec.effects[event]
        names = [effect.label(place) for place in range(len(effect.keys))]
        return names.index(key) if key in names else [show(t) for t in effect.keys].index(key)
    parameters = spec.subtasks[event].parameters
    names = [p.name for p in parameters]
    return names.index(key) if key in names else [show(p.type) for p in parameters].index(key)


def total_cost(trace: Trace, spec: Spec) -> int:
    """What the run's calls cost."""
    return sum(call.subtask.cost for call in calls(trace, spec))


def happens_without_earlier(first: str, second: str, trace: Trace, spec: Spec) -> bool:
    """Whether `second` happens when `first` has not happened in an earlier, completed call."""
    seen = False
    for call in calls(trace, spec):
        if call.happens(second) and not seen:
            return True
        seen = seen or (call.completed and call.happens(first) > 0)
    return False


def happens_after(second: str, first: str, trace: Trace, spec: Spec) -> bool:
    """Whether `second` happens after a call in which `first` did."""
    seen = False
    for call in calls(trace, spec):
        if seen and call.happens(second):
            return True
        seen = seen or call.happens(first) > 0
    return False


def performs(subtask: Subtask, event: str) -> bool:
    """Whether a call of the subtask is, or may be, the event."""
    return subtask.name == event or any(use.effect.name == event for use in subtask.effects)


def happens_unchecked(event: str, check: str, names: Sequence[str], trace: Trace, spec: Spec) -> bool:
    """Whether a subtask of the event is called when no call of the check for its arguments was found true."""
    arguments: dict[int, tuple[object, ...]] = {}
    found_true: list[tuple[object, ...]] = []
    started: tuple[Instance | None, ...] = ()
    contents = Contents()
    for step in trace.events:
        contents.see(step)
        match step:
            case CallStarted(name, given):
                started = given
                subtask = spec.subtasks[name]
                if performs(subtask, event):
                    values = values_of(subtask, given)
                    if not any(_covers(checked, names, subtask, values) for checked in found_true):
                        return True
            case CallFinished(name, _, Instance(id_)) if name == check:
                arguments[id_] = values_of(spec.subtasks[check], started)
            case BranchEntered(Instance(id_), Test.TRUE) if contents.original(id_) in arguments:
                found_true.append(arguments[contents.original(id_)])
    return False


def _covers(checked: tuple[object, ...], names: Sequence[str], subtask: Subtask, values: tuple[object, ...]) -> bool:
    by_name = {p.name: v for p, v in zip(subtask.parameters, values, strict=True)}
    return all(name == "_" or by_name[name] == value for name, value in zip(names, checked, strict=False))
