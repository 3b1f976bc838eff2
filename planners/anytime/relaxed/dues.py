"""What rules still ask for by key at a node, and what that takes."""

from __future__ import annotations

from typing import NamedTuple

from p2c_dsl.machine import Machine, State
from p2c_dsl.machine.elements import member
from p2c_dsl.machine.facet import AnyFacet
from p2c_dsl.machine.facts import Facts, filled
from p2c_dsl.machine.guidance import Arguments, Due
from p2c_dsl.machine.identity import mentions_slot_from, slot
from p2c_dsl.planners.anytime.relaxed.asked_for import AskedFor
from p2c_dsl.planners.anytime.relaxed.situation import BRANCH, LOOP, Groups
from p2c_dsl.spec import Subtask
from p2c_dsl.types import Type

_LOST = 12
"""What it costs about to pay in another loop for what was tested in this one."""


class Owing(NamedTuple):
    """What rules ask for by key.

    Attributes:
        group: The subtasks of which one is asked for.
        price: The price of the loops and tests around the call.
        outside: How many open blocks have to be closed before, as the call would be in vain in them.
        before: For each of the subtasks, the groups of which one each must have been called with the same key.
    """

    group: tuple[str, ...]
    price: int
    outside: int
    before: tuple[tuple[str, Groups], ...]


class Dues:
    """What rules still ask for by key. Computed once for each state."""

    def __init__(self, machine: Machine, asked_for: AskedFor) -> None:
        self._machine, self._asked_for = machine, asked_for
        self._owing = machine.having("dues")
        self._preceding = machine.having("due_before")
        self._refuting = machine.having("refuted")
        barring = machine.having("only_later")
        self._barring = {
            name: [(at, f) for at, f in barring if f.limits(s) or f.closes(s)] for name, s in asked_for.subtasks.items()
        }
        self._forbidden: dict[int, tuple[State, frozenset[str]]] = {}
        self._known: dict[int, tuple[State, tuple[tuple[AnyFacet, Due], ...]]] = {}

    def barred(self, state: State) -> frozenset[str]:
        """The subtasks that rules forbid in the loops that are open."""
        if not state.loops:
            return frozenset()
        known = self._forbidden.get(id(state))
        if known is None:
            subtasks = self._asked_for.subtasks
            names = (
                name
                for name, barring in self._barring.items()
                if any(f.only_later(at.state(state), state, subtasks[name]) for at, f in barring)
            )
            known = self._forbidden[id(state)] = state, frozenset(names)
        return known[1]

    def of(self, state: State) -> tuple[tuple[AnyFacet, Due], ...]:
        """What is due, and the rules that say so."""
        known = self._known.get(id(state))
        if known is None:
            found = [(facet, due) for at, facet in self._owing for due in facet.dues(at, state)]
            known = self._known[id(state)] = state, tuple((f, self._possible(f, due, state)) for f, due in found)
        return known[1]

    def _possible(self, facet: AnyFacet, due: Due, state: State) -> Due:
        """What is due, without the subtasks that what has been found out speaks against."""
        subtasks = self._machine.spec.subtasks
        refuted = {
            name
            for name in (due.group if self._refuting else ())
            for arguments in (facet.passed(due, subtasks[name]),)
            if any(f.refuted(at, state, subtasks[name], arguments) for at, f in self._refuting)
        }
        return due._replace(group=due.group - refuted) if refuted else due

    def here(self, state: State) -> tuple[Due, ...]:
        """What of it can be done in the innermost block."""
        return tuple(due for _, due in self.of(state) if not self._outside(due, state))

    def passed(self, state: State, subtask: Subtask) -> list[Arguments]:
        """What a call of a subtask in the innermost block has to be passed to do what is due, each once."""
        owing = [(facet, due) for facet, due in self.of(state) if subtask.name in due.group]
        found = [(facet.passed(due, subtask), due) for facet, due in owing if not self._outside(due, state)]
        # What is due for all elements may be waived by a call for none of them.
        here = (arguments for arguments, due in found if not due.collections or not arguments)
        return [dict(one) for one in dict.fromkeys(tuple(sorted(arguments.items())) for arguments in here)]

    def owing(self, state: State, untested: frozenset[str]) -> tuple[Owing, ...]:
        """The same with prices; `untested` are the subtasks that need a test anyway."""
        return tuple(
            Owing(
                tuple(sorted(due.group)),
                self._around(due, state, untested),
                self._outside(due, state),
                self._before(facet, due, state),
            )
            for facet, due in self.of(state)
        )

    def keys(self, state: State) -> frozenset[Type]:
        """The types of keys in the loops around what is due."""
        found = set[Type]()
        for facet, due in self.of(state):
            subtasks = [self._machine.spec.subtasks[name] for name in due.group if due.collections]
            found |= {s.parameters[index].type for s in subtasks for index in facet.key_parameters(s)}
        return frozenset(found)

    def _outside(self, due: Due, state: State) -> int:
        """How many open blocks have to be closed before what is due can be done, and is not in vain."""
        depth = len(state.frames)
        if due.depth < depth:
            return depth - due.depth
        here = state
        for closed, frame in enumerate(reversed(state.frames)):
            # Where no subtask can do it, none may be called: the group is empty.
            if not due.group <= self.barred(here):
                return closed
            here = frame.entry
        return depth

    def _around(self, due: Due, state: State, untested: frozenset[str]) -> int:
        """The price of the loops and tests around what is due; a test that the call needs anyway is counted there."""
        tests = 0 if due.group & untested else len(due.tests)
        price, outside = LOOP * len(due.collections) + BRANCH * tests, self._outside(due, state)
        if due.depth == len(state.frames) and (outside or self._is_late(due, state)):
            first = state.frames[-max(outside, 1)].entry.slots
            price += _LOST if any(mentions_slot_from(test, first) for test in due.tests) else LOOP
        return price

    def _is_late(self, due: Due, state: State) -> bool:
        """Whether it can only be done in another loop than what is due here, too, since it forbids that."""
        late = bool(due.group) and due.group <= self._asked_for.closing and bool(state.loops)
        return late and any(bool(d.group) and d.group <= self._asked_for.closed for d in self.here(state))

    def _before(self, facet: AnyFacet, due: Due, state: State) -> tuple[tuple[str, Groups], ...]:
        """For each subtask that can do what is due, what must be called before with the same key."""
        here = state if due.depth == len(state.frames) else state.frames[due.depth].entry
        facts, found = here.facts, []
        for place, collection in enumerate(due.collections):
            facts = facts.suppose([member(slot(here.slots + place), collection), filled(collection)])
        for name in sorted(due.group):
            subtask = self._machine.spec.subtasks[name]
            groups = self._groups_before(subtask, facet.passed(due, subtask), facts, set())
            found += [(name, tuple(dict.fromkeys(groups)))] if groups else []
        return tuple(found)

    def _groups_before(
        self, subtask: Subtask, arguments: Arguments, facts: Facts, seen: set[str]
    ) -> list[frozenset[str]]:
        seen.add(subtask.name)
        groups = []
        for _, facet in self._preceding:
            for due in facet.due_before(facts, subtask, arguments):
                groups.append(due.group)
                if len(due.group) == 1 and not due.group <= seen:
                    (name,) = due.group
                    first = self._machine.spec.subtasks[name]
                    groups += self._groups_before(first, facet.passed(due, first), facts, seen)
        return groups
