"""`f.p <= v`: rules about the value of an argument."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.comparing import Known
from p2c_dsl.machine.comparing import fails as known_to_fail
from p2c_dsl.machine.comparing import holds as known_to_hold
from p2c_dsl.machine.facet import CallSite, CallsSoFar, Explanation, Narrator, Violation, Violations
from p2c_dsl.machine.facts import NOTHING, Fact
from p2c_dsl.machine.guidance import Comparand, Compared, Place, is_field
from p2c_dsl.machine.identity import constant_identity, field_of, number_of
from p2c_dsl.machine.state import State, Value
from p2c_dsl.program import Test
from p2c_dsl.program.conditions import COMPARISONS, Predicate
from p2c_dsl.ranges import NumberRange
from p2c_dsl.rules.base import Names, Rule, RuleError
from p2c_dsl.rules.definition import Broken, Definition, RunCall, RunEvent, Started
from p2c_dsl.rules.event_keys import argument
from p2c_dsl.rules.parts import ArgumentPath
from p2c_dsl.rules.pattern import Match, Tokens, span_of
from p2c_dsl.spec import ConstantValue, EnumMember, Subtask
from p2c_dsl.types import BOOL, FLOAT, INT, Enum, Type, is_subtype, may_share, range_of, show

Operand = ArgumentPath | ConstantValue


@dataclass(frozen=True)
class ArgumentCompared(Definition[None]):
    """In each call of the subtask, the value at a path compares in this way with a constant, or with another one."""

    subtask: str
    left: ArgumentPath
    operator: str
    right: Operand

    def start(self) -> None:
        return None

    def step(self, state: None, event: RunEvent) -> None:
        match event:
            case Started(call) if call.subtask.name == self.subtask:
                left, right = self.left.value(call), self._right(call)
                if not self._compares(left, right):
                    raise Broken(f"`{self.left.shown(call.subtask)}` would not be {self.operator} {right}")

    def _compares(self, left: Any, right: Any) -> bool:
        """Whether the two values compare as the rule asks."""
        match self.operator:
            case "==":
                return bool(left == right)
            case "!=":
                return bool(left != right)
            case "<=":
                return bool(left <= right)
        return bool(left >= right)

    def _right(self, call: RunCall) -> Hashable:
        return self.right.value(call) if isinstance(self.right, ArgumentPath) else self.right


@dataclass(frozen=True, eq=False)
class ArgumentValue(Rule[None, None]):
    """In every call of f, its argument for p (or a field of it) is at most, at least, equal to or different from v.

    v is a number, a constant, an enum's member, `True` or `False`, or a path of the same call:
    `refund.amount <= refund.order.total` says that nobody gets back more than an order has cost. What a parameter has
    by default counts, too.

    It is proved by constants, by the bounds of numbers' types, by equal values, and by comparisons that have been
    tested on the path: the argument is tested with `if`, or it is the same value as the other one.
    """

    name = "value"
    syntax = "f.p OP v"
    pattern = "<left:field> <operator:comparison> <right:operand>"
    summary = "in every call of f, p compares in this way (<=, >=, ==, !=) with v"
    code = "P2C604"
    codes = (
        Code(
            "P2C604",
            "an argument can have a value that a rule excludes",
            "A call can have an argument, or a field of one, of which it is not known that it compares with a value as "
            "a rule asks.",
        ),
    )
    accepted = """
record Order:
    total: Int
    open: Bool
subtask refund(order: Order, amount: Int)
task pay_back(orders: Set[Order]):
    refund.amount <= refund.order.total
    refund.order.open == True

compose pay_back(orders):
    for order in orders:
        if order.open:
            refund(order, order.total)
"""
    rejected = """
record Order:
    total: Int
    open: Bool
subtask refund(order: Order, amount: Int)
task pay_back(orders: Set[Order], amount: Int):
    refund.amount <= refund.order.total

compose pay_back(orders, amount):
    for order in orders:
        refund(order, amount)
