"""What the machine remembers between two steps. All of it is immutable.

Objects that every step creates are named tuples: a search creates millions of them, and a frozen dataclass takes
several times as long to create.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from rpds import HashTrieMap

from p2c_dsl.machine.facts import Body, Fact, Facts
from p2c_dsl.machine.identity import Identity, VariableSlot, slot
from p2c_dsl.machine.log import Log
from p2c_dsl.program.conditions import Condition, values_of
from p2c_dsl.source import Span
from p2c_dsl.types import BOTTOM, ListOf, MapOf, Size, Type

_EMPTY = Size(0, 0)
Parts = tuple[Any, ...]
"""One part for each facet, of a type that only this facet knows; `Place` gives each facet its own part."""


class Value(NamedTuple):
    """A value as the machine sees it.

    `identity` is its value number: equal numbers are equal values, so that an alias changes nothing.
    `distinct` says that the elements of a collection differ. `marks` holds what each facet knows about the value.
    """

    identity: Identity
    type: Type
    size: Size
    distinct: bool
    marks: Parts


class Accumulator(NamedTuple):
    """An accumulator, `m = {}` or `xs = []`.

    `loop` is the depth of the loop that may write to it (`None` before that loop is entered). A `frozen` one can no
    longer be written to. No value is in an `injective` map under two keys. `witness` is what is known at every write so
    far, and therefore wherever the accumulator is not empty; `common` is what is known of everything that has been
    written, with a bound place for the element (both are `None` before the first write). `keys` are the constants that
    a map was written under so far, `None` once a key was not a constant.
    """

    is_map: bool
    depth: int
    marks: Parts
    key: Type = BOTTOM
    value: Type = BOTTOM
    size: Size = _EMPTY
    distinct: bool = True
    injective: bool = True
    loop: int | None = None
    frozen: bool = False
    filled: bool = False
    witness: frozenset[Fact] | None = None
    common: frozenset[Fact] | None = None
    keys: frozenset[Identity] | None = frozenset()

    @property
    def type(self) -> Type:
        """Its type, from what has been written so far."""
        return MapOf(self.key, self.value, self.size) if self.is_map else ListOf(self.value, self.size)


@dataclass(frozen=True, slots=True)
class LoopFrame:
    """An open loop: the state before it, its collection, and its first own slot."""

    entry: State
    collection: Value
    first: int
    span: Span | None

    @property
    def variable(self) -> VariableSlot:
        """The value number of the loop's variable."""
        return slot(self.first)

    @property
    def size(self) -> Size:
        """Bounds on the number of iterations."""
        return self.collection.size

    def makes_differ(self, identity: Identity) -> bool:
        """Whether what has this number differs from iteration to iteration.

        The loop's variable does, over different elements, and what a full injective map has for it.
        """
        match identity:
            case ("item", VariableSlot() as whole, VariableSlot() | tuple() as key) if whole.number < self.first:
                acc = self.entry.accumulators.get(whole.number)
                return acc is not None and acc.frozen and acc.injective and self.makes_differ(key)
        return identity is self.variable and self.collection.distinct

    @property
    def repeats(self) -> bool:
        """Whether there can be a second iteration."""
        return self.size.high is None or self.size.high > 1

    def body(self, end: State) -> Body:
        """What the facts have to know of its body, which ends in a state."""
        entry = self.entry
        return Body(self.collection.identity, self.size.low, self.first, entry.moment, end.moment)

    @property
    def controls(self) -> tuple[Value, ...]:
        """The values that decide how often the body runs."""
        return (self.collection,)


@dataclass(frozen=True, slots=True)
class BranchFrame:
    """An open branch: the state before it, its condition, and, in the else arm, the state at the then arm's end.

    `holds` if the condition is known to hold before it is tested: the else arm never runs. `fails` if it is known not
    to: the then arm never runs.
    """

    entry: State
    condition: Condition[Value]
    then: State | None
    span: Span | None
    holds: bool = False
    fails: bool = False

    @property
    def controls(self) -> tuple[Value, ...]:
        """The values that decide which arm runs."""
        return values_of(self.condition)

    @property
    def outcome(self) -> Condition[Value]:
        """What holds in the open arm."""
        return self.condition if self.then is None else self.condition.negated


Frame = LoopFrame | BranchFrame


class State(NamedTuple):
    """The machine between two steps: scope, facts, open blocks and each facet's own state.

    `slots` is the next free slot, `moment` the next moment. `returned` says that the end of the block cannot be
    reached, `unreached` that no run gets here. `touched` logs the accumulators that have changed, `fresh` those of the
    innermost block that no loop has followed yet.
    """

    values: HashTrieMap[int, Value]
    accumulators: HashTrieMap[int, Accumulator]
    slots: int
    facts: Facts
    frames: tuple[Frame, ...]
    facets: Parts
    returned: bool = False
    touched: Log[int] = None
    fresh: Log[int] = None
    moment: int = 0
    unreached: bool = False

    @property
    def loops(self) -> tuple[LoopFrame, ...]:
        """The open loops, outermost first."""
        return tuple(f for f in self.frames if isinstance(f, LoopFrame))

    @property
    def in_first_iteration(self) -> bool:
        """Whether a run that comes here at all does so in the first iteration of the loops around."""
        blocks = iter(self.frames)
        repeats = any(isinstance(frame, LoopFrame) and frame.repeats for frame in blocks)
        return not repeats or next(blocks, None) is None

    @property
    def writable(self) -> tuple[int, ...]:
        """The accumulators that are not frozen yet."""
        return tuple(sorted(number for number, acc in self.accumulators.items() if not acc.frozen))

    def learning(self, facts: Iterable[Fact]) -> State:
        """This state with facts about elements, where some rule looks at them."""
        return self if self.facts.elements is None else self._replace(facts=self.facts.learn(facts))

    def with_accumulator(self, slot: int, accumulator: Accumulator) -> State:
        """This state with an accumulator replaced."""
        accumulators = self.accumulators.insert(slot, accumulator)
        return self._replace(accumulators=accumulators, touched=(slot, self.touched))
