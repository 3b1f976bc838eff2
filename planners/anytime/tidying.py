"""A plan without the lines that it does not need: action elimination (Nakhost and Müller 2010).

A line is left out with all that is in its block, or the head of a block alone, and the rest is written again. If that
is accepted, it is a cheaper plan. Lines are tried from the last to the first: what only served a line that has been
left out is left out, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

from p2c_dsl.machine.moves import (
    BranchMove,
    CallMove,
    CreateMove,
    ElseMove,
    LoopMove,
    Move,
    ReturnMove,
    WriteMove,
    defines,
    renumbered,
    used_by,
)
from p2c_dsl.planners.anytime.limits import SearchLimits
from p2c_dsl.planners.anytime.space import Found, SearchSpace
from p2c_dsl.planners.lines.node import Node, closings, ends
from p2c_dsl.planners.lines.pattern import Pattern
from p2c_dsl.planners.lines.statements import Statements


class _Written(NamedTuple):
    """A line of a plan: in how many blocks it stands, its move, and the first slot that is free before it."""

    depth: int
    move: Move
    free: int


class _Lost(Exception):
    """A line uses what has been left out, or is not one that may stand there."""


def tidied(space: SearchSpace, found: Found, limits: SearchLimits) -> Iterator[Found]:
    """Ever cheaper plans, each with less of the one before. Raises `Stopped`."""
    at = len(found.lines)
    while at := min(at, len(found.lines)):
        at -= 1
        lines = _written(space, found)
        for left in _without(lines, at):
            limits.look(space.tried, found.cost, 0)
            with suppress(_Lost):
                found = _again(space, found, left)
                yield found
                break


def _written(space: SearchSpace, found: Found) -> list[_Written]:
    node, lines = found.beginning.node, list[_Written]()
    for line in found.lines:
        level = closings(space.machine, node)[line.closes]
        lines.append(_Written(level.depth, line.move, level.state.slots))
        node = line.node
    return lines


def _without(lines: list[_Written], at: int) -> Iterator[list[_Written]]:
    """The plan without a line and all that needs it; and, for a loop, with what is in it once instead."""
    gone = _needing(lines, at)
    yield [line for place, line in enumerate(lines) if place not in gone]
    if isinstance(lines[at].move, LoopMove):
        inside = _block(lines, at)
        yield [line._replace(depth=line.depth - (place in inside)) for place, line in enumerate(lines) if place != at]


def _needing(lines: list[_Written], at: int) -> set[int]:
    """A line, its block, what uses what these define, and the blocks that are left empty."""
    gone, pending = set[int](), [at]
    makers = _makers(lines)
    while pending:
        place = pending.pop()
        if place not in gone:
            gone |= {place, *_block(lines, place)}
            pending += [user for user, made in makers.items() if not made.isdisjoint(gone)]
            pending += [head for head in range(place) if (own := _block(lines, head)) and gone.issuperset(own)]
    return gone


def _makers(lines: list[_Written]) -> dict[int, set[int]]:
    """For each line, those that define what it uses."""
    defined, makers = dict[int, int](), dict[int, set[int]]()
    for place, line in enumerate(lines):
        makers[place] = {defined[slot] for slot in used_by(line.move) if slot in defined}
        if defines(line.move):
            defined[line.free] = place
    return makers


def _block(lines: list[_Written], at: int) -> range:
    """The lines in the block that a line opens."""
    line = lines[at]
    outside = line.depth if isinstance(line.move, ElseMove) else line.depth + 1
    end = next((place for place in range(at + 1, len(lines)) if lines[place].depth < outside), len(lines))
    return range(at + 1, end if isinstance(line.move, LoopMove | BranchMove | ElseMove) else at + 1)


def _again(space: SearchSpace, found: Found, left: list[_Written]) -> Found:
    """The plan of these lines, with the names that follow. Raises `_Lost`."""
    before = _written(space, found)
    same = next((place for place, (old, new) in enumerate(zip(before, left, strict=False)) if old != new), len(left))
    written, slots = list(found.lines[:same]), dict[int, int]()
    node = written[-1].node if written else found.beginning.node
    for depth, move, free in left[same:]:
        block = next((b for b in space.lines.blocks(node) if node.depth - b.block.closes == depth), None)
        if block is None:
            raise _Lost
        moved = renumbered(move, lambda slot: slots.get(slot, slot))
        line = next(filter(None, (p.line_of(moved) for p in _patterns(space, node, block, moved))), None)
        if line is None:
            raise _Lost
        slots[free] = block.state.slots
        node = line.node
        written.append(line)
    if not ends(space.machine, node):
        raise _Lost
    return Found(found.beginning, tuple(written), found.beginning.spent + sum(line.cost for line in written))


def _patterns(space: SearchSpace, node: Node, block: Statements, move: Move) -> Iterable[Pattern]:
    """The patterns among which a move is."""
    match move:
        case CallMove(subtask):
            return block.calls(subtask)
        case WriteMove(slot):
            return block.writes(slot)
        case CreateMove():
            return block.creations()
        case LoopMove():
            return block.loops()
        case BranchMove():
            return block.branches()
        case ReturnMove():
            return block.returns()
        case ElseMove():
            return (p for p in space.lines.elses(node) if p.block.closes == block.block.closes)
    return block.patterns()
