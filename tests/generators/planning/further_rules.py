"""Rules that a hidden composition may keep, read off its calls; lint decides which of them it does keep."""

from __future__ import annotations

import re

from tests.generators.planning.draft import Called, Draft


def further(draft: Draft, own: tuple[str, ...]) -> list[list[str]]:
    """Candidates, each with weaker ones to fall back on."""
    random = draft.random
    share = random.choice((0.2, 0.5, 0.8))
    lines = draft.plan.splitlines()[1:]
    found = [*_limits(draft, lines)]
    events = [event for call in draft.called for event in _events(call)]
    for call in draft.called:
        found += _of_call(draft, call)
    for _ in range(len(draft.called)):
        first, second = sorted(random.choices(range(len(events)), k=2))
        found.append([f"{events[first]} before {events[second]}"])
        found.append([f"no {events[first]} after {events[second]}"])
    found += _about_others(draft, events)
    kept = [rule for rule in found if random.random() < share]
    random.shuffle(kept)
    return kept[: random.choice((4, 8, 12))]


def _events(call: Called) -> list[str]:
    return [call.subtask, *call.effects]


def _limits(draft: Draft, lines: list[str]) -> list[list[str]]:
    """Limits on the whole: depth, steps, cost, shape."""
    loops = max(_depths(lines, "for "), default=0)
    branches = max(_depths(lines, "if "), default=0)
    text = "\n".join(lines)
    calls = len(re.findall(r"\w\(", text)) - text.count(".append(")
    steps = calls + len(re.findall(r"^ *(?:for|if|return)|= [{\[]", text, re.M))
    cost = sum(call.cost for call in draft.called)
    slack = draft.random.choice((0, 1, 3))
    return [
        [f"loops <= {loops + draft.random.choice((0, 0, 1))}"],
        [f"branches <= {branches + draft.random.choice((0, 0, 1))}"],
        [f"steps <= {steps + slack}", f"steps <= {steps + slack + 4}"],
        [f"cost <= {cost}", f"cost <= {cost * 12 + 5}", f"cost <= {cost * 60 + 40}"],
        ["shape sequence", "shape tree", "shape dag"],
    ]


def _depths(lines: list[str], head: str) -> list[int]:
    found, open_ = [], list[int]()
    for line in lines:
        indent = len(line) - len(line.lstrip())
        open_ = [at for at in open_ if at < indent]
        if line.lstrip().startswith(head):
            open_.append(indent)
        found.append(len(open_))
    return found


def _of_call(draft: Draft, call: Called) -> list[list[str]]:
    random = draft.random
    found = []
    for event in _events(call):
        keys = draft.effects.get(event, ())
        found.append([f"at most 1 {event}", f"at most 5 {event}", f"at most 20 {event}"])
        if len(keys) == 1:
            found.append([f"at most 1 {event} per {keys[0]}", f"at most 2 {event} per {keys[0]}"])
    if random.random() < 0.5:
        found.append([f"exactly 1 {call.subtask}", f"at least 1 {call.subtask}"])
    if call.parameters:
        place = random.randrange(len(call.parameters))
        path = f"{call.subtask}.{call.parameters[place]}"
        found.append([f"at most 1 {call.subtask} per {call.parameters[place]}"])
        maker = call.arguments[place].maker
        if maker:
            found.append([f"{path} from {maker}", f"{path} from {maker}, inputs"])
    return found


def _about_others(draft: Draft, events: list[str]) -> list[list[str]]:
    """Rules about what the plan does not call."""
    random = draft.random
    others = [e for e in draft.effects if e not in events]
    called = {call.subtask for call in draft.called}
    names = [text.split()[1].split("(")[0] for text in draft.subtasks]
    others += [name for name in names if name not in called]
    found = []
    for _ in range(min(6, len(others))):
        other, event = random.choice(others), random.choice(events)
        found.append([
            random.choice((
                f"at most 0 {other}",
                f"not both {other}, {event}",
                f"no {event} after {other}",
                f"{event} before {other}",
                f"no flow from {random.choice(events)} to {other}",
            ))
        ])  # fmt: skip
    return found
