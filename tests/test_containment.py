"""What values of a type may hold, however records share and repeat their parts."""

from __future__ import annotations

from random import Random

import pytest

from p2c_dsl.containment import contains
from p2c_dsl.spec import Spec
from p2c_dsl.types import TEXT, ListOf, MapOf, NewType, Nominal, Optional, Record, SetOf, Type, is_subtype

PLACE = Nominal("Place")
BISTRO = Nominal("Bistro", PLACE)
CARD = Nominal("Card")
SPEC = Spec(
    records={
        "Order": {"at": PLACE, "note": TEXT},
        "Tree": {"label": TEXT, "below": ListOf(Record("Tree"))},
        "Club": {"events": MapOf(TEXT, Optional(Record("Order")))},
    }
)


@pytest.mark.parametrize(
    ("of", "wanted", "held"),
    [
        (PLACE, PLACE, True),
        (BISTRO, PLACE, True),
        (PLACE, BISTRO, True),
        (CARD, PLACE, False),
        (NewType("Mail", TEXT), TEXT, True),
        (TEXT, NewType("Mail", TEXT), False),
        (SetOf(Optional(BISTRO)), PLACE, True),
        (Record("Order"), BISTRO, True),
        (ListOf(Record("Club")), PLACE, True),
        (Record("Club"), Record("Order"), True),
        (Record("Tree"), TEXT, True),
        (Record("Tree"), PLACE, False),
        (Record("Order"), Record("Club"), False),
    ],
    ids=str,
)
def test_parts_count_through_collections_and_records(of: Type, wanted: Type, held: bool) -> None:
    assert contains(of, wanted, SPEC) is held


def reference(of: Type, wanted: Type, spec: Spec, seen: frozenset[str] = frozenset()) -> bool:
    """The same, by the shape of the type."""
    if is_subtype(of, wanted) or (isinstance(of, Nominal) and is_subtype(wanted, of)):
        return True
    match of:
        case ListOf(element) | SetOf(element) | Optional(element):
            return reference(element, wanted, spec, seen)
        case MapOf(key, value):
            return reference(key, wanted, spec, seen) or reference(value, wanted, spec, seen)
        case Record(name) if name not in seen:
            return any(reference(f, wanted, spec, seen | {name}) for f in spec.records[name].values())
    return False


RECORDS = [Record(f"R{i}") for i in range(5)]
LEAVES: list[Type] = [PLACE, BISTRO, CARD, TEXT, *RECORDS]


def some_field(random: Random) -> Type:
    of = random.choice(LEAVES)
    return random.choice((of, of, ListOf(of), Optional(of), MapOf(TEXT, of)))


def test_random_records_agree_with_the_definition() -> None:
    random = Random(7)
    for _ in range(300):
        spec = Spec(
            records={r.name: {f"f{k}": some_field(random) for k in range(random.randrange(3))} for r in RECORDS}
        )
        for of in LEAVES:
            for wanted in LEAVES:
                assert contains(of, wanted, spec) == reference(of, wanted, spec)


def test_shared_and_long_chains_of_records_are_walked_once() -> None:
    size = 20_000
    records = {f"R{i}": {"a": Record(f"R{i + 1}"), "b": Record(f"R{i + 1}")} for i in range(size)}
    spec = Spec(records={**records, f"R{size}": {"card": CARD}})
    assert contains(Record("R0"), CARD, spec)
    assert not contains(Record("R0"), PLACE, spec)
