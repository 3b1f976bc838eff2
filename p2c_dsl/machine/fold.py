"""Folds the machine over a resolved program, as lint does statement by statement."""

from __future__ import annotations

from collections.abc import Sequence

from p2c_dsl.machine.facet import AnyFacet, Violation, Violations
from p2c_dsl.machine.machine import Machine
from p2c_dsl.machine.state import State
from p2c_dsl.program import Branch, Call, Create, Loop, Program, Return, Step, TakeOut, Write


def fold(machine: Machine, program: Program) -> tuple[Violation[AnyFacet | None], ...]:
    """All objections of the machine's facets to a program, in the order of its steps."""
    out: Violations = []
    machine.end(_block(machine, machine.start(), program.body, out), out)
    return tuple(out)


def _block(machine: Machine, state: State, body: Sequence[Step], out: Violations) -> State:
    for step in body:
        state = _step(machine, state, step, out)
    return state


def _step(machine: Machine, state: State, step: Step, out: Violations) -> State:
    match step:
        case Call(subtask, arguments, _, nested):
            return machine.call(state, subtask, arguments, out, nested=nested)
        case TakeOut(value):
            return machine.read(state, value, out)[0]
        case Create(_, is_map):
            return machine.create(state, is_map, out)
        case Write(slot, key, value, direct):
            return machine.write(state, slot, key, value, out, direct=direct)
        case Loop(collection, _, body, span):
            state = machine.enter_loop(state, collection, out, span)
            return machine.exit_loop(_block(machine, state, body, out))
        case Branch(operand, test, body, orelse, span):
            state = machine.enter_branch(state, operand, test, out, span)
            state = machine.enter_else(_block(machine, state, body, out))
            return machine.exit_branch(_block(machine, state, orelse, out))
        case Return(value):
            return machine.ret(state, value, out)
