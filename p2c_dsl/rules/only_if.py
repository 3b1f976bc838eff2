"""`B only if C(x, …)`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, Explanation, Narrator, Part, Violation
from p2c_dsl.machine.facts import NOTHING, Fact, Identity, constant_identity, mentions_slot_from
from p2c_dsl.machine.state import State, Value
from p2c_dsl.program import Test
from p2c_dsl.rules.base import Event, Names, Rule, RuleError
from p2c_dsl.rules.pattern import Match, span_of
from p2c_dsl.spec import Parameter, Spec, Subtask
from p2c_dsl.syntax.nodes import Token
from p2c_dsl.types import BOOL, Type, is_subtype, show


class OnlyIf(Rule):
    """B is only done where the check C has been called with the same values, and was found true.

    `pay only if approve(order, amount)` means: whoever calls a subtask that does (or may do) `pay` stands where
    a call of `approve` has been tested and came out true, and what that call got for its first two parameters is
    what this call passes as its own parameters `order` and `amount`. `_` leaves a position open; positions at the
    end may be left out. The same value is meant: an alias changes nothing, another value of the type does not do.

    The test may be an `if`, the `else` of `if not`, or an `if not` that has returned. A check whose answer is
    only stored has not been tested.
    """

    name = "only-if"
    syntax = "B only if C(x, …)"
    pattern = "<event:name> only if <check:check>"
    summary = "B happens only where the check C of the same values was found true"
    code = "P2C503"
    codes = (
        Code(
            "P2C503",
            "an event can happen unchecked",
            "Some path reaches an event although the check that an `only if` rule asks for was not called with "
            "these values, or was not found true.",
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

    def __init__(
        self, event: Event, check: Subtask, positions: Sequence[int], wanted: Mapping[str, Sequence[int]]
    ) -> None:
        self.event, self.check = event, check
        self.positions = tuple(positions)
        """The check's parameters that the rule compares."""
        self.wanted = wanted
        """For each subtask that does the event, its own parameters to compare them with."""

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        event = names.event(match["event"][0])
        name, *arguments = match["check"]
        check = names.subtask(name)
        if check.result is None or not is_subtype(check.result, BOOL):
            gives = "nothing" if check.result is None else show(check.result)
            raise RuleError(f"a check gives Bool, but `{check.name}` gives {gives}", name.span)
        if len(arguments) > len(check.parameters):
            message = f"`{check.name}` has {len(check.parameters)} parameters, but here are {len(arguments)}"
            raise RuleError(message, span_of(arguments), "name one for each, `_` for any value")
        named = [(index, token) for index, token in enumerate(arguments) if token.text != "_"]
        wanted = {
            performer.name: [_matching(names, performer, check.parameters[i], token) for i, token in named]
            for performer in names.performers(event)
        }
        return cls(event, check, [index for index, _ in named], wanted)

    def result(self, state: State, call: CallSite, spec: Spec) -> Fact | None:
        """A check's result remembers what it checked."""
        if call.subtask.name != self.check.name:
            return None
        return self._fact([self._identity(call, index) for index in self.positions])

    def empty(self) -> Any:
        return _NOTHING_YET

    def gather(self, state: State, mark: Any, key: Value | None, value: Value) -> Any:
        """A map of a check's answers by what was checked is as good as the answers."""
        own = value.marks[self.index]
        written = own if key is None or own is None else _about(own, key.identity, _KEY)
        return self.merge(mark, written)

    def merge(self, one: Any, other: Any) -> Any:
        if one == _NOTHING_YET or other == _NOTHING_YET:
            return other if one == _NOTHING_YET else one
        return one if one == other else None

    def outlive(self, mark: Any, first: int) -> Any:
        if mark is None or mark == _NOTHING_YET:
            return mark
        return None if mentions_slot_from(mark[-1], first) else mark

    def part(self, mark: Any, part: Part, of: Type, spec: Spec, key: Identity | None) -> Any:
        if part is not Part.ITEM or mark is None or mark == _NOTHING_YET:
            return None
        return _about(mark, _KEY, key)

    def learns(self, test: Test, value: Value) -> frozenset[Fact]:
        checked = value.marks[self.index]
        return frozenset({checked}) if test is Test.TRUE and checked is not None else NOTHING

    def call(self, own: None, state: State, call: CallSite, out: list[Violation]) -> None:
        if not self.event.happens(call.subtask):
            return
        places = self.wanted[call.subtask.name]
        needed = self._fact([self._identity(call, index) for index in places])
        if needed not in state.facts.known:
            out.append(Violation(self, self.code, tuple(call.arguments[i] for i in places)))

    def prerequisites(self, state: State, subtask: Subtask) -> tuple[frozenset[str], ...]:
        if not self.event.happens(subtask):
            return ()
        answered = any(v.marks[self.index] is not None for v in state.values.values())
        gathered = any(a.marks[self.index] is not None for a in state.accumulators.values())
        checked = any(f[:2] == ("checked", self.check.name) for f in state.facts.known)
        return () if answered or gathered or checked else (frozenset({self.check.name}),)

    def blames(self, violation: Violation, subtask: Subtask) -> frozenset[int]:
        return frozenset(self.wanted[subtask.name])

    def _fact(self, identities: Sequence[Any]) -> Fact:
        return ("checked", self.check.name, self.positions, tuple(identities))

    def _identity(self, call: CallSite, index: int) -> Any:
        value = call.arguments[index]
        if value is not None:
            return value.identity
        return constant_identity(call.subtask.parameters[index].default)

    def explain(self, violation: Violation, narrator: Narrator) -> Explanation:
        shown = [narrator.name(v).strip("`") if v is not None else "its default" for v in violation.details]
        arguments = dict(zip(self.positions, shown, strict=True))
        last = max(self.positions, default=-1)
        check = f"`{self.check.name}({', '.join(arguments.get(i, '_') for i in range(last + 1))})`"
        places = narrator.calls(self.check.name)
        notes = tuple(
            ("it is called here, with other values or without a test of its answer", s) for s in places
        )
        return Explanation(
            f"`{self.event.name}` can happen here although {check} was not found true",
            f"put this call under `if {check.strip('`')}:`",
            notes,
        )


_NOTHING_YET = ("nothing yet",)
_KEY = ("key",)


def _about(fact: Fact, old: Identity, new: Identity) -> Fact:
    """What has been checked, with one value number replaced in it."""
    *what, identities = fact
    return (*what, _with(identities, old, new))


def _with(identity: Any, old: Identity, new: Identity) -> Any:
    """A value number with one inside it replaced."""
    if identity == old:
        return new
    if isinstance(identity, tuple):
        return tuple(_with(part, old, new) for part in identity)
    return identity


def _matching(names: Names, performer: Subtask, checked: Parameter, token: Token) -> int:
    index, parameter = names.parameter(performer, token)
    if not (is_subtype(parameter.type, checked.type) or is_subtype(checked.type, parameter.type)):
        message = (
            f"`{performer.name}` takes {show(parameter.type)} for `{token.text}`, "
            f"but the check takes {show(checked.type)} there"
        )
        raise RuleError(message, token.span, "name parameters in the order of the check's own")
    return index
