"""Value numbers: equal numbers are equal values, so that an alias changes nothing.

A value number is a slot, a bound place, or a tuple that begins with its kind:
`("field", whole, name)`, `("item", map, key)`, `("constant", type, text)` or `UNKNOWN`.
"""

from __future__ import annotations

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
    """The place of a key in what is known about all values of a map.

    `height` counts the nested maps: the keys of a map of answers are at height 0, those of a map of such maps at
    height 1. So the keys of two levels are different places. There is one object for each height.
    """

    __slots__ = ("height",)

    def __init__(self, height: int) -> None:
        self.height = height

    def __repr__(self) -> str:
        return f"key {self.height}"

    def __reduce__(self) -> tuple[object, ...]:
        return bound, (self.height,)


Identity = VariableSlot | BoundKey | tuple[object, ...]
UNKNOWN: Identity = ("unknown",)

_SLOTS: dict[int, VariableSlot] = {}
_BOUND: dict[int, BoundKey] = {}


def slot(number: int) -> VariableSlot:
    """The slot with that number."""
    # `setdefault` is atomic: two threads must not make two slots of one number.
    return _SLOTS.get(number) or _SLOTS.setdefault(number, VariableSlot(number))


def bound(height: int) -> BoundKey:
    """The bound place with that height."""
    return _BOUND.get(height) or _BOUND.setdefault(height, BoundKey(height))


def constant_identity(value: object) -> Identity:
    """The value number of a constant: equal constants (also 1 and 1.0) have equal numbers."""
    if isinstance(value, EnumMember):
        return ("constant", value.enum, f"{value.enum}.{value.member}")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return ("constant", type(value).__name__, repr(value))


def is_constant(identity: Identity) -> bool:
    """Whether a value number is a constant's."""
    return isinstance(identity, tuple) and identity[0] == "constant"


def mentions_slot_from(part: object, first: int) -> bool:
    """Whether a value number (or a fact) depends on a value in slot `first` or later."""
    if isinstance(part, VariableSlot):
        return part.number >= first
    return isinstance(part, tuple) and any(mentions_slot_from(inner, first) for inner in part)


def substituted(identity: Identity, old: Identity, new: Identity) -> Identity:
    """A value number with one value number in it replaced by another."""
    if identity == old:
        return new
    if not isinstance(identity, tuple):
        return identity
    match identity:
        case ("field", whole, name):
            return ("field", substituted(_identity(whole), old, new), name)
        case ("item", whole, key):
            return ("item", substituted(_identity(whole), old, new), substituted(_identity(key), old, new))
    return identity


def _identity(part: object) -> Identity:
    assert isinstance(part, VariableSlot | BoundKey | tuple)
    return part
