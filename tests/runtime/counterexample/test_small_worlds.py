"""Small worlds can be enumerated, sampled and simplified, and their values have the types they should have."""

from __future__ import annotations

from itertools import islice
from random import Random

import pytest

from p2c_dsl.ranges import NumberRange
from p2c_dsl.runtime.counterexample.small_worlds import Atom, Choices, SmallWorld, explore, sample, simpler
from p2c_dsl.runtime.values import comparable, conform
from p2c_dsl.spec import Spec
from p2c_dsl.types import (
    BOOL,
    FLOAT,
    INT,
    TEXT,
    Bounded,
    Enum,
    ListOf,
    MapOf,
    NewType,
    Nominal,
    Optional,
    Record,
    SetOf,
    Size,
    Type,
)
from tests.runtime.texts import DINNER, program

USER = Nominal("User")
ADMIN = Nominal("Admin", USER)
SPEC = Spec(records={"Order": {"buyer": USER, "gift": BOOL}, "Tree": {"label": TEXT, "below": ListOf(Record("Tree"))}})
TYPES: tuple[Type, ...] = (
    BOOL,
    INT,
    FLOAT,
    TEXT,
    USER,
    NewType("Email", TEXT),
    Bounded(INT, NumberRange(5, 500)),
    NewType("Share", Bounded(FLOAT, NumberRange(0.25, 0.5))),
    Enum("Color", ("red", "green")),
    Record("Order"),
    Record("Tree"),
    Optional(USER),
    ListOf(USER, Size(1, 2)),
    SetOf(USER, Size(2, None)),
    SetOf(Record("Order")),
    MapOf(USER, SetOf(TEXT), Size(0, 2)),
)


def values(of: Type, size: int, limit: int = 10_000) -> list[object]:
    return [SmallWorld(SPEC, choices, size).value(of) for choices in explore(limit)]


@pytest.mark.parametrize("of", TYPES, ids=str)
def test_every_value_is_one_of_its_type(of: Type) -> None:
    for choices in (*explore(200), *sample(200, seed=1)):
        conform(SmallWorld(SPEC, choices, 3).value(of), of, SPEC)


@pytest.mark.parametrize(
    ("of", "size", "count"),
    [
        (BOOL, 2, 2),
        (USER, 3, 3),
        (Optional(USER), 2, 3),
        (Record("Order"), 2, 4),
        (ListOf(BOOL), 2, 1 + 2 + 4),
        (ListOf(USER, Size(1, 1)), 2, 2),
    ],
    ids=str,
)
def test_all_values_up_to_a_size_are_gone_through_once(of: Type, size: int, count: int) -> None:
    found = [comparable(v) for v in values(of, size)]
    assert len(found) == len(set(found)) == count


def test_numbers_within_bounds_are_small_or_at_a_bound() -> None:
    assert values(Bounded(INT, NumberRange(-500, 500)), 2) == [0, 1, -1, -500, 500]
    assert values(Bounded(INT, NumberRange(3, None)), 2) == [3, 4]


def test_some_floats_are_not_whole() -> None:
    assert values(FLOAT, 3) == [0.0, 0.5, 1.0]
    assert values(Bounded(FLOAT, NumberRange(0, 1)), 2) == [0, 0.5, 1]


def test_a_list_may_hold_equal_elements_and_a_set_may_not() -> None:
    lists, sets = values(ListOf(USER), 2), values(SetOf(USER), 2)
    assert [Atom("User", 0), Atom("User", 0)] in lists
    assert all(isinstance(s, list) and len(s) == len(set(s)) for s in sets)


def test_a_subtypes_values_are_values_of_the_type() -> None:
    assert set(map(comparable, values(ADMIN, 2))) == set(map(comparable, values(USER, 2)))


def test_a_seed_names_its_samples() -> None:
    def drawn(seed: int) -> list[object]:
        return [SmallWorld(SPEC, choices, 3).value(ListOf(USER)) for choices in sample(20, seed)]

    assert drawn(1) == drawn(1) != drawn(2)


def test_inputs_and_tools_are_the_tasks_and_the_specs() -> None:
    found = program(DINNER)
    world = SmallWorld(found.spec, Random(0).randrange, 2)
    assert set(world.inputs(found.task)) == {"users"}
    assert set(world.tools()) == {"ask_preference", "identify_overlap", "book_table"}
    assert world.tools()["book_table"](Atom("Restaurant", 0)) is None


class TestChoices:
    def test_the_last_choice_varies_first(self) -> None:
        seen = []
        for choices in explore(100):
            seen.append((choices(2), choices(3)))
        assert seen == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]

    def test_a_prefix_is_followed_as_far_as_it_goes(self) -> None:
        choices = Choices((1, 9), rest=lambda n: n - 1)
        assert [choices(2), choices(3), choices(4)] == [1, 2, 3]
        assert choices.made == (1, 2, 3)

    def test_exploring_stops_at_its_limit(self) -> None:
        seen = 0
        for choices in explore(5):
            seen += 1
            choices(100)
        assert seen == 5

    def test_simpler_sequences_have_one_choice_less_or_smaller(self) -> None:
        assert list(simpler((0, 3))) == [(3,), (0, 0), (0, 2), (0,)]
        assert list(islice(simpler(()), 1)) == []
