"""The human-level AI keeps to what was asked for, within its steps, and takes what its values prefer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from p2c_dsl.analysis.read import read_composition
from p2c_dsl.planners.figure2.contracts import Clause, Contract, Slot, contract_of, with_acts
from p2c_dsl.planners.figure2.human_proxy import UNSOLVED, HumanProxy, keyed_as_declared, looks_up_in_vain
from p2c_dsl.planners.preferences.solution import PartialSolution
from p2c_dsl.planners.rl.environments.domains import load_domain
from p2c_dsl.program import Call, Write, steps
from p2c_dsl.resolve import load_text
from tests.examples.domains import EXAMPLES

SHOP = """
type Order
type Note
effect pay(Order)
effect tell(Order)
subtask check(order: Order) -> Bool
subtask refund(order: Order):
    does pay(order)
subtask draft(order: Order) -> Note
subtask kind_draft(order: Order) -> Note
subtask send(order: Order, note: Note):
    does tell(order)
task settle(order: Order):
    at most 1 pay
"""


class Likes:
    """Values over the number of calls of one tool."""

    def __init__(self, tool: str) -> None:
        self.tool = tool

    def judge(self, solution: PartialSolution) -> float:
        return solution.feature(f"{self.tool}: calls")

    def best(self, solutions: Sequence[PartialSolution]) -> int:
        return max(range(len(solutions)), key=lambda n: (self.judge(solutions[n]), -n))


def proxy(human_steps: int = 4, tool: str = "draft") -> HumanProxy:
    loaded = load_text(SHOP, "shop.p2c", Path())
    assert not loaded.diagnostics
    return HumanProxy(loaded.spec, loaded.spec.tasks["settle"], Likes(tool), human_steps)


def contract(of: HumanProxy, result: bool, *effects: Clause) -> Contract:
    types = of.spec.types
    return Contract((Slot("order", types["Order"]),), types["Note"] if result else None, effects)


TELL = Clause("tell", ("order",), True)


def test_a_solution_has_at_most_so_many_steps_as_a_human_can() -> None:
    for most in (1, 2, 3):
        of = proxy(most)
        for solved in of.considered(contract(of, False, TELL)):
            assert solved.program is not None
            size = sum(not (isinstance(s, Write) and s.direct) for s in steps(solved.program.body))
            assert size <= most


def test_what_takes_more_steps_has_no_solution_and_a_fixed_judgement() -> None:
    of = proxy(human_steps=1)
    solved = of.solve(contract(of, False, TELL))
    assert solved.program is None
    assert solved.part is None
    assert of.judge(solved) == UNSOLVED


def test_a_solution_has_the_declared_effects_as_often_as_declared_and_no_others() -> None:
    of = proxy()
    for asked in (contract(of, False, TELL), contract(of, False, TELL, TELL), contract(of, True)):
        for solved in of.considered(asked):
            assert solved.program is not None
            calls = [s for s in steps(solved.program.body) if isinstance(s, Call)]
            done = Counter(use.effect.name for call in calls for use in call.subtask.effects)
            assert done == Counter(clause.effect for clause in asked.effects)
            assert keyed_as_declared(solved.program, asked)


def test_an_effect_on_something_else_than_declared_is_no_solution() -> None:
    of = proxy()
    order = of.spec.types["Order"]
    two = Contract((Slot("order", order), Slot("other", order)), None, (Clause("pay", ("other",), True),))
    for solved in of.considered(two):
        assert solved.program is not None
        assert "refund(other)" in solved.program.source.text


def test_what_looks_something_up_in_vain_is_considered_last() -> None:
    """Else shorter programs would keep out a ticket that the family can afford."""
    (found,) = load_domain(EXAMPLES / "trip")
    spec, task = with_acts(found.spec, found.task)
    asked = contract_of(spec.subtasks["buy_ticket"])
    assert asked is not None
    programs = [s.program for s in HumanProxy(spec, task).considered(asked) if s.program is not None]
    in_vain = [looks_up_in_vain(program.body) for program in programs]
    assert in_vain == sorted(in_vain) and len(set(in_vain)) == 2
    lengths = [len(list(steps(program.body))) for program in programs]
    assert max(lengths[: in_vain.index(True)]) > min(lengths[in_vain.index(True) :])


@pytest.mark.parametrize(
    ("body", "in_vain"),
    [
        ("note = draft(order)\nsend(order, note)", False),
        ("refund(order)", False),
        ("if check(order):\n    refund(order)", False),
        ("answer = check(order)\nrefund(order)", True),
        ("if check(order):\n    note = draft(order)\nrefund(order)", True),
        ("if check(order):\n    note = draft(order)\nelse:\n    note = kind_draft(order)\n    send(order, note)", True),
        ("for one in orders:\n    note = draft(one)\n    send(one, note)", False),
        ("for one in orders:\n    note = draft(one)\nrefund(order)", True),
        ("good = []\nfor one in orders:\n    if check(one):\n        good.append(one)\nrefund(order)", False),
    ],
)
def test_a_result_that_nothing_takes_is_looked_up_in_vain(body: str, in_vain: bool) -> None:
    text = SHOP.replace("task settle(order: Order)", "task settle(order: Order, orders: Set[Order])")
    spec = load_text(text, "shop.p2c", Path()).spec
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    program = read_composition(spec, f"compose settle(order, orders):\n{lines}", ())
    assert looks_up_in_vain(program.body) == in_vain


@pytest.mark.parametrize("tool", ["draft", "kind_draft"])
def test_among_the_candidates_it_takes_the_one_that_its_values_prefer(tool: str) -> None:
    of = proxy(tool=tool)
    solution = of.solve(contract(of, True)).solution
    assert solution is not None
    assert f" {tool}(order)" in solution.program


def test_judgements_lie_between_minus_one_and_one_and_follow_the_values() -> None:
    of = proxy()
    asked = contract(of, True)
    found = of.considered(asked)
    judged = [of.judge(solved) for solved in found]
    assert all(-1 < number < 1 for number in judged)
    best = of.solve(asked)
    assert of.judge(best) == max(of.judge(s) for s in of.options(asked))


def test_equal_subtasks_are_thought_of_once() -> None:
    of = proxy()
    assert of.considered(contract(of, True)) is of.considered(contract(of, True))
    assert of.with_values(Likes("send")).found is of.found


def test_the_folder_s_human_has_values_about_features_that_the_domain_has() -> None:
    from p2c_dsl.planners.preferences.features import Features
    from p2c_dsl.planners.preferences.human_values import human_values

    for path in sorted(EXAMPLES.glob("*/human.json")):
        (domain,) = load_domain(path.parent)
        spec, _ = with_acts(domain.spec, domain.task)
        before, after = human_values(path.parent, Features(spec))
        assert before != after
