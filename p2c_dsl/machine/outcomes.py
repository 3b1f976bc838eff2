"""What the outcome of a condition says of the values that it tests.

Facts about two values are `("eq", a, b)`, `("ne", a, b)`, `("lt", a, b)` for `a < b` and `("le", a, b)` for `a <= b`.
The fact of a whole `and` or `or` is `("and", …)` or `("or", …)` of the facts of its parts: what an arm knows in the end
follows from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from p2c_dsl.machine.comparing import Known, outcome
from p2c_dsl.machine.elements import equality
from p2c_dsl.machine.facts import NOTHING, Fact, Facts, opposite
from p2c_dsl.machine.identity import UNKNOWN, Identity, constant_identity, is_constant, number_of
from p2c_dsl.machine.state import BranchFrame, State, Value
from p2c_dsl.program.conditions import COMPARISONS, Condition, Junction, Predicate, Test
from p2c_dsl.ranges import NumberRange
from p2c_dsl.spec import EnumMember
from p2c_dsl.types import FLOAT, Enum, Type, is_subtype, range_of

_MOST_MEMBERS = 32
"""Of an enum with more members, a value that equals one of them is not known to differ from each of the others."""
_MOST_AROUND = 12
"""How many branches around a step are told."""
Told = Callable[[Condition[Value]], frozenset[Fact]]
"""What rules learn of a condition that holds."""
_OPERATORS = {test: operator for operator, test in COMPARISONS.items()}
_SWAPPED = {Test.GREATER: Test.LESS, Test.AT_LEAST: Test.AT_MOST}


def fact_of(condition: Condition[Value]) -> Fact:
    """The fact that a condition holds."""
    if isinstance(condition, Junction):
        return ("and" if condition.every else "or", *map(fact_of, condition.parts))
    test, identities = condition.test, tuple(value.identity for value in condition.of)
    if test in (Test.EQUAL, Test.DIFFERENT):
        return equality(test.value, *identities)
    if test in _SWAPPED:
        test, identities = _SWAPPED[test], identities[::-1]
    return (test.value, *identities)


def facts_of(condition: Condition[Value]) -> frozenset[Fact]:
    """What a condition that holds says by itself: an `and` all that its parts say."""
    if isinstance(condition, Junction):
        parts = frozenset[Fact]().union(*map(facts_of, condition.parts)) if condition.every else frozenset[Fact]()
        return parts | {fact_of(condition)}
    if _is_unknown(condition):
        return frozenset()
    return frozenset({fact_of(condition), *_weaker(condition)})


def _weaker(predicate: Predicate[Value]) -> Iterator[Fact]:
    """The comparisons that follow from one."""
    if not predicate.test.compares:
        return
    one, other = predicate.of
    first, second = one.identity, other.identity
    yield from (fact for value in predicate.of for fact in _bounds(value))
    match fact_of(predicate):
        case ("lt", smaller, larger):
            yield ("le", smaller, larger)
            yield equality("ne", first, second)
        case ("eq", *_):
            if is_subtype(one.type, FLOAT) and is_subtype(other.type, FLOAT):
                yield from (("le", first, second), ("le", second, first))
            yield from (equality("ne", first, member) for member in _others(one.type, second))
            yield from (equality("ne", second, member) for member in _others(other.type, first))


def guard_of(condition: Condition[Value]) -> frozenset[Fact]:
    """The tests that have come out true where a condition holds, and the condition itself."""
    return frozenset(map(fact_of, surely(condition))) | {fact_of(condition)}


def tests_around(state: State) -> frozenset[Fact]:
    """The tests that a step is under, of which only the innermost are told: what is under fewer happens more often."""
    branches = [frame for frame in state.frames if isinstance(frame, BranchFrame)]
    return NOTHING.union(*(guard_of(frame.outcome) for frame in branches[-_MOST_AROUND:]))


def nothing_told(condition: Condition[Value]) -> frozenset[Fact]:
    """Where no rule has a word."""
    return NOTHING


def knowing(facts: Facts, condition: Condition[Value], told: Told = nothing_told) -> Facts:
    """The facts where a condition holds, with what rules tell of it."""
    facts = facts.learn(facts_of(condition) | told(condition))
    for predicate in surely(condition):
        facts = _with_last_member(facts, predicate)
    for one, other in _alternatives(condition):
        excluded = fact_of(one.negated)
        if excluded in facts.known:
            facts = knowing(facts, other, told)
        else:
            # Where the one is known to be false later on, the other has been tested here, for nothing else was left.
            facts = facts.imply(excluded, facts_of(other) | told(other))
    return facts


def surely(condition: Condition[Value]) -> Iterator[Predicate[Value]]:
    """The tests that have come out true where a condition holds."""
    if isinstance(condition, Predicate):
        yield condition
    elif condition.every:
        for part in condition.parts:
            yield from surely(part)


def _alternatives(condition: Condition[Value]) -> Iterator[tuple[Condition[Value], Condition[Value]]]:
    """Pairs of conditions of which the second holds if the first does not."""
    match condition:
        case Junction(True, parts):
            for part in parts:
                yield from _alternatives(part)
        case Junction(False, (one, other)):
            yield one, other
            yield other, one


def decided(facts: Facts, condition: Condition[Value]) -> bool | None:
    """How a condition comes out, if that is known already."""
    if isinstance(condition, Predicate):
        return None if _is_unknown(condition) else _decided(facts, condition)
    every, outcomes = condition.every, set[bool | None]()
    for part in condition.parts:
        outcomes.add(decided(facts, part))
        facts = knowing(facts, part if every else part.negated)
    return (not every) if (not every) in outcomes else None if None in outcomes else every


def _decided(facts: Facts, predicate: Predicate[Value]) -> bool | None:
    fact = fact_of(predicate)
    if fact in facts.known:
        return True
    if opposite(fact) in facts.known:
        return False
    if not predicate.test.compares:
        return None
    one, other = predicate.of
    if one.identity == other.identity:
        return predicate.test in (Test.EQUAL, Test.AT_MOST, Test.AT_LEAST)
    by_bounds = _decided_by_bounds(predicate.test, _numbers(one), _numbers(other))
    if by_bounds is not None:
        return by_bounds
    if isinstance(one.type, Enum) and is_constant(one.identity) and is_constant(other.identity):
        return predicate.test is Test.DIFFERENT
    if facts.elements is None:
        return None
    left, right = (Known.of(value.identity, value.type) for value in predicate.of)
    return outcome(left, _OPERATORS[predicate.test], right, facts)


def _decided_by_bounds(test: Test, one: NumberRange, other: NumberRange) -> bool | None:
    """How a comparison comes out of which only the bounds of both numbers are known."""
    match test:
        case Test.EQUAL:
            return one.equal(other)
        case Test.AT_MOST:
            return one.at_most(other)
        case Test.AT_LEAST:
            return other.at_most(one)
    opposite = _decided_by_bounds(test.opposite, one, other)
    return None if opposite is None else not opposite


def _numbers(value: Value) -> NumberRange:
    """The numbers that a value may be, by its type; a constant is what it is."""
    number = number_of(value.identity)
    return range_of(value.type) if number is None else NumberRange(number, number)


def _bounds(value: Value) -> Iterator[Fact]:
    """The bounds of a value as facts. Of a constant they would say nothing new."""
    if is_constant(value.identity):
        return
    low, high = range_of(value.type)
    if low is not None:
        yield ("le", constant_identity(low), value.identity)
    if high is not None:
        yield ("le", value.identity, constant_identity(high))


def _is_unknown(predicate: Predicate[Value]) -> bool:
    return any(value.identity == UNKNOWN for value in predicate.of)


# ---------------------------------------------------------------- enums


def _with_last_member(facts: Facts, predicate: Predicate[Value]) -> Facts:
    """With the fact that a value is the only member of its enum from which it is not known to differ."""
    if predicate.test is not Test.DIFFERENT:
        return facts
    for value, other in (predicate.of, predicate.of[::-1]):
        if isinstance(value.type, Enum) and is_constant(other.identity):
            different = (m for m in _members(value.type) if equality("ne", value.identity, m) not in facts.known)
            left = [m for m, _ in zip(different, range(2), strict=False)]
            if len(left) == 1:
                facts = facts.learn({equality("eq", value.identity, left[0])})
    return facts


def _others(of: Type, member: Identity) -> Iterator[Identity]:
    """The other members of an enum, if that is not too many."""
    if isinstance(of, Enum) and is_constant(member) and len(of.members) <= _MOST_MEMBERS:
        yield from (other for other in _members(of) if other != member)


def _members(enum: Enum) -> Iterator[Identity]:
    return (constant_identity(EnumMember(enum.name, member)) for member in enum.members)
