"""The points of the repair's search, and the actions that lead from one to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from p2c_dsl.machine.moves import CallMove, Move, operands_of
from p2c_dsl.planners.lines.node import Node
from p2c_dsl.program import Operand, Var

Slots = tuple[tuple[int, int], ...]
"""Where the original's definitions are now, those that are still visible."""

Blocks = tuple[tuple[int | None, bool], ...]

EDIT = 10_000
"""The weight of an edit against what it loses."""
OPERAND, NAME, DROPPED, REPLACED, WANTED = 1, 5, 10, 20, 100
"""What is lost with another operand, with a variable's name, with a whole step, with one in whose place another subtask
is called, which was not asked for, and with a call that does what a rule asks for."""


class Op(Enum):
    """What is done on the way from one point to the next."""

    KEEP = auto()
    DROP = auto()
    CHANGE = auto()
    INSERT = auto()
    ELSE = auto()
    """A new `else:`."""
    CLOSE = auto()
    """The end of an inserted block."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something done to a unit of the original, or an inserted step; a move's operands name slots.

    `edits` is what it costs.
    """

    op: Op
    unit: int | None = None
    move: Move | None = None
    direct: bool = False
    edits: int = 0
    loses: int = 0
    """How much of the original it loses, which decides between paths with equally many edits."""

    @property
    def cost(self) -> int:
        return self.edits * EDIT + self.loses


@dataclass(frozen=True, slots=True)
class Point:
    """A node, and a place in the original.

    `blocks` are the open blocks: the head's place there (`None` for a new one), and whether this is a new `else`.

    `fresh` says that the last action was a call whose result may be written without a name; `unused` are the slots
    of what was inserted only to be used later; `going` says that the rest of this statement is dropped too. `done` are
    the wanted events that some call so far does.
    """

    node: Node
    place: int
    slots: Slots
    blocks: Blocks = ()
    fresh: bool = False
    unused: frozenset[int] = frozenset()
    going: bool = False
    done: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class EditPath:
    """The way to an accepted composition; `points` are where its actions start, and its end.

    `cost` is what it costs, with the wanted events that it loses.
    """

    actions: tuple[Action, ...]
    points: tuple[Point, ...]
    edits: int
    cost: int


def loss(before: Move | None, after: Move, slots: Mapping[int, int]) -> int:
    """What a changed step loses."""
    if isinstance(before, CallMove) and isinstance(after, CallMove):
        if before.subtask != after.subtask:
            return REPLACED
        pairs = zip(before.arguments, after.arguments, strict=True)
        return OPERAND * sum(new != (old and here(old, slots)) for old, new in pairs)
    kept = [here(o, slots) for o in operands_of(before)] if before is not None else []
    return OPERAND * sum(o not in kept for o in operands_of(after))


def here(operand: Operand, slots: Mapping[int, int]) -> Operand:
    """An operand of the original with each definition's slot in its place, -1 where it has none."""
    return operand.map(lambda definition: Var(slots.get(definition, -1)))
