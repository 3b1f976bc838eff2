"""Whether an event may happen again for a key that it has had, beside counting by classes of keys.

Classes tell keys apart by their types and by the loops that they come from. The events so far, with their keys, tell
those apart that have been tested (`if a != b:`). A limit is exceeded only where both say so: of the events of one run
that have a key in common, the last in the text is too many for its class, and it is a repetition. Where none is
allowed, the first is too many already.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from p2c_dsl.machine.state import State
from p2c_dsl.rules.event_keys import EventKey
from p2c_dsl.rules.history import History

NO_HISTORY = History()
_MOST_EVENTS = 64
"""So many events, with their keys and tests, are looked through at a call; of more, any may be a repetition."""


@dataclass(frozen=True, slots=True)
class Repeats:
    """The events so far, `None` if there are too many; and whether the last one, and any one, may be a repetition."""

    history: History | None = NO_HISTORY
    last: bool = False
    any: bool = False

    def happening(self, event: str, keys: tuple[EventKey, ...], state: State) -> Repeats:
        """The event happens here."""
        history = self.history
        if history is None:
            return self
        after = history.record(event, keys, state)
        if len(after.past) > _MOST_EVENTS:
            return NOT_KNOWN
        again = history.happened(event, keys, state) or after.in_round(event, keys, state)
        return Repeats(after, again, self.any or again)

    def certainly(self, event: str) -> bool:
        """Whether a call with any key may be a repetition, whatever is tested before it."""
        return self.history is None or any(
            record.event == event and not record.tests and all(key.value is None for key in record.keys)
            for record in self.history.past
        )

    def enter_loop(self) -> Repeats:
        return self if self.history is None else replace(self, history=self.history.enter_loop())

    def exit_loop(self) -> Repeats:
        return self if self.history is None else replace(self, history=self.history.exit_loop())

    def forget(self, first: int) -> Repeats:
        """Without slots from `first` on."""
        history = None if self.history is None else self.history.forget(first)
        return self if history is self.history else replace(self, history=history)

    def enter_else(self, before: Repeats) -> Repeats:
        if self.history is None or before.history is None:
            return NOT_KNOWN
        return Repeats(self.history.enter_else(before.history), before.last, self.any)

    def join(self, orelse: Repeats) -> Repeats:
        if self.history is None or orelse.history is None:
            return NOT_KNOWN
        return Repeats(self.history.join(orelse.history), orelse.last, self.any or orelse.any)


NOT_KNOWN = Repeats(None, True, True)
"""Any event may be a repetition."""
