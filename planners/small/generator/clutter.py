"""Subtasks that a task does not need: with the same types and similar names as those that it does."""

from __future__ import annotations

from p2c_dsl.planners.small.generator import shares, wording
from p2c_dsl.planners.small.generator.cast import Cast, Entity
from p2c_dsl.planners.small.generator.draft import DraftSubtask
from p2c_dsl.planners.small.generator.wording import article, in_prose, plural
from p2c_dsl.types import BOOL, ListOf, NewType, Nominal, Optional, Record, Type

_QUALITIES = ("old", "next", "last", "default", "shared", "draft", "internal", "public", "external", "own", "extra")


def add_clutter(cast: Cast) -> None:
    """Adds subtasks up to a number that is drawn."""
    wanted = cast.rng.choice(shares.TOOLS)
    entities = _entities(cast)
    while len(cast.draft.subtasks) < wanted:
        if not entities or cast.rng.random() < 0.2:
            entities.append(cast.thing())
        # A record that a call returns is never made by hand, so nothing returns what the task has to make.
        given = [one for one in entities if one.type not in cast.draft.made]
        _add(cast, cast.rng.choice(entities), cast.rng.choice(given or [cast.thing()]))


def _entities(cast: Cast) -> list[Entity]:
    """What the subtasks so far take and return, by the nouns of their parameters."""
    found: dict[Type, str] = {}
    for subtask in cast.draft.subtasks.values():
        for name, of in subtask.parameters:
            if isinstance(of, NewType | Nominal | Record):
                found.setdefault(of, name.removesuffix(cast.draft.style.suffix))
    return [Entity(noun, of) for of, noun in found.items()]


def _add(cast: Cast, one: Entity, other: Entity) -> None:
    """Adds one subtask about two entities, which may be the same."""
    rng = cast.rng
    quality = rng.choice(_QUALITIES)
    match rng.randrange(5):
        case 0:
            _act(cast, one, quality)
        case 1:
            verb = rng.choice(wording.FIND)
            result = Optional(other.type) if rng.random() < 0.3 else other.type
            text = f"{in_prose(verb)} the {quality} {other.singular} of {article(one.singular)}"
            _pure(cast, f"{verb}_{quality}_{other.noun}", one, result, text)
        case 2:
            verb = rng.choice(wording.LIST)
            text = f"{in_prose(verb)} the {quality} {other.plural} of {article(one.singular)}"
            _pure(cast, f"{verb}_{quality}_{plural(other.noun)}", one, ListOf(other.type), text)
        case 3:
            text = f"tell whether {article(one.singular)} is {quality}"
            _pure(cast, f"is_{quality}_{one.noun}", one, BOOL, text)
        case _:
            cast.act(one, verbs=rng.choice((wording.ACT, wording.TELL, wording.SUBMIT)))


def _act(cast: Cast, on: Entity, quality: str) -> None:
    """An action that differs from another one's name by a word."""
    verb = cast.rng.choice((*wording.ACT, *wording.TELL))
    name, parameter = f"{verb}_{quality}_{on.noun}", cast.parameter(on)
    doc = f"{in_prose(verb).capitalize()} {article(f'{quality} {on.singular}')}."
    if cast.rng.random() < shares.UNCERTAIN:
        cast.draft.new_subtask(DraftSubtask(name, ((parameter, on.type),), None, doc, uncertain=True))
        return
    effect = cast.draft.new_effect((f"{verb}_{quality}", name), [on.type])
    cast.draft.new_subtask(DraftSubtask(name, ((parameter, on.type),), None, doc, effect, (parameter,)))


def _pure(cast: Cast, name: str, of: Entity, result: Type, text: str) -> None:
    """A subtask without effects that returns something."""
    doc = f"{text[0].upper()}{text[1:]}."
    cast.draft.new_subtask(DraftSubtask(name, ((cast.parameter(of), of.type),), result, doc))
