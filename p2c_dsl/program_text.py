"""Moves as lines of text."""

from __future__ import annotations

from collections.abc import Callable, Set

from p2c_dsl.machine.moves import BranchMove, CallMove, CreateMove, LoopMove, Move, ReturnMove, WriteMove
from p2c_dsl.program import ConstantOf, FieldOf, ItemOf, Operand, Test, Var
from p2c_dsl.spec import EnumMember
from p2c_dsl.syntax.text import quote

Variables = Callable[[int], str]
"""How the variable in a slot is written."""


def line(move: Move, name: str | None, variables: Variables, named: Set[str] = frozenset()) -> str:
    """A step's line; `name` is the variable that it binds, if any, and `named` is as in `call`."""
    match move:
        case CallMove():
            written = call(move, variables, named)
            return written if name is None else f"{name} = {written}"
        case CreateMove(is_map):
            return f"{name} = {'{}' if is_map else '[]'}"
        case WriteMove(slot, key, value, inner):
            new = operand(value, variables) if inner is None else call(inner, variables)
            target = variables(slot)
            return (
                f"{target}.append({new})" if key is None else f"{target}[{operand(key, variables)}] = {new}"
            )
        case LoopMove(collection):
            return f"for {name} in {operand(collection, variables)}:"
        case BranchMove(tested, test):
            opening = "if not " if test is Test.FALSE else "if "
            closing = {Test.NONE: " is None:", Test.SOME: " is not None:"}.get(test, ":")
            return f"{opening}{operand(tested, variables)}{closing}"
        case ReturnMove(value):
            return "return" if value is None else f"return {operand(value, variables)}"
        case _:
            raise TypeError(move)


def call(move: CallMove, variables: Variables, named: Set[str] = frozenset()) -> str:
    """A call. Arguments are named for parameters in `named`, and for all parameters after a named or omitted one."""
    parts, by_name = [], False
    for argument, parameter in zip(move.arguments, move.subtask.parameters, strict=True):
        by_name = by_name or argument is None or parameter.name in named
        if argument is None:
            continue
        text = operand(argument, variables)
        parts.append(f"{parameter.name}={text}" if by_name else text)
    return f"{move.subtask.name}({', '.join(parts)})"


def operand(of: Operand | None, variables: Variables) -> str:
    """An operand."""
    match of:
        case Var(slot):
            return variables(slot)
        case FieldOf(base, name):
            return f"{operand(base, variables)}.{name}"
        case ItemOf(base, key):
            return f"{operand(base, variables)}[{operand(key, variables)}]"
        case ConstantOf(name=str(name)):
            return name
        case ConstantOf(EnumMember(enum, member)):
            return f"{enum}.{member}"
        case ConstantOf(str(value)):
            return quote(value)
        case ConstantOf(value):
            return repr(value)
    raise TypeError(of)
