"""Estimates and helpful lines where rules ask for something by key: what counts where."""

from __future__ import annotations

from pathlib import Path

from p2c_dsl.planners.anytime.outcome import machine_of
from p2c_dsl.planners.anytime.space import SearchSpace
from p2c_dsl.planners.lines.node import Node
from p2c_dsl.planners.lines.pattern import NEVER
from p2c_dsl.resolve import load_text

WAIVED = """\
type Query
effect deliver(Query)
subtask hold(query: Query)
subtask is_safe(query: Query) -> Bool
subtask ship(query: Query):
    does deliver(query)
task job(query: Query):
    exactly 1 is_safe
    is_safe(query) then deliver
    ship then is_safe per Query unless hold
    at most 1 hold
    hold before ship per Query
"""

TWO_COLLECTIONS = """\
type Query
type Part
subtask list_parts(query: Query) -> Set[Part]
subtask check(part: Part)
subtask read(query: Query)
task job(queries: Set[Query], parts: Set[Part]):
    at least 1 check per Part in parts
    at least 1 read per Query in queries
"""

IN_ONE_ARM = """\
type Item
type Store
effect deliver
subtask find_store() -> Optional[Store]
subtask build_store() -> Store
subtask renew(store: Store):
    does deliver
subtask list_items() -> Set[Item]
subtask see(item: Item)
task job():
    at least 1 deliver
    exactly 1 see per Item in list_items
"""

MAYBE_A_TOOL = """\
type Item
type Key
subtask find_key() -> Optional[Key]
subtask cast_key(item: Item, other: Item, third: Item) -> Key
subtask lock(item: Item, key: Key)
task job(items: Set[Item]):
    at least 1 lock per Item in items
"""

IN_AN_EMPTY_LOOP = """\
type Item
type Box
type Price
subtask price(item: Item) -> Price
subtask sell(item: Item, price: Price)
task job(items: List[Item], boxes: Set[Box]):
    exactly 1 sell per Item in items
"""

EITHER_ARM = """\
type Order
subtask is_fine(order: Order) -> Bool
subtask pay(order: Order)
subtask refuse(order: Order)
task job(order: Order):
    at least 1 pay unless refuse
    pay only if is_fine(order)
    refuse only if not is_fine(order)
"""

PASSED = """\
record Order:
    total: Int
subtask refund(order: Order, amount: Int)
task job(order: Order):
    at least 1 refund
    refund.amount <= refund.order.total
"""


def at(text: str, *lines: str) -> tuple[SearchSpace, Node]:
    """The space of a spec's task, and the node after some lines."""
    spec = load_text(text, "spec.p2c", Path()).spec
    space = SearchSpace.of(machine_of(spec, spec.tasks["job"]))
    node = space.start.node
    for wanted in lines:
        node = next(line.node for line in space.lines.after(node) if "".join(line.words).strip("\n") == wanted)
    return space, node


def about(text: str, *lines: str) -> int:
    """What a completion costs about."""
    space, node = at(text, *lines)
    return space.look(node)[1]


def named(text: str, *lines: str) -> list[str]:
    """The most helpful lines."""
    space, node = at(text, *lines)
    return ["".join(line.words).strip("\n") for line in space.stages[0](node)]


def test_what_has_been_waived_is_not_asked_for_again() -> None:
    # `is_safe` and `hold` are used up, so `ship` would ask for something that nothing can pay.
    assert about(WAIVED, "    hold(query)", "    answer = is_safe(query)", "    if answer:") < NEVER


def test_what_is_due_is_not_done_where_it_would_be_in_vain() -> None:
    # There may be no queries, and then the parts would not be checked.
    inner = named(TWO_COLLECTIONS, "    for query in queries:")
    assert "        read(query)" in inner
    assert not any("parts" in line for line in inner if line.startswith("        "))


def test_what_the_other_arm_needs_is_needed() -> None:
    branch = "    maybe_store = find_store()", "    if maybe_store is not None:"
    done = about(IN_ONE_ARM, *branch, "        renew(maybe_store)")
    assert done >= about(IN_ONE_ARM, branch[0]) - 3
    assert done > 0


def test_what_is_due_in_every_iteration_does_not_hang_on_a_test() -> None:
    space, node = at(MAYBE_A_TOOL)
    plan = space.relaxed_plans.of(node)
    assert plan.calls == {"cast_key", "lock"}
    assert not plan.optionals


def test_what_needs_a_test_in_one_arm_and_something_else_in_the_other_can_be_had() -> None:
    space, node = at(EITHER_ARM)
    plan = space.relaxed_plans.of(node)
    assert plan.calls == {"is_fine", "pay", "refuse"}
    assert plan.cost < NEVER


