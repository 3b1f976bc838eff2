"""`shape tree`: every produced value is consumed at most once."""

from __future__ import annotations

from collections.abc import Sequence

from p2c_dsl.runtime.trace import (
    AccumulatorWritten,
    CallFinished,
    CallStarted,
    Instance,
    ListMade,
    LoopEntered,
    LoopLeft,
    RecordMade,
    Returned,
    RoundStarted,
    Trace,
)
from tests.oracle.places import Path, Places


class _Consumption:
    """What of each value is used up."""

    def __init__(self) -> None:
        self.places = Places()
        self.produced: set[int] = set()
        self.used: dict[int, list[Path]] = {}
        self.twice = False

    def is_produced(self, id_: int) -> bool:
        return self.places.of(id_)[0] in self.produced

    def consume(self, id_: int) -> None:
        if not self.is_produced(id_):
            return
        root, path = self.places.of(id_)
        paths = self.used.setdefault(root, [])
        self.twice |= any(path[: len(p)] == p or p[: len(path)] == path for p in paths)
        paths.append(path)

    def make(self, whole: int, parts: Sequence[Instance]) -> None:
        """Parts become those of a whole."""
        for part in parts:
            if self.is_produced(part.id):
                self.produced.add(whole)
            self.consume(part.id)


def consumes_twice(trace: Trace) -> bool:
    """Whether some produced value, or a value and a part of it, is consumed twice."""
    state = _Consumption()
    collections: list[int] = []
    for event in trace.events:
        state.places.see(event)
        match event:
            case CallStarted(_, arguments):
                for argument in arguments:
                    if argument is not None:
                        state.consume(argument.id)
            case CallFinished(_, _, Instance(id_)):
                state.produced.add(id_)
            case LoopEntered(Instance(id_)):
                state.consume(id_)
                collections.append(id_)
            case RoundStarted(Instance(id_)):
                if state.is_produced(collections[-1]):
                    state.produced.add(id_)
            case LoopLeft():
                collections.pop()
            case ListMade(parts, Instance(id_)):
                state.make(id_, parts)
            case RecordMade(_, fields, Instance(id_)):
                state.make(id_, [part for _, part in fields])
            case AccumulatorWritten(accumulator, key, value):
                state.make(accumulator, [part for part in (key, value) if part is not None])
            case Returned(Instance(id_)):
                state.consume(id_)
    return state.twice
