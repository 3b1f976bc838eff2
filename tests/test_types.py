"""The type lattice, as laws over generated types and values."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from p2c_dsl.ranges import NumberRange
from p2c_dsl.types import (
    BOOL,
    BOTTOM,
    FLOAT,
    INT,
    NONE,
    TEXT,
    UNKNOWN,
    Base,
    Bounded,
    ListOf,
    MapOf,
    NewType,
    Optional,
    SetOf,
    Size,
    Type,
    allows_literal,
    bounded,
    element_of,
    is_subtype,
    join,
    may_equal,
    may_share,
    range_of,
    show,
    supertypes,
)
from tests.generators.types import (
    BISTRO,
    CAFE,
    CENTS,
    CHANNEL,
    DIGIT,
    EMAIL,
    FEW_CENTS,
    HALF,
    ONE_OR_MORE,
    ORDER,
    PLACE,
    SCALARS,
    SCORE,
    SIZES,
    WORK_EMAIL,
    sizes,
    two_below_one,
    types,
    upwards,
    wider,
)


# ---------------------------------------------------------------- subtyping is an order
@given(types)
def test_each_type_fits_itself(a: Type) -> None:
    assert is_subtype(a, a)


@given(upwards(4))
def test_a_type_fits_all_that_are_above_it(chain: list[Type]) -> None:
    assert all(is_subtype(a, b) for i, a in enumerate(chain) for b in chain[i:])


@given(upwards(3))
def test_types_that_fit_each_other_are_one(chain: list[Type]) -> None:
    assert not is_subtype(chain[-1], chain[0]) or chain[0] == chain[-1]


def test_these_laws_hold_of_all_declared_types_together() -> None:
    flat = [*SCALARS, NONE, BOTTOM, *(Optional(t) for t in SCALARS)]
    above = {a: {b for b in flat if is_subtype(a, b)} for a in flat}
    for a in flat:
        assert a in above[a]
        for b in above[a]:
            assert above[b] <= above[a]
            assert a == b or a not in above[b]


@given(types)
def test_nothing_fits_everywhere(a: Type) -> None:
    assert is_subtype(BOTTOM, a)


@given(types)
def test_what_an_error_left_unclear_fits_everywhere_and_everything_fits_it(a: Type) -> None:
    assert is_subtype(UNKNOWN, a)
    assert is_subtype(a, UNKNOWN)


@given(types)
def test_supertypes_are_what_a_type_fits_nearest_first(a: Type) -> None:
    chain = supertypes(a)
    assert chain[0] == a
    assert all(is_subtype(low, high) for low, high in pairwise(chain))


# ---------------------------------------------------------------- the join is the least upper bound
@given(types.flatmap(two_below_one))
def test_both_fit_their_join(below: tuple[Type, Type, Type]) -> None:
    a, b, _ = below
    both = join(a, b)
    assert both is not None
    assert is_subtype(a, both)
    assert is_subtype(b, both)


@given(types.flatmap(two_below_one))
def test_the_join_fits_all_that_both_fit(below: tuple[Type, Type, Type]) -> None:
    a, b, c = below
    assert is_subtype(a, c)
    assert is_subtype(b, c)
    both = join(a, b)
    assert both is not None
    assert is_subtype(both, c)


@given(types.flatmap(two_below_one))
def test_the_join_is_the_same_both_ways(below: tuple[Type, Type, Type]) -> None:
    a, b, _ = below
    assert join(a, b) == join(b, a)


def test_siblings_join_at_their_parent() -> None:
    assert join(BISTRO, CAFE) == PLACE
    assert join(ListOf(BISTRO, Size(1, 2)), ListOf(CAFE, Size(0, 1))) == ListOf(PLACE, Size(0, 2))
    assert join(BISTRO, NONE) == Optional(BISTRO)
    assert join(Optional(BISTRO), CAFE) == Optional(PLACE)
    assert join(CENTS, FLOAT) == FLOAT
    assert join(ONE_OR_MORE, HALF) == Bounded(FLOAT, NumberRange(0, 9))
    assert join(PLACE, TEXT) is None


# ---------------------------------------------------------------- values are the judges
Value = object

ATOMS: dict[Type, tuple[Value, ...]] = {
    BOOL: (("bool", True), ("bool", False)),
    INT: (1, 2),
    FLOAT: (0.5, 1.0),
    TEXT: ("a", "b"),
    PLACE: (("place", 1), ("bistro", 1), ("cafe", 1)),
    BISTRO: (("bistro", 1),),
    CAFE: (("cafe", 1),),
    CHANNEL: (("channel", "mail"), ("channel", "phone")),
    ORDER: (("order", 1),),
    NONE: (None,),
    EMAIL: ("a", "b"),
    WORK_EMAIL: ("a",),
    CENTS: (1,),
}
"""Numbers between bounds are told from others by `belongs`."""

UNIVERSE: tuple[Value, ...] = tuple(
    dict.fromkeys(
        [a for values in ATOMS.values() for a in values]
        + [("list", ()), ("set", frozenset()), ("map", ())]
        + [("list", (v,)) for v in ("a", 1, 0.5, None, ("bistro", 1), ("list", ()), ("list", ("a",)))]
        + [("list", (v, v)) for v in ("a", 1, ("cafe", 1))]
        + [("set", frozenset([v])) for v in ("a", 1, 0.5, ("bistro", 1), ("channel", "mail"))]
        + [("map", ((k, v),)) for k in ("a", ("bistro", 1)) for v in (1, "a", None, ("list", ()))]
    )
)

POOL: tuple[Type, ...] = (
    *SCALARS,
    NONE,
    *(ListOf(t, s) for t in (TEXT, EMAIL, FLOAT, CENTS, CAFE, BISTRO, ListOf(TEXT)) for s in SIZES),
    *(ListOf(t) for t in (Optional(INT), ListOf(EMAIL, Size(1)))),
    *(SetOf(t, s) for t in (TEXT, EMAIL, FLOAT, CENTS, BISTRO, CHANNEL) for s in SIZES),
    *(MapOf(k, v) for k in (TEXT, EMAIL, PLACE) for v in (INT, TEXT, Optional(CAFE), ListOf(INT))),
)


def belongs(value: Value, of: Type) -> bool:
    """Whether a value has a type, told by the value alone; new types share their base's values."""
    match of:
        case Optional(inner):
            return value is None or belongs(value, inner)
        case Bounded(base, (low, high)):
            assert low is not None and high is not None
            return belongs(value, base) and isinstance(value, int | float) and low <= value <= high
        case NewType(_, base):
            return belongs(value, base)
        case Base("Float"):
            return isinstance(value, int | float)
        case Base("Int"):
            return isinstance(value, int)
        case ListOf(element, size):
            return _holds(value, "list", size, lambda v: belongs(v, element))
        case SetOf(element, size):
            return _holds(value, "set", size, lambda v: belongs(v, element))
        case MapOf(key, held, size):
            return _holds(value, "map", size, lambda kv: belongs(kv[0], key) and belongs(kv[1], held))
    return value in ATOMS.get(of, ())


