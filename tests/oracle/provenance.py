"""`f.p from g, h`, `return from g, h`: who produced each instance that reaches a parameter, or is returned."""

from __future__ import annotations

from collections.abc import Iterator

from p2c_dsl.runtime.trace import (
    CallFinished,
    CallStarted,
    ConstantRead,
    Derived,
    Event,
    InputGiven,
    Instance,
    LoopEntered,
    LoopLeft,
    Returned,
    RoundStarted,
    Trace,
)
from p2c_dsl.spec import Spec
from tests.oracle.contents import Contents

LITERAL = "a free literal"


class _Producers:
    """The producers of every instance so far. An accumulator has none of its own: it is its parts."""

    def __init__(self) -> None:
        self.contents = Contents()
        self.by: dict[int, frozenset[str]] = {}

    def of(self, id_: int) -> frozenset[str]:
        id_ = self.contents.original(id_)
        values = self.contents.values(id_)
        if values is not None:
            return frozenset().union(*(self.of(value) for value in values))
        return self.by[id_]

    def part(self, part: int, whole: int) -> None:
        if self.contents.original(part) == part:
            self.by[part] = self.of(whole)


def from_elsewhere(subtask: str, parameter: str, sources: frozenset[str], trace: Trace, spec: Spec) -> bool:
    """Whether a value that none of the sources produced reaches the parameter.

    Sources are subtasks' names, inputs' names, `inputs` and `constants`.
    """
    place = [p.name for p in spec.subtasks[subtask].parameters].index(parameter)
    for event, producers in _followed(sources, trace):
        match event:
            case CallStarted(name, arguments) if name == subtask:
                argument = arguments[place]
                if argument is not None and not producers.of(argument.id) <= sources:
                    return True
    return False


def returned_from_elsewhere(sources: frozenset[str], trace: Trace) -> bool:
    """Whether the run returns a value that none of the sources produced."""
    for event, producers in _followed(sources, trace):
        match event:
            case Returned(Instance(id_)) if not producers.of(id_) <= sources:
                return True
    return False


def _followed(sources: frozenset[str], trace: Trace) -> Iterator[tuple[Event, _Producers]]:
    """Each event, with the producers of what there is."""
    producers = _Producers()
    collections: list[int] = []
    for event in trace.events:
        producers.contents.see(event)
        match event:
            case InputGiven(name, Instance(id_)):
                producers.by[id_] = frozenset({name if name in sources else "inputs"})
            case ConstantRead(_, free, Instance(id_)):
                producers.by[id_] = frozenset({LITERAL if free else "constants"})
            case Derived(Instance(base), _, _, Instance(id_)):
                producers.part(id_, base)
            case LoopEntered(Instance(id_)):
                collections.append(id_)
            case RoundStarted(Instance(id_)):
                producers.part(id_, collections[-1])
            case LoopLeft():
                collections.pop()
            case CallFinished(name, _, Instance(id_)):
                producers.by[id_] = frozenset({name})
        yield event, producers
