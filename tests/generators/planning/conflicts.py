"""Specs that no composition can keep: satisfiable ones with a conflict planted into them.

Each kind is unsatisfiable for a reason that is written beside it, whatever else the spec has. What is planted is made
of new types and effects, so that no other subtask gives or does them, or of events that the spec asks for already.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count, pairwise
from random import Random

from tests.generators.planning.hidden import hidden
from tests.generators.planning.parts import Parts
from tests.generators.planning.plant import Plant
from tests.generators.planning.words import ACT, CHECK, MAKE, type_name


@dataclass(frozen=True)
class Planted:
    """A spec without any accepted composition.

    Attributes:
        kind: The kind of conflict.
        rules: Rules that conflict, whatever the others are; none where the result cannot be made at all.
    """

    kind: str
    parts: Parts
    rules: tuple[str, ...]


# ---------------------------------------------------------------- kinds, each with the reason why nothing keeps it


def counts(plant: Plant) -> None:
    """More are asked for than allowed."""
    event = plant.asked()
    least = plant.asks(event, plant.random.randint(1, 3))
    times = int(least.split()[-2])
    less = plant.random.randrange(times)
    plant.conflict(least, plant.random.choice((f"at most {less} {event}", f"exactly {less} {event}")))


def guarded(plant: Plant) -> None:
    """The check may always say no; then nothing asked for may be done."""
    noun = plant.noun()
    of = plant.type(noun)
    plant.input(noun + "s", plant.random.choice((f"Set[{of}] >= 1", f"List[{of}] >= 2 <= 9", of)))
    effect = plant.effect(of)
    plant.subtask(ACT, {noun: of}, effect=f"{effect}({noun})")
    if plant.random.random() < 0.5:
        plant.subtask(ACT, {noun: of}, "Text", f"{effect}({noun})", noun=noun)
    check = plant.subtask(CHECK, {noun: of}, "Bool")
    plant.conflict(plant.asks(effect), f"{effect} only if {check}({noun})")


def guarded_before(plant: Plant) -> None:
    """The check may always say no; what has to come first may not be done."""
    noun = plant.noun()
    of = plant.type(noun)
    plant.input(noun, of)
    first, event = plant.effect(of), plant.asked()
    plant.subtask(ACT, {noun: of}, effect=f"{first}({noun})")
    check = plant.subtask(CHECK, {noun: of}, "Bool")
    plant.conflict(plant.asks(event), f"{first} before {event}", f"{first} only if {check}({noun})")


def no_argument(plant: Plant) -> None:
    """Nothing gives a parameter."""
    noun, of = plant.unknown()
    effect, _ = plant.actor()
    alone = plant.effect()
    plant.subtask(ACT, {noun: of}, effect=alone)
    if plant.random.random() < 0.5:
        plant.conflict(plant.asks(alone))
    else:
        plant.conflict(plant.asks(effect), f"{alone} before {effect}")


def no_result(plant: Plant) -> None:
    """Nothing gives the result; or, without loops, it would be empty."""
    noun, of = plant.unknown()
    if plant.random.random() < 0.7:
        plant.parts = replace(plant.parts, result=of)
        plant.conflict()
        return
    plant.input(noun, of)
    plant.parts = replace(plant.parts, result=plant.random.choice((f"Map[{of}, {of}] >= 1", f"List[{of}] >= 1")))
    plant.conflict("loops <= 0")


def cycle(plant: Plant) -> None:
    """The first one of a circle to happen would need one before it."""
    events = [plant.asked(), *(plant.actor()[0] for _ in range(plant.random.randint(1, 3)))]
    ring = zip(events, [*events[1:], events[0]], strict=True)
    plant.conflict(plant.asks(events[0]), *(f"{a} before {b}" for a, b in ring))


def before_and_after(plant: Plant) -> None:
    """What must have happened forbids what comes after it."""
    first, event = plant.actor()[0], plant.asked()
    plant.conflict(plant.asks(event), f"{first} before {event}", f"no {event} after {first}")


def not_both(plant: Plant) -> None:
    """Two events are needed, and exclude each other."""
    one, other = plant.asked(), plant.actor()[0]
    if plant.random.random() < 0.5:
        plant.conflict(plant.asks(one), plant.asks(other), f"not both {one}, {other}")
        return
    first = plant.actor()[0]
    ordered = plant.random.choice((f"not both {first}, {other}", f"not both {other}, {first}"))
    plant.conflict(plant.asks(one), plant.asks(other), f"{first} before {one}", ordered)


def forbidden_first(plant: Plant) -> None:
    """What has to come first may never happen."""
    events = [plant.asked(), *(plant.actor()[0] for _ in range(plant.random.randint(1, 3)))]
    chain = [f"{a} before {b}" for b, a in pairwise(events)]
    plant.conflict(plant.asks(events[0]), *chain, f"at most 0 {events[-1]}")


def steps(plant: Plant) -> None:
    """Each type of a chain takes a call, and so does the end."""
    length = plant.random.randint(1, 6)
    effect, _ = plant.makers(length)
    plant.conflict(plant.asks(effect), f"steps <= {plant.random.randint(max(0, length - 1), length)}")


def cost(plant: Plant) -> None:
    """Each call of a chain has its cost, or one call has it again and again."""
    if plant.random.random() < 0.5:
        length, each = plant.random.randint(1, 5), plant.random.randint(1, 3)
        effect, _ = plant.makers(length, each)
        plant.conflict(plant.asks(effect), f"cost <= {plant.random.randint(0, (length + 1) * each - 1)}")
        return
    noun = plant.noun()
    of = plant.type(noun)
    plant.input(noun, of)
    effect, times, each = plant.effect(), plant.random.randint(1, 4), plant.random.randint(1, 4)
    plant.subtask(ACT, {noun: of}, effect=effect, cost=each)
    plant.conflict(plant.asks(effect, times), f"cost <= {times * each - 1}")


def no_loops(plant: Plant) -> None:
    """Without loops there is no element, and no map or list that is not empty."""
    noun = plant.noun()
    of = plant.type(noun)
    plant.input(noun + "s", f"Set[{of}] >= 1")
    effect = plant.effect()
    wanted = plant.random.choice((of, of, f"Map[{of}, {of}] >= 1", f"List[{of}] >= 1"))
    plant.subtask(ACT, {noun: wanted}, effect=effect)
    plant.conflict(plant.asks(effect), "loops <= 0")


def no_source(plant: Plant) -> None:
    """The only source of a parameter cannot be called."""
    unknown, of_unknown = plant.unknown()
    noun = plant.noun()
    of = plant.type(noun)
    plant.input(noun, of)
    source = plant.subtask(MAKE, {unknown: of_unknown}, of, noun=noun)
    effect = plant.effect()
    name = plant.subtask(ACT, {noun: of}, effect=effect)
    plant.conflict(plant.asks(effect), f"{name}.{noun} from {source}")


def few_keys(plant: Plant) -> None:
    """There are fewer keys than events asked for."""
    if plant.random.random() < 0.5:
        keys = plant.random.randint(1, 3)
        effect, of = plant.actor(keys)
        plant.conflict(plant.asks(effect, keys + 1), f"at most 1 {effect} per {of}")
        return
    noun, most = plant.noun(), plant.random.randint(1, 4)
    of = plant.type(noun)
    plant.input(noun + "s", f"Set[{of}] >= 1 <= {most}")
    effect = plant.effect(of)
    plant.subtask(ACT, {noun: of}, effect=f"{effect}({noun})")
    plant.conflict(f"at least {most + 1} {effect}", f"at most 1 {effect} per {of}")


def flow(plant: Plant) -> None:
    """What is needed takes what may not reach it."""
    noun, secret = plant.noun(), plant.noun()
    of, hidden_type = plant.type(noun), plant.type(secret)
    plant.input(noun, of)
    effect = plant.effect()
    name = plant.subtask(ACT, {secret: hidden_type}, effect=effect)
    reader = plant.subtask(MAKE, {noun: of}, hidden_type, noun=secret)
    cleaner = plant.subtask(MAKE, {secret: hidden_type}, hidden_type, noun=secret)
    if plant.random.random() < 0.5:
        plant.conflict(plant.asks(effect), f"no flow from {hidden_type} to {effect}")
    else:
        rule = f"no flow from {reader} to {effect} except via {cleaner}"
        plant.conflict(plant.asks(effect), rule, f"{name}.{secret} from {reader}")


def _only_collections(plant: Plant) -> str:
    """Leaves the task nothing at hand outside loops: no inputs, no result, and nothing that can be called."""
    parts = plant.parts
    # Something plain is needed for these; an empty map would do for others, and `None` for others still.
    kept_subtasks = [text for text in parts.subtasks if re.search(r"[(,] ?\w+: \w+[,)]", text.split("\n")[0])]
    names = {text.split()[1].split("(")[0] for text in kept_subtasks}
    gone = {text.split()[1].split("(")[0] for text in parts.subtasks} - names
    rules = [r for r in parts.rules if r.startswith(("at most", "no ", "not both", "loops", "branches"))]
    kept = [r for r in rules if not gone & set(re.findall(r"\w+", r))]
    inputs = {text.split(":")[0] for text in parts.inputs}
    kept = [r for r in kept if not inputs & set(re.findall(r"\w+", r))]
    plain = tuple(d for d in parts.declarations if not d.startswith("constant"))
    plant.parts = replace(
        parts, declarations=plain, subtasks=tuple(kept_subtasks), inputs=(), result=None, rules=tuple(kept)
    )
    noun = plant.noun()
    plant.type(noun)
    return noun


def perhaps_none(plant: Plant) -> None:
    """The only collection may be empty, and nothing is there outside a loop over it."""
    noun = _only_collections(plant)
    of = type_name(noun)
    plant.input(noun + "s", plant.random.choice((f"Set[{of}]", f"List[{of}] <= 9")))
    effect = plant.effect(of)
    plant.subtask(ACT, {noun: of}, effect=f"{effect}({noun})")
    plant.subtask(CHECK, {noun: of}, "Bool")
    plant.conflict(plant.asks(effect))


def too_many(plant: Plant) -> None:
    """It can only be done inside a loop that has more rounds than allowed."""
    noun, least = _only_collections(plant), plant.random.randint(2, 5)
    of = type_name(noun)
    plant.input(noun + "s", f"Set[{of}] >= {least}")
    effect = plant.effect(of)
    plant.subtask(ACT, {noun: of}, effect=f"{effect}({noun})")
    less = plant.random.randint(1, least - 1)
    if plant.random.random() < 0.5:
        plant.conflict(f"exactly {less} {effect}")
    else:
        plant.conflict(f"at least 1 {effect}", f"at most {less} {effect}")


KINDS: tuple[Callable[[Plant], None], ...] = (
    counts, guarded, guarded_before, no_argument, no_result, cycle, before_and_after, not_both, forbidden_first, steps,
    cost, no_loops, no_source, few_keys, flow, perhaps_none, too_many,
)  # fmt: skip


def _is_key_at_hand(declaration: str) -> bool:
    """Whether it declares what could be the key of a map from nothing: an enum, or a record that needs no field."""
    kind, *fields = declaration.split("\n")
    return kind.startswith("enum") or (kind.startswith("record") and all(": Optional[" in field for field in fields))


def planted(seed: int) -> Planted:
    """The spec of a seed; the kinds take turns."""
    kind = KINDS[seed % len(KINDS)]
    for tried in count():
        made, _ = hidden(100_000 + 100 * seed + tried)
        random = Random(f"planted {seed} {tried}")
        if kind in (perhaps_none, too_many) and any(map(_is_key_at_hand, made.parts.declarations)):
            continue
        plant = Plant(random, made.parts)
        kind(plant)
        if len(plant.parts.subtasks) <= 100:
            return Planted(kind.__name__, plant.parts.shuffled(random), plant.rules)
    raise AssertionError
