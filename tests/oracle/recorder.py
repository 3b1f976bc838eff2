"""Traces written by hand, event by event, to try the oracle on."""

from __future__ import annotations

from itertools import count

from p2c_dsl import program
from p2c_dsl.program.conditions import Predicate
from p2c_dsl.runtime.trace import (
    AccumulatorCreated,
    AccumulatorWritten,
    BranchEntered,
    BranchLeft,
    CallFailed,
    CallFinished,
    CallStarted,
    ConstantRead,
    Derived,
    Event,
    InputGiven,
    Instance,
    LoopEntered,
    LoopLeft,
    Returned,
    RoundStarted,
    Trace,
)
from p2c_dsl.source import Span
from p2c_dsl.spec import Effect, EffectUse, KeyPath, Parameter, Spec, Subtask, Task
from p2c_dsl.syntax import nodes
from p2c_dsl.types import BOOL, INT, TEXT, ListOf, Nominal, Optional, Record, Type
from tests.generators.rules import rule
from tests.generators.specs import HERE
from tests.oracle import broken_rules
from tests.oracle.values import Atom, Rec

HERE_SPAN = Span(0, 1)
USER, FOOD = Nominal("User"), Nominal("Food")
LIST = ListOf(USER)
ANN, BOB = Atom("User", 0), Atom("User", 1)
SOUP = Atom("Food", 0)


def parameter(name: str, of: Type, default: str | int | None = None) -> Parameter:
    return Parameter(name, of, HERE, optional=default is not None, default=default)


def subtask(
    name: str,
    parameters: tuple[Parameter, ...] = (),
    result: Type | None = None,
    effects: tuple[EffectUse, ...] = (),
    cost: int = 0,
) -> Subtask:
    return Subtask(name, parameters, result, effects, cost, "", HERE)


PAY = Effect("pay", (USER,), False, HERE)
USER_PARAMETER = (parameter("user", USER),)
SUBTASKS = (
    subtask("settle", USER_PARAMETER, None, (EffectUse(PAY, (KeyPath(0),), True),), cost=2),
    subtask("tip", USER_PARAMETER, None, (EffectUse(PAY, (KeyPath(0),), False),)),
    subtask("approved", USER_PARAMETER, BOOL),
    subtask("find", (), USER),
    subtask("find_all", (), LIST),
    subtask("other", (), USER),
    subtask("taste", (parameter("user", USER),), FOOD),
    subtask("cook", (parameter("food", FOOD),), None),
    subtask("note", (parameter("text", TEXT, "hello"),), None),
    subtask(
        "serve", (parameter("user", USER), parameter("order", Record("Order")), parameter("portions", INT, 1)), None
    ),
)
SPEC = Spec(
    {"User": USER, "Food": FOOD, "Order": Record("Order")},
    {"Order": {"user": USER, "food": Optional(FOOD)}},
    {},
    {"pay": PAY},
    {s.name: s for s in SUBTASKS},
)
PARAMETERS = (parameter("user", USER), parameter("users", LIST), parameter("order", Record("Order")))


class Run:
    """Writes a trace; each method returns the instance that it introduces."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._ids = count()
        self.user = self.given("user", ANN)
        self.users = self.given("users", (ANN, BOB))
        self.order = self.given("order", Rec("Order", (("user", ANN), ("food", SOUP))))

    def new(self, value: object) -> Instance:
        return Instance(next(self._ids), value)

    def given(self, name: str, value: object) -> Instance:
        instance = self.new(value)
        self.events.append(InputGiven(name, instance))
        return instance

    def constant(self, value: object, *, free: bool = False) -> Instance:
        instance = self.new(value)
        self.events.append(ConstantRead(None, free, instance))
        return instance

    def call(
        self,
        name: str,
        *arguments: Instance | None,
        result: object = None,
        effects: tuple[tuple[str, tuple[object, ...]], ...] = (),
        fails: bool = False,
    ) -> Instance:
        self.events.append(CallStarted(name, arguments, False, HERE_SPAN))
        instance = self.new(result)
        if fails:
            self.events.append(CallFailed(name, effects, "failed"))
        else:
            self.events.append(CallFinished(name, effects, instance if result is not None else None))
        return instance

    def settle(self, user: Instance, *, fails: bool = False) -> None:
        self.call("settle", user, effects=(("pay", (user.value,)),), fails=fails)

    def tested(self, instance: Instance, holds: program.Test = program.Test.TRUE) -> None:
        self.events.append(BranchEntered((Predicate(holds, (instance,)),), HERE_SPAN))

    def branch_left(self) -> None:
        self.events.append(BranchLeft())

    def loop(self, collection: Instance) -> None:
        self.events.append(LoopEntered(collection, HERE_SPAN))

    def round(self, value: object) -> Instance:
        instance = self.new(value)
        self.events.append(RoundStarted(instance))
        return instance

    def loop_left(self) -> None:
        self.events.append(LoopLeft())

    def field(self, base: Instance, name: str) -> Instance:
        instance = self.new(getattr(base.value, name))
        self.events.append(Derived(base, name, None, instance))
        return instance

    def item(self, base: Instance, key: Instance, value: object) -> Instance:
        instance = self.new(value)
        self.events.append(Derived(base, None, key, instance))
        return instance

    def accumulator(self, *, is_map: bool) -> Instance:
        instance = self.new(None)
        self.events.append(AccumulatorCreated(is_map, instance, HERE_SPAN))
        return instance

    def write(self, accumulator: Instance, value: Instance, key: Instance | None = None) -> None:
        self.events.append(AccumulatorWritten(accumulator.id, key, value, HERE_SPAN))

    def done(self, instance: Instance | None = None) -> None:
        self.events.append(Returned(instance))

    def breaks(self, line: str, compose: nodes.ComposeDecl | None = None) -> bool:
        task = Task("t", PARAMETERS, None, "", {}, (rule(line),), HERE)
        empty = nodes.ComposeDecl(nodes.Name("t", HERE_SPAN), (), (), HERE_SPAN)
        return bool(broken_rules(Trace(tuple(self.events)), SPEC, task, compose or empty))
