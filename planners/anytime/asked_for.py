"""What a cheapest plan may call and collect: from what is asked for, back to what that takes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product, starmap
from typing import NamedTuple

from p2c_dsl.machine import Machine
from p2c_dsl.planners.completion.lower_bound import LowerBound
from p2c_dsl.spec import Subtask
from p2c_dsl.types import ListOf, MapOf, Optional, Size, Type, allows_literal, show

MANY = 1_000
"""More iterations than this are as good as any number."""


class Manner(NamedTuple):
    """How something has to happen.

    Attributes:
        rounds: How often at most, `None` without a limit: loops around it may not be longer; 0 outside all loops.
        certain: Whether in every run, so that neither a test nor a loop over what may be empty can be around it.
        later: Whether after the loops that are open now.
    """

    rounds: int | None = None
    certain: bool = False
    later: bool = False

    def suits(self, wanted: Manner) -> bool:
        """Whether what happens like this is good enough."""
        often = wanted.rounds is None or (self.rounds is not None and self.rounds <= wanted.rounds)
        return often and self.certain >= wanted.certain and self.later >= wanted.later


ANYHOW, CERTAIN, OUTSIDE = Manner(), Manner(certain=True), Manner(0, certain=True, later=True)


class Want(NamedTuple):
    """A value that somebody takes: its type, the facets that look at its origin, and how its taker has to run."""

    type: Type
    judges: frozenset[int] = frozenset()
    manner: Manner = ANYHOW


class AskedFor:
    """What is asked for, directly or as a means.

    Attributes:
        nothing: Whether nothing is asked for, so that any line will do.
        subtasks: The subtasks that a cheapest plan may call, in the order of the spec.
        manners: The manners that occur; of limits on iterations 1, and the largest of the others for all of these.
        takes: What the shortest call of a subtask takes, for each manner.
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
        self._rounds = (None, *sorted({1, max(finite)} if finite else ()))
        later = (False, True) if any(facet.splits_loops() for facet in machine.facets) else (False,)
        self.manners = tuple(starmap(Manner, product(self._rounds, (False, True), later)))
        self.manners += (OUTSIDE,) if result is not None else ()
        self.takes = {
            (name, manner): tuple(dict.fromkeys(self._taken(subtask, self._as_often(manner, own[name]))))
            for name, subtask in self.subtasks.items()
            for manner in self.manners
        }
        self.result = None if result is None or isinstance(result, Optional) else Want(result, manner=OUTSIDE)
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

    def _as_often(self, manner: Manner, own: int | None) -> Manner:
        """The manner of a call that may happen that often by itself: the smaller limit, of those that occur."""
        fewest = min((r for r in (own, manner.rounds) if r is not None), default=None)
        return manner._replace(rounds=fewest if fewest in (None, 0, 1) else self._rounds[-1])

    def _taken(self, subtask: Subtask, manner: Manner) -> Iterator[Want]:
        for index, parameter in enumerate(subtask.parameters[: subtask.required]):
            judges = frozenset(at.index for at, facet in self._machine.placed if facet.judges(subtask, index))
            free = parameter.literal or allows_literal(parameter.type) or isinstance(parameter.type, Optional)
            if judges or not free:
                yield Want(parameter.type, judges, manner)


def parts_of_accumulator(want: Want) -> tuple[Want, ...]:
    """What is written into an accumulator that is wanted; nothing for other types.

    Its loop may run at will, and not at all unless the accumulator has to hold something.
    """
    match want.type:
        case ListOf(element, size):
            return (Want(element, want.judges, _around(want, size)),)
        case MapOf(key, value, size):
            manner = _around(want, size)
            return Want(key, manner=manner), Want(value, want.judges, manner)
    return ()


def _around(want: Want, size: Size) -> Manner:
    """How the writes into an accumulator that is wanted happen."""
    return Manner(certain=want.manner.certain and size.low > 0)


def _with_parts(wants: list[Want]) -> Iterator[Want]:
    """The wants, and what accumulators of their types are made from."""
    for want in wants:
        yield want
        yield from _with_parts(list(parts_of_accumulator(want)))


def _order(want: Want) -> tuple[str, list[int], int, bool, bool]:
    manner = want.manner
    return show(want.type), sorted(want.judges), manner.rounds or 0, manner.certain, manner.later
