"""Folds the machine over a resolved program, as lint does statement by statement."""

from __future__ import annotations

from collections.abc import Sequence

from p2c_dsl.machine.facet import AnyFacet, Violation, Violations
from p2c_dsl.machine.machine import Machine
from p2c_dsl.machine.moves import apply, move_of
from p2c_dsl.machine.state import State
from p2c_dsl.program import Branch, Call, Loop, Program, Step, Write


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
    nested, direct = isinstance(step, Call) and step.nested, isinstance(step, Write) and step.direct
    state = apply(machine, state, move_of(step), out, nested=nested, direct=direct, span=step.span)
    match step:
        case Loop(body=body):
            return machine.exit_loop(_block(machine, state, body, out))
        case Branch(body=then, orelse=orelse):
            state = _block(machine, state, then, out)
            if not orelse:
                return machine.without_else(state)
            return machine.exit_branch(_block(machine, machine.enter_else(state), orelse, out))
    return state
