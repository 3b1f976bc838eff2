"""The type lattice: resolved types, subtyping, joins and what can hold a common element.

Types are immutable and hashable. Subtyping is nominal for declared types and covariant for
collections, which is sound because values never change.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from p2c_dsl.ranges import ANY_NUMBER, NumberRange


class Size(NamedTuple):
    """Bounds on a collection's number of elements; `high` is `None` where there is none."""

    low: int = 0
    high: int | None = None

    def within(self, other: Size) -> bool:
        """Whether every size allowed here is allowed by `other`."""
        if self.low < other.low:
            return False
        return other.high is None or (self.high is not None and self.high <= other.high)


ANY_SIZE = Size()


@dataclass(frozen=True, slots=True)
class Base:
    """`Bool`, `Int`, `Float` or `Text`."""

    name: str


@dataclass(frozen=True, slots=True)
class Nominal:
    """`type Restaurant`, or with a parent `type Bistro < Restaurant`."""

    name: str
    parent: Nominal | None = None


@dataclass(frozen=True, slots=True)
class NewType:
    """`type Email = Text`: a subtype of its base that other text does not fit."""

    name: str
    base: Type
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Bounded:
    """`Int >= 0 <= 500`: the numbers of its base between bounds, which are at least as tight as the base's own."""

    base: Base | NewType
    range: NumberRange


@dataclass(frozen=True, slots=True)
class Enum:
    """`enum Channel:` with its members' names, which its hash leaves out: there may be thousands."""

    name: str
    members: tuple[str, ...] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Record:
    """`record Order:`; the fields stand in `Spec.records`, so that a record may contain itself."""

    name: str


@dataclass(frozen=True, slots=True)
class ListOf:
    """`List[T]`."""

    element: Type
    size: Size = ANY_SIZE


@dataclass(frozen=True, slots=True)
class SetOf:
    """`Set[T]`."""

    element: Type
    size: Size = ANY_SIZE


@dataclass(frozen=True, slots=True)
class MapOf:
    """`Map[K, V]`."""

    key: Type
    value: Type
    size: Size = ANY_SIZE


@dataclass(frozen=True, slots=True)
class Optional:
    """`Optional[T]`: a `T` or `None`; never nested."""

    inner: Type


@dataclass(frozen=True, slots=True)
class Bottom:
    """The type of nothing: the element of an accumulator that is never filled. Fits everywhere."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The type of something that an earlier error left unknown. Fits everywhere, so that one error is reported once."""


@dataclass(frozen=True, slots=True)
class NoneType:
    """The type of `None`."""


Type = (
    Base | Nominal | NewType | Bounded | Enum | Record | ListOf | SetOf | MapOf | Optional | Bottom | Unknown | NoneType
)
Collection = ListOf | SetOf | MapOf

BOOL, INT, FLOAT, TEXT = Base("Bool"), Base("Int"), Base("Float"), Base("Text")
BOTTOM, UNKNOWN, NONE = Bottom(), Unknown(), NoneType()
BASES = {t.name: t for t in (BOOL, INT, FLOAT, TEXT)}


_REMEMBERED = 1 << 16
"""How many answers about types are cached: a planner asks the same questions at every step."""


def show(t: Type) -> str:
    """A type as a spec would write it."""
    match t:
        case Base(name) | Nominal(name) | NewType(name) | Enum(name) | Record(name):
            return name
        case ListOf(element, size):
            return f"List[{show(element)}]{_show_size(size)}"
        case SetOf(element, size):
            return f"Set[{show(element)}]{_show_size(size)}"
        case MapOf(key, value, size):
            return f"Map[{show(key)}, {show(value)}]{_show_size(size)}"
        case Optional(inner):
            return f"Optional[{show(inner)}]"
        case Bounded(base, (low, high)):
            return show(base) + ("" if low is None else f" >= {low}") + ("" if high is None else f" <= {high}")
        case NoneType():
            return "None"
        case Bottom():
            return "Nothing"
        case Unknown():
            return "?"


def _show_size(size: Size) -> str:
    low = f" >= {size.low}" if size.low else ""
    return low + (f" <= {size.high}" if size.high is not None else "")


def supertypes(t: Type) -> tuple[Type, ...]:
    """The type and the declared types above it, nearest first."""
    chain: list[Type] = [t]
    while True:
        last = chain[-1]
        if isinstance(last, Nominal) and last.parent is not None:
            chain.append(last.parent)
        elif isinstance(last, NewType | Bounded):
            chain.append(last.base)
        else:
            return (*chain, FLOAT) if last == INT else tuple(chain)


def range_of(t: Type) -> NumberRange:
    """The bounds on the numbers of a type; `True` and `False` are the keys 1 and 0, and what is no number has none."""
    result = ANY_NUMBER
    for above in supertypes(t):
        if isinstance(above, Bounded):
            result = above.range.meet(result)
    return NumberRange(0, 1) if t == BOOL else result


