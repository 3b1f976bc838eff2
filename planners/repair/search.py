"""The nearest accepted composition, as a shortest path; and meanwhile any repair, so that there is one to hand out.

A point on the way is a node of the automaton and a place in the original. From there the next unit of the original
is kept for nothing, or dropped or changed for one edit, or a line that the automaton allows is inserted. Two searches
take turns. The proof is A*: open points are taken in the order of the edits so far plus a lower bound on those to
come, so the first accepted end has the fewest edits. The scout tries only lines that seem to help, and mostly meets
some repair soon: then the proof has to go through what is nearer, and no more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from p2c_dsl.machine import Machine
from p2c_dsl.planners.automaton.units import Original
from p2c_dsl.planners.deadline import Deadline
from p2c_dsl.planners.repair.best_first import BestFirst
from p2c_dsl.planners.repair.bound import Bound
from p2c_dsl.planners.repair.model import Stop
from p2c_dsl.planners.repair.points import EDIT, EditPath
from p2c_dsl.planners.repair.scout import HelpfulSuccessors
from p2c_dsl.planners.repair.successors import Successors
from p2c_dsl.planners.repair.wanted import Wanted

_HEAD_START, _SCOUT = 1_000, 5_000
"""After how many steps of the proof the scout sets out, and after how many of its own it returns."""


class RepairProgress(NamedTuple):
    """How far a search has come: there is no repair within `excluded` edits, and one of `found` edits is at hand."""

    excluded: int
    found: int | None


@dataclass(frozen=True, slots=True)
class EditLimits:
    """How far a search may go: in edits, in possible steps that it tries, and in time."""

    edits: int
    effort: int
    deadline: Deadline


class Search:
    """Looks for the accepted composition that is fewest edits away from an original.

    Attributes:
        path: The nearest repair that has been met.
        excluded: There is no repair within so many edits.
    """

    def __init__(self, machine: Machine, original: Original, limits: EditLimits, wanted: Wanted) -> None:
        self.path: EditPath | None = None
        self.excluded = 0
        self._limits = limits
        bound = Bound(machine, original, wanted)
        helpful = HelpfulSuccessors(machine, original, bound, wanted)
        self._proof = BestFirst(Successors(machine, original, bound, wanted), lambda _, least: least, limits.edits)
        self._scout: BestFirst | None = BestFirst(helpful, helpful.guess, limits.edits)
        self._spent = 0

    def run(self, watch: Callable[[RepairProgress], None] | None = None) -> Stop | None:
        """Searches to the end or a limit, and says which; interrupted, it keeps what it has found."""
        while self._proof.least < self._proof.below:
            # The start is rejected, or there were nothing to repair.
            known = int(self._proof.least) // EDIT - 1
            # One that loses what is wanted is looked for beyond its own edits.
            self.excluded = max(self.excluded, known if self.path is None else min(known, self.path.edits - 1))
            if self._limits.deadline.over:
                return Stop.TIME
            if self._spent > self._limits.effort:
                return Stop.EFFORT
            if watch is not None:
                watch(RepairProgress(self.excluded, None if self.path is None else self.path.edits))
            self._step()
        self.excluded = self._limits.edits if self.path is None else self.path.edits - 1
        return Stop.EDITS if self.path is None else None

    def _step(self) -> None:
        """One point of the search whose turn it is."""
        turn, scout = self._proof, self._scout
        if scout is not None and scout.spent + _HEAD_START < turn.spent:
            turn = scout
        before = turn.spent
        path = turn.step()
        self._spent += turn.spent - before
        if path is not None:
            self.path = path
            self._proof.below = path.cost
            if scout is not None:
                scout.below = self._proof.below
        if scout is not None and (scout.spent > _SCOUT or scout.least == inf):
            self._scout = None
