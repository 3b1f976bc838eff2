"""How accumulators are filled, frozen, and merged where two arms of a branch meet."""

from __future__ import annotations

from collections.abc import Callable

from p2c_dsl.machine.facts import outliving
from p2c_dsl.machine.identity import slot
from p2c_dsl.machine.state import Accumulator, LoopFrame, Parts, State, Value
from p2c_dsl.types import BOTTOM, UNKNOWN, Size, Type, join

Merge = Callable[[Parts, Parts], Parts]
"""How the marks of two arms are put together."""


def as_value(number: int, acc: Accumulator) -> Value:
    """An accumulator as a value to read."""
    return Value(slot(number), acc.type, acc.size, acc.is_map or acc.distinct, acc.marks)


def frozen(state: State, number: int) -> State:
    """The state once the accumulator has been read."""
    acc = state.accumulators[number]
    return state if acc.frozen else state.with_accumulator(number, acc._replace(frozen=True))


def opened(state: State) -> State:
    """The state in a loop's body: accumulators of the loop's own block may now be written."""
    depth = len(state.frames) - 1
    for number in state.writable:
        acc = state.accumulators[number]
        if acc.loop is None and acc.depth == depth:
            state = state.with_accumulator(number, acc._replace(loop=depth))
    return state


def written(
    state: State, number: int, key: Value | None, value: Value, marks: Parts
) -> tuple[State, Type | None, Type | None]:
    """The state after a write, and the joined key and value types (`None` where there is no join).

    `marks` are the accumulator's after the write.
    """
    acc = state.accumulators[number]
    key_type = join(acc.key, key.type) if key is not None else BOTTOM
    value_type = join(acc.value, value.type)
    loops = [f for f in state.frames[acc.depth :] if isinstance(f, LoopFrame)]
    own = key if key is not None else value
    is_loop_variable = len(loops) == 1 and loops[0].makes_differ(own)
    known = state.facts.since(loops[0].entry.facts)
    changed = acc._replace(
        key=acc.key if key_type is None else key_type,
        value=acc.value if value_type is None else value_type,
        size=_grown(acc, loops, is_loop_variable),
        distinct=acc.witness is None and is_loop_variable,
        filled=True,
        witness=known if acc.witness is None else acc.witness & known,
        marks=marks,
    )
    return state.with_accumulator(number, changed), key_type, value_type


def blanked(state: State, number: int) -> State:
    """The state after a write whose types do not fit: no more is said of what the accumulator holds."""
    acc = state.accumulators[number]
    return state.with_accumulator(number, acc._replace(key=UNKNOWN, value=UNKNOWN))


def _grown(acc: Accumulator, loops: list[LoopFrame], is_loop_variable: bool) -> Size:
    rounds = rounds_of(loops)
    high = None if acc.size.high is None or rounds.high is None else acc.size.high + rounds.high
    if not acc.is_map:
        return Size(acc.size.low + rounds.low, high)
    low = rounds.low if is_loop_variable else min(rounds.low, 1)
    return Size(max(acc.size.low, low), high)


def rounds_of(loops: list[LoopFrame]) -> Size:
    """How often the body of nested loops runs: the product of their sizes."""
    low, high = 1, 1 if all(f.size.high != 0 for f in loops) else 0
    for frame in loops:
        low *= frame.size.low
        if high == 0:
            continue
        bound = frame.size.high
        if bound is None:
            return Size(_low(loops), None)
        high *= bound
    return Size(low, high)


def _low(loops: list[LoopFrame]) -> int:
    low = 1
    for frame in loops:
        low *= frame.size.low
    return low


def after_loop(entry: State, body: State, first: int, outlive: Callable[[Parts], Parts]) -> State:
    """The accumulators from before a loop, as its body has left them; those it alone could write freeze."""
    after, depth = entry, len(entry.frames)
    for number in entry.writable:
        acc = body.accumulators[number]
        if acc.loop == depth:
            acc = acc._replace(frozen=True)
        if acc.witness is not None:
            acc = acc._replace(witness=outliving(acc.witness, first), marks=outlive(acc.marks))
        after = after.with_accumulator(number, acc)
    return after


def carried(entry: State, then: State) -> State:
    """The state at the start of an else arm: what the then arm froze or filled stays so for later rounds.

    The types of what it wrote stay as well: what the else arm writes has to have a common type with them.
    """
    for number in entry.writable:
        acc, end = entry.accumulators[number], then.accumulators[number]
        if end is not acc:
            kept = acc._replace(frozen=end.frozen, filled=end.filled, key=end.key, value=end.value)
            entry = entry.with_accumulator(number, kept)
    return entry


def merged(entry: State, then: State, orelse: State, merge: Merge) -> State:
    """The accumulators from before a branch, as its two arms have left them."""
    for number in entry.writable:
        one, two = then.accumulators[number], orelse.accumulators[number]
        entry = entry.with_accumulator(number, one if one == two else _merged(one, two, merge))
    return entry


def _merged(one: Accumulator, two: Accumulator, merge: Merge) -> Accumulator:
    high = None if one.size.high is None or two.size.high is None else max(one.size.high, two.size.high)
    if one.witness is None or two.witness is None:
        witness = two.witness if one.witness is None else one.witness
    else:
        witness = one.witness & two.witness
    return two._replace(
        size=Size(min(one.size.low, two.size.low), high),
        distinct=one.distinct and two.distinct,
        frozen=one.frozen or two.frozen,
        filled=one.filled or two.filled,
        witness=witness,
        marks=merge(one.marks, two.marks),
    )
