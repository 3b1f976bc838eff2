"""How often an event may have happened for each key of a run: shared by the meanings of limits and orders."""

from __future__ import annotations

from typing import NamedTuple

from rpds import HashTrieMap

from p2c_dsl.rules.definition import Completed, Keys, RunCall
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.parts import Places


class PerKey(NamedTuple):
    """How often the event may have happened for each key, and how often with an unknown key."""

    known: HashTrieMap[Keys, int] = HashTrieMap()
    unknown: int = 0

    def often(self, keys: Keys | None) -> int:
        """How often it may have happened for a key; for an unknown key (`None`), the greatest number for any key."""
        known = max(self.known.values(), default=0) if keys is None else self.known.get(keys, 0)
        return known + self.unknown

    def plus(self, keys: Keys | None, by: int) -> PerKey:
        """The counts with `by` added for a key."""
        if keys is None:
            return self._replace(unknown=self.unknown + by)
        return self._replace(known=self.known.insert(keys, self.known.get(keys, 0) + by))

    def starting(self, call: RunCall, event: Event, places: Places) -> PerKey:
        """The counts once a call is made, which may do all that it may."""
        counts = self
        for keys in call.keyed(event, places):
            counts = counts.plus(keys, 1)
        return counts

    def completing(self, completed: Completed, event: Event, places: Places) -> PerKey:
        """The counts once it is known what a call has not done."""
        counts = self
        for occurrence in event.occurrences(completed.call.subtask):
            if not completed.may_have_been(occurrence.clause):
                counts = counts.plus(completed.call.keys_at(occurrence.clause, places), -1)
        return counts
