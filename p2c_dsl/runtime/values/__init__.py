"""How Python objects represent the language's values: incoming values are checked and copied for the run.

A text, number or truth value is Python's own. A value of a nominal type is any hashable object, a record
a mapping or an object with its fields, a collection any list, tuple, set or mapping, an enum's
member an `EnumMember`, of which a tool may give the name. Equality is Python's.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import islice
from math import isfinite
from types import AsyncGeneratorType, GeneratorType
from types import NoneType as PythonsNone
from typing import Any

from p2c_dsl.runtime.values.copies import Fields, like, thaw
from p2c_dsl.runtime.values.display import described, shown
from p2c_dsl.runtime.values.frozen import (
    Distinct,
    FrozenList,
    FrozenMap,
    FrozenRecord,
    Handle,
    WrongValue,
    comparable,
    is_hashable,
    is_plain,
)
from p2c_dsl.spec import EnumMember, Spec
from p2c_dsl.types import (
    BOOL,
    FLOAT,
    INT,
    TEXT,
    Base,
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
    Type,
    show,
)

__all__ = [
    "MOST_ELEMENTS",
    "MOST_LEVELS",
    "Distinct",
    "Fields",
    "Freezer",
    "WrongValue",
    "comparable",
    "conform",
    "elements_of",
    "field_of",
    "is_awaitable",
    "item_of",
    "not_run",
    "shown",
    "thaw",
]

MOST_ELEMENTS = 1_000_000
"""The maximum number of elements of a value, including those of its parts and the fields of records."""
MOST_LEVELS = 64
"""The maximum nesting depth of collections and records."""

_MISSING = object()
_mro: Callable[[type], tuple[type, ...]] = type.__dict__["__mro__"].__get__
_PYTHON = {BOOL.name: bool, INT.name: int, TEXT.name: str}


def field_of(value: object, name: str) -> object:
    """A record's field. Raises `WrongValue` if there is none."""
    result = value.get(name, _MISSING) if isinstance(value, Mapping) else getattr(value, name, _MISSING)
    if result is _MISSING:
        raise WrongValue(f"it has no field `{name}`")
    return result


def item_of(value: object, key: object) -> object:
    """The value of a run's map for a key. Raises `WrongValue` if the key is missing."""
    if not isinstance(value, Mapping):
        raise WrongValue(f"{shown(value)} is not a map")
    result = value.get(comparable(key), _MISSING)
    if result is _MISSING:
        raise WrongValue(f"the map has no key {shown(key)}")
    return result


def elements_of(value: object) -> list[Any]:
    """The elements of a loop over a collection; a plain set in the order of its elements' `repr`.

    Raises `WrongValue` if it is not a collection.
    """
    if not isinstance(value, Iterable):
        raise WrongValue(f"{shown(value)} is not a collection")
    return sorted(value, key=repr) if isinstance(value, set | frozenset) else list(value)


def not_run(value: object) -> str | None:
    """Why a tool that returns such a value has not done its work yet, `None` if it has."""
    kind = type(value)
    if kind is GeneratorType or kind is AsyncGeneratorType:
        return "it returned a generator, so its body has not run"
    if kind is map or kind is filter:
        return f"it returned a `{kind.__name__}` that has not been consumed, so its work has not been done"
    if is_awaitable(value):
        return "it returned an awaitable that was not awaited, so its body has not run"
    return None


def is_awaitable(value: object) -> bool:
    """Whether the value's class is awaitable."""
    kind = type(value)
    if kind is PythonsNone or kind is str or kind is bool or kind is list:
        return False
    return any("__await__" in vars(c) for c in _mro(kind))


# ---------------------------------------------------------------- types


def conform(value: object, of: Type, spec: Spec) -> Any:
    """The value of a run for an incoming value of a type. Raises `WrongValue` if it does not have the type."""
    return Freezer(spec)(value, of)


