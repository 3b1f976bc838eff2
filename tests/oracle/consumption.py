"""`shape tree`: every produced value is consumed at most once."""

from __future__ import annotations

from p2c_dsl.runtime.trace import (
    AccumulatorCreated,
    CallFinished,
    CallStarted,
    Derived,
    Instance,
    LoopEntered,
    LoopLeft,
    Returned,
    RoundStarted,
    Trace,
    Written,
)
from tests.oracle.values import canon

Path = tuple[object, ...]


class _Consumption:
    """Where each instance lies in the value it is part of, and what of that value is used up."""

    def __init__(self) -> None:
        self.place: dict[int, tuple[int, Path]] = {}
        self.produced: set[int] = set()
        self.used: dict[int, list[Path]] = {}
        self.twice = False

    def root(self, id_: int) -> None:
        self.place[id_] = (id_, ())

    def is_produced(self, id_: int) -> bool:
        return self.place.get(id_, (id_, ()))[0] in self.produced

    def consume(self, id_: int) -> None:
        if not self.is_produced(id_):
            return
        root, path = self.place[id_]
        paths = self.used.setdefault(root, [])
        self.twice |= any(path[: len(p)] == p or p[: len(path)] == path for p in paths)
        paths.append(path)


def consumes_twice(trace: Trace) -> bool:
    """Whether some produced value, or a value and a part of it, is consumed twice."""
    state = _Consumption()
    collections: list[int] = []
    for event in trace.events:
        match event:
            case CallStarted(_, arguments):
                for argument in arguments:
                    if argument is not None:
                        state.consume(argument.id)
            case CallFinished(_, _, Instance(id_)):
                state.root(id_)
                state.produced.add(id_)
            case Derived(Instance(base), field, key, Instance(id_)):
                part = ("field", field) if key is None else ("item", canon(key.value))
                root, path = state.place.get(base, (base, ()))
                state.place[id_] = (root, (*path, part))
            case LoopEntered(Instance(id_)):
                state.consume(id_)
                collections.append(id_)
            case RoundStarted(Instance(id_)):
                state.root(id_)
                if state.is_produced(collections[-1]):
                    state.produced.add(id_)
            case LoopLeft():
                collections.pop()
            case AccumulatorCreated(_, Instance(id_)):
                state.root(id_)
            case Written(accumulator, key, value):
                for part in (key, value):
                    if part is not None:
                        if state.is_produced(part.id):
                            state.produced.add(accumulator)
                        state.consume(part.id)
            case Returned(Instance(id_)):
                state.consume(id_)
    return state.twice