def _holds(value, kind, size, fits) -> bool:  # type: ignore[no-untyped-def]
    if not isinstance(value, tuple) or value[0] != kind:
        return False
    fitting = all(fits(v) for v in value[1])
    return fitting and size.low <= len(value[1]) and (size.high is None or len(value[1]) <= size.high)


@given(upwards(2))
def test_a_value_of_a_subtype_is_one_of_its_supertypes(chain: list[Type]) -> None:
    a, b = chain
    assert [v for v in UNIVERSE if belongs(v, a) and not belongs(v, b)] == []


def belonging(value: Value) -> st.SearchStrategy[tuple[Type, Type]]:
    own = st.sampled_from([t for t in POOL if belongs(value, t)])
    return st.tuples(own.flatmap(wider), own.flatmap(wider))


@given(st.sampled_from(UNIVERSE).flatmap(belonging))
def test_types_with_a_common_value_may_share(both: tuple[Type, Type]) -> None:
    assert may_share(*both)


@given(types, types)
def test_sharing_goes_both_ways(a: Type, b: Type) -> None:
    assert may_share(a, b) == may_share(b, a)


@given(upwards(2))
def test_a_type_shares_with_what_it_fits(chain: list[Type]) -> None:
    assert may_share(*chain)


def test_kinds_that_have_nothing_in_common_do_not_share() -> None:
    assert not may_share(BISTRO, CAFE)
    assert not may_share(EMAIL, PLACE)
    assert not may_share(Optional(BISTRO), CAFE)
    assert not may_share(ListOf(INT), SetOf(INT))
    assert not may_share(HALF, FEW_CENTS)
    assert may_share(EMAIL, NewType("Phone", TEXT))
    assert may_share(Optional(BISTRO), Optional(CAFE))


# ---------------------------------------------------------------- sizes, texts and small questions
@given(sizes, sizes)
def test_bounds_are_within_others_when_each_size_they_allow_is_allowed(m: Size, n: Size) -> None:
    allowed = [{k for k in range(4) if s.low <= k and (s.high is None or k <= s.high)} for s in (m, n)]
    assert m.within(n) == (allowed[0] <= allowed[1])


def test_a_type_is_shown_as_a_spec_would_write_it() -> None:
    assert show(MapOf(EMAIL, ListOf(Optional(PLACE), Size(1, 5)))) == "Map[Email, List[Optional[Place]] >= 1 <= 5]"
    assert show(SetOf(PLACE, Size(0, 20))) == "Set[Place] <= 20"
    assert show(Bounded(CENTS, NumberRange(-1, None))) == "Cents >= -1"


def test_bounds_are_those_of_the_base_as_well() -> None:
    assert bounded(SCORE, NumberRange(5, 20)) == Bounded(SCORE, NumberRange(5, 9))
    assert bounded(SCORE, NumberRange(-5, 20)) == SCORE
    assert range_of(SCORE) == NumberRange(0, 9)
    assert range_of(TEXT) == NumberRange()


def test_a_truth_value_is_the_key_0_or_1() -> None:
    assert may_equal(BOOL, DIGIT)
    assert not may_equal(BOOL, Bounded(INT, NumberRange(2, 5)))


def test_a_loop_over_a_map_yields_its_keys() -> None:
    assert element_of(MapOf(EMAIL, INT)) == EMAIL
    assert element_of(ListOf(INT)) == INT
    assert element_of(UNKNOWN) == UNKNOWN
    assert element_of(INT) is None


def test_a_new_type_over_one_that_welcomes_literals_does_so_too() -> None:
    note = NewType("Note", TEXT, literal=True)
    assert allows_literal(note)
    assert allows_literal(NewType("Memo", note))
    assert not allows_literal(EMAIL)
