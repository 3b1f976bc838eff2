"""What a repair still costs at least, and which subtasks can matter to a rule at all."""

from __future__ import annotations

from collections.abc import Sequence

from p2c_dsl.machine import Machine, State
from p2c_dsl.machine.moves import CallMove
from p2c_dsl.planners.automaton.units import Kind, Original
from p2c_dsl.planners.completion.lower_bound import LowerBound
from p2c_dsl.planners.lines.node import Keys
from p2c_dsl.planners.repair.forced import Forced, ForcedEdits
from p2c_dsl.planners.repair.missing import MissingStep, MissingSteps
from p2c_dsl.planners.repair.points import DROPPED, EDIT, OPERAND, REPLACED, WANTED, Point
from p2c_dsl.planners.repair.wanted import Wanted
from p2c_dsl.spec import Subtask


class Bound:
    """A lower bound on what the rest of an original costs to repair.

    Each statement with a step that cannot stay takes an edit, and so does each step that is missing. One edit may do
    both, where it changes such a step into a missing one: as many are taken to do so as can at the same time.
    """

    def __init__(self, machine: Machine, original: Original, wanted: Wanted) -> None:
        self.machine, self.wanted = machine, wanted
        self.key = Keys(machine).of
        self.lower = LowerBound(machine)
        self._units = units = original.units
        self._forced = ForcedEdits(machine, original, self.lower)
        self._missing = MissingSteps(original, self.lower, self.key)
        self._alone = [sum(u.statement == unit.statement for u in units) == 1 for unit in units]
        self._counted = [
            sum(u.kind is Kind.STEP and not u.direct and not u.inner for u in units[place:])
            for place in range(len(units) + 1)
        ]
        rules = machine.spec.rules_of(machine.task)
        self._named = frozenset(token.text for rule in rules for token in rule.tokens if token.kind == "name")

    def matters(self, subtask: Subtask) -> bool:
        """Whether some rule is about a subtask or its effects; any other call is only of use for its result."""
        events = (subtask.name, *(use.effect.name for use in subtask.effects))
        return not self._named.isdisjoint(events) or any(use.anything for use in subtask.effects)

    def of(self, point: Point) -> int:
        """The bound at a point."""
        state, place, slots = point.node.state, point.place, dict(point.slots)
        forced = self._forced.of(state, place, slots, point.blocks)
        missing = self._missing.of(point.node, place, slots, forced.units)
        statements: dict[int, list[int]] = {}
        for index in sorted(forced.units):
            statements.setdefault(self._units[index].statement, []).append(index)
        # One more edit has to read what was put in to be used.
        unfilled = sum(s in state.accumulators and not state.accumulators[s].filled for s in point.unused)
        new = unfilled + bool(point.unused)
        both = self._both(list(statements.values()), missing, forced)
        edits = max(len(statements) + len(missing) - both, self._too_many(state, place), new)
        return edits * EDIT + sum(self._loss(index, forced) for index in forced.units)

    def _too_many(self, state: State, place: int) -> int:
        """How many steps are more than a rule leaves room for."""
        rooms = (f.room(own) for f, own in zip(self.machine.facets, state.facets, strict=True))
        room = min((r for r in rooms if r is not None), default=None)
        return 0 if room is None else max(self._counted[place] - room, 0)

    def _both(self, statements: Sequence[Sequence[int]], missing: Sequence[MissingStep], forced: Forced) -> int:
        """How many edits may change a step that cannot stay into one that is missing: the size of a matching."""
        ways = [
            [number for number, step in enumerate(missing) if any(self._may_become(i, step, forced) for i in units)]
            for units in statements
        ]
        taken: dict[int, int] = {}

        def matches(statement: int, tried: set[int]) -> bool:
            for step in ways[statement]:
                if step not in tried:
                    tried.add(step)
                    if step not in taken or matches(taken[step], tried):
                        taken[step] = statement
                        return True
            return False

        return sum(matches(statement, set()) for statement in range(len(statements)))

    def _may_become(self, index: int, step: MissingStep, forced: Forced) -> bool:
        """Whether a unit may be changed into a missing step."""
        if index in forced.dropped or not isinstance(self._units[index].move, step.kind):
            return False
        return not step.subtasks or any(self._forced.may_call(name, forced.around[index]) for name in step.subtasks)

    def _loss(self, index: int, forced: Forced) -> int:
        """What is lost at least where a unit cannot stay that has a line of its own."""
        unit = self._units[index]
        if not self._alone[index] or unit.again:
            return 0
        dropped = DROPPED + WANTED * len(self.wanted.done_by(unit.move))
        if index in forced.dropped or unit.kind is Kind.ALIAS:
            return dropped
        if not isinstance(unit.move, CallMove):
            return 0
        changed = self._replaced(unit.move) if index in forced.barred else OPERAND
        return min(dropped, changed)

    def _replaced(self, move: CallMove) -> int:
        """What is lost at least where another subtask is called."""
        done = self.wanted.done_by(move)
        others = (s for s in self.machine.spec.subtasks.values() if s.name != move.subtask.name)
        return REPLACED + WANTED * min(
            (len(done - self.wanted.done_by_calls(frozenset({s.name}))) for s in others), default=0
        )
