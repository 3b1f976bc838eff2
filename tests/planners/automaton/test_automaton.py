"""P3: the decoder can emit exactly what lint accepts. P4: whatever it allows can be finished."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from p2c_dsl.planners import Automaton, Unplannable
from p2c_dsl.planners.automaton.automaton import Position
from p2c_dsl.planners.automaton.resume import lexemes
from p2c_dsl.resolve import load_text
from p2c_dsl.spec import Spec, Task
from tests.planners.forms import accepted, at_most, domain, emitted, form_of_text
from tests.properties.enforced import one_by_one, with_prefix
from tests.properties.soundness import random_case


@pytest.mark.parametrize(("name", "steps"), [("dinner", 5), ("deletion", 3), ("refunds", 2)])
def test_the_decoder_emits_exactly_what_lint_accepts(name: str, steps: int) -> None:
    loaded, task = domain(name)
    assert emitted(loaded.spec, task, steps).keys() == accepted(loaded.spec, task, steps).keys()


MADE = {
    "a list": ("subtask note(xs: List[Text] >= 1 <= 2) -> Bool\ntask t(a: Text, b: Text):\n    at least 1 note\n", 3),
    "a record": (
        "type Seat\nrecord Wish:\n    seat: Optional[Seat]\n    of: Text\nsubtask pick() -> Seat\n"
        "subtask book(wish: Wish)\ntask t(a: Text):\n    at least 1 book\n",
        3,
    ),
    "a list of records": (
        "type Name\nrecord Person:\n    name: Name\nsubtask find() -> Name\nsubtask greet(all: List[Person])\n"
        "task t(name: Name):\n    greet.all from find\n    at least 1 greet\n",
        4,
    ),
    "a tree": (
        "type Name\nrecord Pair:\n    one: Name\n    other: Name\nsubtask find() -> Name\nsubtask keep(pair: Pair)\n"
        "task t():\n    shape tree\n    exactly 1 keep\n    at most 2 find\n",
        4,
    ),
    "no list, for a loop gathers one": (
        "subtask note(xs: List[Text])\ntask t(all: Set[Text]):\n    at least 1 note unless note\n",
        2,
    ),
}


@pytest.mark.parametrize("name", MADE)
def test_the_decoder_makes_what_nothing_else_gives(name: str) -> None:
    text, steps = MADE[name]
    spec = load_text(text, "made.p2c", Path()).spec
    task = spec.tasks["t"]
    found = emitted(spec, task, steps)
    assert found.keys() == accepted(spec, task, steps).keys()
    assert any("[" in one or "(" in one for one in found.values()) or name.startswith("no")


COMPARED = {
    "a limit": (
        "constant low: Int = 3\nconstant most: Int = 5\nsubtask refund(amount: Int)\n"
        "task t(x: Int):\n    refund.amount <= 5\n    refund.amount >= low\n",
        3,
    ),
    "a field of the same call": (
        "record Order:\n    total: Int\n    tip: Int\nsubtask refund(order: Order, amount: Int)\n"
        "subtask more(order: Order, amount: Int)\n"
        "task t(order: Order, x: Int):\n    refund.amount <= refund.order.total\n"
        "    more.amount >= more.order.total\n",
        2,
    ),
    "an enum's member": (
        "enum Status:\n    open\n    shut\n    lost\nrecord Order:\n    status: Status\n    before: Status\n"
        "subtask refund(order: Order)\nsubtask reject(order: Order)\ntask t(order: Order):\n"
        "    refund.order.status == Status.open\n    reject.order.status != Status.open\n",
        3,
    ),
    "a text": (
        'type Mail = Text\nconstant office: Mail = "a"\nconstant home: Mail = "b"\n'
        "subtask send(to: Mail, copy: Mail)\ntask t(to: Mail):\n    send.to != office\n    send.to == send.copy\n",
        2,
    ),
    "keys": (
        "type Item\ntype Part < Item\neffect rework(Item)\nsubtask pick() -> Part\n"
        "subtask exchange(item: Item):\n    does rework(item)\n"
        "task t(item: Item):\n    at most 1 rework per Item\n    at most 1 pick\n",
        4,
    ),
    "a parameter as the key": (
        "record Order:\n    id: Text\nsubtask keep(id: Text)\n"
        "task t(one: Order, id: Text):\n    at most 1 keep per id\n",
        3,
    ),
}


@pytest.mark.parametrize("name", COMPARED)
def test_the_decoder_writes_the_comparisons_that_rules_can_use(name: str) -> None:
    text, steps = COMPARED[name]
    spec = load_text(text, "compared.p2c", Path()).spec
    task = spec.tasks["t"]
    found = emitted(spec, task, steps)
    assert found.keys() == accepted(spec, task, steps).keys()
    assert any(re.search(r"if .* (==|<=|>=) ", one) for one in found.values())


@pytest.mark.slow
@pytest.mark.parametrize(("name", "steps"), [("dinner", 6), ("deletion", 5), ("refunds", 5)])
def test_the_decoder_emits_exactly_what_lint_accepts_at_full_size(name: str, steps: int) -> None:
    loaded, task = domain(name)
    found = emitted(loaded.spec, task, steps)
    print(f"{name}: {len(found)} compositions of at most {steps} steps")
    assert found.keys() == accepted(loaded.spec, task, steps).keys()


def _generated(seed: int) -> tuple[Spec, Task]:
    case = random_case(seed, rules=3)
    return case.spec, case.task


@pytest.mark.parametrize("seed", range(10))
def test_the_decoder_agrees_with_lint_on_generated_specs(seed: int) -> None:
    spec, task = _generated(seed)
    assert emitted(spec, task, 1).keys() == accepted(spec, task, 1).keys()


@pytest.mark.parametrize("seed", range(20))
def test_the_decoder_agrees_with_lint_where_rules_are_enforced(seed: int) -> None:
    case = random_case(seed, rules=4)
    enforced = [of for alone in one_by_one(case) for of in with_prefix(alone).task.rules]
    case = case.with_rules(tuple(enforced))
    assert emitted(case.spec, case.task, 1).keys() == accepted(case.spec, case.task, 1).keys()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(150))
def test_the_decoder_agrees_with_lint_on_150_generated_specs(seed: int) -> None:
    spec, task = _generated(seed)
    assert emitted(spec, task, 2).keys() == accepted(spec, task, 2).keys()


@pytest.mark.parametrize("name", ["dinner", "deletion", "refunds"])
def test_every_walk_within_a_tight_budget_reaches_an_accepted_end(name: str) -> None:
    loaded, task = domain(name)
    shortest = Automaton(loaded.spec, task)
    distance = shortest.distance(shortest.start)
    assert distance is not None
    for extra in (0, 3):
        automaton = Automaton(loaded.spec, task, distance + extra, effort=2_000)
        for seed in range(5):
            random, position, text = Random(seed), automaton.start, automaton.header
            while not position.ended:
                lexeme = random.choice(automaton.legal(position))
                text += lexeme
                position = automaton.step(position, lexeme)
            assert position.left >= 0
            form_of_text(loaded.spec, text)


def test_the_distance_is_that_of_the_shortest_composition() -> None:
    loaded, task = domain("dinner")
    automaton = Automaton(loaded.spec, task)
    assert automaton.distance(automaton.start) == 18


def test_a_budget_below_the_shortest_composition_is_refused() -> None:
    loaded, task = domain("dinner")
    with pytest.raises(Unplannable, match="a budget of 17"):
        Automaton(loaded.spec, task, 17)


def test_rules_that_contradict_each_other_are_refused() -> None:
    loaded, task = domain("dinner")
    with pytest.raises(Unplannable):
        Automaton(loaded.spec, task, 60, [at_most(2)])


ALIKE = """
type Stage
subtask pilot(stages: List[Stage]) -> Stage
subtask roll_back(stage: Stage)
task release(stages: List[Stage]):
    loops <= 1
