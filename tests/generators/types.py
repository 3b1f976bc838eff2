"""Types, and what is above and below them by the definition of subtyping."""

from __future__ import annotations

from hypothesis import strategies as st

from p2c_dsl.ranges import NumberRange
from p2c_dsl.types import (
    BOOL,
    BOTTOM,
    FLOAT,
    INT,
    NONE,
    TEXT,
    Base,
    Bottom,
    Bounded,
    Enum,
    ListOf,
    MapOf,
    NewType,
    Nominal,
    NoneType,
    Optional,
    Record,
    SetOf,
    Size,
    Type,
    supertypes,
)

PLACE = Nominal("Place")

BISTRO, CAFE = Nominal("Bistro", PLACE), Nominal("Cafe", PLACE)

EMAIL, CENTS = NewType("Email", TEXT), NewType("Cents", INT)

WORK_EMAIL = NewType("WorkEmail", EMAIL)

DIGIT, ONE_OR_MORE = Bounded(INT, NumberRange(0, 9)), Bounded(INT, NumberRange(1, 9))

HALF, FEW_CENTS = Bounded(FLOAT, NumberRange(0, 0.5)), Bounded(CENTS, NumberRange(1, 2))

BOUNDED = (DIGIT, ONE_OR_MORE, HALF, FEW_CENTS)

SCORE = NewType("Score", DIGIT)

CHANNEL = Enum("Channel", ("mail", "phone"))

ORDER = Record("Order")

DECLARED = (PLACE, BISTRO, CAFE, EMAIL, WORK_EMAIL, CENTS, CHANNEL, ORDER, SCORE)

SCALARS: tuple[Type, ...] = (BOOL, INT, FLOAT, TEXT, *BOUNDED, *DECLARED)

SIZES = (Size(), Size(1), Size(0, 2), Size(1, 2), Size(2, 2), Size(0, 1))

scalars = st.sampled_from(SCALARS)

sizes = st.sampled_from(SIZES)


def _bare(a: Type) -> bool:
    return not isinstance(a, Optional | NoneType | Bottom)


def collections(inner: st.SearchStrategy[Type]) -> st.SearchStrategy[Type]:
    return st.one_of(
        st.builds(ListOf, inner, sizes),
        st.builds(SetOf, scalars, sizes),
        st.builds(MapOf, scalars, inner, sizes),
        inner.filter(_bare).map(Optional),
    )


types = st.recursive(scalars | st.sampled_from([NONE, BOTTOM]), collections, max_leaves=4)


def wider(a: Type) -> st.SearchStrategy[Type]:
    """A type above, by the definition: a declared parent, a looser size, an Optional, a wider element."""
    ways: list[st.SearchStrategy[Type]] = [st.just(a)]
    match a:
        case Nominal(_, Nominal() as above) | NewType(_, above):
            ways.append(st.just(above))
        case Bounded(base):
            ways += [st.just(base), st.sampled_from([b for b in BOUNDED if _is_looser(b, a)])]
        case Base("Int"):
            ways.append(st.just(FLOAT))
        case Optional(inner):
            ways.append(wider(inner).map(lambda t: t if isinstance(t, Optional) else Optional(t)))
        case ListOf(element, size) | SetOf(element, size):
            ways.append(st.builds(type(a), wider(element), looser(size)))
        case MapOf(key, held, size):
            ways.append(st.builds(MapOf, wider(key), wider(held), looser(size)))
        case Bottom():
            ways.append(types)
        case NoneType():
            ways.append(scalars.map(Optional))
    if not isinstance(a, Optional | NoneType | Bottom):
        ways.append(st.just(Optional(a)))
    return st.one_of(ways)


def _is_looser(one: Bounded, other: Bounded) -> bool:
    """Whether a type with bounds is above another, by the definition: a base above, and a range around."""
    return one.base in supertypes(other) and other.range.within(one.range)


def looser(size: Size) -> st.SearchStrategy[Size]:
    return st.sampled_from([s for s in SIZES if size.within(s)])


def upwards(count: int) -> st.SearchStrategy[list[Type]]:
    """Types of which each is above the one before."""
    chains = types.map(lambda t: [t])
    for _ in range(count - 1):
        chains = chains.flatmap(lambda chain: wider(chain[-1]).map(lambda t: [*chain, t]))
    return chains


def two_below_one(a: Type) -> st.SearchStrategy[tuple[Type, Type, Type]]:
    return st.tuples(narrower(a), narrower(a), st.just(a))


def narrower(a: Type) -> st.SearchStrategy[Type]:
    """A type below."""
    ways: list[st.SearchStrategy[Type]] = [st.just(a), st.just(BOTTOM)]
    match a:
        case Optional(inner):
            ways += [narrower(inner), narrower(inner).filter(_bare).map(Optional), st.just(NONE)]
        case ListOf(element, size) | SetOf(element, size):
            ways.append(st.builds(type(a), narrower(element), tighter(size)))
        case MapOf(key, held, size):
            ways.append(st.builds(MapOf, narrower(key), narrower(held), tighter(size)))
    above = {t: supertypes(t) for t in SCALARS}
    bounded = [t for t in BOUNDED if isinstance(a, Bounded) and _is_looser(a, t)]
    ways.append(st.sampled_from([*(t for t in SCALARS if t == a or a in above[t]), *bounded] or [a]))
    return st.one_of(ways)


def tighter(size: Size) -> st.SearchStrategy[Size]:
    return st.sampled_from([s for s in SIZES if s.within(size)])
