"""The rules that ask for events: what a run that has completed still owes, and what waives it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from p2c_dsl.runtime.trace import AnyKey, CallFinished, InputGiven, Trace
from p2c_dsl.spec import Spec, Task
from tests.oracle import keys
from tests.oracle.calls import CallRecord, calls
from tests.oracle.values import SmallSet, canon

Key = tuple[Any, ...]


def sure_keys(call: CallRecord, event: str, places: Sequence[int]) -> Iterator[Key]:
    """The keys with which a call that came back was the event; a key that nobody knows is nobody's."""
    if call.completed:
        yield from (key for key in all_keys(call, event, places) if AnyKey.ANY not in key)


def all_keys(call: CallRecord, event: str, places: Sequence[int]) -> Iterator[Key]:
    """The keys with which a call was the event, known or not."""
    for occurrence in call.occurrences:
        if occurrence.name == event:
            yield tuple(occurrence.keys[place] for place in places)


def happens_without_earlier_of_key(first: str, second: str, per: Sequence[str], trace: Trace, spec: Spec) -> bool:
    """Whether `second` happens with a key with which `first` has not happened in an earlier, completed call."""
    of_first, of_second = keys.pairs(per, first, second, spec)
    seen: set[Key] = set()
    for call in calls(trace, spec):
        if any(key not in seen for key in all_keys(call, second, of_second)):
            return True
        seen.update(sure_keys(call, first, of_first))
    return False


def happens_after_of_key(second: str, first: str, per: Sequence[str], trace: Trace, spec: Spec) -> bool:
    """Whether `second` happens after a call in which `first` did, with a key that may be the same."""
    of_second, of_first = keys.pairs(per, second, first, spec)
    seen: list[Key] = []
    for call in calls(trace, spec):
        if any(_may_be_one(key, other) for key in all_keys(call, second, of_second) for other in seen):
            return True
        seen += all_keys(call, first, of_first)
    return False


def both_of_key(one: str, other: str, per: Sequence[str], trace: Trace, spec: Spec) -> bool:
    """Whether both events happen with a key that may be the same, be it in one call."""
    of_one, of_other = keys.pairs(per, one, other, spec)
    made = list(calls(trace, spec))
    ones = [key for call in made for key in all_keys(call, one, of_one)]
    others = [key for call in made for key in all_keys(call, other, of_other)]
    return any(_may_be_one(a, b) for a in ones for b in others)


def _may_be_one(key: Key, other: Key) -> bool:
    """Whether two keys may be equal: what nobody knows may be anything."""
    return all(a == b or AnyKey.ANY in (a, b) for a, b in zip(key, other, strict=True))


def stays_without_later(
    first: str, second: str, per: Sequence[str], unless: str | None, trace: Trace, spec: Spec
) -> bool:
    """Whether the run completes after a `first` that no later `second` of its key follows, and that is not waived."""
    of_first, of_second = keys.pairs(per, first, second, spec)
    words = [part.split(" = ")[-1] for part in " ".join(per).split(" , ")] if per else []
    owed = [(at, key) for at, call in enumerate(calls(trace, spec)) for key in all_keys(call, first, of_first)]
    return _stays(owed, second, of_second, _waived(unless, words, second, of_second, trace, spec), trace, spec)


def stays_without_asked_for(
    check: str, answer: bool, names: Sequence[str], event: str, unless: str | None, trace: Trace, spec: Spec
) -> bool:
    """Whether the run completes after a call of the check with that answer, and that no later event follows."""
    parameters = spec.subtasks[check].parameters
    asked = [position for position, name in enumerate(names) if name != "_"]
    words = [names[position] for position in asked]
    places = [keys.place(event, names[position], spec, parameters[position].type) for position in asked]
    of_event = tuple(place for place in places if place is not None)
    answers = [e.result for e in trace.events if isinstance(e, CallFinished)]
    completed = [at for at, call in enumerate(calls(trace, spec)) if call.completed]
    made = list(calls(trace, spec))
    owed = [
        (at, tuple(made[at].values[position] for position in asked))
        for at, given in zip(completed, answers, strict=True)
        if made[at].subtask.name == check and given is not None and given.value is answer
    ]
    return _stays(owed, event, of_event, _waived(unless, words, event, of_event, trace, spec), trace, spec)


def _stays(
    owed: Sequence[tuple[int, Key]],
    event: str,
    places: Sequence[int],
    waived: Set[Key],
    trace: Trace,
    spec: Spec,
) -> bool:
    """Whether the run completes with something owed, since a call of that number, that no later call has paid."""
    if not trace.completed or () in waived:
        return False
    made = list(calls(trace, spec))
    return any(
        key not in waived and not any(key in sure_keys(later, event, places) for later in made[at + 1 :])
        for at, key in owed
    )


def happens_too_seldom(least: int, event: str, unless: str | None, trace: Trace, spec: Spec) -> bool:
    """Whether the run completes when the event has not happened that often, and this is not waived."""
    happened = sum(call.happens(event) for call in calls(trace, spec))
    return trace.completed and happened < least and not _waived(unless, (), event, (), trace, spec)


def misses_an_element(
    least: int, event: str, per: str, path: Sequence[str], unless: str | None, trace: Trace, spec: Spec, task: Task
) -> bool:
    """Whether the run completes when the event has not happened that often for each element that is not waived."""
    place = keys.place(event, per, spec)
    assert place is not None
    waived = _waived(unless, [per], event, [place], trace, spec)
    if not trace.completed or () in waived:
        return False
    often = Counter(key for call in calls(trace, spec) for key in sure_keys(call, event, [place]))
    wanted = {(canon(element),) for element in _elements(path, trace, task)}
    return any(often[key] < least and key not in waived for key in wanted)


def _elements(path: Sequence[str], trace: Trace, task: Task) -> Iterator[object]:
    """What the rule asks something for: the elements of an input, of a field of one, or of a subtask's results."""
    name, *fields = path
    of_input = any(p.name == name for p in task.parameters)
    for event in trace.events:
        match event:
            case InputGiven(given, instance) if of_input and given == name:
                value: Any = instance.value
                for field in fields:
                    value = getattr(value, field)
                yield from _inside(value)
            case CallFinished(subtask, _, instance) if not of_input and subtask == name and instance is not None:
                yield from _inside(instance.value)


def _inside(value: object) -> Iterator[object]:
    match value:
        case None:
            pass
        case SmallSet() | tuple() | list() | Mapping() | Set():
            yield from value
        case _:
            yield value


def _waived(
    unless: str | None, words: Sequence[str], asked: str, of_asked: Sequence[int], trace: Trace, spec: Spec
) -> set[Key]:
    """The keys for which nothing is owed; the empty one is all.

    The words name the keys of what is asked for. Where what waives has no such keys, it waives for the whole run.
    """
    if unless is None:
        return set()
    types = [keys.labels(asked, spec)[place][1] for place in of_asked]
    places = [keys.place(unless, word, spec, of) for word, of in zip(words, types, strict=True)]
    known = [place for place in places if place is not None]
    own = known if len(known) == len(places) else []
    return {key for call in calls(trace, spec) for key in sure_keys(call, unless, own)}