"""


def test_variables_that_are_alike_may_end_with_a_block_or_not() -> None:
    """A stage from before a loop and the loop's own, or the loop's own and one made in it: the names are the same."""
    loaded = load_text(ALIKE, "release.p2c", Path())
    task = loaded.spec.tasks["release"]
    assert emitted(loaded.spec, task, 4).keys() == accepted(loaded.spec, task, 4).keys()


GAPS = """
type User
type Name
effect greet
subtask name_of(user: User) -> Name
subtask greet_all(names: Map[User, Name]):
    does greet
task welcome(users: Set[User]):
    loops <= 2
    at least 1 greet
"""


def test_what_completes_one_position_is_not_held_to_complete_another() -> None:
    """A result written straight away takes a slot, so a table made before it stands in another than one made after."""
    loaded = load_text(GAPS, "welcome.p2c", Path())
    automaton = Automaton(loaded.spec, loaded.spec.tasks["welcome"], 60, effort=50)
    start = automaton.header + "\n    table = {}\n    for user in users:"
    write = "\n        table[user] = name_of(user)"
    create = "\n        table2 = {}\n        for user2 in users:\n            table2[user2] = name_of(user2)"
    early = lexemes(automaton, start + write + create)
    whole = lexemes(automaton, start + write + create + "\n        greet_all(table2)\n    greet_all(table)")
    automaton.learn(_after(automaton, early), whole[len(early) :])
    late = _after(automaton, lexemes(automaton, start + create + write))
    first = automaton.completions.known(automaton.completions.key(late.node))
    assert first is None, "nobody has looked at this position"


def test_a_known_completion_has_to_be_one_within_the_budget() -> None:
    loaded, task = domain("dinner")
    roomy = Automaton(loaded.spec, task, 60)
    shortest = roomy.completion(roomy.start)
    tight = Automaton(loaded.spec, task, roomy.cost(roomy.start))
    tight.learn(tight.start, shortest)
    longer = ("\n    items = ", "[]", *shortest)
    with pytest.raises(ValueError, match="do not complete the composition"):
        tight.learn(tight.start, longer)
    with pytest.raises(ValueError, match="do not complete the composition"):
        roomy.learn(roomy.start, shortest[:-1])


def _after(automaton: Automaton, words: Sequence[str]) -> Position:
    position = automaton.start
    for word in words:
        position = automaton.step(position, word)
    return position
