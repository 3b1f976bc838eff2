"""What a cheapest plan may call and collect: from what is asked for, back to what that takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from p2c_dsl.machine import Machine
from p2c_dsl.planners.completion.lower_bound import LowerBound
from p2c_dsl.spec import Subtask
from p2c_dsl.types import ListOf, MapOf, Optional, Type, allows_literal, show

MANY = 1_000
"""More iterations than this are as good as any number."""


class Want(NamedTuple):
    """A value that somebody takes.

    Attributes:
        type: Its type.
        judges: The numbers of the facets that look at its origin.
        rounds: How often its taker may run at most, `None` without a limit: loops on the way to it may not be longer.
    """

    type: Type
    judges: frozenset[int] = frozenset()
    rounds: int | None = None


class AskedFor:
    """What is asked for, directly or as a means.

    Attributes:
        nothing: Whether nothing is asked for, so that any line will do.
        subtasks: The subtasks that a cheapest plan may call, in the order of the spec.
        rounds: The limits on iterations that occur, `None` first: 1, and the largest of the others for all of these.
        takes: What the shortest call of a subtask takes if it may run that often, for each limit.
        result: What the task's result takes.
        wants: All of that, and what accumulators of these types are made from, in a fixed order.
        collections: For each want, those that are lists or maps of it and can be accumulated.
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
        own = {name: self._most_calls(subtask) for name, subtask in self.subtasks.items()}
        finite = {most for most in own.values() if most is not None}
        self.rounds = (None, *sorted({1, max(finite)} if finite else ()))
        self.takes = {
            (name, rounds): tuple(dict.fromkeys(self._taken(subtask, self._fewer(own[name], rounds))))
            for name, subtask in self.subtasks.items()
            for rounds in self.rounds
        }
        self.result = None if result is None or isinstance(result, Optional) else Want(result)
        taken = [want for takes in self.takes.values() for want in takes]
        self.wants = tuple(sorted(set(_with_parts([*taken, *([self.result] if self.result else [])])), key=_order))
        self.types = tuple(dict.fromkeys(want.type for want in self.wants))
        self.collections: dict[Want, list[Want]] = {}
        for want in self.wants:
            for part in parts_of_accumulator(want):
                self.collections.setdefault(part, []).append(want)

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

    def _most_calls(self, subtask: Subtask) -> int | None:
        most = [m for facet in self._machine.facets if (m := facet.most_calls(subtask)) is not None and m < MANY]
        return max(min(most), 1) if most else None

    def _fewer(self, own: int | None, rounds: int | None) -> int | None:
        """The smaller of two limits, among those that occur."""
        fewest = min((r for r in (own, rounds) if r is not None), default=None)
        return None if fewest is None else 1 if fewest == 1 else self.rounds[-1]

    def _taken(self, subtask: Subtask, rounds: int | None) -> Iterator[Want]:
        for index, parameter in enumerate(subtask.parameters[: subtask.required]):
            judges = frozenset(at.index for at, facet in self._machine.placed if facet.judges(subtask, index))
            free = parameter.literal or allows_literal(parameter.type) or isinstance(parameter.type, Optional)
            if judges or not free:
                yield Want(parameter.type, judges, rounds)


def parts_of_accumulator(want: Want) -> tuple[Want, ...]:
    """What is written into an accumulator that is wanted; nothing for other types. Its loop may run at will."""
    match want.type:
        case ListOf(element):
            return (Want(element, want.judges),)
        case MapOf(key, value):
            return Want(key), Want(value, want.judges)
    return ()


def _with_parts(wants: list[Want]) -> Iterator[Want]:
    """The wants, and what accumulators of their types are made from."""
    for want in wants:
        yield want
        yield from _with_parts(list(parts_of_accumulator(want)))


def _order(want: Want) -> tuple[str, list[int], int]:
    return show(want.type), sorted(want.judges), want.rounds or 0
