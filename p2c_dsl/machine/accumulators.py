"""How accumulators are filled, frozen, and merged after the two arms of a branch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from p2c_dsl.bounds import add, at_least, greatest, times
from p2c_dsl.machine.elements import common_facts, member
from p2c_dsl.machine.facts import Fact, filled, outliving
from p2c_dsl.machine.identity import UNKNOWN as UNKNOWN_IDENTITY
from p2c_dsl.machine.identity import (
    Identity,
    VariableSlot,
    are_different_constants,
    bound,
    is_constant,
    mentions_moment_from,
    mentions_slot_from,
    slot,
)
from p2c_dsl.machine.log import since
from p2c_dsl.machine.state import Accumulator, LoopFrame, Parts, State, Value
from p2c_dsl.types import BOTTOM, UNKNOWN, Size, Type, join

_MOST_KEYS = 32
"""How many constants are remembered as an accumulator's keys."""
Merge = Callable[[Parts, Parts], Parts]
"""How the marks of two arms are merged."""
Outlive = Callable[[Parts], Parts]
"""What is left of marks where slots are given back."""


def as_value(number: int, acc: Accumulator) -> Value:
    """The value of an accumulator that is read."""
    return Value(slot(number), acc.type, acc.size, acc.is_map or acc.distinct, acc.marks)


def inhabited(state: State, whole: Identity) -> frozenset[Fact]:
    """What is known where a collection has an element: of an accumulator, what is known at each of its writes."""
    acc = state.accumulators.get(whole.number) if isinstance(whole, VariableSlot) else None
    witness = None if acc is None else acc.witness
    return frozenset({filled(whole), *(witness or ())})


def frozen(state: State, number: int) -> State:
    """The state once the accumulator has been read."""
    acc = state.accumulators[number]
    return state if acc.frozen else state.with_accumulator(number, acc._replace(frozen=True))


def opened(state: State) -> State:
    """The state in a loop's body: accumulators of the loop's own block may now be written."""
    depth = len(state.frames) - 1
    for number in since(state.fresh, None):
        acc = state.accumulators[number]
        if not acc.frozen:
            state = state.with_accumulator(number, acc._replace(loop=depth))
    return state._replace(fresh=None)


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
    is_loop_variable = len(loops) == 1 and loops[0].makes_differ(own.identity)
    known = state.facts.since(loops[0].entry.facts)
    written_at = None if key is None else key.identity
    common = common_facts(slot(number), written_at, value.identity, state.facts.elements)
    changed = acc._replace(
        key=acc.key if key_type is None else key_type,
        value=acc.value if value_type is None else value_type,
        size=_grown(acc, loops, is_loop_variable, is_one_key=key is not None and _is_fixed(key, loops)),
        distinct=acc.witness is None and is_loop_variable,
        injective=acc.witness is None and len(loops) == 1 and loops[0].makes_differ(value.identity),
        filled=True,
        witness=known if acc.witness is None else acc.witness & known,
        common=common if acc.common is None else acc.common & common,
        marks=marks,
        keys=_keys(acc, written_at),
    )
    return state.with_accumulator(number, changed).learning([member(own.identity, slot(number))]), key_type, value_type


def blanked(state: State, number: int) -> State:
    """The state after a write whose types do not fit: the accumulator's types become unknown."""
    acc = state.accumulators[number]
    return state.with_accumulator(number, acc._replace(key=UNKNOWN, value=UNKNOWN))


def _keys(acc: Accumulator, written_at: Identity | None) -> frozenset[Identity] | None:
    """The constants that an accumulator is written under, if its keys are constants."""
    if written_at is None or not is_constant(written_at):
        return None
    return _few(acc.keys, frozenset({written_at}))


def _few(one: frozenset[Identity] | None, other: frozenset[Identity] | None) -> frozenset[Identity] | None:
    """The keys of both, if all are known and not too many."""
    if one is None or other is None:
        return None
    both = one | other
    return both if len(both) <= _MOST_KEYS else None


def is_never_a_key(acc: Accumulator, key: Identity) -> bool:
    """Whether no run writes an accumulator under a key: it is another constant than all that are written under."""
    return acc.is_map and acc.keys is not None and all(are_different_constants(key, own) for own in acc.keys)


def _is_fixed(key: Value, loops: list[LoopFrame]) -> bool:
    """Whether a key is the same one in each iteration of loops."""
    return key.identity != UNKNOWN_IDENTITY and not mentions_slot_from(key.identity, loops[0].first)


def _grown(acc: Accumulator, loops: list[LoopFrame], is_loop_variable: bool, is_one_key: bool) -> Size:
    rounds = rounds_of(loops)
    high = add(acc.size.high, 1 if is_one_key else rounds.high)
    if not acc.is_map:
        return Size(at_least(acc.size.low + rounds.low), high)
    low = rounds.low if is_loop_variable else min(rounds.low, 1)
    return Size(max(acc.size.low, low), high)


