"""A line's steps as data, so that they can be tried again from another state of the machine."""

from __future__ import annotations

from dataclasses import dataclass, replace

from p2c_dsl.machine import Machine, State, Violations
from p2c_dsl.program import ConstantOf, FieldOf, Hole, ItemOf, Operand, Test, Var
from p2c_dsl.spec import Subtask

Operands = tuple[Operand | None, ...]


@dataclass(frozen=True, slots=True)
class CallMove:
    """A call; its result takes the next slot."""

    subtask: Subtask
    arguments: Operands

    def apply(self, machine: Machine, state: State, out: Violations) -> State:
        return machine.call(state, self.subtask, self.arguments, out)

    def shifted(self, base: int, by: int) -> CallMove:
        return replace(self, arguments=tuple(a and shifted(a, base, by) for a in self.arguments))


@dataclass(frozen=True, slots=True)
class CreateMove:
    """A new accumulator, in the next slot."""

    is_map: bool

    def apply(self, machine: Machine, state: State, out: Violations) -> State:
        return machine.create(state, self.is_map, out)

    def shifted(self, base: int, by: int) -> CreateMove:
        return self


@dataclass(frozen=True, slots=True)
class WriteMove:
    """A write; if `call` is given, its result is written."""

    slot: int
    key: Operand | None
    value: Operand | None
    call: CallMove | None = None

    def apply(self, machine: Machine, state: State, out: Violations) -> State:
        value = self.value
        if self.call is not None:
            value = Var(state.slots)
            state = self.call.apply(machine, state, out)
        assert value is not None
        return machine.write(state, self.slot, self.key, value, out, direct=self.call is not None)

    def shifted(self, base: int, by: int) -> WriteMove:
        slot = self.slot + by if self.slot >= base else self.slot
        key = self.key and shifted(self.key, base, by)
        value = self.value and shifted(self.value, base, by)
        return WriteMove(slot, key, value, self.call and self.call.shifted(base, by))


@dataclass(frozen=True, slots=True)
class LoopMove:
    """Enters a loop; its variable takes the next slot."""

    collection: Operand

    def apply(self, machine: Machine, state: State, out: Violations) -> State:
        return machine.enter_loop(state, self.collection, out)

    def shifted(self, base: int, by: int) -> LoopMove:
        return LoopMove(shifted(self.collection, base, by))


@dataclass(frozen=True, slots=True)
class BranchMove:
    """Enters a branch's then arm."""

    operand: Operand
    test: Test

    def apply(self, machine: Machine, state: State, out: Violations) -> State:
        return machine.enter_branch(state, self.operand, self.test, out)

    def shifted(self, base: int, by: int) -> BranchMove:
        return BranchMove(shifted(self.operand, base, by), self.test)


@dataclass(frozen=True, slots=True)
class ElseMove:
    """Goes from the then arm into the else arm."""

    def apply(self, machine: Machine, state: State, out: Violations) -> State:
        return machine.enter_else(state)

    def shifted(self, base: int, by: int) -> ElseMove:
        return self


@dataclass(frozen=True, slots=True)
class ReturnMove:
    """A `return`."""

    operand: Operand | None

    def apply(self, machine: Machine, state: State, out: Violations) -> State:
        return machine.ret(state, self.operand, out)

    def shifted(self, base: int, by: int) -> ReturnMove:
        return ReturnMove(self.operand and shifted(self.operand, base, by))


Move = CallMove | CreateMove | WriteMove | LoopMove | BranchMove | ElseMove | ReturnMove


def operands_of(move: Move) -> tuple[Operand, ...]:
    """The operands of a move, in the order of the text."""
    match move:
        case CallMove(_, arguments):
            return tuple(a for a in arguments if a is not None)
        case WriteMove(_, key, value, call):
            written = () if call is None else operands_of(call)
            return tuple(o for o in (key, value) if o is not None) + written
        case LoopMove(operand) | BranchMove(operand) | ReturnMove(operand):
            return () if operand is None else (operand,)
        case CreateMove() | ElseMove():
            return ()


def shifted(operand: Operand, base: int, by: int) -> Operand:
    """The operand with all slots from `base` on moved."""
    match operand:
        case Var(slot):
            return Var(slot + by) if slot >= base else operand
        case FieldOf(inner, name):
            return FieldOf(shifted(inner, base, by), name)
        case ItemOf(inner, key):
            return ItemOf(shifted(inner, base, by), shifted(key, base, by))
        case ConstantOf() | Hole():
            return operand
