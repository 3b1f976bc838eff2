"""A completion adapted to another node: mostly what worked before a line still works after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from itertools import count, dropwhile, islice, takewhile
from typing import NamedTuple

from p2c_dsl.machine import Machine
from p2c_dsl.machine.moves import (
    BranchMove,
    CallMove,
    ElseMove,
    LoopMove,
    Move,
    WriteMove,
    operands_of,
    renumbered,
)
from p2c_dsl.naming import stem_of
from p2c_dsl.planners.lines.node import Node, after_else, closed, closings, ends
from p2c_dsl.planners.lines.pattern import NEVER, Line, Pattern, tried
from p2c_dsl.planners.lines.successors import Lines
from p2c_dsl.types import UNKNOWN

_FIXES = 5
_TRIALS = 2
"""How many partial fixes of what a line has left open are expanded, and how many lines are tried for each."""


class Planned(NamedTuple):
    """A line of a completion: its depth, its move, its first lexeme and its cost.

    Where it was adapted from another place, names may bear other numbers there.
    """

    depth: int
    move: Move
    opening: str
    cost: int


Completion = tuple[Planned, ...]


def cost_of(completion: Completion) -> int:
    """How many lexemes a completion has."""
    return sum(planned.cost for planned in completion)


class Adaptation:
    """Adapts completions."""

    def __init__(self, machine: Machine, lines: Lines) -> None:
        self.machine, self._lines = machine, lines

    def adapted(self, parent: Node, line: Line, known: Completion, limit: int = NEVER) -> Completion | None:
        """A completion after a line, made from the one known before it; within a limit if that is not hard."""
        level = closings(self.machine, parent)[line.closes]
        order, known_flaws = count(), _flaws(level)
        queue = [(_flaws(line.node), 0, next(order), line.node, Completion())]
        for _ in range(_FIXES):
            if not queue:
                return None
            flaws, way, _, node, before = heappop(queue)
            # What was already wrong before the line is put right by the known completion.
            rest = self._repeated(node, level, known) if flaws <= known_flaws or not before else None
            if rest is not None:
                lean = self._repeated(node, level, known, lean=True) if way + cost_of(rest) > limit else None
                return (*before, *(lean or rest))
            if flaws == 0:
                continue
            for further in islice(self._fixes(node), _TRIALS):
                depth = node.depth - further.closes
                after = _flaws(further.node)
                if depth >= level.depth and after <= flaws:
                    planned = Planned(depth, further.move, further.words[0], further.cost)
                    entry = (after, way + planned.cost, next(order), further.node, (*before, planned))
                    heappush(queue, entry)
        return None

    def of_sibling(self, sibling: Node, line: Line, known: Completion) -> Completion | None:
        """A completion after a line, made from the one known after another line that may stand in its place."""
        here = line.node
        if here.depth != sibling.depth or here.state.slots < sibling.state.slots:
            return None
        return self._repeated(here, sibling, known)

    def _fixes(self, node: Node) -> Iterator[Line]:
        """The lines that put something right: a loop or a write for an accumulator, or a block's first line."""
        unfilled = {slot: a for slot, a in node.state.accumulators.items() if not a.filled}
        for block in self._lines.blocks(node):
            patterns: Iterable[Pattern] = block.patterns()
            if any(a.loop is None for a in unfilled.values()):
                patterns = block.loops()
            elif unfilled:
                patterns = (p for slot in block.state.writable if slot in unfilled for p in block.writes(slot))
            for pattern in patterns:
                yield from pattern.lines()

    def _repeated(self, node: Node, level: Node, known: Completion, lean: bool = False) -> Completion | None:
        """The completion known at `level`, repeated from a later node, without what is no longer needed there.

        Where it is to be `lean`, also without the writes that are not needed and could be repeated.
        """
        here: Node | None = self._down_to(node, level.depth)
        if here is None:
            return None
        base = level.state.slots
        numbers = _Numbers(base, here.state.slots - base)
        steps: list[Planned] = []
        rest = tuple(dropwhile(lambda p: p.depth > level.depth, known))
        skipped = 0
        for place, planned in enumerate(rest):
            if place < skipped:
                continue
            here, more = self._closed_to(here, planned.depth)
            steps += more
            if here is None or (here.state.returned and not isinstance(planned.move, ElseMove)):
                return None
            numbers = numbers.at(planned.depth, level.depth)
            skipped = _end_of_idle(here, rest, place, numbers)
            if skipped > place:
                continue
            move = numbers.applied(planned.move)
            idle = lean and isinstance(move, WriteMove) and _can_be_left_out(here, move)
            after = None if idle else self._moved(here, move)
            if after is not None and _keeps_its_name(after, planned):
                here = after
                steps.append(planned._replace(move=move))
            elif _can_be_left_out(here, move):
                numbers = numbers.without(planned, here.state.slots)
            else:
                return None
        here, more = self._closed_to(here, 0)
        return (*steps, *more) if here is not None and ends(self.machine, here) else None

    def _closed_to(self, here: Node, depth: int) -> tuple[Node | None, tuple[Planned, ...]]:
        """The node after closing blocks down to some depth, and what is written before into what waits for it."""
        steps: tuple[Planned, ...] = ()
        closing: Node | None = here
        while closing is not None and closing.depth > depth:
            closing, more = self._filled(closing)
            steps += more
            closing = closed(self.machine, closing)
        return closing, steps

    def _filled(self, here: Node) -> tuple[Node, tuple[Planned, ...]]:
        """The node at a loop's end, and writes into the accumulators that wait for it and that no known line fills."""
        steps: list[Planned] = []
        waiting = () if here.state.returned else here.state.writable
        for slot in waiting:
            acc = here.state.accumulators[slot]
            if not acc.filled and acc.loop == here.depth - 1:
                writes = (pattern for block in self._lines.blocks(here)[:1] for pattern in block.writes(slot))
                line = next((line for pattern in writes for line in pattern.lines()), None)
                if line is not None:
                    here = line.node
                    steps.append(Planned(here.depth, line.move, line.words[0], line.cost))
        return here, tuple(steps)

    def _moved(self, here: Node, move: Move) -> Node | None:
        if isinstance(move, ElseMove):
            return after_else(self.machine, here)
        if isinstance(move, BranchMove) and self.machine.outcome(here.state, move.condition) is not None:
            return None
        if not self._makes_sense(here, move):
            return None
        self._lines.trials.count += 1
        state = tried(self.machine, here.state, move, [])
        return None if state is None else Node(state, len(state.frames) > here.depth)

    def _makes_sense(self, here: Node, move: Move) -> bool:
        """Whether all that a move takes is there, with fields that its type has and keys that fit its maps.

        The machine does not object to what has no type: of a text, that has been said before.
        """
        return all(self.machine.value(here.state, operand).type != UNKNOWN for operand in operands_of(move))

    def _down_to(self, node: Node, depth: int) -> Node | None:
        while node.depth > depth:
            outer = closed(self.machine, node)
            if outer is None:
                return None
            node = outer
        return node if node.depth == depth else None


