"""First plans: what is done in which block, and what a begun collection is to become."""

from __future__ import annotations

from pathlib import Path

from p2c_dsl.planners import SearchPlanner
from p2c_dsl.resolve import load_text

OUTSIDE_FIRST = """\
type Item
type Key
type Report
subtask find_key() -> Key
subtask open_vault(key: Key)
subtask read_report(item: Item) -> Report
task job(items: List[Item]) -> Map[Item, Report]:
    exactly 1 open_vault
    open_vault before read_report
"""

TWO_LISTS = """\
type A
type B
type C
type D
subtask to_b(a: A) -> B
subtask to_c(bs: List[B]) -> C
subtask to_d(c: C, b: B) -> D
task job(things: List[A]) -> Map[A, D]
"""

IN_A_BRANCH = """\
type Clinic
type Contract
type Session
subtask find_session() -> Optional[Session]
subtask compile_contract(session: Session) -> Contract
subtask print_contract(contract: Contract)
task job(clinics: List[Clinic]) -> Map[Clinic, Contract]:
    find_session before print_contract
"""


def first(text: str) -> list[str]:
    spec = load_text(text, "spec.p2c", Path()).spec
    plan = next(SearchPlanner(timeout=None).improving(spec, spec.tasks["job"]))
    return plan.text.splitlines()[1:]


def test_what_may_not_happen_twice_comes_before_the_loop() -> None:
    plan = first(OUTSIDE_FIRST)
    assert plan.index("    open_vault(key)") < next(n for n, line in enumerate(plan) if line.startswith("    for "))


def test_one_accumulator_is_not_planned_for_two_collections() -> None:
    plan = first(TWO_LISTS)
    assert [line for line in plan if line.startswith("    for ")] == ["    for a in things:", "    for a in things:"]


def test_a_value_of_a_branch_is_no_use_to_a_collection_outside() -> None:
    plan = first(IN_A_BRANCH)
    assert plan[-1] == "    return table"
    assert "        if maybe_session is not None:" in plan


MISLEADING = """\
type InvoiceId = Text
type Cents = Int >= 0
constant LIMIT: Cents = 500000
record Invoice:
    id: InvoiceId
    amount: Cents
effect paid(InvoiceId)
effect escalated(InvoiceId)
effect held(InvoiceId)
subtask fetch(id: InvoiceId) -> Invoice
subtask is_approved(id: InvoiceId, amount: Cents) -> Bool
subtask pay(id: InvoiceId, invoice: Invoice, amount: Cents):
    does paid(id)
subtask escalate(id: InvoiceId):
    does escalated(id)
subtask hold(id: InvoiceId, amount: Cents):
    does held(id)
task job(ids: Set[InvoiceId]):
    pay.amount <= LIMIT
    hold.amount >= LIMIT
    pay only if is_approved(id, _)
    pay.amount == pay.invoice.amount
    at least 1 is_approved per id in ids unless held
    is_approved(id, _) then paid
    not is_approved(id, _) then escalated
"""


def test_a_short_plan_is_found_where_the_estimate_misleads() -> None:
    # What is approved has to be paid, and above the limit it cannot be.
    assert first(MISLEADING) == ["    for invoice_id in ids:", "        hold(invoice_id, LIMIT)"]
