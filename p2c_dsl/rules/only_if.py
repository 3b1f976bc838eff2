"""`B only if C(x, …)`."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias

from rpds import HashTrieSet

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, Explanation, Narrator, Part, Violation, Violations
from p2c_dsl.machine.facts import NOTHING, Fact
from p2c_dsl.machine.guidance import Place
from p2c_dsl.machine.identity import Identity, bound, constant_identity, mentions_slot_from, substituted
from p2c_dsl.machine.state import State, Value
from p2c_dsl.program import Test
from p2c_dsl.rules.base import Names, Rule, RuleError
from p2c_dsl.rules.definition import Broken, Definition, RunEvent, Started, Tested
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.pattern import Match, span_of
from p2c_dsl.spec import Parameter, Spec, Subtask
from p2c_dsl.syntax.nodes import Token
from p2c_dsl.types import BOOL, Type, is_subtype, show

Checked: TypeAlias = "HashTrieSet[tuple[Hashable, ...]]"
"""The values, at the compared positions, of checks whose results were tested to be true."""


@dataclass(frozen=True)
class FoundTrue(Definition[Checked]):
    """Before a call of a subtask that does or may do the event, a check of the same values has been tested to be true.

    `positions` are the check's parameters that are compared, `names` those of the subtask that they have to equal.
    """

    event: Event
    check: str
    positions: tuple[int, ...]
    names: tuple[str, ...]

    def start(self) -> Checked:
        return HashTrieSet()

    def step(self, checked: Checked, event: RunEvent) -> Checked:
        match event:
            case Tested(datum, Test.TRUE):
                call = datum.answers
                if call is not None and call.subtask.name == self.check:
                    return checked.insert(tuple(call.value(position) for position in self.positions))
            case Started(call) if call.most(self.event):
                own = [p.name for p in call.subtask.parameters]
                if tuple(call.value(own.index(name)) for name in self.names) not in checked:
                    raise Broken(
                        f"`{self.event.name}` would happen, but `{self.check}` has not returned true for these values"
                    )
        return checked


@dataclass(frozen=True, slots=True)
class Answer:
    """The mark of a result of the check: the values that were checked. In a map of results, the keys are bound places.

    `height` is the number of lookups that lead to the result: 0 for the result itself, 1 for a map of results.
    """

    about: tuple[Identity, ...]
    height: int = 0

    def under(self, key: Identity) -> Answer:
        """The mark of a map to which this has been written under a key."""
        place = bound(self.height)
        return Answer(tuple(substituted(i, key, place) for i in self.about), self.height + 1)

    def at(self, key: Identity) -> Answer:
        """The mark of the value of a map for a key."""
        place = bound(self.height - 1)
        return Answer(tuple(substituted(i, place, key) for i in self.about), self.height - 1)


class Empty:
    """The mark of an accumulator that nothing has been written to."""


EMPTY = Empty()
Mark = Answer | Empty | None


@dataclass(frozen=True, eq=False)
class OnlyIf(Rule[None, Mark]):
    """B happens only where the check C has been called with the same values, and its result was tested to be true.

    `pay only if approve(order, amount)` means: a subtask that does (or may do) `pay` is only called where a call of
    `approve` has been tested and was true. The first two arguments of that call must be the same values as the
    arguments `order` and `amount` of this call. `_` leaves a position open; positions at the end may be omitted. The
    values must be the same: an alias is fine, but another value of the same type is not. The test may be an `if`, the
    `else` of an `if not`, or an `if not` that has returned. Storing the result of a check does not test it.
    """

    name = "only-if"
    syntax = "B only if C(x, …)"
    pattern = "<event:name> only if <check:check>"
    summary = "B happens only after the check C has returned true for the same values"
    code = "P2C503"
    codes = (
        Code(
            "P2C503",
            "an event can happen unchecked",
            "Some path reaches an event although the check that an `only if` rule requires was not called with "
            "these values, or its result was not tested.",
        ),
    )
    accepted = """
type Order
effect pay(Order) irreversible
subtask approved(order: Order) -> Bool
subtask refund(order: Order):
    does pay(order)
task settle(orders: List[Order]):
    pay only if approved(order)

compose settle(orders):
    for order in orders:
        if approved(order):
            refund(order)
"""
    rejected = """
type Order
effect pay(Order) irreversible
subtask approved(order: Order) -> Bool
subtask refund(order: Order):
    does pay(order)
task settle(order: Order, other: Order):
    pay only if approved(order)

compose settle(order, other):
    if approved(other):
        refund(order)