"""

    subtask: Subtask
    left: ArgumentPath
    operator: str
    right: Operand
    types: tuple[Type, Type]
    """The declared types of what stands on the left and on the right."""

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        subtask = names.subtask(match["left"][0])
        left, of = _path(match["left"], subtask, names)
        operator = match["operator"][0].text
        right, other = _operand(match["right"], subtask, names)
        _check(of, operator, other, span_tokens=(*match["left"], *match["right"]))
        return cls(subtask, left, operator, right, (of, other))

    def definition(self) -> ArgumentCompared:
        return ArgumentCompared(self.subtask.name, self.left, self.operator, self.right)

    @property
    def reads_elements(self) -> bool:
        return True

    def call(self, at: Place[None, None], own: None, state: State, call: CallSite, out: Violations) -> None:
        if call.subtask.name != self.subtask.name:
            return
        left, right = (_known(o, t, call) for o, t in zip((self.left, self.right), self.types, strict=True))
        if not known_to_hold(left, self.operator, right, state.facts):
            fails = known_to_fail(left, self.operator, right, state.facts)
            out.append(OutsideValue(self, call.arguments[self.left.parameter], fails, argument=self.left.parameter))

    # ------------------------------------------------------------ for planners

    @property
    def parameters(self) -> frozenset[int]:
        """The parameters that the rule looks at."""
        also = {self.right.parameter} if isinstance(self.right, ArgumentPath) else set()
        return frozenset({self.left.parameter, *also})

    def tells_apart(
        self, at: Place[None, None], state: State, subtask: Subtask, parameter: int, value: Value
    ) -> Hashable:
        return value.identity if subtask.name == self.subtask.name and parameter in self.parameters else None

    @property
    def _outcome(self) -> Test | None:
        """The test of a field that the rule asks for, if it asks whether a field is true."""
        if not isinstance(self.right, bool) or not self.left.fields:
            return None
        return Test.TRUE if self.right is (self.operator == "==") else Test.FALSE

    def comparisons(self) -> tuple[Compared, ...]:
        if isinstance(self.right, bool) or self.right is None:
            return ()
        return (Compared(COMPARISONS[self.operator], _comparand(self.left, self.types[0]), self._right_side),)

    @property
    def _right_side(self) -> Comparand:
        """What values are compared with: a number's constants are those that keep the rule themselves."""
        if isinstance(self.right, ArgumentPath):
            return _comparand(self.right, self.types[1])
        number = number_of(constant_identity(self.right))
        if number is None:
            return Comparand(self.types[1], constant=constant_identity(self.right))
        low, high = self.operator != "<=", self.operator != ">="
        return Comparand(self.types[1], numbers=NumberRange(number if low else None, number if high else None))

    def learns(self, at: Place[None, None], outcome: Predicate[Value]) -> frozenset[Fact]:
        if outcome.test.compares:
            as_asked = any(comparison.asked(outcome) for comparison in self.comparisons())
        else:
            as_asked = outcome.test is self._outcome and is_field(outcome.of[0].identity, self.left.fields[-1])
        return frozenset({self._tested}) if as_asked else NOTHING

    @property
    def _tested(self) -> Fact:
        """The fact that some value of the kind that the rule looks at has come out as it asks."""
        return ("compared", self.text)

    def untested(self, at: Place[None, None], state: State, subtask: Subtask) -> bool:
        waits = self._outcome is not None or (bool(self.comparisons()) and not self._is_bounded)
        return waits and subtask.name == self.subtask.name and self._tested not in state.facts.known

    def avoids_test(self, subtask: Subtask) -> bool:
        # What stands on one side is passed for the parameter on the other side.
        if subtask.name != self.subtask.name or self.operator == "!=":
            return False
        left, right = self.types
        if not isinstance(self.right, ArgumentPath):
            return not self.left.fields and right not in (INT, FLOAT) and is_subtype(right, left)
        return (not self.left.fields and is_subtype(right, left)) or (not self.right.fields and is_subtype(left, right))

    @property
    def _is_bounded(self) -> bool:
        """Whether the bounds of the types say that the rule is kept."""
        left, right = map(range_of, self.types)
        number = None if isinstance(self.right, ArgumentPath) else number_of(constant_identity(self.right))
        right = right if number is None else NumberRange(number, number)
        return bool(left.at_most(right) if self.operator == "<=" else right.at_most(left))


