"""Which steps have to be put in, because nothing in the rest of an original can take their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from p2c_dsl.machine.moves import CallMove, CreateMove, ListMove, Move, RecordMove, WriteMove
from p2c_dsl.planners.automaton.units import Original, Unit
from p2c_dsl.planners.completion.lower_bound import NEW_LIST, NEW_MAP, LowerBound
from p2c_dsl.planners.lines.node import Keyed, Node
from p2c_dsl.types import Type

Landmarks = frozenset[frozenset[str]]
_NEW = {NEW_LIST: False, NEW_MAP: True}
"""New accumulators among the landmarks, and whether they are maps."""


@dataclass(frozen=True, slots=True)
class MissingStep:
    """A step that an edit has to bring: of a call, one of the subtasks that it may be of."""

    kind: type[Move]
    subtasks: frozenset[str] = frozenset()


class MissingSteps:
    """Finds the steps that the rest of an original lacks."""

    def __init__(self, original: Original, lower: LowerBound, key: Keyed) -> None:
        self._lower, self._key = lower, key
        self._units = units = original.units
        self._known: dict[tuple[object, frozenset[Type]], Landmarks] = {}
        self._writers: dict[int, list[int]] = {}
        for index, unit in enumerate(units):
            if isinstance(unit.move, WriteMove):
                self._writers.setdefault(unit.move.slot, []).append(index)
        self._never_written = [
            i for i, u in enumerate(units) if isinstance(u.move, CreateMove) and u.defines not in self._writers
        ]
        rests = [units[place:] for place in range(len(units) + 1)]
        self._calls = [_calls(units, place) for place in range(len(units) + 1)]
        self._creates = [frozenset(u.move.is_map for u in rest if isinstance(u.move, CreateMove)) for rest in rests]
        self._lists = [any(isinstance(u.move, ListMove) for u in rest) for rest in rests]
        self._records = [
            frozenset[Type](u.move.record for u in rest if isinstance(u.move, RecordMove)) for rest in rests
        ]

    def of(self, node: Node, place: int, slots: Mapping[int, int], forced: frozenset[int]) -> list[MissingStep]:
        """What has to be put in from `place` on, beside the units there that are not `forced` to be edited."""
        steps = [MissingStep(WriteMove)] * self._unwritten(node, place, slots, forced)
        have = {name for i, name in self._calls[place] if i not in forced}
        chosen: list[frozenset[str]] = []
        for landmark in sorted(self._landmarks(node, place), key=lambda s: (len(s), sorted(s))):
            if any(name in _NEW for name in landmark):
                steps += self._accumulator(landmark, place)
            elif landmark.isdisjoint(have) and all(landmark.isdisjoint(other) for other in chosen):
                chosen.append(landmark)
        return steps + [MissingStep(CallMove, landmark) for landmark in chosen]

    def _landmarks(self, node: Node, place: int) -> Landmarks:
        at = self._key(node), self._records[place]
        if at not in self._known:
            self._known[at] = frozenset(self._lower.landmarks(node.state, self._records[place]))
        return self._known[at]

    def _accumulator(self, landmark: frozenset[str], place: int) -> list[MissingStep]:
        """An accumulator that has to be made, and written into, unless the original may have one, or a list."""
        (new,) = landmark
        if _NEW[new] in self._creates[place] or (new == NEW_LIST and self._lists[place]):
            return []
        # Where the original has one of the other kind, this may be changed, and what writes into it stay.
        written = [] if self._creates[place] else [MissingStep(WriteMove)]
        return [MissingStep(CreateMove), *written]

    def _unwritten(self, node: Node, place: int, slots: Mapping[int, int], forced: frozenset[int]) -> int:
        """How many accumulators wait for a write that the original does not have."""
        state = node.state
        count = sum(create >= place for create in self._never_written)
        kept = {slot: definition for definition, slot in slots.items()}
        for slot in state.writable:
            if not state.accumulators[slot].filled:
                writers = self._writers.get(kept.get(slot, -1), ())
                count += all(i < place or i in forced for i in writers)
        return count


def _calls(units: tuple[Unit, ...], place: int) -> list[tuple[int, str]]:
    """The units from a place on that call something, and what they call."""
    return [(i, u.move.subtask.name) for i, u in enumerate(units) if i >= place and isinstance(u.move, CallMove)]
