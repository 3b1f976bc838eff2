"""Rules that a drafted task could have. Its composition may break some; the analyzer finds them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from p2c_dsl.planners.small.generator.draft import Draft, DraftSubtask
from p2c_dsl.types import element_of, show


def rule_lines(draft: Draft) -> list[str]:
    """Lines of rules without duplicates, in the order in which a spec would list them."""
    found = [*_sizes(draft), *_counts(draft), *_origins(draft), *_order(draft)]
    return list(dict.fromkeys(found))


def goal_lines(draft: Draft) -> list[str]:
    """Lines of rules that ask for what the composition does, for each element of an input or after an answer."""
    return list(dict.fromkeys([*_goals(draft), *_followed(draft)]))


def approval_lines(draft: Draft) -> list[str]:
    """Lines that ask somebody before an effect of the composition."""
    return list(dict.fromkeys(f"{c.subtask.effect} needs approval" for c in draft.calls if c.subtask.effect))


def waiver_lines(draft: Draft) -> list[str]:
    """Lines that want one thing for each element of an input, unless another one is done instead."""
    groups = {show(element): given.text for given in draft.inputs if (element := element_of(given.type)) is not None}
    acts = [call for call in draft.calls if call.subtask.effect is not None and call.conditional]
    found = dict[str, None]()
    for first, second in combinations(acts, 2):
        for key in sorted({*_keys(first.subtask)} & {*_keys(second.subtask)} & groups.keys()):
            count = draft.rng.choice(("at least", "exactly"))
            found[f"{count} 1 {first.subtask.effect} per {key} in {groups[key]} unless {second.subtask.effect}"] = None
    return list(found)


def _followed(draft: Draft) -> Iterator[str]:
    """What follows what, and where the result comes from."""
    acts = [call for call in draft.calls if call.subtask.effect is not None]
    for first, second in combinations(acts, 2):
        one, other = first.subtask.effect, second.subtask.effect
        if one != other and not first.conditional:
            shared = [key for key in _keys(first.subtask) if key in _keys(second.subtask)]
            yield f"{one} then {other}{f' per {shared[0]}' if shared else ''}"
    if draft.result is not None:
        yield f"return from {', '.join(_returned(draft))}"


def _returned(draft: Draft) -> list[str]:
    """The subtask called last that has a result: the families of results end with it."""
    return [call.subtask.name for call in draft.calls if call.subtask.result is not None][-1:]


def _goals(draft: Draft) -> Iterator[str]:
    groups = [(given.text, element_of(given.type)) for given in draft.inputs]
    for call in draft.calls:
        event = _event(call.subtask)
        for key in _keys(call.subtask):
            for name, element in groups:
                if element is not None and show(element) == key:
                    yield f"{draft.rng.choice(('at least', 'exactly'))} 1 {event} per {key} in {name}"
        subject = _parameter(call.subtask)
        has_key = call.subtask.effect is None or subject in call.subtask.keys
        for check in call.guards:
            if has_key and call.arguments[:1] == check.arguments[:1]:
                yield f"{check.subtask.name}({subject}) then {event}"


def _sizes(draft: Draft) -> Iterator[str]:
    rng = draft.rng
    yield f"shape {rng.choice(('tree', 'tree', 'dag', 'sequence'))}"
    yield f"loops <= {draft.loop_depth + rng.choice((0, 0, 0, 1))}"
    yield f"branches <= {draft.branches + rng.choice((0, 0, 1))}"
    yield f"steps <= {len(draft.lines) + rng.randint(0, 3)}"


def _counts(draft: Draft) -> Iterator[str]:
    for call in draft.calls:
        effect = call.subtask.effect
        if effect is None:
            continue
        if call.loops == 0:
            yield f"at most 1 {effect}" if call.conditional else f"exactly 1 {effect}"
        for key in _keys(call.subtask):
            yield f"at most 1 {effect} per {key}"
    for subtask in _idle(draft):
        yield f"at most {draft.rng.choice((1, 2))} {subtask.effect}"


def _origins(draft: Draft) -> Iterator[str]:
    for call in draft.calls:
        for parameter, argument in zip(call.subtask.names(), call.arguments, strict=False):
            yield f"{call.subtask.name}.{parameter} from {argument.source}"


def _order(draft: Draft) -> Iterator[str]:
    for call in draft.calls:
        event = call.subtask.effect
        for check in call.guards:
            if event is not None and call.arguments[:1] == check.arguments[:1]:
                yield f"{event} only if {check.subtask.name}({_parameter(call.subtask)})"
    for first, second in combinations(draft.calls, 2):
        one, other = _event(first.subtask), _event(second.subtask)
        if one != other:
            # Rules about events that share the type of a key are about each key by itself.
            shared = [key for key in _keys(first.subtask) if key in _keys(second.subtask)]
            per = f" per {shared[0]}" if shared else ""
            yield f"{one} before {other}{per}"
            yield f"no {one} after {other}{per}"
            if first.conditional and second.conditional:
                yield f"not both {one}, {other}{per}"
    used = [call.subtask for call in draft.calls if call.subtask.effect is not None]
    for subtask in _idle(draft):
        if used:
            called = draft.rng.choice(used)
            shared = [key for key in _keys(called) if key in _keys(subtask)]
            yield f"not both {called.effect}, {subtask.effect}{f' per {shared[0]}' if shared else ''}"


def _idle(draft: Draft) -> list[DraftSubtask]:
    """The subtasks with an effect that the composition does not call."""
    used = {call.subtask.name for call in draft.calls}
    return [c for c in draft.subtasks.values() if c.name not in used and c.effect is not None]


def _keys(subtask: DraftSubtask) -> Iterator[str]:
    """The types of the keys of its effect, or of the parameters of a subtask without one."""
    types = dict(subtask.parameters)
    for key in subtask.keys if subtask.effect is not None else types:
        yield show(types[key])


def _parameter(subtask: DraftSubtask) -> str:
    return subtask.parameters[0][0]


def _event(subtask: DraftSubtask) -> str:
    return subtask.effect or subtask.name
