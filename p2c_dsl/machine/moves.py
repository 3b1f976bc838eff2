"""Steps as values, without a place in a text: they can be tried from any state of the machine.

A move's variables are slots, unless who made it numbers them otherwise; see `renumbered`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from p2c_dsl.machine.facet import Violations
from p2c_dsl.machine.machine import Machine
from p2c_dsl.machine.state import State
from p2c_dsl.program import (
    Branch,
    Call,
    Create,
    Loop,
    MakeList,
    MakeRecord,
    Operand,
    Return,
    Step,
    TakeOut,
    Var,
    Write,
    variables,
)
from p2c_dsl.program.conditions import Condition, values_of
from p2c_dsl.source import Span
from p2c_dsl.spec import Subtask
from p2c_dsl.types import Record


@dataclass(frozen=True, slots=True)
class CallMove:
    """A call; its result takes the next slot."""

    subtask: Subtask
    arguments: tuple[Operand | None, ...]


@dataclass(frozen=True, slots=True)
class TakeOutMove:
    """The lookups of an operand."""

    value: Operand


@dataclass(frozen=True, slots=True)
class CreateMove:
    """A new accumulator, in the next slot."""

    is_map: bool


@dataclass(frozen=True, slots=True)
class ListMove:
    """A list of values, in the next slot."""

    elements: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class RecordMove:
    """A record with these fields, in the next slot."""

    record: Record
    fields: tuple[tuple[str, Operand], ...]


@dataclass(frozen=True, slots=True)
class WriteMove:
    """A write; if `call` is given, its result is written."""

    slot: int
    key: Operand | None
    value: Operand | None
    call: CallMove | None = None


@dataclass(frozen=True, slots=True)
class LoopMove:
    """Enters a loop; its variable takes the next slot."""

    collection: Operand


@dataclass(frozen=True, slots=True)
class BranchMove:
    """Enters a branch's then arm."""

    condition: Condition[Operand]


@dataclass(frozen=True, slots=True)
class ElseMove:
    """Goes from the then arm into the else arm."""


@dataclass(frozen=True, slots=True)
class ReturnMove:
    """A `return`."""

    value: Operand | None


Move = (
    CallMove
    | TakeOutMove
    | CreateMove
    | ListMove
    | RecordMove
    | WriteMove
    | LoopMove
    | BranchMove
    | ElseMove
    | ReturnMove
)


def move_of(step: Step) -> Move:
    """A program's step as a move: of a loop or a branch, the way in."""
    match step:
        case Call(subtask, arguments):
            return CallMove(subtask, arguments)
        case TakeOut(value):
            return TakeOutMove(value)
        case Create(_, is_map):
            return CreateMove(is_map)
        case MakeList(_, elements):
            return ListMove(elements)
        case MakeRecord(_, record, fields):
            return RecordMove(record, fields)
        case Write(slot, key, value):
            return WriteMove(slot, key, value)
        case Loop(collection):
            return LoopMove(collection)
        case Branch(condition):
            return BranchMove(condition)
        case Return(value):
            return ReturnMove(value)


def apply(
    machine: Machine,
    state: State,
    move: Move,
    out: Violations,
    *,
    nested: bool = False,
    direct: bool = False,
    span: Span | None = None,
) -> State:
    """The state after a move; what the machine objects to is added to `out`.

    Args:
        machine: The machine of the task.
        state: The state before the move.
        move: What to do.
        out: Where objections go.
        nested: Of a call, whether it stands inside another one.
        direct: Of a write, whether the step before it is a call that stands in the same statement.
        span: Of a loop or a branch, where it stands in the text.
    """
    match move:
        case CallMove(subtask, arguments):
            return machine.call(state, subtask, arguments, out, nested=nested)
        case WriteMove(slot, key, _, CallMove() as call):
            written = Var(state.slots)
            state = apply(machine, state, call, out)
            return machine.write(state, slot, key, written, out, direct=True)
        case WriteMove(slot, key, value):
            assert value is not None
            return machine.write(state, slot, key, value, out, direct=direct)
        case LoopMove(collection):
            return machine.enter_loop(state, collection, out, span)
        case BranchMove(condition):
            return machine.enter_branch(state, condition, out, span)
        case ElseMove():
            return machine.enter_else(state)
        case CreateMove(is_map):
            return machine.create(state, is_map, out)
        case ListMove(elements):
            return machine.make_list(state, elements, out)
        case RecordMove(record, fields):
            return machine.make_record(state, record, dict(fields), out)
        case TakeOutMove(value):
            return machine.read(state, value, out)[0]
        case ReturnMove(value):
            return machine.ret(state, value, out)


def renumbered(move: Move, number: Callable[[int], int]) -> Move:
    """The move with other variables in the place of its own."""

    def other(operand: Operand) -> Operand:
        return operand.map(lambda slot: Var(number(slot)))

    def other_call(call: CallMove) -> CallMove:
        return CallMove(call.subtask, tuple(a and other(a) for a in call.arguments))

    match move:
        case CallMove():
            return other_call(move)
        case TakeOutMove(value):
            return TakeOutMove(other(value))
        case ListMove(elements):
            return ListMove(tuple(map(other, elements)))
        case RecordMove(record, fields):
            return RecordMove(record, tuple((name, other(operand)) for name, operand in fields))
        case WriteMove(slot, key, value, call):
            return WriteMove(number(slot), key and other(key), value and other(value), call and other_call(call))
        case LoopMove(collection):
            return LoopMove(other(collection))
        case BranchMove(condition):
            return BranchMove(condition.map(other))
        case ReturnMove(value):
            return ReturnMove(value and other(value))
        case CreateMove() | ElseMove():
            return move


def operands_of(move: Move) -> tuple[Operand, ...]:
    """The operands of a move, in the order of the text."""
    match move:
        case CallMove(_, arguments):
            return tuple(a for a in arguments if a is not None)
        case WriteMove(_, key, value, call):
            written = () if call is None else operands_of(call)
            return tuple(o for o in (key, value) if o is not None) + written
        case ListMove(elements):
            return elements
        case RecordMove(_, fields):
            return tuple(operand for _, operand in fields)
        case BranchMove(condition):
            return values_of(condition)
        case LoopMove(operand) | ReturnMove(operand) | TakeOutMove(operand):
            return () if operand is None else (operand,)
        case CreateMove() | ElseMove():
            return ()


def used_by(move: Move) -> list[int]:
    """The variables that a move reads or writes into."""
    written = [move.slot] if isinstance(move, WriteMove) else []
    return [slot for operand in operands_of(move) for slot in variables(operand)] + written


def defines(move: Move | None) -> bool:
    """Whether a move makes a value that later ones can use."""
    match move:
        case CallMove(subtask):
            return subtask.result is not None
        case CreateMove() | LoopMove() | ListMove() | RecordMove():
            return True
    return False
