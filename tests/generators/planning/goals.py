"""Acts of hidden compositions that attain goals: something is done for each element, or after something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import permutations

from tests.generators.planning.acts import ACTS, act_on, chain_in
from tests.generators.planning.draft import Called, Draft, Value
from tests.generators.planning.words import ACT, CHECK, LIST, type_name


def source(draft: Draft) -> Value:
    """A collection that a goal may be about: an input, a field of one, or what a call gives."""
    there = [v for v in draft.visible() if v.head in ("Set", "List") and v.maker]
    if there and draft.random.random() < 0.3:
        return draft.random.choice(there)
    kind = draft.random.choice(("input", "input", "field", "call"))
    of = f"{draft.random.choice(('Set', 'Set', 'Set', 'List'))}[{draft.type()}]"
    if kind == "input":
        return draft.input(of, draft.random.choice(("", "", " >= 1", " <= 20", " >= 1 <= 8")))
    if kind == "field":
        name, label = type_name(draft.words.noun()), draft.words.noun()
        draft.declarations.append(f"record {name}:\n    {label}: {of}\n    name: Text")
        draft.records[name] = [(label, of), ("name", "Text")]
        whole = draft.input(name)
        return Value(f"{whole.text}.{label}", of, whole.maker)
    made = draft.call(LIST, [draft.thing()], of)
    assert made is not None
    return made


def scope(over: Value) -> str:
    """How a goal names a collection."""
    return over.text if over.text.split(".")[0] == over.maker else over.maker


def covered(draft: Draft, event: str, key: str, over: Value, unless: str = "") -> None:
    """Asks for an event for each element of a collection."""
    waived = f" unless {unless}" if unless else ""
    goal = f"1 {event} per {key} in {scope(over)}{waived}"
    exactly = [f"exactly {goal}"] if draft.random.random() < 0.5 else []
    draft.musts.append([*exactly, f"at least {goal}"])


def label_of_last(draft: Draft) -> str:
    """The first parameter of what was called last."""
    return draft.called[-1].parameters[0]


def check(draft: Draft, value: Value) -> tuple[Value, str]:
    """Asks a check about a value; also how a rule names the check of it."""
    answer = draft.call(CHECK, [value], "Bool")
    assert answer is not None
    return answer, f"{answer.maker}({label_of_last(draft)})"


def done_for_each(draft: Draft) -> None:
    """Something is done to every element, perhaps with what is made of it."""
    over = source(draft)
    effect = draft.effect([over.inside])
    with draft.loop(over) as element:
        value = chain_in(draft, element, draft.random.choice((0, 0, 1, 2)))
        act_on(draft, element, *([value] if value != element else []), effect=effect, asked=False)
    covered(draft, effect, over.inside, over)


def steps_for_each(draft: Draft) -> None:
    """Two or three steps on every element, in one loop or in one after the other, in a fixed order for each."""
    over = source(draft)
    of, before = over.inside, ""
    effects = [draft.effect([of]) for _ in range(draft.random.choice((2, 2, 3)))]
    groups = [effects] if draft.random.random() < 0.5 else [effects[:1], effects[1:]]
    for group in groups:
        with draft.loop(over) as element:
            for effect in group:
                act_on(draft, element, effect=effect, asked=False)
                if before:
                    draft.musts.append([f"{before} before {effect} per {of}"])
                before = effect
    covered(draft, before, of, over)


def one_or_the_other(draft: Draft) -> None:
    """A check decides for every element between what is asked for and what waives it."""
    over = source(draft)
    wanted, instead = draft.effect([over.inside]), draft.effect([over.inside])
    with draft.loop(over) as element:
        answer, named = check(draft, element)
        with draft.block(f"if {answer.text}:"):
            act_on(draft, element, effect=wanted, asked=False)
        with draft.block("else:"):
            act_on(draft, element, effect=instead, asked=False)
    draft.musts.append([f"{wanted} only if {named}"])
    draft.extras.append([f"not both {wanted}, {instead}"])
    covered(draft, wanted, over.inside, over, instead)


def checked_then_done(draft: Draft) -> None:
    """Every element is checked, and something is done where the answer is yes."""
    over = source(draft)
    effect, first = draft.effect([over.inside]), ""
    if draft.random.random() < 0.4:
        first = draft.effect([over.inside])
    with draft.loop(over) as element:
        if first:
            act_on(draft, element, effect=first, asked=False)
        answer, named = check(draft, element)
        with draft.block(f"if {answer.text}:"):
            act_on(draft, element, effect=effect, asked=False)
    covered(draft, answer.maker, named.split("(")[1][:-1], over)
    draft.musts.append([f"{named} then {effect}"])
    draft.extras.append([f"{effect} only if {named}"])
    if first:
        draft.musts.append([f"{first} before {effect} per {over.inside}"])


def gathered_then_done(draft: Draft) -> None:
    """What a check says yes to is gathered, and something is done to all that was."""
    over = source(draft)
    effect = draft.effect([over.inside])
    name = draft.accumulator("[]")
    with draft.loop(over) as element:
        answer, named = check(draft, element)
        with draft.block(f"if {answer.text}:"):
            draft.write(f"{name}.append({element.text})")
    items = draft.filled(Value(name, f"List[{over.inside}]"))
    with draft.loop(items) as element:
        act_on(draft, element, effect=effect, asked=False)
    covered(draft, answer.maker, named.split("(")[1][:-1], over)
    draft.musts.append([f"{named} then {effect}"])


def opened_and_closed(draft: Draft) -> None:
    """Something is opened, used and closed again, once or for each of several."""
    each = source(draft) if draft.random.random() < 0.5 else None
    if each is not None:
        with draft.loop(each) as element:
            used = _used(draft, element)
        covered(draft, used, each.inside, each)
    else:
        used = _used(draft, draft.thing())
        draft.musts.append([f"at least 1 {used}"])


def _used(draft: Draft, thing: Value) -> str:
    opened, used, closed = (draft.effect([thing.type]) for _ in range(3))
    for effect in (opened, used, closed):
        act_on(draft, thing, effect=effect, asked=False)
    draft.musts += [[f"{opened} before {used} per {thing.type}"], [f"{opened} then {closed} per {thing.type}"]]
    return used


def checked_once(draft: Draft) -> None:
    """One thing is checked; what has to follow a yes is done, perhaps something else otherwise."""
    thing = draft.thing()
    effect, asked = draft.effect([thing.type]), draft.effect()
    answer, named = check(draft, thing)
    with draft.block(f"if {answer.text}:"):
        act_on(draft, thing, effect=effect, asked=False)
    draft.call(ACT, [thing], None, [(asked, [])])
    draft.musts += [[f"{named} then {effect}"], [f"at least 1 {asked}"], [f"{answer.maker} before {asked}"]]


GOALS: tuple[Callable[[Draft], None], ...] = (
    done_for_each,
    steps_for_each,
    one_or_the_other,
    checked_then_done,
    gathered_then_done,
    opened_and_closed,
    checked_once,
)
ACTS_WITH_GOALS = (*ACTS, *GOALS, *GOALS)


def further_goals(draft: Draft) -> list[list[str]]:
    """Rules with keys, and others that ask for something, that the composition may keep; lint decides."""
    random = draft.random
    keyed = [pair for call in draft.called for pair in _keyed(draft, call)]
    found = [[f"return from {maker}", f"return from {maker}, inputs"] for maker in _returned(draft)]
    for (first, of), (second, other) in permutations(keyed, 2):
        if of == other and first != second:
            found.append([f"{first} before {second} per {of}"])
            waived = [f" unless {event}" for event, key in keyed if key == of and event not in (first, second)]
            further = random.choice(waived) if waived and random.random() < 0.3 else ""
            found.append([f"{first} then {second} per {of}{further}"])
    for text in draft.inputs:
        name, of = text.split(": ", 1)
        inside = re.match(r"(?:Set|List)\[(\w+)\]", of)
        found += [
            [f"exactly 1 {event} per {key} in {name}", f"at least 1 {event} per {key} in {name}"]
            for event, key in keyed
            if key == (inside[1] if inside else of)
        ]
    random.shuffle(found)
    return found[: random.choice((0, 2, 4, 8))]


def _keyed(draft: Draft, call: Called) -> Iterator[tuple[str, str]]:
    """The events of a call that have a key of a type that no other key of theirs has."""
    for effect in call.effects:
        if len(draft.effects[effect]) == 1:
            yield effect, draft.effects[effect][0]
    types = [value.type for value in call.arguments]
    for of in types:
        if types.count(of) == 1 and of.isidentifier():
            yield call.subtask, of


def _returned(draft: Draft) -> Iterator[str]:
    last = draft.lines[-1].split()
    if last[0] == "return":
        yield from (v.maker for v in draft.visible() if v.text == last[1] and v.maker)


def asks_by_key(rules: list[str]) -> bool:
    """Whether some rule asks for something for some keys, or after something else."""
    return any(re.match(r"(at least|exactly) .* per .* in |.* then ", rule) for rule in rules)
