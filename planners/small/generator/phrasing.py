"""A task's docstring from the sentences of its goals: in several layouts, and with words that ask for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from p2c_dsl.planners.small.generator import shares

_OPENINGS = ("Please {}.", "We need to {}.", "Your job is to {}.", "I would like you to {}.", "Make sure to {}.")
_NOT_ORDERS = ("if ", "for ", "the ", "in ", "last", "begin", "each ", "there ", "no ", "first ")
"""How sentences begin that are not a verb with its object."""
_ASIDES = (
    "This is for the {} team.",
    "It is a busy day at the {}.",
    "Nothing else should be done.",
    "Do only what is asked here.",
    "The {} people wait for it.",
    "Somebody will look at it tomorrow.",
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a task's docstring, without its full stop.

    Attributes:
        vague: Another one that leaves to the rules for which elements `event` is wanted; empty if there is none.
    """

    text: str
    vague: str = ""
    event: str = ""


def docstring(rng: Random, sentences: Sequence[Sentence], goals: Sequence[str], theme: str) -> str:
    """The docstring, in which the rules `goals` may take over what they say."""
    texts = [_told(rng, one, goals) for one in sentences]
    said = _ordered(rng, texts)
    if rng.random() < shares.OPENED:
        aside = rng.choice(_ASIDES).format(theme)
        said = f"{aside} {said}" if rng.random() < 0.5 else f"{said} {aside}"
    return said


def _told(rng: Random, one: Sentence, goals: Sequence[str]) -> str:
    """The sentence, or its vague form if a rule says for which elements its event is wanted."""
    said = any(f" 1 {one.event} per " in line and " in " in line and "unless" not in line for line in goals)
    return one.vague if one.vague and one.event and said and rng.random() < shares.VAGUE else one.text


def _ordered(rng: Random, texts: Sequence[str]) -> str:
    drawn = rng.random()
    if len(texts) == 1 and drawn < shares.LISTED and not texts[0].startswith(_NOT_ORDERS):
        return rng.choice(_OPENINGS).format(texts[0])
    if len(texts) > 1 and drawn < shares.REVERSED:
        *before, last = texts
        return f"{_sentence(last)} Before that: {'; then '.join(before)}."
    if len(texts) > 1 and drawn < shares.REVERSED + shares.LISTED:
        return " ".join(f"{number}) {_sentence(text)}" for number, text in enumerate(texts, 1))
    return " ".join(map(_sentence, texts))


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