def test_what_a_test_has_decided_is_known_in_the_other_arm() -> None:
    branch = "    answer = is_fine(order)", "    if answer:"
    # What is left is `refuse` in the other arm, which needs no further test.
    assert about(EITHER_ARM, *branch, "        pay(order)") == 3


def test_no_test_is_needed_where_the_right_value_can_be_passed() -> None:
    space, node = at(PASSED)
    plan = space.relaxed_plans.of(node)
    assert plan.calls == {"refund"} and plan.cost < NEVER
    # The test is helpful all the same: the right value may be forbidden for other reasons.
    assert plan.checks


def test_the_loop_around_what_is_due_is_paid_for_once() -> None:
    assert about(MAYBE_A_TOOL, "    for item in items:") + 3 == about(MAYBE_A_TOOL)


def test_what_a_loop_reveals_does_not_hold_where_it_does_not_run() -> None:
    gathered = (
        "    table = {}",
        "    for box in boxes:",
        "        for item in items:",
        "            table[item] = price(item)",
        "    for item in table:",
    )
    # Without boxes the table is empty, and nothing is sold.
    space, node = at(IN_AN_EMPTY_LOOP, *gathered, "        sell(item, table[item])")
    assert space.relaxed_plans.dues.of(node.state)


ONE_OR_THE_OTHER = """\
type User
subtask agrees(user: User) -> Bool
subtask invite(user: User)
subtask note(user: User)
task job(users: Set[User]):
    exactly 1 invite per User in users unless note
    invite only if agrees(user)
    note only if not agrees(user)
"""


def test_what_has_been_found_out_leaves_one_way_to_pay() -> None:
    branch = "    for user in users:", "        answer = agrees(user)", "        if answer:"
    space, node = at(ONE_OR_THE_OTHER, *branch)
    _, plan = space.relaxed_plans.at(node)
    assert plan.calls == {"invite"}
    # Where the answer is no, the other one is called.
    assert about(ONE_OR_THE_OTHER, *branch, "            invite(user)") > 0


BROUGHT = """\
type Query
type Site
subtask list_queries(site: Site) -> Set[Query]
subtask check(query: Query)
task job(site: Site, query: Query):
    exactly 1 list_queries
    at least 1 check per query in list_queries
"""


def test_what_a_call_will_ask_for_does_not_help_before_that_call() -> None:
    space, node = at(BROUGHT)
    assert space.relaxed_plans.of(node).calls == {"list_queries", "check"}
    assert set(named(BROUGHT)) == {"    querys = list_queries(site)"}


PAID_BY_KEY = """\
type Order
subtask ship(order: Order)
subtask note(order: Order)
task job(first: Order, second: Order, orders: Set[Order]):
    ship then note per Order
    exactly 1 ship per Order in orders
"""


def test_what_is_due_for_a_key_is_done_for_that_key() -> None:
    shipped = "    for order in orders:", "        ship(order)"
    assert [line for line in named(PAID_BY_KEY, *shipped) if "note" in line] == ["        note(order)"]
    # Before the loop, there is nothing yet to be shipped or noted.
    assert named(PAID_BY_KEY) == ["    for order in orders:"]


YES_IN_A_LOOP = """\
type Order
subtask is_paid(order: Order) -> Bool
subtask ship(order: Order)
subtask warn(order: Order)
task job(orders: Set[Order]):
    exactly 1 is_paid per Order in orders
    is_paid(order) then ship
{more}"""


def test_in_a_loop_a_test_is_made_for_the_outcome_that_matters() -> None:
    tested = "    for order in orders:", "        answer = is_paid(order)"
    yes = named(YES_IN_A_LOOP.format(more=""), *tested)
    assert "        if answer:" in yes
    assert "        if not answer:" not in yes
    refused = YES_IN_A_LOOP.format(more="    warn only if not is_paid(order)\n    exactly 1 warn per Order in orders\n")
    assert "        if not answer:" in named(refused, *tested)


WAIVED_FOR_ALL = """\
type Stage
subtask deploy(stage: Stage)
subtask postpone()
task job(stages: Set[Stage]):
    at least 1 deploy per Stage in stages unless postpone
"""


def test_what_is_due_for_all_can_be_waived_at_once() -> None:
    assert "    postpone()" in named(WAIVED_FOR_ALL)


WAIVED_BEFORE = """\
type Order
type Card
subtask ship(order: Order)
subtask note(order: Order, card: Card)
subtask hold(order: Order)
task job(order: Order, card: Card):
    at least 1 ship
    ship then note per Order unless hold
"""


def test_what_waives_what_a_call_will_ask_for_may_come_before_it() -> None:
    assert "    hold(order)" in named(WAIVED_BEFORE)
    assert not any("hold" in line for line in named(WAIVED_BEFORE.replace(" unless hold", "")))
