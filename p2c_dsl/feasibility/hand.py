"""What values are at hand on a line of calls, by their types: outside loops, and inside one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import NamedTuple

from p2c_dsl.spec import Spec
from p2c_dsl.types import (
    Collection,
    ListOf,
    MapOf,
    Optional,
    Record,
    SetOf,
    Size,
    Type,
    element_of,
    is_comparable,
    is_subtype,
)


class Level(IntEnum):
    """Where a value is at hand."""

    OUTSIDE = 0
    """Outside loops, and so inside them as well."""
    INSIDE = 1
    """Only inside a loop over a collection that is never empty."""


@dataclass(frozen=True, slots=True)
class Means:
    """How values can be taken apart and put together.

    Attributes:
        spec: Where the records' fields are declared.
        loops, optionals: Whether loops are allowed, and whether what is in an `Optional` can be reached.
        small: Whether a collection that may be empty is taken to be.
        constants: The types of constants that may be used.
        none: Whether `None` may be used.
        elsewhere: What other runs may have at hand. What they write into a map can be looked up in this one: the text
            does not show that the key is missing.
    """

    spec: Spec
    loops: bool
    optionals: bool
    small: bool
    constants: frozenset[Type] = frozenset()
    none: bool = True
    elsewhere: Hand | None = None

    def parts(self, whole: Type, level: Level) -> Iterator[tuple[Type, Level]]:
        """The types of a value and of what can be taken out of it."""
        pending, seen = [(whole, level)], set()
        while pending:
            of, at = pending.pop()
            if (of, at) in seen:
                continue
            seen.add((of, at))
            yield of, at
            pending += self._inner(of, at)

    def _inner(self, of: Type, at: Level) -> Iterator[tuple[Type, Level]]:
        match of:
            case Record(name):
                yield from ((inner, at) for inner in self.spec.records[name].values())
            case Optional(inner) if self.optionals:
                yield inner, at
            case MapOf(_, value):
                # A look-up takes the key to be there.
                yield value, at
        element = element_of(of) if isinstance(of, Collection) else None
        if element is None or not self.loops:
            return
        if not self.small:
            yield element, at
        elif _least(of) > 0:
            yield element, Level.INSIDE


def _least(of: Type) -> int:
    return of.size.low if isinstance(of, Collection) else 0


_DEEPEST = 4
"""Records that need records that need others, deeper than this, are taken to be at hand."""
Values = tuple[tuple[Type, Level], ...]


class Around(NamedTuple):
    """What loops can do, whatever the values are for.

    Attributes:
        loopable: Whether there is a collection at all.
        keys: Where there is a key under which a loop has written, `None` if nowhere.
        sizes: How often the bodies of loops run, for loops over what is at hand and is never empty.
    """

    loopable: bool
    keys: Level | None
    sizes: tuple[Size, ...]


@dataclass(eq=False)
class Hand:
    """The types of the values that are at hand, each where it is. Equal hands are one object (`Hands`)."""

    types: Mapping[Type, Level]
    means: Means
    around: Around
    before: Hand | None = None
    """The hand to which something was added, so that what is known of it need not be found again."""
    _known: dict[Type, Level | None] = field(default_factory=dict)
    _held: dict[Type, Level | None] = field(default_factory=dict)
    _making: list[Record] = field(default_factory=list)

    def level(self, wanted: Type) -> Level | None:
        """Where a value that fits the type can be had, `None` if nowhere."""
        if wanted in self._known:
            return self._known[wanted]
        found = self._found(wanted)
        # While records are being made from each other, what is not found may be found in another way.
        if found is Level.OUTSIDE or not self._making:
            self._known[wanted] = found
        return found

    def _found(self, wanted: Type) -> Level | None:
        if any(is_subtype(c, wanted) for c in self.means.constants):
            return Level.OUTSIDE
        found = self._holds(wanted)
        if found is Level.OUTSIDE:
            return found
        if isinstance(wanted, Optional):
            return Level.OUTSIDE if self.means.none else _nearest(found, self.level(wanted.inner))
        return Level.OUTSIDE if self._gathered(wanted) else _nearest(found, self._made(wanted))

    def _made(self, wanted: Type) -> Level | None:
        """Where a list or a record can be made from what is at hand."""
        match wanted:
            case ListOf(element, Size(_, high)) if high != 0:
                return self.level(element)
            case Record(name) if wanted not in self._making:
                if len(self._making) >= _DEEPEST:
                    return Level.OUTSIDE
                self._making.append(wanted)
                fields = self.means.spec.records[name].values()
                needed = [self.level(of) for of in fields if not isinstance(of, Optional)]
                self._making.pop()
                levels = [level for level in needed if level is not None]
                return max(levels, default=Level.OUTSIDE) if len(levels) == len(needed) else None
        return None

    def _holds(self, wanted: Type) -> Level | None:
        """Where a value of the type is, as it is."""
        if wanted not in self._held:
            known = self.before is not None and wanted in self.before._held
            base = self.before._held[wanted] if self.before is not None and known else None
            types = self._added if known else self.types
            found = min((at for of, at in types.items() if is_subtype(of, wanted)), default=None)
            self._held[wanted] = _nearest(base, found)
        return self._held[wanted]

    @cached_property
    def _added(self) -> Mapping[Type, Level]:
        """What is not in the hand before, or not where it is in this one."""
        earlier = {} if self.before is None else self.before.types
        return {of: at for of, at in self.types.items() if earlier.get(of) is not at}

    def _gathered(self, wanted: Type) -> bool:
        """Whether an accumulator that a loop fills can have the type.

        One that is never filled is not a list of anything: canonical compositions do not have it.
        """
        if not isinstance(wanted, ListOf | MapOf) or not self.around.loopable:
            return False
        element = wanted.element if isinstance(wanted, ListOf) else wanted.value
        if not wanted.size.low:
            # It may be filled in other runs, and be empty in this one.
            other = self.means.elsewhere
            return self.level(element) is not None or (other is not None and other.level(element) is not None)
        return any(_fill(size, wanted.size) for size in self.around.sizes) and self.level(element) is not None


def _nearest(one: Level | None, other: Level | None) -> Level | None:
    return min((level for level in (one, other) if level is not None), default=None)


def _fill(loop: Size, wanted: Size) -> bool:
    """Whether a list that is written a number of times in each round of a loop has a size within bounds."""
    writes = -(-wanted.low // loop.low)
    return wanted.high is None or (loop.high is not None and writes * loop.high <= wanted.high)


class Hands:
    """Makes hands, each once."""

    def __init__(self, means: Means) -> None:
        self.means = means
        self._known: dict[tuple[frozenset[tuple[Type, Level]], Around], Hand] = {}
        self._more: dict[tuple[Hand, Values, Around | None], Hand] = {}

    def of(self, types: Iterable[Type], around: Around | None = None) -> Hand:
        """The hand with values of these types outside loops; `around` if other values can serve as keys and so on."""
        return self._closed((part for of in types for part in self.means.parts(of, Level.OUTSIDE)), around)

    def plus(self, hand: Hand, values: Values, around: Around | None = None) -> Hand:
        """A hand with more values."""
        key = (hand, values, around)
        if key not in self._more:
            parts = [part for of, level in values for part in self.means.parts(of, level)]
            news = any(hand.types.get(part, 9) > at for part, at in parts) or (around or hand.around) != hand.around
            self._more[key] = self._closed([*hand.types.items(), *parts], around, hand) if news else hand
        return self._more[key]

    def _closed(self, parts: Iterable[tuple[Type, Level]], around: Around | None, before: Hand | None = None) -> Hand:
        types: dict[Type, Level] = {}
        for of, at in parts:
            types[of] = min(at, types.get(of, at))
        loopable = self._loopable(types) if around is None else around.loopable
        keys = self._keys(types, loopable) if around is None else around.keys
        if keys is not None:
            elsewhere = self.means.elsewhere
            for of in (*types, *(elsewhere.types if elsewhere else ())):
                types[of] = min(keys, types.get(of, keys))
        around = around or Around(loopable, keys, self._sizes(types))
        key = frozenset(types.items()), around
        return self._known.setdefault(key, Hand(types, self.means, around, before))

    def _loopable(self, types: Mapping[Type, Level]) -> bool:
        return self.means.loops and any(isinstance(of, Collection) and not at for of, at in types.items())

    def _keys(self, types: Mapping[Type, Level], loopable: bool) -> Level | None:
        """Where a key is at hand, if a loop can have written something under it.

        Keys are variables and their parts. A literal would do as well, but canonical compositions do not look it up.
        """
        return min((at for of, at in types.items() if loopable and is_comparable(of)), default=None)

    def _sizes(self, types: Mapping[Type, Level]) -> tuple[Size, ...]:
        if not self.means.loops:
            return ()
        sizes = {of.size for of, at in types.items() if isinstance(of, Collection) and of.size.low and not at}
        return tuple(sorted(sizes, key=lambda s: (s.low, s.high is None, s.high or 0)))


def having(hand: Hand, wanted: Callable[[Type], bool]) -> int:
    """The greatest number of different elements that a set or a map at hand is sure to have, of types like that."""
    lows = [
        _least(of)
        for of in hand.types
        if isinstance(of, SetOf | MapOf) and wanted(of.element if isinstance(of, SetOf) else of.key)
    ]
    return max(lows, default=0)
