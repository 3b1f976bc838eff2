"""Value numbers: equal numbers are equal values, so that an alias changes nothing.

A value number is a slot, a bound place, or a tuple that begins with its kind:
`("field", whole, name)`, `("item", map, key)`, `("constant", type, text)` or `UNKNOWN`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TypeGuard, TypeVar, cast

from p2c_dsl.spec import EnumMember


class VariableSlot:
    """The place of a variable in a state.

    It is not an `int`, because facts also contain other numbers, such as the positions of parameters, and only slots
    are reused after their block. There is one object for each number, so that they are compared by identity.
    """

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number

    def __repr__(self) -> str:
        return f"slot {self.number}"

    def __reduce__(self) -> tuple[object, ...]:
        return slot, (self.number,)


class BoundKey:
    """The place of any element in what is known about all elements of a collection, or about all values of a map.

    `height` counts what is nested inside: the keys of a map of answers are at height 0, those of a map of such maps at
    height 1. So the elements of two levels are different places, and equal facts are equal tuples. There is one object
    for each height.
    """

    __slots__ = ("height",)

    def __init__(self, height: int) -> None:
        self.height = height

    def __repr__(self) -> str:
        return f"any {self.height}"

    def __reduce__(self) -> tuple[object, ...]:
        return bound, (self.height,)


class Moment:
    """A call's place in the text, in the order in which the machine comes to it.

    What has happened *since* a moment is a fact as well. At the end of a loop, the moments in its body get new
    numbers, because a later iteration passes them again. There is one object for each number.
    """

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number

    def __repr__(self) -> str:
        return f"moment {self.number}"

    def __reduce__(self) -> tuple[object, ...]:
        return moment, (self.number,)


Identity = VariableSlot | BoundKey | tuple[object, ...]
UNKNOWN: Identity = ("unknown",)

_SLOTS: dict[int, VariableSlot] = {}
_BOUND: dict[int, BoundKey] = {}
_MOMENTS: dict[int, Moment] = {}


def slot(number: int) -> VariableSlot:
    """The slot with that number."""
    # `setdefault` is atomic: two threads must not make two slots of one number.
    return _SLOTS.get(number) or _SLOTS.setdefault(number, VariableSlot(number))


def bound(height: int) -> BoundKey:
    """The bound place with that height."""
    return _BOUND.get(height) or _BOUND.setdefault(height, BoundKey(height))


def moment(number: int) -> Moment:
    """The moment with that number."""
    return _MOMENTS.get(number) or _MOMENTS.setdefault(number, Moment(number))


def constant_identity(value: object) -> Identity:
    """The value number of a constant: equal constants (also 1 and 1.0) have equal numbers."""
    if isinstance(value, EnumMember):
        # An enum may have the name of one of Python's types.
        return ("constant", f"enum {value.enum}", f"{value.enum}.{value.member}")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return ("constant", type(value).__name__, repr(value))


def field_of(identity: Identity, names: Iterable[str]) -> Identity:
    """The value number of the field that these names lead to."""
    for name in names:
        identity = ("field", identity, name)
    return identity


def number_of(identity: object) -> int | float | None:
    """The number that a constant's value number stands for, `None` for other values."""
    match identity:
        case ("constant", "int", str(text)):
            return int(text)
        case ("constant", "float", str(text)):
            return float(text)
    return None


def is_constant(identity: Identity) -> bool:
    """Whether a value number is a constant's."""
    return isinstance(identity, tuple) and identity[0] == "constant"


_EQUAL = {constant_identity(truth): constant_identity(int(truth)) for truth in (False, True)}


def are_different_constants(one: Identity, other: Identity) -> bool:
    """Whether two values are constants that differ; `True` and 1 are one key, and so are `False` and 0."""
    return is_constant(one) and is_constant(other) and _EQUAL.get(one, one) != _EQUAL.get(other, other)


def mentions_slot_from(part: object, first: int) -> bool:
    """Whether a value number (or a fact) depends on a value in slot `first` or later."""
    if isinstance(part, VariableSlot):
        return part.number >= first
    return isinstance(part, tuple) and any(mentions_slot_from(inner, first) for inner in part)


def mentions_moment_from(part: object, first: int) -> bool:
    """Whether a fact depends on a moment from `first` on."""
    if isinstance(part, Moment):
        return part.number >= first
    return isinstance(part, tuple) and any(mentions_moment_from(inner, first) for inner in part)


Part = TypeVar("Part")


def replaced(part: Part, old: Identity, new: Identity) -> Part:
    """A value number or a fact, with one value number in it replaced by another wherever it occurs."""
    if part == old:
        return cast(Part, new)
    if not isinstance(part, tuple):
        return part
    # Most parts are words, which are not value numbers.
    changed = tuple([inner if type(inner) is str else replaced(inner, old, new) for inner in part])
    if changed == part:
        return part
    return cast(Part, in_order(changed) if changed[:1] in (("eq",), ("ne",)) else changed)