class Freezer:
    """Copies values into one run."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._handles: dict[int, Handle] = {}
        self._left = 0

    def __call__(self, value: object, of: Type) -> object:
        """The value of a run for an incoming value of a type. The name of an enum member becomes the member.

        Raises `WrongValue` if it does not have the type, is too large, or cannot be read.
        """
        self._left = MOST_ELEMENTS
        try:
            return self._copy(value, of, 0)
        except (WrongValue, KeyboardInterrupt):
            raise
        except BaseException as error:
            # If a foreign class raises while it is inspected, the value is wrong.
            raise WrongValue(f"{shown(value)} cannot be read: {described(error)}") from None

    def _copy(self, value: object, of: Type, level: int) -> object:
        if level > MOST_LEVELS:
            raise WrongValue(f"it is nested more than {MOST_LEVELS} levels deep")
        match of:
            case Base() if (base := _base(value, of)) is not None:
                return base
            case Optional(inner):
                return None if value is None else self._copy(value, inner, level)
            case NoneType() if value is None:
                return None
            case NewType(_, base_type):
                return self._copy(value, base_type, level)
            case Bounded(base_type, range_) if (number := self._copy(value, base_type, level)) in range_:
                return number
            case Enum(name, members):
                member = value.member if type(value) is EnumMember else getattr(value, "name", value)
                if isinstance(member, str) and str.__str__(member) in members:
                    return EnumMember(name, str.__str__(member))
            case Nominal() if value is not None:
                return self._handle(value, of)
            case Record(name):
                return self._record(value, name, level)
            case ListOf(element) if isinstance(value, Sequence) and not isinstance(value, str | bytes):
                found = (self._copy(v, element, level + 1) for v in self._several(value))
                return _sized(FrozenList(found), of)
            case SetOf(element) if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping):
                several = self._several(value)
                ordered = sorted(several, key=repr) if isinstance(value, set | frozenset) else several
                return _sized(Distinct(self._copy(v, element, level + 1) for v in ordered), of)
            case MapOf(key, held) if isinstance(value, Mapping):
                pairs = self._several(value.items())
                copied = {self._copy(k, key, level + 1): self._copy(v, held, level + 1) for k, v in pairs}
                return _sized(FrozenMap(copied), of)
        raise WrongValue(f"{shown(value)} is not a valid {show(of)}")

    def _several(self, values: Iterable[Any]) -> list[Any]:
        result = list(islice(values, self._left + 1))
        self._count(len(result))
        return result

    def _count(self, elements: int) -> None:
        self._left -= elements
        if self._left < 0:
            raise WrongValue(f"it has more than {MOST_ELEMENTS:,} elements")

    def _record(self, value: object, name: str, level: int) -> FrozenRecord:
        types = self._spec.records[name]
        self._count(len(types))
        own = {}
        items = {}
        for field, of in types.items():
            try:
                own[field] = field_of(value, field)
                items[field] = self._copy(own[field], of, level + 1)
            except WrongValue as error:
                raise WrongValue(f"{shown(value)} is not a valid {name}: `{field}`: {error}") from None
        of_record = like(name, value, own, self._several)
        others = {k: self._part(v) for k, v in of_record.state.items() if k not in types}
        return FrozenRecord(items, of_record.parts(items, others), of_record)

    def _part(self, value: object) -> Hashable:
        """The data of a record that plans cannot see but that decides equality, by its parts if it has any."""
        try:
            return comparable(value, self._several)
        except Exception:
            return Handle(value, id(value))

    def _handle(self, value: object, of: Nominal) -> object:
        if isinstance(value, float) and not isfinite(value):
            raise WrongValue(f"{shown(value)} is not a valid {show(of)}: numbers must be finite")
        if is_plain(value) or isinstance(value, Handle):
            return value
        known = self._handles.get(id(value))
        if known is not None:
            return known
        if not is_hashable(value):
            raise WrongValue(f"{shown(value)} is not a valid {show(of)}: it is not hashable")
        if why := not_run(value):
            raise WrongValue(f"{shown(value)} is not a valid {show(of)}: {why}")
        if not value == value:
            raise WrongValue(f"{shown(value)} is not a valid {show(of)}: it does not equal itself")
        return self._handles.setdefault(id(value), Handle(value, hash(value)))


def _base(value: object, of: Base) -> object:
    """The value as one of a base type, `None` if it does not have the type."""
    kind = type(value)
    if of.name == FLOAT.name and kind is not bool and issubclass(kind, int | float):
        number = int.__int__(value) if issubclass(kind, int) else float.__float__(value)  # type: ignore[arg-type]
        if isinstance(number, float) and not isfinite(number):
            raise WrongValue(f"{number} is not a valid Float: numbers must be finite")
        return number
    return value if kind is _PYTHON.get(of.name) else None


def _sized(value: object, of: ListOf | SetOf | MapOf) -> object:
    size = len(value)  # type: ignore[arg-type]
    if size < of.size.low or (of.size.high is not None and size > of.size.high):
        raise WrongValue(f"{size} elements do not fit {show(of)}")
    return value
