"""Which steps of the rest of an original cannot stay as they are, whatever is put in around them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from p2c_dsl.machine import BranchFrame, LoopFrame, Machine, State
from p2c_dsl.machine.moves import BranchMove, CallMove, LoopMove, operands_of
from p2c_dsl.machine.state import Frame
from p2c_dsl.planners.automaton.units import Kind, Original
from p2c_dsl.planners.completion.lower_bound import LowerBound
from p2c_dsl.planners.repair.points import Blocks
from p2c_dsl.program import Hole
from p2c_dsl.rules.multiplicity import exceeds, rounds
from p2c_dsl.spec import Subtask

Span = tuple[int, tuple[Frame, ...]]
"""Where units end that stand, at the least, in these blocks."""


@dataclass(frozen=True, slots=True)
class Forced:
    """The units that have to be edited; of these, `dropped` are those that can only be dropped.

    `barred` are calls that cannot be of the same subtask either. `around` are, unit by unit, the blocks that each
    certainly stands in.
    """

    units: frozenset[int]
    dropped: frozenset[int]
    barred: frozenset[int]
    around: Mapping[int, tuple[Frame, ...]]


class ForcedEdits:
    """Finds the units of the rest of an original that cannot be kept."""

    def __init__(self, machine: Machine, original: Original, lower: LowerBound) -> None:
        self._machine, self._lower = machine, lower
        self._units = units = original.units
        self._defined = {u.defines: i for i, u in enumerate(units) if u.defines is not None}
        self._users: dict[int, list[int]] = {}
        for index, unit in enumerate(units):
            for definition in unit.uses:
                self._users.setdefault(definition, []).append(index)
        self._end = {u.head: i for i, u in enumerate(units) if u.kind is Kind.END}
        self._unresolved = [i for i, u in enumerate(units) if u.move and Hole() in operands_of(u.move)]
        self._calls = [(i, u.move.subtask) for i, u in enumerate(units) if isinstance(u.move, CallMove)]
        self._heads = [i for i, u in enumerate(units) if isinstance(u.move, LoopMove | BranchMove)]
        self._deep: dict[tuple[bool, int], bool] = {}
        self._most = {s.name: self._most_calls(s) for s in machine.spec.subtasks.values()}

    def of(self, state: State, place: int, slots: Mapping[int, int], blocks: Blocks) -> Forced:
        """The units from `place` on that cannot be kept; `slots` are the definitions that are still visible."""
        spans = self._spans(state, blocks)
        forced = {i for i in self._unresolved if i >= place}
        for definition, users in self._users.items():
            if users[-1] >= place > self._defined.get(definition, -1) and definition not in slots:
                forced.update(i for i in users if i >= place)
        dropped = self._too_deep(place, spans)
        for head in dropped:
            # A loop's variable is gone with it.
            defined = self._units[head].defines
            forced.update(() if defined is None else self._users.get(defined, ()))
        calls = [(i, s) for i, s in self._calls if i >= place]
        spent = self._spent(state, dict.fromkeys(s.name for _, s in calls))
        barred = {i for i, s in calls if s.name in spent or not self.may_call(s.name, _around(i, spans))}
        forced |= dropped | barred
        return Forced(frozenset(forced), frozenset(dropped), frozenset(barred), {i: _around(i, spans) for i in forced})

    def may_call(self, name: str, frames: Sequence[Frame]) -> bool:
        """Whether no rule forbids a subtask in these blocks for calling it too often."""
        most = self._most[name]
        return most is None or not exceeds(rounds(f for f in frames if isinstance(f, LoopFrame)).high, most)

    def _spans(self, state: State, blocks: Blocks) -> list[Span]:
        """The open blocks of the original, the innermost first: where each ends, and all blocks that it stands in.

        A block of the original stays open until its end is reached there, and so do those around it.
        """
        spans = [
            (self._end[head], state.frames[: depth + 1]) for depth, (head, _) in enumerate(blocks) if head is not None
        ]
        return spans[::-1]

    def _too_deep(self, place: int, spans: list[Span]) -> set[int]:
        """The heads that are in too many blocks already."""
        return {i for i in self._heads if i >= place and self._forbidden(i, _around(i, spans))}

    def _forbidden(self, head: int, frames: Sequence[Frame]) -> bool:
        is_loop = isinstance(self._units[head].move, LoopMove)
        at = is_loop, sum(isinstance(f, LoopFrame) == is_loop for f in frames)
        if at not in self._deep:
            facets, outer = self._machine.facets, at[1]
            self._deep[at] = any(f.forbids_loop(outer) if is_loop else f.forbids_branch(outer) for f in facets)
        return self._deep[at]

    def _spent(self, state: State, names: Iterable[str]) -> set[str]:
        """Those of some subtasks that have been called as often as they may be."""
        # What a then arm has spent, its else arm has not.
        if any(isinstance(f, BranchFrame) and f.then is None for f in state.frames):
            return set()
        return {name for name in names if not self._lower.may_call(name, state)}

    def _most_calls(self, subtask: Subtask) -> int | None:
        limits = (facet.most_calls(subtask) for facet in self._machine.facets)
        return min((limit for limit in limits if limit is not None), default=None)


def _around(index: int, spans: list[Span]) -> tuple[Frame, ...]:
    """The blocks that a unit certainly stands in."""
    return next((frames for end, frames in spans if index < end), ())
