"""What a cheapest plan may call and collect: from what is asked for, back to what that takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from p2c_dsl.machine import Machine
from p2c_dsl.planners.completion.lower_bound import LowerBound
from p2c_dsl.spec import Subtask
from p2c_dsl.types import ListOf, MapOf, Optional, SetOf, Type, allows_literal, show


class AskedFor:
    """What is asked for, directly or as a means.

    Attributes:
        nothing: Whether nothing is asked for, so that any line will do.
        subtasks: The subtasks that a cheapest plan may call, in the order of the spec.
        types: The types that these subtasks or the result take, and what collections of these types are made from, in
            a fixed order.
        declared: Those of the types of which constants are values.
        collections: For each of the types, those that are lists or maps of it and can be accumulated.
    """

    def __init__(self, machine: Machine, lower_bound: LowerBound) -> None:
        self._machine, self._lower_bound = machine, lower_bound
        spec, result = machine.spec, machine.task.result
        start = machine.start()
        self.nothing = result is None and not any(
            facet.needed(own, start) for facet, own in zip(machine.facets, start.facets, strict=True)
        )
        names = spec.subtasks.keys() if self.nothing else self._closure()
        self.subtasks = {name: subtask for name, subtask in spec.subtasks.items() if name in names}
        taken = [t for subtask in self.subtasks.values() for t in taken_by(subtask)]
        self.types = tuple(sorted(set(_with_parts([*taken, *([] if result is None else [result])])), key=show))
        self.declared = frozenset(t for t in self.types if lower_bound.is_declared(t))
        self.collections: dict[Type, list[ListOf | MapOf]] = {}
        for collection in self.types:
            for part in parts_of_accumulator(collection):
                assert isinstance(collection, ListOf | MapOf)
                self.collections.setdefault(part, []).append(collection)

    def _closure(self) -> set[str]:
        machine, start = self._machine, self._machine.start()
        found: set[str] = set()
        for facet, own in zip(machine.facets, start.facets, strict=True):
            groups = facet.needed(own, start)
            found.update(*groups)
            if groups and facet.missing(own) > 1:
                # A loop has one call happen several times.
                found |= self._lower_bound.producers(None)
        if machine.task.result is not None:
            found |= self._lower_bound.makers_of(machine.task.result)
        pending = list(found)
        while pending:
            before = self._before(machine.spec.subtasks[pending.pop()])
            pending += before - found
            found |= before
        return found

    def _before(self, subtask: Subtask) -> set[str]:
        """The subtasks that a call of `subtask` may need."""
        machine, start = self._machine, self._machine.start()
        groups = [g for at, facet in machine.placed for g in facet.prerequisites(at, start, subtask)]
        makers = [
            self._lower_bound.makers_of(parameter.type)
            for index, parameter in enumerate(subtask.parameters)
            if any(facet.judges(subtask, index) for facet in machine.facets)
            or not (
                parameter.optional
                or parameter.literal
                or allows_literal(parameter.type)
                or isinstance(parameter.type, Optional)
                or self._lower_bound.is_declared(parameter.type)
            )
        ]
        return set().union(*groups, *makers)


def taken_by(subtask: Subtask) -> list[Type]:
    """The types that the shortest call of a subtask takes from what is in scope, each once."""
    taken = (
        parameter.type
        for parameter in subtask.parameters[: subtask.required]
        if not (parameter.literal or allows_literal(parameter.type) or isinstance(parameter.type, Optional))
    )
    return list(dict.fromkeys(taken))


def parts_of_accumulator(of: Type) -> tuple[Type, ...]:
    """The types of what is written into an accumulator of a type; nothing for other types."""
    match of:
        case ListOf(element):
            return (element,)
        case MapOf(key, value):
            return key, value
    return ()


def _with_parts(types: Iterable[Type]) -> Iterator[Type]:
    """The types, and what collections and Optionals of them are made from."""
    for of in types:
        yield of
        match of:
            case ListOf(inner) | SetOf(inner) | Optional(inner):
                yield from _with_parts((inner,))
            case MapOf(key, value):
                yield from _with_parts((key, value))
