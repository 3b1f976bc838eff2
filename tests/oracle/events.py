"""The rules over which events happen, how often and in what order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from p2c_dsl.program.conditions import Test
from p2c_dsl.runtime.trace import (
    AnyKey,
    ApprovalAnswered,
    ApprovalAsked,
    BranchEntered,
    CallFinished,
    CallStarted,
    Instance,
    Trace,
)
from p2c_dsl.spec import Spec, Subtask, Task
from p2c_dsl.types import show
from tests.oracle.calls import calls, values_of
from tests.oracle.contents import Contents
from tests.oracle.values import canon


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


def asks(subtask: Subtask, spec: Spec, task: Task) -> tuple[str, ...]:
    """The rules by which a call of the subtask needs approval."""
    lines = [[token.text for token in rule.tokens] for rule in spec.rules_of(task)]
    found = (" ".join(line) for line in lines if line[1:] == ["needs", "approval"] and performs(subtask, line[0]))
    return tuple(dict.fromkeys(found))


def happens_unapproved(event: str, trace: Trace, spec: Spec) -> bool:
    """Whether a subtask of the event is called although nobody has just approved this call with these values."""
    for at, started in enumerate(trace.events):
        if isinstance(started, CallStarted) and performs(spec.subtasks[started.subtask], event):
            match trace.events[max(at - 2, 0) : at]:
                case (ApprovalAsked(name, given), ApprovalAnswered(answered, True)):
                    subtask = spec.subtasks[name]
                    same = name == answered == started.subtask
                    if same and values_of(subtask, given) == values_of(subtask, started.arguments):
                        continue
            return True
    return False


Subject = str | tuple[str, tuple["Subject", ...]]
"""What an argument of a check is: `_`, `x`, `x.f`, or a call and what its arguments are."""


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """`[not] C(x, _)`: a check, whether it has to be found true, and what it is about."""

    check: str
    true: bool
    about: tuple[Subject, ...]


def happens_unchecked(event: str, outcomes: Sequence[CheckOutcome], trace: Trace, spec: Spec) -> bool:
    """Whether a subtask of the event is called when no check of its arguments has been found to have its outcome."""
    results: dict[int, tuple[str, tuple[object, ...]]] = {}
    found: list[tuple[str, Test, tuple[object, ...]]] = []
    returned: list[tuple[str, tuple[object, ...], object]] = []
    started: tuple[Instance | None, ...] = ()
    contents = Contents()
    for step in trace.events:
        contents.see(step)
        match step:
            case CallStarted(name, given):
                started = given
                subtask = spec.subtasks[name]
                if performs(subtask, event):
                    pairs = zip(subtask.parameters, given, strict=True)
                    values = {p.name: p.default if argument is None else argument.value for p, argument in pairs}
                    if not any(_is_found(outcome, found, returned, values) for outcome in outcomes):
                        return True
            case CallFinished(name, _, Instance(id_) as result):
                results[id_] = name, values_of(spec.subtasks[name], started)
                returned.append((*results[id_], canon(result.value)))
            case BranchEntered(tests):
                answers = [(contents.original(t.of[0].id), t.test) for t in tests]
                found += [(results[a][0], test, results[a][1]) for a, test in answers if a in results]
    return False


def _is_found(
    outcome: CheckOutcome,
    found: Sequence[tuple[str, Test, tuple[object, ...]]],
    returned: Sequence[tuple[str, tuple[object, ...], object]],
    values: Mapping[str, object],
) -> bool:
    wanted = (outcome.check, Test.TRUE if outcome.true else Test.FALSE)
    return any((c, t) == wanted and _are(outcome.about, checked, returned, values) for c, t, checked in found)


def _are(
    about: Sequence[Subject],
    arguments: Sequence[object],
    returned: Sequence[tuple[str, tuple[object, ...], object]],
    values: Mapping[str, object],
) -> bool:
    """Whether arguments are what they have to be, where a call has these values."""
    for one, argument in zip(about, arguments, strict=False):
        if isinstance(one, str):
            name, *fields = one.split(".")
            if name != "_" and canon(reduce(getattr, fields, values[name])) != argument:
                return False
        elif not any(
            name == one[0] and result == argument and _are(one[1], given, returned, values)
            for name, given, result in returned
        ):
            return False
    return True
