"""How many edits a composition still needs at least, and which subtasks can matter to a rule at all."""

from __future__ import annotations

from collections.abc import Mapping

from p2c_dsl.machine import BranchFrame, Machine, State
from p2c_dsl.machine.moves import CallMove, CreateMove, WriteMove, operands_of
from p2c_dsl.planners.automaton.units import Kind, Original
from p2c_dsl.planners.lines.node import Node
from p2c_dsl.program import Hole
from p2c_dsl.spec import Subtask


class Bound:
    """A lower bound on the edits that the rest of an original needs.

    One edit can save one step that cannot stay as it is, and bring one call that is missing, so the bound is the
    larger of the two numbers.
    """

    def __init__(self, machine: Machine, original: Original) -> None:
        self.machine = machine
        self._units = original.units
        self._defined = {u.defines: i for i, u in enumerate(original.units) if u.defines is not None}
        self._users: dict[int, list[int]] = {}
        for index, unit in enumerate(original.units):
            for definition in unit.uses:
                self._users.setdefault(definition, []).append(index)
        self._unresolved = [i for i, u in enumerate(original.units) if u.move and Hole() in operands_of(u.move)]
        self._writers: dict[int, list[int]] = {}
        for index, unit in enumerate(original.units):
            if isinstance(unit.move, WriteMove):
                self._writers.setdefault(unit.move.slot, []).append(index)
        self._never_written = [
            i for i, u in enumerate(original.units) if isinstance(u.move, CreateMove) and u.defines not in self._writers
        ]
        self._calls = [(i, u.move.subtask) for i, u in enumerate(original.units) if isinstance(u.move, CallMove)]
        self._counted = [
            sum(u.kind is Kind.STEP and not u.direct and not u.inner for u in original.units[place:])
            for place in range(len(original.units) + 1)
        ]
        rules = machine.spec.rules_of(machine.task)
        self._named = frozenset(token.text for rule in rules for token in rule.tokens if token.kind == "name")

    def matters(self, subtask: Subtask) -> bool:
        """Whether some rule is about a subtask or its effects; any other call is only of use for its result."""
        events = (subtask.name, *(use.effect.name for use in subtask.effects))
        return not self._named.isdisjoint(events) or any(use.anything for use in subtask.effects)

    def of(self, node: Node, place: int, slots: Mapping[int, int], unused: frozenset[int]) -> int:
        """The bound for the units from `place` on.

        `slots` are the definitions that are still visible, `unused` the new slots that an edit has yet to use.
        """
        state = node.state
        forced = {i for i in self._unresolved if i >= place}
        for definition, users in self._users.items():
            if users[-1] >= place > self._defined.get(definition, -1) and definition not in slots:
                forced.update(i for i in users if i >= place)
        calls = [(i, s) for i, s in self._calls if i >= place and i not in forced]
        if not any(isinstance(f, BranchFrame) and f.then is None for f in state.frames):
            spent = {s.name for s in {s.name: s for _, s in calls}.values() if self._exhausted(state, s)}
            forced.update(i for i, s in calls if s.name in spent)
            calls = [(i, s) for i, s in calls if s.name not in spent]
        missing = self._missing(state, {s.name for _, s in calls})
        writes = self._writes(state, place, slots, forced)
        # One more edit has to read a new accumulator.
        new = sum(s in state.accumulators and not state.accumulators[s].filled for s in unused) + bool(unused)
        # A call without a line of its own can be dropped together with the step that it stands in.
        statements = {self._units[i].statement for i in forced}
        return max(len(statements), self._too_many(state, place), missing + writes, new)

    def _writes(self, state: State, place: int, slots: Mapping[int, int], forced: set[int]) -> int:
        """How many accumulators wait for a write that the original does not have."""
        count = sum(create >= place for create in self._never_written)
        kept = {slot: definition for definition, slot in slots.items()}
        for slot in state.writable:
            if not state.accumulators[slot].filled:
                writers = self._writers.get(kept.get(slot, -1), ())
                count += all(i < place or i in forced for i in writers)
        return count

    def _exhausted(self, state: State, subtask: Subtask) -> bool:
        facets = zip(self.machine.facets, state.facets, strict=True)
        return any(facet.exhausted(own, state, subtask) for facet, own in facets)

    def _too_many(self, state: State, place: int) -> int:
        rooms = (f.room(own) for f, own in zip(self.machine.facets, state.facets, strict=True))
        room = min((r for r in rooms if r is not None), default=None)
        return 0 if room is None else max(self._counted[place] - room, 0)

    def _missing(self, state: State, remaining: set[str]) -> int:
        if state.returned:
            return 0
        chosen: list[frozenset[str]] = []
        for facet, own in zip(self.machine.facets, state.facets, strict=True):
            for needed in facet.needed(own, state):
                if needed.isdisjoint(remaining) and all(needed.isdisjoint(other) for other in chosen):
                    chosen.append(needed)
        return len(chosen)
