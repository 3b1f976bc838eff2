"""What the analyzer knows about an event's keys, and how often the event may have happened for one key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from rpds import HashTrieMap

from p2c_dsl.bounds import add, greatest, total
from p2c_dsl.machine.elements import equality
from p2c_dsl.machine.identity import Identity, VariableSlot, is_constant
from p2c_dsl.machine.log import Log, apart
from p2c_dsl.machine.state import LoopFrame, State, Value
from p2c_dsl.rules.multiplicity import exceeds
from p2c_dsl.types import Type, element_of, is_subtype, may_share


@dataclass(frozen=True, slots=True)
class KeyClass:
    """Values of a key that the analyzer cannot tell apart: all of a type, or one constant.

    `loop` is the variable of an open loop if the key differs in each iteration: only one iteration has a given key.
    The key is that variable, or else `found`, which a map has for it. Two arms of a branch inside the loop exclude each
    other only if they agree on that.
    """

    type: Type
    constant: Identity | None
    loop: VariableSlot | None = None
    found: Identity | None = None

    def covers(self, key: KeyClass) -> bool:
        """Whether a value of the class `key` may also be in this class."""
        if self.constant is not None:
            return bool(self.constant == key.constant)
        if key.constant is not None:
            return may_share(key.type, self.type)
        if is_subtype(key.type, self.type):
            return True
        return may_share(key.type, self.type) and not is_subtype(self.type, key.type)


_MOST_WORK = 2_048
"""About how many comparisons of classes one call may take."""

Keys = tuple[KeyClass, ...]
"""One class for each of the keys that a rule names."""
Known = tuple[Identity, ...]
"""The value numbers of keys that are all constants."""
Number = int | None
Entry = tuple[Keys, Number]


def class_of(key: Value, state: State) -> KeyClass:
    """The class of a key that a call has here."""
    constant = key.identity if is_constant(key.identity) else None
    loop, found = next(_differing(key.identity, state), (None, None))
    return KeyClass(key.type, constant, loop, found)


def _differing(key: Identity, state: State) -> Iterator[tuple[VariableSlot, Identity | None]]:
    """The variables of the loops in which a key differs from round to round, each with the key where it is another."""
    for frame in state.loops:
        if is_known_variable(frame, key, state):
            yield frame.variable, None
        elif frame.makes_differ(key):
            yield frame.variable, None if key is frame.variable else key


def is_known_variable(frame: LoopFrame, key: Identity, state: State) -> bool:
    """Whether a key is known to equal a loop's variable that differs from round to round.

    A field of a record that was made with the variable does, for instance.
    """
    return frame.collection.distinct and equality("eq", key, frame.variable) in state.facts.known


def gives_keys(frame: LoopFrame, keys: tuple[Type, ...]) -> bool:
    """Whether the loop's variable, or what a map has for it, differs in each iteration, and may be one of the keys."""
    of = element_of(frame.collection.type)
    if of is None or not frame.collection.distinct:
        return False
    maps = (a for a in frame.entry.accumulators.values() if a.is_map and a.injective and is_subtype(of, a.key))
    return any(is_subtype(given, key) for given in (of, *(a.value for a in maps)) for key in keys)


