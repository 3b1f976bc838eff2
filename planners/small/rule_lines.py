"""Rules that a drafted task could have. Its composition may break some; the analyzer finds them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from p2c_dsl.planners.small.draft import Draft, DraftSubtask
from p2c_dsl.types import show


def rule_lines(draft: Draft) -> list[str]:
    """Lines of rules without duplicates, in the order in which a spec would list them."""
    found = [*_sizes(draft), *_counts(draft), *_origins(draft), *_order(draft)]
    return list(dict.fromkeys(found))


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
        for (parameter, _), argument in zip(call.subtask.parameters, call.arguments, strict=True):
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
            yield f"{one} before {other}"
            yield f"no {one} after {other}"
            if first.conditional and second.conditional:
                yield f"not both {one}, {other}"
    used = [call.subtask for call in draft.calls if call.subtask.effect is not None]
    for subtask in _idle(draft):
        if used:
            yield f"not both {draft.rng.choice(used).effect}, {subtask.effect}"


def _idle(draft: Draft) -> list[DraftSubtask]:
    """The subtasks with an effect that the composition does not call."""
    used = {call.subtask.name for call in draft.calls}
    return [c for c in draft.subtasks.values() if c.name not in used and c.effect is not None]


def _keys(subtask: DraftSubtask) -> Iterator[str]:
    types = dict(subtask.parameters)
    for key in subtask.keys:
        yield show(types[key])


def _parameter(subtask: DraftSubtask) -> str:
    return subtask.parameters[0][0]


def _event(subtask: DraftSubtask) -> str:
    return subtask.effect or subtask.name
