"""Rules that a drafted task could have. Its composition may break some: the analyzer says which."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from p2c_dsl.planners.small.draft import Draft, DraftSubtask
from p2c_dsl.types import show


def rule_lines(draft: Draft) -> list[str]:
    """Lines of rules, each once, in the order in which a spec would have them."""
    found = [*_sizes(draft), *_counts(draft), *_origins(draft), *_order(draft)]
    return list(dict.fromkeys(found))


def _sizes(draft: Draft) -> Iterator[str]:
    chance = draft.chance
    yield f"shape {chance.choice(('tree', 'tree', 'dag', 'sequence'))}"
    yield f"loops <= {draft.deepest + chance.choice((0, 0, 0, 1))}"
    yield f"branches <= {draft.branches + chance.choice((0, 0, 1))}"
    yield f"steps <= {len(draft.lines) + chance.randint(0, 3)}"


def _counts(draft: Draft) -> Iterator[str]:
    for call in draft.calls:
        effect = call.contract.effect
        if effect is None:
            continue
        if call.loops == 0:
            yield f"at most 1 {effect}" if call.conditional else f"exactly 1 {effect}"
        for key in _keys(call.contract):
            yield f"at most 1 {effect} per {key}"
    for contract in _idle(draft):
        yield f"at most {draft.chance.choice((1, 2))} {contract.effect}"


def _origins(draft: Draft) -> Iterator[str]:
    for call in draft.calls:
        for (parameter, _), argument in zip(call.contract.parameters, call.arguments, strict=True):
            yield f"{call.contract.name}.{parameter} from {argument.source}"


def _order(draft: Draft) -> Iterator[str]:
    for call in draft.calls:
        event = call.contract.effect
        for check in call.guards:
            if event is not None and call.arguments[:1] == check.arguments[:1]:
                yield f"{event} only if {check.contract.name}({_parameter(call.contract)})"
    for first, second in combinations(draft.calls, 2):
        one, other = _event(first.contract), _event(second.contract)
        if one != other:
            yield f"{one} before {other}"
            yield f"no {one} after {other}"
            if first.conditional and second.conditional:
                yield f"not both {one}, {other}"
    used = [call.contract for call in draft.calls if call.contract.effect is not None]
    for contract in _idle(draft):
        if used:
            yield f"not both {draft.chance.choice(used).effect}, {contract.effect}"


def _idle(draft: Draft) -> list[DraftSubtask]:
    """The subtasks with an effect that the composition does not call."""
    used = {call.contract.name for call in draft.calls}
    return [c for c in draft.contracts.values() if c.name not in used and c.effect is not None]


def _keys(contract: DraftSubtask) -> Iterator[str]:
    types = dict(contract.parameters)
    for key in contract.keys:
        yield show(types[key])


def _parameter(contract: DraftSubtask) -> str:
    return contract.parameters[0][0]


def _event(contract: DraftSubtask) -> str:
    return contract.effect or contract.name
