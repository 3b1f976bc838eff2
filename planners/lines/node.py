"""A point between two lines of a composition that is being written."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

from p2c_dsl.machine import BranchFrame, LoopFrame, Machine, State, Violations
from p2c_dsl.machine.facts import Facts
from p2c_dsl.machine.state import Accumulator, Frame, Value
from p2c_dsl.naming import visible
from p2c_dsl.program.conditions import Predicate, Test

_T = TypeVar("_T")


POSITIVE = (Test.TRUE, Test.SOME, Test.EQUAL, Test.AT_MOST, Test.AT_LEAST)
"""Of two tests of which one is true exactly when the other is false, the one behind which an `else` may stand."""


@dataclass(frozen=True, slots=True)
class Node:
    """The machine's state, and whether the innermost block still needs its first line."""

    state: State
    empty: bool

    @property
    def depth(self) -> int:
        """How many blocks are open inside the composition's own."""
        return len(self.state.frames)


Keyed = Callable[[Node], Hashable]
"""What nodes with the same completions have in common, see `Keys`."""


def closings(machine: Machine, node: Node) -> list[Node]:
    """The node itself, and after closing one, two, … of its open blocks, as far as they can be closed."""
    nodes = [node]
    while (outer := closed(machine, nodes[-1])) is not None:
        nodes.append(outer)
    return nodes


def closed(machine: Machine, node: Node) -> Node | None:
    """The node after closing the innermost block; `None` if it cannot be closed, or no block is open."""
    if not node.depth or node.empty or not _all_filled(node.state):
        return None
    state = node.state
    frame = state.frames[-1]
    if isinstance(frame, LoopFrame):
        after = machine.exit_loop(state)
    else:
        after = machine.without_else(state) if frame.then is None else machine.exit_branch(state)
    return Node(after, False) if readable(after) else None


def after_else(machine: Machine, node: Node) -> Node | None:
    """The node in the else arm of the branch whose then arm ends here; `None` where there can be no `else`.

    Canonical programs have an `else` only behind a positive test whose arm goes on: what follows an arm that
    has returned is the else arm already.
    """
    frame = node.state.frames[-1] if node.state.frames else None
    if node.empty or not isinstance(frame, BranchFrame) or frame.then is not None:
        return None
    if node.state.returned or not _is_positive(frame) or not _all_filled(node.state):
        return None
    return Node(machine.enter_else(node.state), True)


def _is_positive(frame: BranchFrame) -> bool:
    condition = frame.condition
    return isinstance(condition, Predicate) and condition.test in POSITIVE


def accepted(machine: Machine, node: Node) -> bool:
    """Whether the composition may end here."""
    if node.depth or node.empty or not _all_filled(node.state):
        return False
    out: Violations = []
    machine.end(node.state, out)
    return not out


def ends(machine: Machine, node: Node) -> bool:
    """Whether the composition may end here, after closing what is open."""
    return not node.empty and any(accepted(machine, level) for level in closings(machine, node))


def readable(state: State) -> bool:
    """Whether every accumulator that is closed has been written into."""
    return all(a.filled or not a.frozen for a in state.accumulators.values())


def _all_filled(state: State) -> bool:
    """Whether every accumulator of the innermost block has been written into, as in all canonical programs."""
    depth = len(state.frames)
    return all(a.filled for a in state.accumulators.values() if a.depth == depth)


# ---------------------------------------------------------------- keys


class Keys:
    """Keys of nodes: nodes with equal keys have the same completions, line for line.

    Keys are numbers. What states share (values, facts, frames) is one object in all of them, and looked at once.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._numbers: dict[Hashable, int] = {}
        self._seen: dict[int, tuple[object, int]] = {}
        """The number of each object by its identity; the object is kept, so that its identity stays its own."""

    def of(self, node: Node) -> int:
        """A node's key."""
        return self._once(node, self._node)

    def _once(self, of: _T, parts: Callable[[_T], Hashable]) -> int:
        known = self._seen.get(id(of))
        if known is None:
            known = self._seen[id(of)] = of, self._number(parts(of))
        return known[1]

    def _number(self, parts: Hashable) -> int:
        return self._numbers.setdefault(parts, len(self._numbers))

    def _node(self, node: Node) -> Hashable:
        frames = tuple(self._once(f, self._frame) for f in node.state.frames)
        return node.empty, self._once(node.state, self._state), frames

    def _state(self, state: State) -> Hashable:
        # A completion names what it uses by its slot, and an accumulator does not say which is its own.
        values = tuple(
            (slot, self._once(state.accumulators[slot], self._accumulator))
            if slot in state.accumulators
            else self._once(state.values[slot], self._value)
            for slot in visible(state)
        )
        own = tuple(f.key(s, state) for f, s in zip(self._machine.facets, state.facets, strict=True))
        return state.slots, values, self._once(state.facts, _facts), own, state.returned

    def _marks(self, marks: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(f.mark_key(m) for f, m in zip(self._machine.facets, marks, strict=True))

    def _value(self, value: Value) -> Hashable:
        return value.identity, value.type, value.size, value.distinct, self._marks(value.marks)

    def _accumulator(self, acc: Accumulator) -> Hashable:
        # The class comes first, so that an accumulator never equals a value.
        return Accumulator, *acc._replace(marks=self._marks(acc.marks))

    def _frame(self, frame: Frame) -> Hashable:
        entry = frame.entry
        # How many variables are left when the block ends: of two that are alike, one may have been there before it.
        outer, facts, writable = len(visible(entry)), self._once(entry.facts, _facts), tuple(entry.writable)
        if isinstance(frame, LoopFrame):
            return LoopFrame, self._once(frame.collection, self._value), outer, facts, writable
        if frame.then is None:
            own = tuple(f.key(s, entry) for f, s in zip(self._machine.facets, entry.facets, strict=True))
            then: Hashable = None, own
        else:
            then = self._once(frame.then, self._state)
        condition = frame.condition.map(lambda value: self._once(value, self._value))
        return BranchFrame, condition, frame.holds, outer, facts, writable, then


def _facts(facts: Facts) -> Hashable:
    # What can still be concluded is a part of what is known: with less credit, fewer compositions are accepted later.
    return frozenset(facts.known), frozenset(facts.implied.items()), facts.credit
