"""`f.p from g, h`: who produced each instance that reaches a parameter."""

from __future__ import annotations

from p2c_dsl.runtime.trace import (
    AccumulatorCreated,
    CallFinished,
    CallStarted,
    ConstantRead,
    Derived,
    InputGiven,
    Instance,
    LoopEntered,
    LoopLeft,
    RoundStarted,
    Trace,
    Written,
)
from p2c_dsl.spec import Spec
from tests.oracle.values import canon

LITERAL = "a free literal"


class _Producers:
    """The producers of every instance so far. An accumulator has none of its own: it is its parts."""

    def __init__(self) -> None:
        self.by: dict[int, frozenset[str]] = {}
        self.maps: dict[int, dict[object, tuple[int, int]]] = {}
        self.lists: dict[int, list[int]] = {}
        self.same: dict[int, int] = {}
        self.loops: list[list[int]] = []

    def of(self, instance: int) -> frozenset[str]:
        instance = self.same.get(instance, instance)
        if instance in self.maps:
            return frozenset().union(*(self.of(value) for _, value in self.maps[instance].values()))
        if instance in self.lists:
            return frozenset().union(*(self.of(value) for value in self.lists[instance]))
        return self.by[instance]

    def write(self, event: Written) -> None:
        if event.key is None:
            self.lists[event.accumulator].append(event.value.id)
            return
        entries, key = self.maps[event.accumulator], canon(event.key.value)
        first_key = entries[key][0] if key in entries else event.key.id
        entries[key] = (first_key, event.value.id)

    def derive(self, base: int, key: Instance | None, part: int) -> None:
        base = self.same.get(base, base)
        if base in self.maps and key is not None:
            self._is(part, self.maps[base][canon(key.value)][1])
        else:
            self.by[part] = self.of(base)

    def next_round(self, element: int) -> None:
        collection, number = self.loops[-1]
        self.loops[-1][1] += 1
        base = self.same.get(collection, collection)
        if base in self.maps:
            self._is(element, list(self.maps[base].values())[number][0])
        elif base in self.lists:
            self._is(element, self.lists[base][number])
        else:
            self.by[element] = self.of(base)

    def _is(self, part: int, whole: int) -> None:
        self.same[part] = self.same.get(whole, whole)


def from_elsewhere(subtask: str, parameter: str, sources: frozenset[str], trace: Trace, spec: Spec) -> bool:
    """Whether a value that none of the sources produced reaches the parameter.

    Sources are subtasks' names, inputs' names, `inputs` and `constants`.
    """
    place = [p.name for p in spec.subtasks[subtask].parameters].index(parameter)
    producers = _Producers()
    for event in trace.events:
        match event:
            case InputGiven(name, Instance(id_)):
                producers.by[id_] = frozenset({name if name in sources else "inputs"})
            case ConstantRead(_, free, Instance(id_)):
                producers.by[id_] = frozenset({LITERAL if free else "constants"})
            case Derived(Instance(base), _, key, Instance(id_)):
                producers.derive(base, key, id_)
            case LoopEntered(Instance(id_)):
                producers.loops.append([id_, 0])
            case RoundStarted(Instance(id_)):
                producers.next_round(id_)
            case LoopLeft():
                producers.loops.pop()
            case CallFinished(name, _, Instance(id_)):
                producers.by[id_] = frozenset({name})
            case AccumulatorCreated(True, Instance(id_)):
                producers.maps[id_] = {}
            case AccumulatorCreated(False, Instance(id_)):
                producers.lists[id_] = []
            case Written():
                producers.write(event)
            case CallStarted(name, arguments) if name == subtask:
                argument = arguments[place]
                if argument is not None and not producers.of(argument.id) <= sources:
                    return True
    return False