def bounded(base: Type, range_: NumberRange) -> Type:
    """A type of numbers with further bounds: the type itself, if it has them already."""
    whole = base.base if isinstance(base, Bounded) else base
    tighter = range_.meet(range_of(base))
    return whole if tighter == range_of(whole) or not isinstance(whole, Base | NewType) else Bounded(whole, tighter)


def is_comparable(t: Type) -> bool:
    """Whether values of a type can be keys, or a set's elements: collections cannot."""
    return not isinstance(t.inner if isinstance(t, Optional) else t, ListOf | SetOf | MapOf)


@lru_cache(maxsize=_REMEMBERED)
def is_subtype(sub: Type, sup: Type) -> bool:
    """Whether every value of `sub` may stand where a `sup` is expected."""
    if sub == sup or isinstance(sub, Bottom | Unknown) or isinstance(sup, Unknown):
        return True
    match sub, sup:
        case NoneType(), Optional():
            return True
        case Optional(a), Optional(b):
            return is_subtype(a, b)
        case _, Optional(b):
            return is_subtype(sub, b)
        case (ListOf(a, m), ListOf(b, n)) | (SetOf(a, m), SetOf(b, n)):
            return is_subtype(a, b) and m.within(n)
        case MapOf(k1, v1, m), MapOf(k2, v2, n):
            return is_subtype(k1, k2) and is_subtype(v1, v2) and m.within(n)
        case _, Bounded(base, range_):
            return is_subtype(sub, base) and range_of(sub).within(range_)
    return sup in supertypes(sub)


@lru_cache(maxsize=_REMEMBERED)
def join(a: Type, b: Type) -> Type | None:
    """The least common supertype, or `None` if there is none."""
    if is_subtype(a, b):
        return b if not isinstance(b, Unknown) else a
    if is_subtype(b, a):
        return a
    match a, b:
        case (Optional(x), y) | (y, Optional(x)):
            inner = join(x, y.inner if isinstance(y, Optional) else y)
            return Optional(inner) if inner is not None else None
        case (NoneType(), y) | (y, NoneType()):
            return Optional(y)
        case (ListOf(x, m), ListOf(y, n)) | (SetOf(x, m), SetOf(y, n)):
            element = join(x, y)
            return None if element is None else type(a)(element, _hull(m, n))  # type: ignore[call-arg, arg-type]
        case MapOf(k1, v1, m), MapOf(k2, v2, n):
            key, value = join(k1, k2), join(v1, v2)
            return None if key is None or value is None else MapOf(key, value, _hull(m, n))
    above_b = supertypes(b)
    common = next((s for s in supertypes(a) if s in above_b), None)
    return None if common is None else bounded(common, range_of(a).hull(range_of(b)))


def _hull(m: Size, n: Size) -> Size:
    high = None if m.high is None or n.high is None else max(m.high, n.high)
    return Size(min(m.low, n.low), high)


@lru_cache(maxsize=_REMEMBERED)
def may_share(a: Type, b: Type) -> bool:
    """Whether one value can belong to both types, so that two keys can be equal."""
    match a, b:
        case (Optional(x), y) | (y, Optional(x)):
            return may_share(x, y.inner if isinstance(y, Optional) else y) or isinstance(y, Optional | NoneType)
        case (ListOf(x), ListOf(y)) | (SetOf(x), SetOf(y)):
            return True
        case MapOf(), MapOf():
            return True
    if range_of(a).meet(range_of(b)).is_empty:
        return False
    above_a, above_b = supertypes(a), supertypes(b)
    return is_subtype(a, b) or is_subtype(b, a) or (above_a[-1] == above_b[-1] and isinstance(above_a[-1], Base))


def may_equal(a: Type, b: Type) -> bool:
    """Whether a value of one type can equal one of the other: `True` is no number, and still the same key as 1."""
    if may_share(a, b):
        return True
    one, other = (t.inner if isinstance(t, Optional) else t for t in (a, b))
    numbers = all(supertypes(t)[-1] in (BOOL, FLOAT) for t in (one, other))
    return numbers and not range_of(one).meet(range_of(other)).is_empty


def size_of(t: Type) -> Size:
    """A collection type's declared bounds. Of an unknown type, whose error is already reported, one element."""
    if isinstance(t, Unknown):
        return Size(1, 1)
    return t.size if isinstance(t, ListOf | SetOf | MapOf) else ANY_SIZE


def element_of(t: Type) -> Type | None:
    """The type of the elements of a loop over `t` (a map yields its keys), or `None` if it is not a collection."""
    match t:
        case ListOf(element) | SetOf(element):
            return element
        case MapOf(key, _):
            return key
        case Unknown():
            return UNKNOWN
    return None


def allows_literal(t: Type) -> bool:
    """Whether the type's declaration allows free literals."""
    if isinstance(t, Bounded):
        return allows_literal(t.base)
    return isinstance(t, NewType) and (t.literal or allows_literal(t.base))
