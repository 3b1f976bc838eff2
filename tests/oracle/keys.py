"""Which keys of events a rule's words mean: `per K`, `per a = b`."""

from __future__ import annotations

from collections.abc import Sequence

from p2c_dsl.spec import Spec
from p2c_dsl.types import Type, is_subtype, show


def labels(event: str, spec: Spec) -> list[tuple[str | None, Type]]:
    """The names and types of an event's keys: an effect's keys, or a subtask's parameters."""
    if event in spec.effects:
        effect = spec.effects[event]
        return [(effect.label(place), of) for place, of in enumerate(effect.keys)]
    return [(p.name, p.type) for p in spec.subtasks[event].parameters]


def place(event: str, word: str, spec: Spec, like: Type | None = None) -> int | None:
    """Which of an event's keys a word means: by name, by type, or else by a type that is related to it.

    `like` is the type of the key that the word names elsewhere. `None` where there is no such key.
    """
    keys = labels(event, spec)
    of = spec.types.get(word, like)
    for fits in (
        [name == word for name, _ in keys],
        [show(t) == word for _, t in keys],
        [t == of for _, t in keys],
        [of is not None and (is_subtype(t, of) or is_subtype(of, t)) for _, t in keys],
    ):
        if any(fits):
            return fits.index(True)
    return None


def pairs(words: Sequence[str], one: str, other: str, spec: Spec) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The keys of two events that have to be equal, given the words behind `per`."""
    first, second = [], []
    for part in " ".join(words).split(" , ") if words else []:
        a, _, b = part.partition(" = ")
        b = b or a
        first.append(_place(one, a, spec, _type_of(other, b, spec)))
        second.append(_place(other, b, spec, _type_of(one, a, spec)))
    return tuple(first), tuple(second)


def _type_of(event: str, name: str, spec: Spec) -> Type | None:
    return next((of for label, of in labels(event, spec) if label == name), None)


def _place(event: str, word: str, spec: Spec, like: Type | None) -> int:
    found = place(event, word, spec, like)
    assert found is not None, f"{event} has no key {word}"
    return found
