"""Which past events may be the ones that a rule forbids, and how many of them are told apart."""

from __future__ import annotations

from dataclasses import dataclass, field

from p2c_dsl.machine.elements import Elements, equality
from p2c_dsl.machine.facts import Facts
from p2c_dsl.machine.identity import slot
from p2c_dsl.machine.state import Frame, LoopFrame
from p2c_dsl.rules.event_keys import EventKey
from p2c_dsl.rules.history import History
from p2c_dsl.types import Nominal

USER = Nominal("User")


@dataclass(frozen=True)
class Here:
    """What a history looks at of a state."""

    facts: Facts = field(default_factory=lambda: Facts(elements=Elements()))
    frames: tuple[Frame, ...] = ()
    loops: tuple[LoopFrame, ...] = ()


def key(number: int) -> tuple[EventKey, ...]:
    return (EventKey(slot(number), USER),)


def after(numbers: range, *here: Here) -> History:
    history = History()
    for number in numbers:
        history = history.record("send", key(number), here[0] if here else Here())  # type: ignore[arg-type]
    return history


def differing(number: int, others: range) -> Here:
    return Here(Facts(elements=Elements()).learn(equality("ne", slot(number), slot(other)) for other in others))


def test_an_event_of_another_key_is_another_one_where_the_keys_are_known_to_differ() -> None:
    history = after(range(3))
    assert history.happened("send", key(9), Here())  # type: ignore[arg-type]
    assert not history.happened("send", key(9), differing(9, range(3)))  # type: ignore[arg-type]
    assert history.happened("send", key(9), differing(9, range(2)))  # type: ignore[arg-type]


def test_events_of_very_many_keys_may_have_had_any() -> None:
    assert not after(range(100)).happened("send", key(900), differing(900, range(100)))  # type: ignore[arg-type]
    many = after(range(300))
    assert len(many.past) <= 129
    assert many.happened("send", key(900), differing(900, range(300)))  # type: ignore[arg-type]
