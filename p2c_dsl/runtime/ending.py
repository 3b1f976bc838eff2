"""Where a run may end before its time: by a `return`, or by a look-up whose key is missing."""

from __future__ import annotations

from collections.abc import Sequence

from p2c_dsl.program import Branch, FieldOf, ItemOf, Loop, Operand, Program, Return, Step, Var, operands
from p2c_dsl.syntax.span import Span

Loops = tuple[Loop, ...]


def ending(program: Program) -> frozenset[Span]:
    """The branches and loops in which a run may end, so that going on behind them tells which way they went."""
    found: set[Span] = set()
    _ends(program.body, (), found)
    return frozenset(found)


def _ends(block: Sequence[Step], loops: Loops, found: set[Span]) -> bool:
    """Whether a run may end in a block; adds the branches and loops in it for which that is so."""
    ends = False
    for step in block:
        inside = False
        match step:
            case Loop(body=body):
                inside = _ends(body, (*loops, step), found)
            case Branch(body=body, orelse=orelse):
                inside = any([_ends(body, loops, found), _ends(orelse, loops, found)])
        if inside and isinstance(step, Loop | Branch):
            found.add(step.span)
        own = any(_can_fail(operand, loops) for operand in operands(step))
        ends |= inside or own or isinstance(step, Return)
    return ends


def _can_fail(operand: Operand, loops: Loops) -> bool:
    """Whether a look-up in an operand may find nothing: any but that of a key of the loop over the very map."""
    match operand:
        case FieldOf(base, _):
            return _can_fail(base, loops)
        case ItemOf(base, key):
            sure = any(key == Var(loop.slot) and base == loop.collection for loop in loops)
            return not sure or _can_fail(base, loops) or _can_fail(key, loops)
    return False