@dataclass(frozen=True, slots=True)
class Counts:
    """The greatest number of events for each class of keys, `None` if there is no limit.

    `constants` are the keys that are fully known, by their value numbers. A constant may have been seen with several
    types. `log` lists them as they were counted, so that two arms are joined by what they have counted alone.
    """

    classes: tuple[Entry, ...] = ()
    constants: HashTrieMap[Known, tuple[frozenset[Keys], Number]] = field(default_factory=HashTrieMap)
    log: Log[Known] = None
    length: int = 0

    def __bool__(self) -> bool:
        return bool(self.classes) or len(self.constants) > 0

    def entries(self) -> Iterator[Entry]:
        """All classes with their counts; a constant once for each type that it was seen with."""
        yield from self.classes
        for seen, often in self.constants.values():
            yield from ((keys, often) for keys in seen)

    def plus(self, keys: Keys, often: Number) -> Counts:
        """With `often` more events for a class."""
        known = _known(keys)
        if known is None:
            return replace(self, classes=_sums([*self.classes, (keys, often)]))
        seen, before = self.constants.get(known, (frozenset(), 0))
        return self._with(known, seen | {keys}, add(before, often))

    def _with(self, known: Known, seen: frozenset[Keys], often: Number) -> Counts:
        constants = self.constants.insert(known, (seen, often))
        return replace(self, constants=constants, log=(known, self.log), length=self.length + 1)

    def after_loop(self, variable: VariableSlot) -> Counts:
        """The counts after the end of the loop with that variable."""
        if not any(part.loop is variable for keys, _ in self.classes for part in keys):
            return self
        closed = [(tuple(_outside(part, variable) for part in keys), often) for keys, often in self.classes]
        return replace(self, classes=_sums(closed))

    def join(self, other: Counts) -> Counts:
        """What holds after either of two arms."""
        one, two = dict(self.classes), dict(other.classes)
        classes = {k: greatest(one.get(k, 0), two.get(k, 0)) for k in {**one, **two}}
        joined = replace(other, classes=tuple(classes.items()))
        for known in set(apart(self.log, self.length, other.log, other.length)):
            seen, often = self.constants[known]
            here, before = other.constants.get(known, (frozenset[Keys](), 0))
            joined = joined._with(known, here | seen, greatest(before, often))
        return joined

    def most(self, keys: Keys) -> Number:
        """The greatest number of events that one key value of a class, which has been counted, can have had."""
        known = _known(keys)
        if known is None:
            return _greatest_total(list(self.entries()), keys)
        seen, most = self.constants.get(known, (frozenset({keys}), 0))
        for other, often in self.classes:
            if any(_cover(other, value) for value in seen):
                most = add(most, often)
        return most

    def within(self, limit: int) -> bool:
        """Whether no key can have had more events than that, as far as one look at all of them tells."""
        entries = list(self.entries())
        every = total(often for _, often in entries)
        return not exceeds(every, limit) or not exceeds(_greatest_total(entries, None), limit)

    def key(self, limit: int) -> object:
        """The part of the counts that can still change a verdict, where `limit` is already too many."""
        classes = frozenset((keys, _saturated(often, limit)) for keys, often in self.classes)
        return classes, frozenset((seen, _saturated(often, limit)) for seen, often in self.constants.values())


def _known(keys: Keys) -> Known | None:
    constants = tuple(part.constant for part in keys if part.constant is not None)
    return constants if len(constants) == len(keys) else None


def _cover(other: Keys, keys: Keys) -> bool:
    return all(one.covers(part) for one, part in zip(other, keys, strict=True))


def _outside(part: KeyClass, variable: VariableSlot) -> KeyClass:
    return _alone(part) if part.loop is variable else part


def _sums(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    counts: dict[Keys, Number] = {}
    for keys, often in entries:
        counts[keys] = add(counts.get(keys, 0), often)
    return tuple(counts.items())


def _saturated(often: Number, limit: int) -> int:
    return limit if often is None else min(often, limit)


def _greatest_total(entries: list[Entry], called: Keys | None) -> Number:
    """At least the greatest sum over the entries that share a value which `called` covers (`None`: any value).

    At each position, such a value is known by the narrowest class among the entries that it belongs to. To try all
    their combinations takes time exponential in the number of keys, so only as many positions are told apart
    as the work allows. At the others, an entry counts that shares some value of its own with `called`.
    """
    classes = [_narrowest(entries, called, place) for place in range(len(entries[0][0]))]
    places: list[int] = []
    work = len(entries)
    for place in sorted(range(len(classes)), key=lambda p: len(classes[p])):
        if work * len(classes[place]) <= _MOST_WORK:
            work *= len(classes[place])
            places.append(place)
        elif len(entries) * len(classes[place]) <= _MOST_WORK:
            entries = [e for e in entries if any(e[0][place].covers(c) for c in classes[place])]
    return _best(entries, called, places)


def _best(entries: list[Entry], called: Keys | None, places: list[int]) -> Number:
    """The greatest sum over entries that have a value in common at each of these places."""
    if not places:
        return total(often for _, often in entries)
    place, *others = places
    best: Number = 0
    for narrow in _narrowest(entries, called, place):
        sharing = [entry for entry in entries if entry[0][place].covers(narrow)]
        best = greatest(best, _best(sharing, called, others))
    return best


def _narrowest(entries: list[Entry], called: Keys | None, place: int) -> list[KeyClass]:
    """The classes among the entries to which values of `called` at a place belong."""
    own = None if called is None else called[place]
    if own is not None and own.constant is not None:
        return [own]
    classes = dict.fromkeys(_alone(keys[place]) for keys, _ in entries)
    return [c for c in classes if own is None or own.covers(c)]


def _alone(part: KeyClass) -> KeyClass:
    """The class without the loop that it was seen in."""
    return part if part.loop is None else replace(part, loop=None, found=None)
