"""What prices depend on, and how they are written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from p2c_dsl.planners.anytime.relaxed.wants import Call, Manner, Want
from p2c_dsl.planners.lines.pattern import NEVER
from p2c_dsl.types import MapOf, Type

LOOP, BRANCH, LOOK_UP = 3, 3, 1
"""The lexemes of a loop's or branch's head, and those that a look-up adds to a loop over the map's keys."""
NESTED = 6
"""What it costs about that an accumulator has been taken into a loop that does not give what is written into it."""
_LIST, _MAP = 2, 4
"""The lexemes of a write, without the value and a map's key."""
_NEW_LIST, _NEW_MAP = _LIST + 2 + LOOP + 2, _MAP + 2 + LOOP + 2
"""The same with the creation and the loop, where the accumulator does not exist yet."""
Groups = tuple[frozenset[str], ...]
"""Sets of subtasks of which one each is needed."""


class Supplier(NamedTuple):
    """The way to a value: a call (if any), then loops over and tests of values of these types, and look-ups.

    `keys` are the types of the keys that the look-ups take. `collected` says that the value is an accumulator, `fresh`
    that its loop is still to come, `carrier` is the one that it is looked up in.
    """

    call: Call | None = None
    loops: tuple[Type, ...] = ()
    tests: tuple[Type, ...] = ()
    keys: tuple[Type, ...] = ()
    collected: bool = False
    fresh: bool = True
    carrier: Want | None = None


class Prices(NamedTuple):
    """The prices of wanted values and of calls, and the cheapest way to each value.

    `wants` and `calls` are the numbers under which the others have them.
    """

    wants: Mapping[Want, int]
    values: Sequence[int]
    ways: Sequence[Supplier]
    calls: Mapping[Call, int]
    called: Mapping[int, int]

    def value(self, want: Want) -> int:
        """The price of a wanted value, `NEVER` if it cannot be had."""
        return self.values[self.wants[want]]

    def way(self, want: Want) -> Supplier:
        """The cheapest way to a value that can be had."""
        return self.ways[self.wants[want]]

    def call(self, call: Call) -> int:
        """The price of a call, `NEVER` if it cannot be made."""
        return self.called.get(self.calls[call], NEVER) if call in self.calls else NEVER


class Supply(NamedTuple):
    """A value at hand: its type, the facets that accept its origin, and how the blocks run that it is in."""

    type: Type
    accepted: frozenset[int]
    manner: Manner
    due: bool = False
    """Whether it is only there for what rules ask for: the variable of a loop around that."""

    def suits(self, wanted: Manner) -> bool:
        """Whether it is there for those that have to run like that."""
        return self.manner.suits(wanted) and (wanted.steady or not self.due)


class Unfilled(NamedTuple):
    """An accumulator that nothing is in yet: its kind, whether its loop is open, and how its block runs."""

    is_map: bool
    looped: bool
    manner: Manner

    def serves(self, wanted: Want) -> bool:
        """Whether it can become what is wanted."""
        return self.is_map == isinstance(wanted.type, MapOf) and self.manner.suits(wanted.manner)


class Situation(NamedTuple):
    """All that the prices depend on.

    Attributes:
        supplies: What is in scope.
        waiting: What waits to be filled.
        prerequisites: For each subtask with prerequisites, these.
        untested: For each subtask that needs the outcomes of tests, how many.
        exhausted: The subtasks that rules forbid from here on.
        barred: The subtasks that rules forbid in the loops that are open, and may allow after them.
        later: Whether some subtask is forbidden until the open loops are closed.
        spared: The numbers of the facets that do not ask for what calls bring, see `Guidance.spares`.
    """

    supplies: frozenset[Supply]
    waiting: tuple[Unfilled, ...]
    prerequisites: tuple[tuple[str, Groups], ...]
    untested: tuple[tuple[str, int], ...]
    exhausted: frozenset[str]
    barred: frozenset[str]
    later: bool
    spared: frozenset[int]

    def may_become(self, collection: Want, *, looped: bool) -> bool:
        """Whether an accumulator that waits, and whose loop is open or still to come, may become a collection."""
        return any(unfilled.looped == looped and unfilled.serves(collection) for unfilled in self.waiting)


def write_price(is_map: bool, exists: bool) -> int:
    """The lexemes that fill an accumulator, without values; with its creation and loop if it does not exist yet."""
    if exists:
        return _MAP if is_map else _LIST
    return _NEW_MAP if is_map else _NEW_LIST
