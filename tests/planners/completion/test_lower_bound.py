"""The lower bound: what nothing can replace is counted, and the truth is never exceeded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

import pytest

from p2c_dsl.machine import Machine
from p2c_dsl.planners.anytime.first import greedy
from p2c_dsl.planners.anytime.limits import SearchLimits, Stopped
from p2c_dsl.planners.anytime.outcome import machine_of
from p2c_dsl.planners.anytime.space import Beginning, SearchSpace
from p2c_dsl.planners.completion.lower_bound import LowerBound
from p2c_dsl.planners.lines.node import Node
from p2c_dsl.planners.lines.successors import Lines
from p2c_dsl.resolve import load_text
from p2c_dsl.spec import Spec, Task
from tests.planners.forms import printed
from tests.properties.soundness import random_case


def machine(text: str) -> Machine:
    spec = load_text(text, "spec.p2c", Path()).spec
    (task,) = spec.tasks.values()
    return machine_of(spec, task)


def written(machine: Machine, *lines: str) -> Node:
    """The node after some lines, in the planners' form and without indentation."""
    node = Node(machine.start(), True)
    successors = Lines(machine, lambda node: node)
    for line in lines:
        node = next(n.node for n in successors.after(node) if "".join(n.words).strip() == line)
    return node


WITH_GOALS = (1005, 1015, 1016, 1020, 1027, 1029, 1041, 1042, 1048, 1055, 1058)
"""Seeds of cases in which a call has to be followed by another."""

BOXES = """\
type Gem
record Ring:
    gem: Optional[Gem]
record Box:
    rings: List[Optional[Ring]]
record Chest:
    boxes: Map[Text, Box]
record Ship:
    chest: Optional[Chest]
    sister: Optional[Ship]
type Map2
subtask read(map: Map2) -> Ship
subtask draw() -> Map2
subtask wear(gem: Gem)
task loot(ships: Set[Ship], other: Text):
    at least 1 wear
"""


def test_what_lies_deep_in_a_value_is_there() -> None:
    bound = LowerBound(machine(BOXES))
    assert bound.of(Node(machine(BOXES).start(), True)) == 3


def test_what_no_value_holds_however_deep_has_to_be_made() -> None:
    """Records that hold each other without end hold no more than the types that are in them."""
    text = BOXES.replace("gem: Optional[Gem]", "gem: Optional[Text]").replace(
        "subtask draw", "subtask dig(ship: Ship) -> Gem\nsubtask draw"
    )
    bound = LowerBound(machine(text))
    assert bound.of(Node(machine(text).start(), True)) == 7


EMPTY = """\
type Ticket
type Label
subtask classify(ticket: Ticket) -> Label
subtask guess(ticket: Ticket) -> Label
subtask good(ticket: Ticket) -> Bool
effect tag(Ticket)
subtask put(ticket: Ticket, label: Label):
    does tag(ticket)
task triage(tickets: Set[Ticket], first: Ticket):
    at least 1 put
    put.label from classify
    tag only if good(ticket)
"""


@pytest.mark.parametrize("lines", [(), ("table = {}",), ("items = []", "for ticket in tickets:")])
def test_an_accumulator_that_nothing_is_in_yet_supplies_nothing(lines: tuple[str, ...]) -> None:
    its = machine(EMPTY)
    state = written(its, *lines).state
    groups = [g for at, f in its.placed for g in f.prerequisites(at, state, its.spec.subtasks["put"])]
    assert groups == [frozenset({"classify"}), frozenset({"good"})]


def test_the_write_into_an_accumulator_may_be_the_first_line_of_its_loop() -> None:
    its = machine("type T\nsubtask f(x: T, y: T, z: T)\ntask t(xs: Set[T])\n")
    node = written(its, "items = []", "for t in xs:")
    assert LowerBound(its).of(node) == 3
    assert LowerBound(its).of(Node(its.start(), True)) == 2


def test_a_result_is_returned_in_two_words() -> None:
    its = machine("type T\nsubtask f() -> T\ntask t() -> T\n")
    assert LowerBound(its).of(Node(its.start(), True)) == 5
    assert LowerBound(its).of(written(its, "t = f()")) == 2


@pytest.mark.parametrize("seed", [*range(60), *WITH_GOALS])
def test_the_bound_never_exceeds_what_a_completion_costs(seed: int) -> None:
    case = random_case(seed, rules=3)
    space = SearchSpace.of(machine_of(case.spec, case.task))
    start = space.start.node
    for node in [start, *(line.node for line in space.lines.after(start))]:
        bound = space.at_least(node, space.key(node))
        for cost in completions(node, case.spec, case.task):
            assert bound <= cost


def completions(node: Node, spec: Spec, task: Task) -> Iterator[int]:
    """The costs of some completions, found without the bound."""
    space = SearchSpace.of(machine_of(spec, task))
    space.at_least = lambda node, key: 0  # type: ignore[method-assign]
    with suppress(Stopped):
        for found in islice(greedy(space, [Beginning(node, 0, "")], 16, SearchLimits(effort=100)), 4):
            yield found.cost


def test_the_bound_does_not_depend_on_the_order_of_sets() -> None:
    """Python orders sets of texts anew in each process."""
    code = (
        "from tests.planners.forms import domain\nfrom p2c_dsl.planners.anytime.space import SearchSpace\n"
        "from p2c_dsl.planners.anytime.outcome import machine_of\n"
        "for name in ('clinic', 'hiring', 'relief', 'trip'):\n"
        "    loaded, task = domain(name)\n"
        "    space = SearchSpace.of(machine_of(loaded.spec, task))\n"
        "    print(space.least([space.start]))\n"
    )
    bounds = printed(code)
    assert len(bounds) == 1


OWED = """\
type A
type Note
effect pay(A)
effect tell(A)
subtask give(a: A):
    does pay(a)
subtask lend(a: A):
    does pay(a)
subtask write(a: A) -> Note
subtask send(a: A, note: Note):
    does tell(a)
task t(a: A, xs: Set[A] >= 1):
    at least 1 pay per A in xs
    pay then tell per A
"""


def test_what_has_to_follow_a_call_that_is_needed_is_counted_with_what_it_takes() -> None:
    """`give(x)`, `note = write(x)` and `send(x, note)`, without the loop."""
    assert LowerBound(machine(OWED)).of(Node(machine(OWED).start(), True)) == 3 + 4 + 5
    plain = OWED.replace("    pay then tell per A\n", "")
    assert LowerBound(machine(plain)).of(Node(machine(plain).start(), True)) == 3


def test_where_one_of_the_calls_may_do_nothing_of_that_is_counted() -> None:
    its = machine(
        OWED.replace("effect tell", "effect hold(A)\neffect tell")
        .replace("lend(a: A):\n    does pay(a)", "lend(a: A):\n    does hold(a)")
        .replace("in xs\n", "in xs unless hold\n")
    )
    assert LowerBound(its).of(Node(its.start(), True)) == 3
