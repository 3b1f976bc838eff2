"""How often an event may have happened for each key, for all rules that count the same.

`at most 2 pay per Iban` and `at most 5 pay per Iban` count alike and differ only in what is too many. However many such
rules there are, what they count is worked out once for a step.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import is_
from typing import Any, NamedTuple, TypeVar

from p2c_dsl.machine.facet import CallSite
from p2c_dsl.machine.identity import VariableSlot
from p2c_dsl.machine.state import State, Value
from p2c_dsl.rules.event_keys import default_key, typed_keys, values_at
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.keys import Counts, KeyClass, Keys, Number, class_of
from p2c_dsl.rules.multiplicity import rounds
from p2c_dsl.rules.parts import Places
from p2c_dsl.rules.repeats import Repeats

R = TypeVar("R")


class KeyTally(NamedTuple):
    """How often the event may have happened for each class of keys, and whether again for a key that it has had."""

    counts: Counts = Counts()
    repeats: Repeats = Repeats()

    def in_loop(self) -> KeyTally:
        """At the beginning of a loop's body."""
        return self._replace(repeats=self.repeats.enter_loop())

    def after_loop(self, variable: VariableSlot) -> KeyTally:
        """After the loop with that variable."""
        return KeyTally(self.counts.after_loop(variable), self.repeats.exit_loop())

    def without(self, first: int) -> KeyTally:
        """Without slots from `first` on."""
        repeats = self.repeats.forget(first)
        return self if repeats is self.repeats else self._replace(repeats=repeats)

    def in_else(self, then: KeyTally) -> KeyTally:
        """At the beginning of the else arm; this is the tally before the branch, `then` at the then arm's end."""
        return KeyTally(self.counts, then.repeats.enter_else(self.repeats))

    def join(self, orelse: KeyTally) -> KeyTally:
        """What holds after either of two arms."""
        return KeyTally(self.counts.join(orelse.counts), self.repeats.join(orelse.repeats))


class Happening(NamedTuple):
    """One event of a call.

    Attributes:
        keys: The classes of its keys.
        values: Its keys, `None` for a default.
        most: How often it may have happened for one key of these classes, with this event; `None` is without limit.
        again: Whether it may be a repetition.
    """

    keys: Keys
    values: tuple[Value | None, ...]
    most: Number
    again: bool


class Tallying:
    """Moves the tallies of an event, by some of its keys.

    Each move is worked out once for arguments that are the same objects. That is enough: facets that count alike begin
    with one tally, and a step asks all of them one after the other.
    """

    def __init__(self, event: Event, places: Places) -> None:
        self.event, self.places = event, places
        self._last: dict[Callable[..., Any], tuple[tuple[object, ...], Any]] = {}

    def once(self, move: Callable[..., R], *arguments: object) -> R:
        """What the move gives for these arguments."""
        last = self._last.get(move)
        if last is None or not all(map(is_, last[0], arguments)):
            last = self._last[move] = arguments, move(*arguments)
        result: R = last[1]
        return result

    def called(self, tally: KeyTally, state: State, call: CallSite) -> tuple[KeyTally, tuple[Happening, ...]]:
        """The tally after a call in a state, with the events that the call may be."""
        return self.once(self._called, tally, state, call)

    def _called(self, tally: KeyTally, state: State, call: CallSite) -> tuple[KeyTally, tuple[Happening, ...]]:
        happenings = []
        for occurrence in self.event.occurrences(call.subtask):
            values = values_at(call, occurrence, self.places)
            keys = tuple(
                _default(call, place) if value is None else class_of(value, state)
                for place, value in zip(self.places, values, strict=True)
            )
            own_loops = {part.loop for part in keys}
            often = rounds(f for f in state.loops if f.variable not in own_loops).high
            counts = tally.counts.plus(keys, often)
            repeats = tally.repeats.happening(self.event.name, typed_keys(call, values, self.places), state)
            happenings.append(Happening(keys, values, counts.most(keys), repeats.last))
            tally = KeyTally(counts, repeats)
        return tally, tuple(happenings)


def _default(call: CallSite, place: int) -> KeyClass:
    key = default_key(call, place)
    return KeyClass(key.type, key.value)


@lru_cache(maxsize=256)
def tallying(event: Event, places: Places) -> Tallying:
    """The moves of an event's tallies, shared by the rules that count it by these keys."""
    return Tallying(event, places)