def _comparand(path: ArgumentPath, of: Type) -> Comparand:
    return Comparand(of, path.fields[-1] if path.fields else None)


def _path(tokens: Tokens, subtask: Subtask, names: Names) -> tuple[ArgumentPath, Type]:
    """A path of a call and its type. Raises `RuleError`."""
    index, parameter = names.parameter(subtask, tokens[1])
    of = names.field(parameter.type, tokens[2:])
    return ArgumentPath(index, tuple(token.text for token in tokens[2:])), of


def _operand(tokens: Tokens, subtask: Subtask, names: Names) -> tuple[Operand, Type]:
    head = tokens[0]
    if head.kind in ("int", "number"):
        is_whole = head.text.removeprefix("-").isdigit()
        return (int(head.text), INT) if is_whole else (float(head.text), FLOAT)
    if head.text in ("True", "False"):
        return head.text == "True", BOOL
    if len(tokens) == 1:
        constants = {**names.spec.constants, **names.task.constants}
        if head.text in constants:
            return constants[head.text].value, constants[head.text].type
        raise names.unknown("constant", head, constants)
    enum = names.spec.types.get(head.text)
    if isinstance(enum, Enum):
        if tokens[1].text not in enum.members:
            raise names.unknown(f"member of `{enum.name}`", tokens[1], enum.members)
        return EnumMember(enum.name, tokens[1].text), enum
    if head.text != subtask.name:
        message = f"`{head.text}` is neither an enum nor the subtask of this rule"
        raise RuleError(message, span_of(tokens), f"compare with a path of the same call, `{subtask.name}.…`")
    return _path(tokens, subtask, names)


def _check(of: Type, operator: str, other: Type, span_tokens: Tokens) -> None:
    """Raises `RuleError` for types that cannot be compared."""
    numbers = all(is_subtype(t, INT) or is_subtype(t, FLOAT) for t in (of, other))
    if operator in ("<=", ">=") and not numbers:
        raise RuleError(f"`{operator}` compares numbers, not {show(of)} and {show(other)}", span_of(span_tokens))
    if not numbers and not may_share(of, other):
        raise RuleError(f"{show(of)} can never equal {show(other)}", span_of(span_tokens), "compare values of one type")


def _known(operand: Operand, declared: Type, call: CallSite) -> Known:
    if not isinstance(operand, ArgumentPath):
        return Known.of(constant_identity(operand), declared)
    identity, given = argument(call, operand.parameter), call.arguments[operand.parameter]
    known = Known.of(field_of(identity, operand.fields), declared)
    if operand.fields or given is None:
        return known
    return known._replace(numbers=known.numbers.meet(range_of(given.type)))


@dataclass(frozen=True, slots=True, eq=False)
class OutsideValue(Violation[ArgumentValue]):
    """An argument of which it is not known that it compares as the rule asks; `None` for a default."""

    value: Value | None
    fails: bool

    def certain(self, so_far: CallsSoFar) -> bool:
        return self.fails

    def blames(self, subtask: Subtask) -> frozenset[int]:
        return self.facet.parameters

    def explain(self, narrator: Narrator) -> Explanation:
        rule = self.facet
        shown = rule.left.shown(rule.subtask)
        right = rule.right.shown(rule.subtask) if isinstance(rule.right, ArgumentPath) else shown_constant(rule.right)
        given = "its default" if self.value is None else narrator.name(self.value)
        message = f"it is not known that `{shown}` is {rule.operator} {right} here ({given} is passed)"
        return Explanation(message, "test it first, or pass a value of which it is known")


def shown_constant(value: ConstantValue) -> str:
    """A constant as a rule writes it."""
    return f"{value.enum}.{value.member}" if isinstance(value, EnumMember) else repr(value)
