"""The package can be imported and knows its version."""

import p2c_dsl
from p2c_dsl.types import BOOL, FLOAT, INT, Nominal, SetOf, Size, is_subtype, join


def test_version() -> None:
    assert p2c_dsl.__version__.count(".") == 2


def test_collections_are_covariant_and_bounds_narrow() -> None:
    place = Nominal("Place")
    bistro = Nominal("Bistro", place)
    assert is_subtype(SetOf(bistro, Size(0, 3)), SetOf(place))
    assert not is_subtype(SetOf(place), SetOf(place, Size(0, 3)))
    assert join(SetOf(bistro), SetOf(place)) == SetOf(place)
    assert join(INT, FLOAT) == FLOAT and join(BOOL, place) is None