def rounds_of(loops: Iterable[LoopFrame]) -> Size:
    """How often the body of nested loops runs: the product of their sizes."""
    low = 1
    high: int | None = 1
    for frame in loops:
        low = at_least(low * frame.size.low)
        high = times(high, frame.size.high)
    return Size(low, high)


def ended(state: State, entry: State, outlive: Outlive) -> State:
    """The state at an arm's end, where its slots are given back."""
    for number in _changed(entry, state):
        acc = state.accumulators[number]
        marks = outlive(acc.marks)
        if marks is not acc.marks:
            state = state.with_accumulator(number, acc._replace(marks=marks))
    return state


def after_loop(entry: State, body: State, outlive: Outlive, merge: Merge) -> State:
    """The state after a loop, with the accumulators as its body left them; those that it could write are frozen.

    The body may not have run: the marks are those of both ways.
    """
    after, depth = entry._replace(fresh=None), len(entry.frames)
    for number in _changed(entry, body):
        acc = body.accumulators[number]
        if acc.loop == depth:
            acc = acc._replace(frozen=True)
        if acc.witness is not None and acc.common is not None:
            witness, common = _lasting(acc.witness, entry), _lasting(acc.common, entry)
            marks = merge(outlive(acc.marks), entry.accumulators[number].marks)
            acc = acc._replace(witness=witness, common=common, marks=marks)
        after = after.with_accumulator(number, acc)
    return after


def _lasting(facts: frozenset[Fact], entry: State) -> frozenset[Fact]:
    """The facts that depend neither on the slots nor on the moments of a loop's body."""
    lasting = outliving(facts, entry.slots)
    return frozenset(fact for fact in lasting if not mentions_moment_from(fact, entry.moment))


def published(after: State, entry: State) -> State:
    """The state after a loop that has filled accumulators, with what is known of all their elements."""
    facts: list[Fact] = []
    for number in since(after.touched, entry.touched):
        acc = after.accumulators[number]
        if acc.loop == len(entry.frames) and acc.common is not None:
            facts += [("all", slot(number), fact) for fact in _not_inherited(acc.common, after)]
    return after.learning(facts)


def _not_inherited(common: frozenset[Fact], state: State) -> Iterator[Fact]:
    """What elements have in common, without what is known already of all elements of a collection that has them.

    In a loop, the collection may be forgotten before the accumulator is.
    """
    wholes = [] if state.loops else [fact[2] for fact in common if fact[:2] == ("in", bound(0))]
    known = state.facts.known
    yield from (fact for fact in common if not any(("all", whole, fact) in known for whole in wholes))


def carried(entry: State, then: State) -> State:
    """The state at the start of an else arm: what the then arm froze or filled stays so for later iterations.

    The types of what it wrote stay as well: what the else arm writes must have a common type with them.
    """
    start = entry._replace(fresh=None)
    for number in _changed(entry, then):
        acc, end = entry.accumulators[number], then.accumulators[number]
        kept = acc._replace(frozen=end.frozen, filled=end.filled, key=end.key, value=end.value)
        start = start.with_accumulator(number, kept)
    return start


def merged(entry: State, then: State, orelse: State, merge: Merge) -> State:
    """The state after a branch, with the accumulators as its two arms left them."""
    after = entry
    for number in _changed(entry, then, orelse):
        one, two = then.accumulators[number], orelse.accumulators[number]
        after = after.with_accumulator(number, one if one == two else _merged(one, two, merge))
    return after


def kept(entry: State, going: State) -> State:
    """The state after a branch, with the accumulators as the only arm that continues left them."""
    after = entry
    for number in _changed(entry, going):
        after = after.with_accumulator(number, going.accumulators[number])
    return after


def _changed(entry: State, *ends: State) -> list[int]:
    """The accumulators from before a block that have changed in it, or in one of its arms."""
    touched = {number for end in ends for number in since(end.touched, entry.touched)}
    return sorted(number for number in touched if number < entry.slots)


def _merged(one: Accumulator, two: Accumulator, merge: Merge) -> Accumulator:
    return two._replace(
        size=Size(min(one.size.low, two.size.low), greatest(one.size.high, two.size.high)),
        distinct=one.distinct and two.distinct,
        injective=one.injective and two.injective,
        frozen=one.frozen or two.frozen,
        filled=one.filled or two.filled,
        witness=_both(one.witness, two.witness),
        common=_both(one.common, two.common),
        marks=merge(one.marks, two.marks),
        keys=_few(one.keys, two.keys),
    )


def _both(one: frozenset[Fact] | None, two: frozenset[Fact] | None) -> frozenset[Fact] | None:
    """What two arms know; an arm that has written nothing has nothing to say."""
    if one is None or two is None:
        return two if one is None else one
    return one & two