def in_order(fact: tuple[object, ...]) -> tuple[object, ...]:
    """A fact that is the same whichever value comes first, with its values in a fixed order."""
    return (fact[0], *sorted(fact[1:], key=repr))


class Classes:
    """Values that are known to be equal, and so equal parts of them, under one value number each.

    `pairs` are the known equalities. A value number is the same as another one if what is left of them is, once each
    part has been replaced by the first of its equals.
    """

    def __init__(self, pairs: Iterable[tuple[object, object]]) -> None:
        self._first: dict[object, object] = {}
        for one, other in sorted(pairs, key=repr):
            a, b = self.of(one), self.of(other)
            if a != b:
                # What is a part of the other comes last, so that replacing ends.
                first, second = sorted((a, b), key=lambda part: (len(repr(part)), repr(part)))
                self._first[second] = first

    def of(self, part: object) -> object:
        """A value number or a fact with the first of its equals in the place of each value number."""
        whole = tuple(map(self.of, part)) if isinstance(part, tuple) else part
        return self.of(self._first[whole]) if whole in self._first else whole


def mentions(part: object, identity: Identity) -> bool:
    """Whether a value number occurs in another one, or in a fact."""
    return part == identity or (isinstance(part, tuple) and any(mentions(inner, identity) for inner in part))


def shifted(part: Part, first: int, by: int) -> Part:
    """A fact with all moments from `first` on moved by that much."""
    if isinstance(part, Moment):
        return cast(Part, moment(part.number + by)) if part.number >= first else part
    if not isinstance(part, tuple):
        return part
    changed = tuple(shifted(inner, first, by) for inner in part)
    return part if changed == part else cast(Part, changed)


# ---------------------------------------------------------------- what facts say of equal values

_Fact = tuple[object, ...]
_REMEMBERED = 1 << 14
_MOST_NESTED = 6
"""Facts about values that are nested more deeply are not rewritten, so that rewriting ends."""
_FIXED = frozenset({"all", "if", "filled", "true", "false", "some", "none", "and", "or"})
"""Facts that equality does not carry over to other values; what holds of all elements holds of equal collections'."""


def rewritten(fact: _Fact, equal: _Fact) -> Iterator[_Fact | None]:
    """What a fact says of an equal value, both ways; `None` for what has been weighed in vain."""
    if (fact[0] in _FIXED and fact[0] != "all") or fact == equal:
        return
    one, other = value_number(equal[1]), value_number(equal[2])
    for old, new in ((one, other), (other, one)):
        if fact[0] != "all" or fact[1] == old:
            yield _rewritten(fact, old, new)


@lru_cache(_REMEMBERED)
def _rewritten(fact: _Fact, old: Identity, new: Identity) -> _Fact | None:
    changed = replaced(fact, old, new)
    return changed if changed != fact and not says_nothing(changed) and _ends(fact, old, new, changed) else None


def says_nothing(fact: _Fact) -> bool:
    """Whether a fact is that a value equals itself."""
    return fact[0] == "eq" and fact[1] == fact[2]


def _ends(fact: _Fact, old: Identity, new: Identity, changed: _Fact) -> bool:
    """Whether a fact may be rewritten, so that rewriting ends, and ends soon.

    What is said of a value is said of what it is a part of only once, and who its elements are is not. Look-ups take
    the place of whole values only, and do not get into the keys of others.
    """
    if mentions(new, old) and (fact[0] == "in" or mentions(fact, new)):
        return False
    if _has_lookup(new) and not _is_whole(old, fact):
        return False
    return _nesting(changed) <= _MOST_NESTED and _chained(changed) <= max(_chained(fact), 1)


def _is_whole(value: Identity, fact: _Fact) -> bool:
    """Whether a fact is about a value itself, and not about parts of it alone."""
    return any(value == part or (_is_row(part) and value in part) for part in fact[1:])


def _is_row(part: object) -> TypeGuard[tuple[object, ...]]:
    """Whether a part of a fact is a row of values, and not one value with parts."""
    return isinstance(part, tuple) and bool(part) and not isinstance(part[0], str)


def _has_lookup(part: object) -> bool:
    """Whether a value number, or a fact, contains a look-up."""
    return isinstance(part, tuple) and (part[:1] == ("item",) or any(map(_has_lookup, part)))


def is_of_lookup(fact: _Fact) -> bool:
    """Whether a fact says what a look-up equals: each look-up shows that again."""
    return fact[0] == "eq" and _has_lookup(fact)


def _chained(part: object) -> int:
    """How many look-ups stand in keys of look-ups, at most."""
    if not isinstance(part, tuple):
        return 0
    if part[:1] == ("item",):
        return max(_chained(part[1]), 1 + _chained(part[2]))
    return max(map(_chained, part), default=0)


def value_number(part: object) -> Identity:
    assert isinstance(part, VariableSlot | BoundKey | tuple)
    return part


def _nesting(part: object) -> int:
    return 1 + max((_nesting(inner) for inner in part), default=0) if isinstance(part, tuple) else 0
