"""What a cheapest plan may call and collect: from what is asked for, back to what that takes."""

from __future__ import annotations

from collections.abc import Iterator

from p2c_dsl.machine import Machine
from p2c_dsl.planners.anytime.relaxed.wants import (
    ANYHOW,
    CERTAIN,
    OUTSIDE,
    STEADY,
    Call,
    Manner,
    Want,
    carrier,
    in_order,
    key_of,
    parts_of_accumulator,
)
from p2c_dsl.planners.completion.lower_bound import LowerBound
from p2c_dsl.planners.lines.makers import parts_of_all
from p2c_dsl.spec import Subtask
from p2c_dsl.types import MapOf, Optional, Type, allows_literal

MANY = 1_000
"""More iterations than this are as good as any number."""


class AskedFor:
    """What is asked for, directly or as a means.

    Attributes:
        nothing: Whether nothing is asked for, so that any line will do.
        subtasks: The subtasks that a cheapest plan may call, in the order of the spec.
        manners: The manners that occur. Limits on iterations are 0, 1, and the largest of the others for all of these.
        closing, closed: The subtasks whose calls forbid others in the same loop, and those others.
        brought: For each subtask, the groups of which one is asked for once it has been called, by facets' numbers.
        before: The numbers of the facets of which what waives it may also come before that call.
        avoidable: The numbers of the facets whose tests are not needed where the right values are passed.
        forbids: For each subtask, the others that may not be called after it, and after which it may be.
        unpayable: The subtasks that ask for nothing but themselves, and those that ask for such.
        takes: What the shortest call of a subtask takes, for each manner in which it may be of use.
        result: What the task's result takes.
        types: The types of all of that, and of keys.
        wants: All of that, and what accumulators of these types are made from, in a fixed order.
        carried: What maps that carry values from one loop into another are for.
        collections: For each want, those that are lists or maps of it and can be accumulated.
    """

    def __init__(self, machine: Machine, lower_bound: LowerBound) -> None:
        self._machine, self._lower_bound = machine, lower_bound
        spec, result = machine.spec, machine.task.result
        start = machine.start()
        self._due = frozenset[str]().union(*(due.group for at, f in machine.placed for due in f.dues(at, start)))
        self._needed = [
            g for at, f in machine.placed if not f.dues(at, start) for g in f.needed(at.state(start), start)
        ]
        self.nothing = result is None and not self._due and not self._needed
        names = spec.subtasks.keys() if self.nothing else self._closure()
        self.subtasks = {name: subtask for name, subtask in spec.subtasks.items() if name in names}
        self.brought = {
            name: {at.index: tuple(sorted(group)) for at, f in machine.placed if (group := f.brings(subtask))}
            for name, subtask in self.subtasks.items()
        }
        subtasks = self.subtasks.values()
        self.before = frozenset(
            at.index
            for at, f in machine.placed
            for s in subtasks
            if not all(map(f.asks_for, map(self._named, f.brings(s))))
        )
        self.avoidable = frozenset(at.index for at, f in machine.placed if any(map(f.avoids_test, subtasks)))
        self.unpayable = self._unpayable()
        self._had, self._maps = parts_of_all(spec, machine.task), dict[Type, list[MapOf]]()
        self.most_calls = {name: self._most_calls(subtask) for name, subtask in self.subtasks.items()}
        finite = {most for most in self.most_calls.values() if most is not None}
        self._rounds = (None, *sorted({1, max(finite)} if finite else ()))
        self.closed = frozenset(s.name for s in subtasks if any(f.closed(s) for f in machine.facets))
        closing = frozenset(s.name for s in subtasks if any(f.closes(s) for f in machine.facets))
        self.closing = closing if self.closed else self.closed
        judging = frozenset(at.index for at, facet in machine.placed if facet.judges_result())
        free = result is None or (isinstance(result, Optional) and not judging)
        self.result = None if result is None or free else Want(result, judging, OUTSIDE)
        self.forbids = self._forbidding()
        self.takes, wants = self._demanded()
        self.wants = tuple(sorted(wants, key=in_order))
        manners = {want.manner: None for want in self.wants} | {manner: None for _, manner in self.takes}
        self.manners = tuple(manners)
        keys = [s.parameters[i].type for s in self.subtasks.values() for i in range(s.required) if self._is_key(s, i)]
        self.types = tuple(dict.fromkeys([*(want.type for want in self.wants), *keys]))
        self.carried: dict[Want, Want] = {c: want for want in self.wants if (c := carrier(want)) is not None}
        self.collections: dict[Want, list[Want]] = {}
        for want in self.wants:
            for part in {*parts_of_accumulator(want, True), *parts_of_accumulator(want, False)}:
                self.collections.setdefault(part, []).append(want)

    def _named(self, name: str) -> Subtask:
        return self._machine.spec.subtasks[name]

    def _forbidding(self) -> dict[str, frozenset[str]]:
        found = dict.fromkeys(self.subtasks, frozenset[str]())
        for _, facet in self._machine.having("closed"):
            closed = frozenset(name for name, s in self.subtasks.items() if facet.closed(s))
            found |= {name: found[name] | closed for name, s in self.subtasks.items() if facet.closes(s)}
        return {name: frozenset(o for o in others if name not in found[o]) for name, others in found.items()}

    def _unpayable(self) -> frozenset[str]:
        found, before = frozenset[str](), None
        while found != before:
            before = found
            found |= {
                n for n, groups in self.brought.items() if any(set(group) <= {*before, n} for group in groups.values())
            }
        return found

    def _demanded(self) -> tuple[dict[Call, tuple[Want, ...]], set[Want]]:
        """The calls that may serve what is needed, with what they take, and all that is wanted."""
        takes, wants = dict[Call, tuple[Want, ...]](), set[Want]()
        first = [(name, CERTAIN) for group in self._needed for name in sorted(group)]
        first += [(name, ANYHOW) for group in self._needed if self._is_tested(group) for name in sorted(group)]
        calls: list[Call] = [(name, ANYHOW) for name in (self.subtasks if self.nothing else sorted(self._due))]
        calls += [(name, STEADY) for name in sorted(self._due)]
        calls += first
        pending = [self.result] if self.result is not None else []
        while calls or pending:
            if not pending:
                pending += self._demand(calls.pop(), takes, calls)
                continue
            want = pending.pop()
            if want not in wants:
                wants.add(want)
                pending += [*parts_of_accumulator(want, True), *parts_of_accumulator(want, False)]
                carried = carrier(want)
                pending += [] if carried is None else [carried]
                pending += [] if want.named else [key_of(want, of.key) for of in self._maps_with(want.type)]
                makers = [name for name in self.subtasks if name in self._lower_bound.producers(want.type)]
                calls += [(name, manner) for name in makers for manner in self._ways_to_serve(name, want.manner)]
        return takes, wants

    def _is_tested(self, group: frozenset[str]) -> bool:
        """Whether each of several subtasks needs the outcome of a test: one may have to be called in each arm."""
        start, subtasks = self._machine.start(), [self.subtasks[name] for name in group]
        placed = self._machine.placed
        return len(group) > 1 and all(any(f.untested(at, start, s) for at, f in placed) for s in subtasks)

    def _maps_with(self, wanted: Type) -> list[MapOf]:
        """The maps, among all that may be had, in which a look-up gives a value of a type."""
        found = self._maps.get(wanted)
        if found is None:
            holds = self._lower_bound.may_hold
            every = (of for of in self._had if isinstance(of, MapOf) and holds(of.value, wanted))
            found = self._maps[wanted] = list(dict.fromkeys(every))
        return found

    def _demand(self, call: Call, takes: dict[Call, tuple[Want, ...]], calls: list[Call]) -> tuple[Want, ...]:
        name, manner = call
        subtask = self.subtasks.get(name)
        if subtask is None or call in takes:
            return ()
        takes[call] = tuple(dict.fromkeys(self._taken(subtask, self._as_it_must(name, manner, self.most_calls[name]))))
        start, before = self._machine.start(), manner.before
        groups = (g for at, f in self._machine.placed for g in f.prerequisites(at, start, subtask))
        calls += [(needed, before) for group in groups for needed in sorted(group)]
        brought = [other for f in self._machine.facets for other in sorted(f.brings(subtask))]
        calls += [(other, way) for other in brought for way in (ANYHOW, STEADY)]
        return takes[call]

    def _ways_to_serve(self, name: str, wanted: Manner) -> tuple[Manner, ...]:
        """The manners of a call whose result may be what is wanted."""
        if wanted.apart and name in self.closed:
            return (wanted._replace(rounds=0),)
        return (wanted,)

    def _closure(self) -> set[str]:
        machine, start = self._machine, self._machine.start()
        found = set(self._due)
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
        groups += [group for facet in machine.facets for group in (facet.brings(subtask), facet.eased_by(subtask))]
        makers = [
            self._lower_bound.makers_of(parameter.type)
            for index, parameter in enumerate(subtask.parameters)
            if self._is_key(subtask, index)
            or any(facet.judges(subtask, index) for facet in machine.facets)
            or not (
                parameter.optional
                or parameter.literal
                or allows_literal(parameter.type)
                or isinstance(parameter.type, Optional)
                or self._lower_bound.is_declared(parameter.type)
            )
        ]
        return set().union(*groups, *makers)

    def _is_key(self, subtask: Subtask, index: int) -> bool:
        """Whether it matters to some rule which value is passed, so that not any free literal will do."""
        return any(index in facet.key_parameters(subtask) for facet in self._machine.facets)

    def _most_calls(self, subtask: Subtask) -> int | None:
        most = [m for facet in self._machine.facets if (m := facet.most_calls(subtask)) is not None and m < MANY]
        return max(min(most), 1) if most else None

    def _as_it_must(self, name: str, manner: Manner, own: int | None) -> Manner:
        """How a call happens that may happen that often by itself: the smaller limit, of those that occur."""
        fewest = min((r for r in (own, manner.rounds) if r is not None), default=None)
        apart = manner.apart or name in self.closing
        return manner._replace(apart=apart, rounds=fewest if fewest in (None, 0, 1) else self._rounds[-1])

    def _taken(self, subtask: Subtask, manner: Manner) -> Iterator[Want]:
        for index, parameter in enumerate(subtask.parameters[: subtask.required]):
            judges = frozenset(at.index for at, facet in self._machine.placed if facet.judges(subtask, index))
            free = parameter.literal or allows_literal(parameter.type) or isinstance(parameter.type, Optional)
            if judges or not free:
                yield Want(parameter.type, judges, manner)
