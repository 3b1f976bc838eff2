"""With which of its inputs a solution calls a tool, and how often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from p2c_dsl.program import Branch, Call, FieldOf, Loop, Operand, Program, Step, Var
from p2c_dsl.types import Record, Type, is_subtype

CallKeys = tuple[str, ...] | None
"""The arguments of a call as inputs or fields of inputs, `None` where not all are."""
_Often = Mapping[CallKeys, tuple[int, int]]


def calls_with_keys(program: Program, tool: str) -> list[tuple[CallKeys, bool]]:
    """The calls of a tool that a run may make, each with whether every run makes it.

    All that a loop does counts as calls with keys that are not visible.
    """
    found = _often(program.body, program, tool)
    return [(keys, n < low) for keys, (low, high) in found.items() for n in range(high)]


def path_of(operand: Operand, names: Sequence[str]) -> str | None:
    """A value as one of the inputs of these names, or as a field of one."""
    match operand:
        case Var(slot) if slot < len(names):
            return names[slot]
        case FieldOf(base, name):
            inner = path_of(base, names)
            return None if inner is None else f"{inner}.{name}"
    return None


def _often(body: Sequence[Step], program: Program, tool: str) -> _Often:
    found: dict[CallKeys, tuple[int, int]] = {}
    for step in body:
        for keys, (low, high) in _in_step(step, program, tool).items():
            before = found.get(keys, (0, 0))
            found[keys] = (before[0] + low, before[1] + high)
    return found


def _in_step(step: Step, program: Program, tool: str) -> _Often:
    match step:
        case Call(subtask) if subtask.name == tool:
            return {_keys(step, program): (1, 1)}
        case Branch(body=then, orelse=orelse):
            one, other = _often(then, program, tool), _often(orelse, program, tool)
            arms = {keys: (one.get(keys, (0, 0)), other.get(keys, (0, 0))) for keys in (*one, *other)}
            return {keys: (min(a[0], b[0]), max(a[1], b[1])) for keys, (a, b) in arms.items()}
        case Loop(body=inner):
            return {None: (0, 1)} if _often(inner, program, tool) else {}
    return {}


def _keys(call: Call, program: Program) -> CallKeys:
    names = [p.name for p in program.task.parameters]
    found: list[str] = []
    for argument, parameter in zip(call.arguments, call.subtask.parameters, strict=True):
        path = None if argument is None else path_of(argument, names)
        # A value that is tested for `None` inside has a wider type outside.
        if argument is None or path is None or not is_subtype(_type(argument, program), parameter.type):
            return None
        found.append(path)
    return tuple(found)


def _type(operand: Operand, program: Program) -> Type:
    """The type of an input, or of a field of one."""
    if isinstance(operand, FieldOf):
        of = _type(operand.base, program)
        assert isinstance(of, Record)
        return program.spec.records[of.name][operand.name]
    assert isinstance(operand, Var)
    return program.task.parameters[operand.slot].type
