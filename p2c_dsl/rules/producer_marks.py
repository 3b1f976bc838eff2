"""The marks of `from` and `return from`: the producers that the rule does not allow, of a value or of its parts.

What is wrong with a value is either the same for all its parts, or it is known for what the composition has put
together itself: for each field of a record, and for each write into an accumulator.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce

from p2c_dsl.machine.identity import UNKNOWN, Identity, are_different_constants, mentions_slot_from

Producers = frozenset[str]
NONE: Producers = frozenset()


@dataclass(frozen=True, slots=True)
class WrongEntry:
    """Something wrong that was written into an accumulator, and that may still be there.

    Attributes:
        mark: What is wrong with it.
        key: The value number of the key; `None` if there is none, or if its slots have been given back.
        rewritten: Keys under which something has been written since, on every path that leads here.
    """

    mark: Mark
    key: Identity | None = None
    rewritten: frozenset[Identity] = frozenset()

    def may_be_at(self, key: Identity) -> bool:
        """Whether a look-up by a key may find it."""
        return key not in self.rewritten and (self.key is None or not are_different_constants(self.key, key))

    def outliving(self, first: int) -> WrongEntry:
        """It at the end of a block, where the slots from `first` on are given back."""
        key = None if self.key is None or mentions_slot_from(self.key, first) else self.key
        rewritten = frozenset(k for k in self.rewritten if not mentions_slot_from(k, first))
        return WrongEntry(outliving(self.mark, first), key, rewritten)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is wrong with an accumulator or a list: with a map's keys (a list's elements), and with its entries."""

    keys: Mark = NONE
    entries: frozenset[WrongEntry] = frozenset()

    @property
    def values(self) -> Mark:
        """What may be wrong with an element, or with a map's value."""
        return joined(entry.mark for entry in self.entries)

    def at(self, key: Identity) -> Mark:
        """What may be wrong with a map's value for a key."""
        return joined(entry.mark for entry in self.entries if entry.may_be_at(key))

    def appended(self, value: Mark) -> Gathered:
        """A list with one more element."""
        return Gathered(join(self.keys, value), _with(self.entries, WrongEntry(value)))

    def written(self, key: Identity, own: Mark, value: Mark) -> Gathered:
        """A map after a write; `own` is the key's mark. A write takes the place of what was there under that key."""
        at = None if key == UNKNOWN else key
        known = frozenset() if at is None else frozenset({at})
        before = {replace(e, rewritten=e.rewritten | known) for e in self.entries if at is None or e.key != at}
        return Gathered(join(self.keys, own), _with(before, WrongEntry(value, at)))


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is wrong with a record that was made: with each field that was put in, and with the whole.

    A field that was left out has the producers of the whole.
    """

    fields: tuple[tuple[str, Mark], ...]
    whole: Producers

    def at(self, name: str) -> Mark:
        """What is wrong with a field."""
        return dict(self.fields).get(name, self.whole)


Mark = Producers | Gathered | Recorded
"""The producers that the rule does not allow and that may have produced a value."""


def listed(elements: Iterable[Mark]) -> Mark:
    """The mark of a list of these elements."""
    return reduce(Gathered.appended, elements, Gathered())


def recorded(fields: Iterable[tuple[str, Mark]]) -> Mark:
    """The mark of a record with these fields."""
    put_in = tuple(sorted(fields, key=lambda field: field[0]))
    if not any(everyone(mark) for _, mark in put_in):
        return NONE
    return Recorded(put_in, NONE.union(*(judged_producers(mark) for _, mark in put_in)))


def judged_producers(mark: Mark) -> Producers:
    """The wrong producers of a value: of an accumulator, those of its elements or of its map's values."""
    match mark:
        case Gathered():
            return judged_producers(mark.values)
        case Recorded(_, whole):
            return whole
    return mark


def everyone(mark: Mark) -> Producers:
    """The wrong producers of a value and of all its parts."""
    match mark:
        case Gathered(keys):
            return everyone(keys) | everyone(mark.values)
        case Recorded(fields, whole):
            return whole.union(*(everyone(field) for _, field in fields))
    return mark


def may_be_clean(mark: Mark) -> bool:
    """Whether a value with this mark, or a part of it, may come from sources alone."""
    match mark:
        case Gathered(keys, entries):
            return may_be_clean(keys) or all(e.rewritten or e.key is not None or may_be_clean(e.mark) for e in entries)
        case Recorded(fields, whole):
            return not whole or any(may_be_clean(field) for _, field in fields)
    return not mark


def cannot_be_empty(mark: Mark) -> bool:
    """Whether something is there that the mark is about: what has been collected may be nothing."""
    match mark:
        case Gathered():
            return False
        case Recorded(fields):
            return any(cannot_be_empty(field) and judged_producers(field) for _, field in fields)
    return True


def outliving(mark: Mark, first: int) -> Mark:
    """The mark at the end of a block, where the slots from `first` on are given back."""
    match mark:
        case Gathered(keys, entries):
            return Gathered(outliving(keys, first), _with((), *(entry.outliving(first) for entry in entries)))
        case Recorded(fields, whole):
            return Recorded(tuple((name, outliving(field, first)) for name, field in fields), whole)
    return mark


def joined(marks: Iterable[Mark]) -> Mark:
    """The mark of a value that may have any of these."""
    clean: Mark = NONE
    return reduce(join, marks, clean)


def join(one: Mark, other: Mark) -> Mark:
    """The mark of a value that may have either."""
    if one == other or not other:
        return one
    if not one:
        return other
    if isinstance(one, Recorded) or isinstance(other, Recorded):
        return _joined_records(one, other)
    if isinstance(one, Gathered) or isinstance(other, Gathered):
        a, b = _spread(one), _spread(other)
        return Gathered(join(a.keys, b.keys), _with(a.entries, *b.entries))
    return one | other


def _joined_records(one: Mark, other: Mark) -> Mark:
    if isinstance(one, Gathered) or isinstance(other, Gathered):
        return everyone(one) | everyone(other)
    a, b = (mark if isinstance(mark, Recorded) else Recorded((), mark) for mark in (one, other))
    names = sorted({name for name, _ in (*a.fields, *b.fields)})
    return Recorded(tuple((name, join(a.at(name), b.at(name))) for name in names), a.whole | b.whole)


def _spread(mark: Mark) -> Gathered:
    """The producers of a whole as the producers of all its parts."""
    return mark if isinstance(mark, Gathered) else Gathered(mark, _with((), WrongEntry(mark)))


def _with(entries: Iterable[WrongEntry], *more: WrongEntry) -> frozenset[WrongEntry]:
    """These entries and more. Of two that differ only in what has been written since, that counts which both say."""
    found: dict[tuple[Identity | None, Mark], WrongEntry] = {}
    for entry in (*entries, *more):
        if everyone(entry.mark):
            same = found.get((entry.key, entry.mark), entry)
            found[entry.key, entry.mark] = replace(entry, rewritten=entry.rewritten & same.rewritten)
    return frozenset(found.values())
