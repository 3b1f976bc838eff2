"""What may follow a point of the repair's search: the next unit as it is or edited, and inserted lines."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace

from p2c_dsl.machine import BranchFrame, Machine, State, Violations
from p2c_dsl.machine.moves import (
    BranchMove,
    CallMove,
    CreateMove,
    LoopMove,
    Move,
    ReturnMove,
    WriteMove,
    apply,
    defines,
    operands_of,
    renumbered,
    used_by,
)
from p2c_dsl.planners.automaton.units import Kind, Original, Unit
from p2c_dsl.planners.lines.node import Node, after_else, closed
from p2c_dsl.planners.lines.successors import Lines
from p2c_dsl.planners.repair.bound import Bound
from p2c_dsl.planners.repair.points import DROPPED, NAME, WANTED, Action, Blocks, Op, Point, here, loss
from p2c_dsl.planners.repair.wanted import Wanted
from p2c_dsl.program import Hole, Operand, Var, variables
from p2c_dsl.spec import Subtask
from p2c_dsl.types import Unknown

Successor = tuple[Action, Point]
Following = tuple[tuple[Move, Node], ...]


class Successors:
    """Finds the actions that may follow a point, and the points after them."""

    def __init__(self, machine: Machine, original: Original, bound: Bound, wanted: Wanted) -> None:
        self.machine = machine
        self.original = original
        self.bound = bound
        self.wanted = wanted
        self.node_key = bound.key
        self.lines = Lines(machine, bound.key)
        self._after: dict[Hashable, Following] = {}

    def unedited(self, point: Point) -> Iterator[Successor]:
        """What may follow without an edit, or nearly so: the next unit unchanged, and the ends of blocks."""
        if point.going:
            return
        if point.place < len(self.original.units):
            unit = self.original.units[point.place]
            match unit.kind:
                case Kind.END | Kind.ELSE:
                    yield from self._ended(point, unit)
                case Kind.ALIAS:
                    yield from self._alias(point, unit)
                case Kind.STEP:
                    yield from self._kept(point, unit)
        yield from self._new_ends(point)

    def edited(self, point: Point) -> Iterator[Successor]:
        """What may follow at the cost of an edit."""
        units, place = self.original.units, point.place
        unit = units[place] if place < len(units) and units[place].kind in (Kind.STEP, Kind.ALIAS) else None
        if unit is not None:
            yield from self._dropped(point, unit)
        if point.going:
            return
        if not point.node.state.returned:
            yield from self._insertions(point, unit)

    def _dropped(self, point: Point, unit: Unit) -> Iterator[Successor]:
        after = replace(point, place=point.place + 1, fresh=False, going=False)
        before = self.original.units[point.place - 1] if point.place else unit
        leaves = before.inner and before.statement == unit.statement and not point.going
        left = NAME * leaves + (0 if unit.again else self._misses(unit.move, None))
        if not (unit.inner and point.going):
            loses = left + (0 if unit.again else DROPPED)
            yield Action(Op.DROP, point.place, edits=1, loses=loses), after
        if unit.inner:
            # A call without a line of its own is dropped for free together with its whole statement.
            yield Action(Op.DROP, point.place, loses=left), replace(after, going=True)

    def _ended(self, point: Point, unit: Unit) -> Iterator[Successor]:
        action = Action(Op.KEEP, point.place)
        if all(head != unit.head for head, _ in point.blocks):
            yield action, replace(point, place=point.place + 1)
            return
        if point.blocks[-1][0] != unit.head:
            return
        node = point.node
        if unit.kind is Kind.ELSE:
            if not node.empty and _all_filled(node.state):
                inner = Node(self.machine.enter_else(node.state), True)
                yield from self._shut(action, point, inner, point.blocks)
            return
        frame = node.state.frames[-1]
        if isinstance(frame, BranchFrame) and frame.then is not None:
            node = Node(node.state, False)
        outer = closed(self.machine, node)
        if outer is not None:
            yield from self._shut(action, point, outer, point.blocks[:-1])

    def _new_ends(self, point: Point) -> Iterator[Successor]:
        if not point.blocks:
            return
        head, new_else = point.blocks[-1]
        if head is None:
            outer = closed(self.machine, point.node)
            if outer is not None:
                yield from self._shut(Action(Op.CLOSE), point, outer, point.blocks[:-1])
        if not new_else and (head is None or not self.original.units[head].has_else):
            inner = after_else(self.machine, point.node)
            if inner is not None:
                yield from self._shut(Action(Op.ELSE), point, inner, (*point.blocks[:-1], (head, True)))

    def _shut(self, action: Action, point: Point, node: Node, blocks: Blocks) -> Iterator[Successor]:
        """The point where a block's own variables are gone; there is none if one of them is still to be used."""
        first = node.state.slots
        if all(slot < first for slot in point.unused):
            slots = tuple((d, s) for d, s in point.slots if s < first)
            place = point.place + (action.unit is not None)
            yield action, Point(node, place, slots, blocks, False, point.unused, done=point.done)

    def _alias(self, point: Point, unit: Unit) -> Iterator[Successor]:
        after = replace(point, place=point.place + 1, fresh=False)
        state = point.node.state
        operand = None if unit.aliased is None else self._here(unit.aliased, point)
        if operand is None or state.returned:
            return
        out: Violations = []
        if not isinstance(operand, Var):
            state, _ = self.machine.read(state, operand, out)
        if not out:
            yield Action(Op.KEEP, point.place), replace(after, node=Node(state, False))

    # ------------------------------------------------------------ steps of the original

    def _kept(self, point: Point, unit: Unit) -> Iterator[Successor]:
        move = None if unit.move is None else self._carried(unit.move, point)
        if move is None or point.node.state.returned:
            return
        direct = unit.direct and point.fresh and _writes(move, point.node.state.slots - 1)
        after = self._applied(point.node.state, move, direct, unit.nested)
        # Naming an unnamed result is an edit, and so is a new `else` around a step, which is not a step itself.
        edits = int((unit.direct and not direct) or any(new for _, new in point.blocks))
        if after is None and unit.nested:
            after, edits = self._applied(point.node.state, move, False, False), 1
        if after is not None:
            op = Op.CHANGE if edits else Op.KEEP
            yield self._step(point, unit, Action(op, point.place, move, direct, edits), after)

    def _applied(self, state: State, move: Move, direct: bool, nested: bool) -> Node | None:
        out: Violations = []
        after = apply(self.machine, state, move, out, nested=nested, direct=direct)
        if out or any(a.frozen and not a.filled for a in after.accumulators.values()):
            return None
        return Node(after, len(after.frames) > len(state.frames))

    def _step(self, point: Point, unit: Unit | None, action: Action, node: Node) -> Successor:
        """The point after a step, which is a unit of the original if one is given."""
        before, slots = point.node.state, point.slots
        if unit is not None and unit.defines is not None and defines(action.move):
            slots = (*slots, (unit.defines, before.slots))
        if action.direct:
            slots = tuple((d, s) for d, s in slots if s != before.slots - 1)
        blocks = point.blocks
        if len(node.state.frames) > len(before.frames):
            blocks = (*blocks, (None if unit is None else point.place, False))
        fresh = isinstance(action.move, CallMove) and action.move.subtask.result is not None
        place = point.place + (unit is not None)
        unused = point.unused
        if action.op is not Op.KEEP and action.move is not None:
            unused = unused.difference(*(variables(o) for o in operands_of(action.move)))
        done = point.done | self.wanted.done_by(action.move)
        return action, Point(node, place, slots, blocks, fresh, unused, done=done)

    def _misses(self, before: Move | None, after: Move | None) -> int:
        """What is lost with a call of the original that does what is wanted, if another step does not."""
        return WANTED * len(self.wanted.done_by(before) - self.wanted.done_by(after))

    def _carried(self, move: Move, point: Point) -> Move | None:
        """A move of the original with its current slots; `None` if a variable is gone."""
        slots = dict(point.slots)
        if any(d not in slots for d in used_by(move)):
            return None
        if any(self._here(o, point) is None for o in operands_of(move)):
            return None
        return renumbered(move, slots.__getitem__)

    def _here(self, operand: Operand, point: Point) -> Operand | None:
        """An operand of the original with its current slots; `None` where it has no meaning."""
        slots = dict(point.slots)
        if isinstance(operand, Hole) or any(d not in slots for d in variables(operand)):
            return None
        placed = here(operand, slots)
        unknown = isinstance(self.machine.value(point.node.state, placed).type, Unknown)
        return None if unknown else placed

    # ------------------------------------------------------------ other steps

    def _insertions(self, point: Point, unit: Unit | None) -> Iterator[Successor]:
        place, slots, units = point.place, dict(point.slots), self.original.units
        last = units[place - 1] if place else None
        named = last is not None and last.defines in self.original.names
        splits = last is not None and unit is not None and last.statement == unit.statement
        if unit is not None and isinstance(unit.move, CallMove):
            yield from self._other_arguments(point, unit)
        for move, node in self._following(point.node):
            if unit is not None and type(unit.move) is type(move) and not _calls(move):
                loses = loss(unit.move, move, slots) + self._misses(unit.move, move)
                action = Action(Op.CHANGE, place, move, edits=1, loses=loses)
                yield self._step(point, unit, action, node)
            action = Action(Op.INSERT, None, move, edits=1 + _calls(move), loses=NAME * splits)
            yield from self._inserted(point, action, node)
            if point.fresh and _writes(move, point.node.state.slots - 1):
                after = self._applied(point.node.state, move, True, False)
                if after is None:
                    continue
                yield from self._inserted(point, Action(Op.INSERT, None, move, True, 1, NAME * named), after)
                if unit is not None and isinstance(unit.move, WriteMove):
                    yield self._step(point, unit, Action(Op.CHANGE, place, move, True, 1), after)

    def _other_arguments(self, point: Point, unit: Unit) -> Iterator[Successor]:
        """A call of the original with some of its arguments changed, the others as they were."""
        assert isinstance(unit.move, CallMove)
        old = [None if a is None else self._here(a, point) for a in unit.move.arguments]
        lost = {i for i, a in enumerate(unit.move.arguments) if a is not None and old[i] is None}
        tried = set()
        for move, _ in self._calls_of(unit.move.subtask, point.node):
            assert isinstance(move, CallMove)
            for new in [lost] if lost else [{i} for i in range(len(old))]:
                pairs = enumerate(zip(move.arguments, old, strict=True))
                mixed = replace(move, arguments=tuple(n if i in new else o for i, (n, o) in pairs))
                if mixed in tried or mixed.arguments == tuple(old):
                    continue
                tried.add(mixed)
                after = self._applied(point.node.state, mixed, False, False)
                if after is not None:
                    loses = loss(unit.move, mixed, dict(point.slots))
                    yield self._step(point, unit, Action(Op.CHANGE, point.place, mixed, edits=1, loses=loses), after)

    def _inserted(self, point: Point, action: Action, node: Node) -> Iterator[Successor]:
        """An inserted step, unless it can never be worth its edit."""
        action, after = self._step(point, None, action, node)
        match action.move:
            case CallMove(subtask) if not self.bound.matters(subtask):
                if subtask.result is not None:
                    after = replace(after, unused=after.unused | {point.node.state.slots})
                elif not point.node.empty:
                    return
            case CreateMove():
                after = replace(after, unused=after.unused | {point.node.state.slots})
        yield action, after

    def _following(self, node: Node) -> Following:
        """The lines to insert in the node's own block."""
        key = self.node_key(node)
        if key not in self._after:
            self._after[key] = tuple(self._lines_after(node))
        return self._after[key]

    def _lines_after(self, node: Node) -> Iterator[tuple[Move, Node]]:
        """All lines that the automaton allows there."""
        for line in self.lines.after(node):
            if line.closes or not isinstance(line.move, STEPS):
                return
            yield line.move, line.node

    def _calls_of(self, subtask: Subtask, node: Node) -> Following:
        """The calls of one subtask that the automaton allows there."""
        lines = self._following(node)
        return tuple((m, n) for m, n in lines if isinstance(m, CallMove) and m.subtask == subtask)


STEPS = (CallMove, CreateMove, WriteMove, LoopMove, BranchMove, ReturnMove)


def _all_filled(state: State) -> bool:
    depth = len(state.frames)
    return all(a.filled for a in state.accumulators.values() if a.depth == depth)


def _calls(move: Move) -> bool:
    """Whether it is two steps: a write, and the call that gives what is written."""
    return isinstance(move, WriteMove) and move.call is not None


def _writes(move: Move, slot: int) -> bool:
    """Whether it writes the value in a slot, which it uses for nothing else."""
    return isinstance(move, WriteMove) and move.value == Var(slot) and list(used_by(move)).count(slot) == 1
