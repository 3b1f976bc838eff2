"""What accumulators hold: a value taken out of one is the very instance that was written into it."""

from __future__ import annotations

from p2c_dsl.runtime.trace import (
    AccumulatorCreated,
    AccumulatorWritten,
    Derived,
    Event,
    Instance,
    ListMade,
    LoopEntered,
    LoopLeft,
    RecordMade,
    RoundStarted,
)
from tests.oracle.values import canon


class Contents:
    """Follows a trace, event by event."""

    def __init__(self) -> None:
        self._maps: dict[int, dict[object, tuple[int, int]]] = {}
        self._lists: dict[int, list[int]] = {}
        self._records: dict[int, dict[str, int]] = {}
        self._same: dict[int, int] = {}
        self._loops: list[list[int]] = []

    def original(self, id_: int) -> int:
        """The instance that was written where this one was taken out; otherwise itself."""
        return self._same.get(id_, id_)

    def values(self, id_: int) -> list[int] | None:
        """The values in an accumulator, a list or a record that was made; `None` for any other instance."""
        if id_ in self._records:
            return list(self._records[id_].values())
        if id_ in self._maps:
            return [value for _, value in self._maps[id_].values()]
        return self._lists.get(id_)

    def see(self, event: Event) -> None:
        """The trace's next event."""
        match event:
            case AccumulatorCreated(True, Instance(id_)):
                self._maps[id_] = {}
            case AccumulatorCreated(False, Instance(id_)):
                self._lists[id_] = []
            case AccumulatorWritten(accumulator, None, value):
                self._lists[accumulator].append(value.id)
            case AccumulatorWritten(accumulator, Instance(key, key_value), value):
                entries = self._maps[accumulator]
                first_key, _ = entries.get(canon(key_value), (key, None))
                entries[canon(key_value)] = (first_key, value.id)
            case ListMade(elements, Instance(id_)):
                self._lists[id_] = [element.id for element in elements]
            case RecordMade(_, fields, Instance(id_)):
                self._records[id_] = {name: part.id for name, part in fields}
            case Derived(Instance(base), str(field), None, Instance(id_)):
                given = self._records.get(self.original(base), {})
                if field in given:
                    self._is(id_, given[field])
            case Derived(Instance(base), _, Instance(_, key_value), Instance(id_)):
                entries = self._maps.get(self.original(base), {})
                if entries:
                    self._is(id_, entries[canon(key_value)][1])
            case LoopEntered(Instance(id_)):
                self._loops.append([self.original(id_), 0])
            case RoundStarted(Instance(id_)):
                self._next_round(id_)
            case LoopLeft():
                self._loops.pop()

    def _next_round(self, element: int) -> None:
        collection, number = self._loops[-1]
        self._loops[-1][1] += 1
        if collection in self._maps:
            self._is(element, list(self._maps[collection].values())[number][0])
        elif collection in self._lists:
            self._is(element, self._lists[collection][number])

    def _is(self, part: int, written: int) -> None:
        self._same[part] = self.original(written)
