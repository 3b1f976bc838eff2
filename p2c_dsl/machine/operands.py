"""Finds and replaces the variables in a move's operands."""

from __future__ import annotations

from collections.abc import Iterator

from p2c_dsl.machine.moves import BranchMove, CallMove, CreateMove, LoopMove, Move, ReturnMove, WriteMove
from p2c_dsl.program import FieldOf, ItemOf, Operand, Var


def variables(operand: Operand) -> Iterator[int]:
    """The variables in an operand."""
    match operand:
        case Var(slot):
            yield slot
        case FieldOf(base, _):
            yield from variables(base)
        case ItemOf(base, key):
            yield from variables(base)
            yield from variables(key)


def used_by(move: Move) -> Iterator[int]:
    """The variables that a move reads or writes to."""
    for operand in operands(move):
        yield from variables(operand)
    if isinstance(move, WriteMove):
        yield move.slot


def operands(move: Move) -> Iterator[Operand]:
    """What a move reads."""
    match move:
        case CallMove(_, arguments):
            yield from (a for a in arguments if a is not None)
        case WriteMove(_, key, value, call):
            yield from (o for o in (key, value) if o is not None)
            if call is not None:
                yield from operands(call)
        case LoopMove(operand) | BranchMove(operand, _):
            yield operand
        case ReturnMove(value):
            yield from () if value is None else (value,)


def renamed(move: Move, slots: dict[int, int]) -> Move:
    """The move with its variables replaced."""
    match move:
        case CallMove(subtask, arguments):
            return CallMove(subtask, tuple(a and moved(a, slots) for a in arguments))
        case WriteMove(slot, key, value):
            return WriteMove(slots[slot], key and moved(key, slots), value and moved(value, slots))
        case LoopMove(collection):
            return LoopMove(moved(collection, slots))
        case BranchMove(operand, test):
            return BranchMove(moved(operand, slots), test)
        case ReturnMove(value):
            return ReturnMove(value and moved(value, slots))
    return move


def moved(operand: Operand, slots: dict[int, int]) -> Operand:
    """The operand with its variables replaced, by -1 if there is no replacement."""
    match operand:
        case Var(definition):
            return Var(slots.get(definition, -1))
        case FieldOf(base, name):
            return FieldOf(moved(base, slots), name)
        case ItemOf(base, key):
            return ItemOf(moved(base, slots), moved(key, slots))
    return operand


def defines(move: Move | None) -> bool:
    """Whether the move makes a value that later steps can use."""
    match move:
        case CallMove(subtask):
            return subtask.result is not None
        case CreateMove() | LoopMove():
            return True
    return False
