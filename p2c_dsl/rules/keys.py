"""What the analyzer knows of an event's keys, and how often one key value may have had the event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from rpds import HashTrieMap

from p2c_dsl.machine.identity import Identity, Slot, is_constant
from p2c_dsl.machine.state import State, Value
from p2c_dsl.rules.multiplicity import add, greatest
from p2c_dsl.types import Type, is_subtype, may_share


@dataclass(frozen=True, slots=True)
class KeyClass:
    """Values of a key that the analyzer cannot tell apart: all of a type, or one constant.

    `loop` is the open loop, by its variable, whose distinct variable the key is: only one of
    its rounds has a given key. Two arms of a branch inside it exclude each other only if they agree in that.
    """

    type: Type
    constant: Identity | None
    loop: Slot | None = None

    def covers(self, key: KeyClass) -> bool:
        """Whether a value of `key`, of no narrower a class than that, may be one of this class."""
        if self.constant is not None:
            return bool(self.constant == key.constant)
        if key.constant is not None:
            return may_share(key.type, self.type)
        if is_subtype(key.type, self.type):
            return True
        return may_share(key.type, self.type) and not is_subtype(self.type, key.type)


Keys = tuple[KeyClass, ...]
"""One class for each of the keys that a rule names."""
Number = int | None
Entry = tuple[Keys, Number]


def class_of(key: Value, state: State) -> KeyClass:
    """The class of a key that a call has here."""
    loop = next((f.variable for f in state.loops if f.makes_differ(key)), None)
    return KeyClass(key.type, key.identity if is_constant(key.identity) else None, loop)


@dataclass(frozen=True, slots=True)
class Counts:
    """The greatest number for each class of keys, `None` where nothing bounds it.

    `constants` are the keys that are fully known, by their value numbers. A constant may have been seen with several
    types. `reported` says that an excess has been objected to.
    """

    classes: tuple[Entry, ...] = ()
    constants: HashTrieMap[tuple[Identity, ...], tuple[frozenset[Keys], Number]] = field(
        default_factory=HashTrieMap
    )
    reported: bool = False

    def __bool__(self) -> bool:
        return bool(self.classes) or len(self.constants) > 0

    def entries(self) -> Iterator[Entry]:
        """All classes with their numbers; a constant once for each type that it was seen with."""
        yield from self.classes
        for seen, often in self.constants.values():
            yield from ((keys, often) for keys in seen)

    def plus(self, keys: Keys, often: Number) -> Counts:
        """With `often` more events for a class."""
        known = _known(keys)
        if known is None:
            return replace(self, classes=_sums([*self.classes, (keys, often)]))
        seen, before = self.constants.get(known, (frozenset(), 0))
        return replace(self, constants=self.constants.insert(known, (seen | {keys}, add(before, often))))

    def after_loop(self, variable: Slot) -> Counts:
        """What is left of them where the loop with that variable is closed."""
        if not any(part.loop is variable for keys, _ in self.classes for part in keys):
            return self
        closed = [(tuple(_outside(part, variable) for part in keys), often) for keys, often in self.classes]
        return replace(self, classes=_sums(closed))

    def join(self, other: Counts) -> Counts:
        """What holds after either of two arms."""
        one, two = dict(self.classes), dict(other.classes)
        classes = [(k, greatest(one.get(k, 0), two.get(k, 0))) for k in {**one, **two}]
        constants = self.constants
        for known, (seen, often) in other.constants.items():
            here, before = constants.get(known, (frozenset[Keys](), 0))
            constants = constants.insert(known, (here | seen, greatest(before, often)))
        return Counts(_sums(classes), constants, self.reported or other.reported)

    def most(self, keys: Keys) -> Number:
        """The greatest number of events that one key value of a class, which has been counted, can have had."""
        known = _known(keys)
        if known is None:
            return _greatest_total(list(self.entries()), keys, 0)
        seen, total = self.constants.get(known, (frozenset({keys}), 0))
        for other, often in self.classes:
            if any(_cover(other, value) for value in seen):
                total = add(total, often)
        return total

    def key(self, limit: int) -> object:
        """What can still change a verdict when `limit` is already too many."""
        classes = tuple((keys, _saturated(often, limit)) for keys, often in self.classes)
        return classes, frozenset((seen, _saturated(often, limit)) for seen, often in self.constants.values())


def _known(keys: Keys) -> tuple[Identity, ...] | None:
    """The value numbers of keys that are all constants."""
    constants = tuple(part.constant for part in keys if part.constant is not None)
    return constants if len(constants) == len(keys) else None


def _cover(other: Keys, keys: Keys) -> bool:
    return all(one.covers(part) for one, part in zip(other, keys, strict=True))


def _outside(part: KeyClass, variable: Slot) -> KeyClass:
    return replace(part, loop=None) if part.loop is variable else part


def _sums(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    counts: dict[Keys, Number] = {}
    for keys, often in entries:
        counts[keys] = add(counts.get(keys, 0), often)
    return tuple(sorted(counts.items(), key=repr))


def _saturated(often: Number, limit: int) -> int:
    return limit if often is None else min(often, limit)


def _greatest_total(entries: list[Entry], called: Keys, position: int) -> Number:
    """The greatest sum over the entries that share a value which `called` covers.

    At each position, such a value is known by the narrowest class among the entries that it belongs to.
    """
    if position == len(called):
        total: Number = 0
        for _, often in entries:
            total = add(total, often)
        return total
    parts = {replace(keys[position], loop=None) for keys, _ in entries}
    if called[position].constant is not None:
        parts = {called[position]}
    best: Number = 0
    for part in parts:
        if called[position].covers(part):
            sharing = [entry for entry in entries if entry[0][position].covers(part)]
            best = greatest(best, _greatest_total(sharing, called, position + 1))
    return best
