"""A point between two lines of a composition that is being written."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

from p2c_dsl.machine import BranchFrame, LoopFrame, Machine, State, Violation
from p2c_dsl.machine.state import Accumulator, Frame, Value
from p2c_dsl.naming import visible
from p2c_dsl.program import Test


@dataclass(frozen=True, slots=True)
class Node:
    """The machine's state, and whether the innermost block still needs its first line."""

    state: State
    empty: bool

    @property
    def depth(self) -> int:
        """How many blocks are open inside the composition's own."""
        return len(self.state.frames)


def closings(machine: Machine, node: Node) -> list[Node]:
    """The node itself, and after closing one, two, … of its open blocks, as far as they can be closed."""
    found = [node]
    while (outer := closed(machine, found[-1])) is not None:
        found.append(outer)
    return found


def closed(machine: Machine, node: Node) -> Node | None:
    """The node after the innermost block, `None` where that cannot be closed (or there is none)."""
    if not node.depth or node.empty or not _all_filled(node.state):
        return None
    state = node.state
    frame = state.frames[-1]
    if isinstance(frame, LoopFrame):
        return Node(machine.exit_loop(state), False)
    inner = machine.enter_else(state) if frame.then is None else state
    return Node(machine.exit_branch(inner), False)


def after_else(machine: Machine, node: Node) -> Node | None:
    """In the else arm of the branch whose then arm ends here; `None` where there can be no `else`.

    Canonical programs have an `else` only behind a positive test whose arm goes on: what follows an arm that
    has returned is the else arm already.
    """
    frame = node.state.frames[-1] if node.state.frames else None
    if node.empty or not isinstance(frame, BranchFrame) or frame.then is not None:
        return None
    if node.state.returned or frame.test not in (Test.TRUE, Test.SOME) or not _all_filled(node.state):
        return None
    return Node(machine.enter_else(node.state), True)


def accepted(machine: Machine, node: Node) -> bool:
    """Whether the composition may end here."""
    if node.depth or node.empty or not _all_filled(node.state):
        return False
    out: list[Violation] = []
    machine.end(node.state, out)
    return not out


def ends(machine: Machine, node: Node) -> bool:
    """Whether the composition may end here, after closing what is open."""
    return not node.empty and any(accepted(machine, level) for level in closings(machine, node))


def _all_filled(state: State) -> bool:
    """Whether every accumulator of the innermost block has been written into: canonical programs leave none out."""
    depth = len(state.frames)
    return all(a.filled for a in state.accumulators.values() if a.depth == depth)


# ---------------------------------------------------------------- keys


class Keys:
    """What of a node can still matter: nodes with equal keys have the same completions, line for line."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._known: dict[Hashable, Hashable] = {}

    def of(self, node: Node) -> Hashable:
        """A node's key, one object for all nodes that share it."""
        state = node.state
        frames = tuple(_frame_key(self._machine, f) for f in state.frames)
        key = node.empty, _state_key(self._machine, state), frames
        return self._known.setdefault(key, key)


def _state_key(machine: Machine, state: State) -> Hashable:
    values = tuple(
        _accumulator_key(machine, state.accumulators[slot])
        if slot in state.accumulators
        else _value_key(machine, state.values[slot])
        for slot in visible(state)
    )
    own = tuple(f.key(s, state) for f, s in zip(machine.facets, state.facets, strict=True))
    implied = frozenset(state.facts.implied.items())
    return state.slots, values, frozenset(state.facts.known), implied, own, state.returned


def _value_key(machine: Machine, value: Value) -> Hashable:
    marks = tuple(f.mark_key(m) for f, m in zip(machine.facets, value.marks, strict=True))
    return value.identity, value.type, value.size, value.distinct, marks


def _accumulator_key(machine: Machine, acc: Accumulator) -> Hashable:
    marks = tuple(f.mark_key(m) for f, m in zip(machine.facets, acc.marks, strict=True))
    return replace(acc, marks=marks)


def _frame_key(machine: Machine, frame: Frame) -> Hashable:
    entry = frame.entry
    facts = frozenset(entry.facts.known), frozenset(entry.facts.implied.items())
    if isinstance(frame, LoopFrame):
        return _value_key(machine, frame.collection), facts, tuple(entry.writable)
    if frame.then is None:
        own = tuple(f.key(s, entry) for f, s in zip(machine.facets, entry.facets, strict=True))
        then: Hashable = own
    else:
        then = _state_key(machine, frame.then)
    return _value_key(machine, frame.tested), frame.test, facts, tuple(entry.writable), then