"""

    event: Event
    check: Subtask
    positions: tuple[int, ...]
    """The check's parameters that the rule compares."""
    names: tuple[str, ...]
    """The parameters to compare them with, of any subtask that does the event."""

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        event = names.event(match["event"][0])
        name, *arguments = match["check"]
        check = names.subtask(name)
        if check.result is None or not is_subtype(check.result, BOOL):
            gives = "nothing" if check.result is None else show(check.result)
            raise RuleError(f"a check must return Bool, but `{check.name}` returns {gives}", name.span)
        if len(arguments) > len(check.parameters):
            message = f"`{check.name}` has {len(check.parameters)} parameters, but the rule lists {len(arguments)}"
            raise RuleError(message, span_of(arguments), "list one for each parameter, with `_` for any value")
        named = [(index, token) for index, token in enumerate(arguments) if token.text != "_"]
        for performer in names.performers(event):
            for index, token in named:
                _match(names, performer, check.parameters[index], token)
        return cls(event, check, tuple(i for i, _ in named), tuple(token.text for _, token in named))

    def definition(self) -> FoundTrue:
        return FoundTrue(self.event, self.check.name, self.positions, self.names)

    def wanted(self, subtask: Subtask) -> tuple[int, ...]:
        """The parameters of a subtask that does the event, in the order of the check's positions."""
        own = [parameter.name for parameter in subtask.parameters]
        return tuple(own.index(name) for name in self.names)

    # ------------------------------------------------------------ marks: which values a result is about

    def result(self, at: Place[None, Mark], call: CallSite, spec: Spec) -> Mark:
        if call.subtask.name != self.check.name:
            return None
        return Answer(tuple(_identity(call, index) for index in self.positions))

    def empty(self) -> Mark:
        return EMPTY

    def gather(self, at: Place[None, Mark], state: State, mark: Mark, key: Value | None, value: Value) -> Mark:
        """A map from checked values to results of the check counts like the results."""
        own = at.mark(value)
        return self.merge(mark, own.under(key.identity) if isinstance(own, Answer) and key is not None else None)

    def merge(self, one: Mark, other: Mark) -> Mark:
        if one is EMPTY or other is EMPTY:
            return other if one is EMPTY else one
        return one if one == other else None

    def outlive(self, mark: Mark, first: int) -> Mark:
        if isinstance(mark, Answer) and any(mentions_slot_from(i, first) for i in mark.about):
            return None
        return mark

    def part(self, at: Place[None, Mark], mark: Mark, part: Part, of: Type, spec: Spec, key: Value | None) -> Mark:
        if part is not Part.ITEM or key is None or not isinstance(mark, Answer) or not mark.height:
            return None
        return mark.at(key.identity)

    # ------------------------------------------------------------ steps

    def learns(self, at: Place[None, Mark], test: Test, value: Value) -> frozenset[Fact]:
        mark = at.mark(value)
        if test is not Test.TRUE or not isinstance(mark, Answer) or mark.height:
            return NOTHING
        return frozenset({self._fact(mark.about)})

    def call(self, at: Place[None, Mark], own: None, state: State, call: CallSite, out: Violations) -> None:
        if not self.event.happens(call.subtask):
            return
        places = self.wanted(call.subtask)
        if self._fact([_identity(call, index) for index in places]) not in state.facts.known:
            out.append(Unchecked(self, tuple(call.arguments[i] for i in places)))

    def prerequisites(self, at: Place[None, Mark], state: State, subtask: Subtask) -> tuple[frozenset[str], ...]:
        if not self.event.happens(subtask):
            return ()
        answered = any(at.mark(v) is not None for v in state.values.values())
        gathered = any(a.filled and at.mark(a) is not None for a in state.accumulators.values())
        return () if answered or gathered or self._has_checked(state) else (frozenset({self.check.name}),)

    def tells_apart(
        self, at: Place[None, Mark], state: State, subtask: Subtask, parameter: int, value: Value
    ) -> Hashable:
        checks = subtask.name == self.check.name and parameter in self.positions
        is_checked = self.event.happens(subtask) and parameter in self.wanted(subtask)
        return value.identity if checks or is_checked else None

    def untested(self, at: Place[None, Mark], state: State, subtask: Subtask) -> bool:
        return self.event.happens(subtask) and not self._has_checked(state)

    def _has_checked(self, state: State) -> bool:
        """Whether the check is known to be true of any values."""
        return any(fact[:2] == ("checked", self.check.name) for fact in state.facts.known)

    def line_needs(self, subtask: Subtask, *, checked: bool) -> tuple[frozenset[str], ...]:
        """Where the check says no, the event cannot happen."""
        if not self.event.happens(subtask):
            return ()
        return (frozenset({self.check.name}) if checked else frozenset(),)

    def _fact(self, about: Sequence[Identity]) -> Fact:
        return ("checked", self.check.name, self.positions, tuple(about))


def _identity(call: CallSite, index: int) -> Identity:
    value = call.arguments[index]
    if value is not None:
        return value.identity
    return constant_identity(call.subtask.parameters[index].default)


@dataclass(frozen=True, slots=True, eq=False)
class Unchecked(Violation[OnlyIf]):
    """A path on which the check is not known to be true for these values, `None` for a default."""

    values: tuple[Value | None, ...]

    def blames(self, subtask: Subtask) -> frozenset[int]:
        return frozenset(self.facet.wanted(subtask))

    def explain(self, narrator: Narrator) -> Explanation:
        rule = self.facet
        shown = [narrator.name(v).strip("`") if v is not None else "its default" for v in self.values]
        arguments = dict(zip(rule.positions, shown, strict=True))
        last = max(rule.positions, default=-1)
        check = f"`{rule.check.name}({', '.join(arguments.get(i, '_') for i in range(last + 1))})`"
        notes = tuple(
            ("it is called here, but with other values, or its result is not tested", s)
            for s in narrator.calls(rule.check.name)
        )
        return Explanation(
            f"`{rule.event.name}` can happen here although {check} is not known to be true",
            f"put this call inside `if {check.strip('`')}:`",
            notes,
        )


def _match(names: Names, performer: Subtask, checked: Parameter, token: Token) -> None:
    """Raises `RuleError` if a performer has no parameter of that name, or one of another type than the check takes."""
    _, parameter = names.parameter(performer, token)
    if not (is_subtype(parameter.type, checked.type) or is_subtype(checked.type, parameter.type)):
        message = (
            f"`{performer.name}` takes {show(parameter.type)} for `{token.text}`, "
            f"but the check takes {show(checked.type)} in that position"
        )
        raise RuleError(message, token.span, "list the parameters in the order of the check's parameters")
