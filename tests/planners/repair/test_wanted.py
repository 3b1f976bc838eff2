"""What a repair keeps: what rules ask for costs more to lose, and what the user names is not lost at all."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from p2c_dsl.planners.repair import Repair, Unrepairable, recompose
from p2c_dsl.program import Branch, Call, Loop, Step
from p2c_dsl.rules import read_rules
from tests.planners.forms import EXAMPLES
from tests.planners.repair.repaired import analysed

SPEC = """\
type Order
effect pay(Order) irreversible
effect hold(Order)
subtask approved(order: Order) -> Bool
subtask refund(order: Order):
    does pay(order)
subtask freeze(order: Order):
    does hold(order)
task settle(orders: Set[Order], order: Order):
    pay only if approved(order)
"""
ASKED = SPEC + "    at least 1 pay per Order in orders unless hold\n"
FOR_EACH = "for o in orders:", "    refund(o)"


def fixed(spec: str, *lines: str, most_edits: int = 8, keep: tuple[str, ...] = ()) -> Repair:
    text = f"{spec}\ncompose settle(orders, order):\n" + "".join(f"    {line}\n" for line in lines)
    resolved, analysis = analysed(text)
    assert analysis.program is not None
    repair = recompose(analysis.program, resolved, timeout=None, most_edits=most_edits, keep=keep)
    assert analysed(repair.text)[1].accepted
    return repair


def test_without_a_rule_that_asks_for_it_the_call_goes() -> None:
    repair = fixed(SPEC, "refund(order)")
    assert "refund" not in repair.body and repair.steps == 1


def test_losing_what_a_rule_asks_for_counts_as_two_more_edits() -> None:
    repair = fixed(ASKED, *FOR_EACH)
    assert "refund(o)" in repair.body and repair.steps == 3


def test_what_a_rule_asks_for_is_lost_where_nothing_else_is_allowed() -> None:
    repair = fixed(ASKED, *FOR_EACH, most_edits=1)
    assert "refund" not in repair.body and repair.steps == 1 and repair.nearest


@pytest.mark.parametrize("event", ["pay", "refund"])
def test_what_is_to_be_kept_is_kept(event: str) -> None:
    repair = fixed(SPEC, "refund(order)", keep=(event,))
    assert "refund(order)" in repair.body and repair.steps == 2


def test_where_it_cannot_be_kept_there_is_no_repair() -> None:
    with pytest.raises(Unrepairable, match="within 1 edited step is accepted and still does `pay`"):
        fixed(SPEC, "refund(order)", most_edits=1, keep=("pay",))


def test_what_the_original_does_not_do_need_not_be_done() -> None:
    assert fixed(SPEC, "refund(order)", keep=("hold",)).steps == 1


def test_a_call_that_moves_is_not_lost() -> None:
    spec = SPEC.replace("    pay only if approved(order)\n", "    hold before pay\n    at most 1 hold\n")
    repair = fixed(spec, "refund(order)", "freeze(order)", keep=("pay", "hold"))
    assert repair.body.split() == ["freeze(order)", "refund(order)"] and repair.steps == 2


def test_of_two_calls_the_one_that_is_asked_for_stays() -> None:
    spec = SPEC.replace("    pay only if approved(order)\n", "    not both pay, hold\n    pay then hold unless pay\n")
    repair = fixed(spec, "freeze(order)", "refund(order)")
    assert repair.body.split() == ["freeze(order)"]


def test_an_unknown_event_is_wrong_usage() -> None:
    with pytest.raises(ValueError, match="there is no effect or subtask `pya`: did you mean `pay`"):
        fixed(SPEC, "refund(order)", keep=("pya",))


@pytest.mark.parametrize("name", ["clinic", "deletion", "dinner", "refunds", "relief"])
def test_no_repair_of_a_rejected_example_loses_what_a_rule_asks_for(name: str) -> None:
    for path in sorted((EXAMPLES / name / "rejected").glob("*.p2c")):
        spec, analysis = analysed(path.read_text(), path.parent)
        assert analysis.program is not None
        try:
            repair = recompose(analysis.program, spec, timeout=None, effort=1_000)
        except Unrepairable:
            continue
        before, after = calls(analysis.program.body), calls(repair.program.body)
        for rule in read_rules(spec, analysis.program.task)[0]:
            asked = {name for name, subtask in spec.subtasks.items() if rule.asks_for(subtask)}
            assert asked.isdisjoint(before) or not asked.isdisjoint(after), (path.name, rule.text)


def calls(steps: Sequence[Step]) -> set[str]:
    """The subtasks that some steps call."""
    found: set[str] = set()
    for step in steps:
        match step:
            case Call(subtask):
                found.add(subtask.name)
            case Loop(body=body):
                found |= calls(body)
            case Branch(_, body, orelse):
                found |= calls(body) | calls(orelse)
    return found