class _Numbers(NamedTuple):
    """The slots of a completion that is repeated elsewhere.

    Attributes:
        base: The first slot that is free where the completion is known.
        by: By how many slots what is made from there on is moved up.
        left_out: Of the lines that have been left out and have taken a slot, the depth and that slot.
    """

    base: int
    by: int
    left_out: tuple[tuple[int, int], ...] = ()

    def at(self, depth: int, base_depth: int) -> _Numbers:
        """They where a line at this depth comes next: what has been made further in is gone."""
        left_out = tuple(line for line in self.left_out if line[0] <= depth)
        return _Numbers(self.base, 0 if depth < base_depth else self.by, left_out)

    def applied(self, move: Move) -> Move:
        """A move of the completion with the numbers that hold here."""
        return renumbered(move, self._now) if self.by or self.left_out else move

    def _now(self, slot: int) -> int:
        return slot if slot < self.base else slot + self.by - sum(gone < slot for _, gone in self.left_out)

    def without(self, planned: Planned, free: int) -> _Numbers:
        """They once a line has been left out where `free` is the next free slot."""
        if not (isinstance(planned.move, WriteMove) and planned.move.call is not None):
            return self
        return self._replace(left_out=(*self.left_out, (planned.depth, free - self.by + len(self.left_out))))


def _can_be_left_out(node: Node, move: Move) -> bool:
    """Whether no later line needs what a line of a completion was there for: a write, or a call for its effects."""
    match move:
        case CallMove(subtask):
            return subtask.result is None
        case WriteMove(slot):
            # What has this number behind another line in the same place need not be an accumulator here.
            acc = node.state.accumulators.get(slot)
            return acc is not None and acc.filled
    return False


def _end_of_idle(node: Node, rest: Completion, place: int, numbers: _Numbers) -> int:
    """Where a loop ends that was there only for writes that are no longer needed; the place itself if it is not so."""
    if not isinstance(rest[place].move, LoopMove):
        return place
    depth = rest[place].depth
    inner = [numbers.applied(p.move) for p in takewhile(lambda p: p.depth > depth, rest[place + 1 :])]
    idle = all(isinstance(move, WriteMove) and move.call is None and _can_be_left_out(node, move) for move in inner)
    return place + 1 + len(inner) if idle else place


def _keeps_its_name(node: Node, planned: Planned) -> bool:
    """Whether a loop's variable, whose name follows from its type, keeps its name up to the number."""
    if not isinstance(planned.move, LoopMove):
        return True
    of = node.state.values[node.state.slots - 1].type
    name = planned.opening.split()[1]
    return name.rstrip("0123456789") == stem_of(of).rstrip("0123456789")


def _flaws(node: Node) -> int:
    """How many things must be put right before the known completion can follow."""
    unfilled = sum(2 - (a.loop is not None) for a in node.state.accumulators.values() if not a.filled)
    return unfilled + node.empty
