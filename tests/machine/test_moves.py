"""Moves with other variables in the place of their own, and the lines that they make."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.machine.moves import (
    BranchMove,
    CallMove,
    CreateMove,
    ElseMove,
    ListMove,
    LoopMove,
    Move,
    RecordMove,
    ReturnMove,
    TakeOutMove,
    WriteMove,
    operands_of,
    renumbered,
    used_by,
)
from p2c_dsl.program import ConstantOf, FieldOf, Hole, ItemOf, Var, lookups, variables
from p2c_dsl.program import Test as Holds
from p2c_dsl.program.conditions import Predicate
from p2c_dsl.program_text import line_of
from p2c_dsl.resolve import load_text
from p2c_dsl.types import BOOL, INT, Record

OPERAND = ItemOf(FieldOf(Var(0), "f"), ItemOf(Var(1), Var(0)))
ONE = ConstantOf(1, INT)
SPEC = load_text("subtask use(a: Int, b: Int = 1, c: Int = 2)\n", "moves.p2c", Path()).spec
CALL = CallMove(SPEC.subtasks["use"], (OPERAND, None, ONE))
LINES: list[tuple[Move, str]] = [
    (CALL, "use(x.f[y[x]], c=1)"),
    (CreateMove(True), "new = {}"),
    (ListMove((OPERAND, Var(1))), "new = [x.f[y[x]], y]"),
    (RecordMove(Record("R"), (("g", OPERAND), ("h", ONE))), "new = R(g=x.f[y[x]], h=1)"),
    (WriteMove(1, OPERAND, Hole()), "y[x.f[y[x]]] = ?"),
    (WriteMove(0, None, None, CALL), "x.append(use(x.f[y[x]], c=1))"),
    (LoopMove(OPERAND), "for new in x.f[y[x]]:"),
    (BranchMove(Predicate(Holds.SOME, (ConstantOf(True, BOOL),))), "if True is not None:"),
    (ElseMove(), "else:"),
    (ReturnMove(None), "return"),
    (ReturnMove(OPERAND), "return x.f[y[x]]"),
]


@pytest.mark.parametrize(("move", "text"), LINES)
def test_a_move_is_written_with_the_names_of_its_variables(move: Move, text: str) -> None:
    name = "new" if isinstance(move, CreateMove | LoopMove | ListMove | RecordMove) else None
    assert line_of(move, name, lambda slot: "xy"[slot]) == text


@pytest.mark.parametrize("move", [*(move for move, _ in LINES), TakeOutMove(OPERAND)])
def test_a_renumbered_move_differs_in_its_variables_alone(move: Move) -> None:
    moved = renumbered(move, lambda slot: slot + 7)
    assert used_by(moved) == [slot + 7 for slot in used_by(move)]
    assert len(operands_of(moved)) == len(operands_of(move))
    assert renumbered(moved, lambda slot: slot - 7) == move


def test_an_operand_lists_its_variables_and_its_lookups() -> None:
    assert variables(OPERAND) == [0, 1, 0]
    assert lookups(FieldOf(OPERAND, "g")) == [OPERAND.key, OPERAND]
    assert not variables(ONE) and not lookups(FieldOf(Var(0), "f"))
