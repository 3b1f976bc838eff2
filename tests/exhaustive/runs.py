"""Runs of one composition in lazily chosen worlds, as the traces that the oracle judges.

It says what `tests/oracle/interpreter.py` says, event by event, but the syntax tree is turned into closures once,
and a value is looked at only where the run depends on it. A test holds the two against each other.
"""

from __future__ import annotations

from typing import Any

from p2c_dsl.program.conditions import Predicate, Test
from p2c_dsl.runtime.trace import (
    ApprovalAnswered,
    ApprovalAsked,
    BranchEntered,
    BranchLeft,
    CallFailed,
    CallFinished,
    CallStarted,
    InputGiven,
    Instance,
    LoopEntered,
    LoopLeft,
    Returned,
    RoundStarted,
    Trace,
)
from p2c_dsl.spec import EnumMember, Spec, Task
from p2c_dsl.syntax import nodes
from p2c_dsl.types import Enum
from tests.exhaustive.steps import (
    Decide,
    Do,
    Run,
    RunOver,
    Value,
    append,
    assign,
    both_tested,
    create,
    effects,
    field,
    ignore,
    item,
    leave,
    made_list,
    made_record,
    read_constant,
    set_item,
    tested,
)
from tests.exhaustive.worlds import LazyWorld
from tests.oracle.events import asks


class Runs:
    """The runs of a composition."""

    def __init__(self, spec: Spec, task: Task, compose: nodes.ComposeDecl) -> None:
        self._spec, self._task = spec, task
        self._inputs = [(p.name, p.type) for p in task.parameters]
        self._constants = spec.constants_of(task)
        self._body = self._block(compose.body)

    def trace(self, world: LazyWorld) -> Trace:
        """The run in one world, which the judge may go on choosing."""
        run = Run(world)
        try:
            for name, of in self._inputs:
                run.names[name] = run.new(world.cell(of))
                run.events.append(InputGiven(name, run.names[name]))
            self._body(run)
            run.events.append(Returned(None))
        except RunOver:
            pass
        return Trace(tuple(run.events))

    # ------------------------------------------------------------ statements

    def _block(self, statements: tuple[nodes.Statement, ...]) -> Do:
        steps = [self._statement(s) for s in statements]

        def do(run: Run) -> None:
            for step in steps:
                step(run)

        return do

    def _statement(self, statement: nodes.Statement) -> Do:
        match statement:
            case nodes.Assign(target, nodes.EmptyMap() | nodes.EmptyList() as empty, span):
                return create(target.text, isinstance(empty, nodes.EmptyMap), span)
            case nodes.Assign(target, value):
                return assign(target.text, self._value(value))
            case nodes.SetItem(target, key, value, span):
                return set_item(target.text, self._value(key), self._value(value), span)
            case nodes.Append(target, value, span):
                return append(target.text, self._value(value), span)
            case nodes.ExprStatement(nodes.Call() as call):
                made = self._call(call, nested=False)
                return ignore(made)
            case nodes.For():
                return self._loop(statement)
            case nodes.If():
                return self._branch(statement)
            case nodes.Return(value):
                return leave(None if value is None else self._value(value))
        raise LookupError(f"no statement: {statement}")

    def _loop(self, loop: nodes.For) -> Do:
        collection, body, name, span = (
            self._value(loop.iterable),
            self._block(loop.body),
            loop.variable.text,
            loop.span,
        )

        def do(run: Run) -> None:
            whole = collection(run)
            run.events.append(LoopEntered(whole, span))
            elements = whole.cell.inside()
            for element in [k for k, _ in elements.values()] if isinstance(elements, dict) else list(elements):
                outer = dict(run.names)
                run.names[name] = run.new(element)
                run.events.append(RoundStarted(run.names[name]))
                body(run)
                run.names = outer
            run.events.append(LoopLeft())

        return do

    def _branch(self, branch: nodes.If) -> Do:
        condition = self._condition(branch.condition)
        then, orelse, span = self._block(branch.body), self._block(branch.orelse), branch.span

        def do(run: Run) -> None:
            tests: list[Predicate[Instance]] = []
            holds = condition(run, tests)
            run.events.append(BranchEntered(tuple(tests), span))
            outer = dict(run.names)
            (then if holds else orelse)(run)
            run.names = outer
            run.events.append(BranchLeft())

        return do

    def _condition(self, condition: nodes.Expr) -> Decide:
        match condition:
            case nodes.Not(operand):
                inner = self._condition(operand)
                return lambda run, tests: not inner(run, tests)
            case nodes.And(operands):
                parts = [self._condition(operand) for operand in operands]
                return lambda run, tests: all(part(run, tests) for part in parts)
            case nodes.Or(operands):
                parts = [self._condition(operand) for operand in operands]
                return lambda run, tests: any(part(run, tests) for part in parts)
            case nodes.IsNone(operand, negated):
                return tested(self._value(operand), Test.SOME if negated else Test.NONE)
            case nodes.Compare(left, operator, right):
                return both_tested(self._value(left), operator, self._value(right))
        return tested(self._value(condition), Test.TRUE)

    # ------------------------------------------------------------ expressions

    def _value(self, expr: nodes.Expr, *, nested: bool = False) -> Value:
        match expr:
            case nodes.Variable(name) if name.text in self._constants:
                constant = self._constants[name.text]
                return read_constant(constant.name, constant.value)
            case nodes.Variable(name):
                text = name.text
                return lambda run: run.names[text]
            case nodes.Literal(value):
                return read_constant(None, value, free=value is not None)
            case nodes.Attribute(nodes.Variable(base), name) if isinstance(self._spec.types.get(base.text), Enum):
                return read_constant(None, EnumMember(base.text, name.text))
            case nodes.Attribute(base, name):
                return field(self._value(base, nested=nested), name.text)
            case nodes.Subscript(base, key, span):
                return item(self._value(base, nested=nested), self._value(key, nested=nested), span)
            case nodes.ListDisplay(elements):
                return made_list([self._value(element, nested=nested) for element in elements])
            case nodes.Call(function, _, keywords) if function.text not in self._spec.subtasks:
                given = {name.text: self._value(value, nested=nested) for name, value in keywords}
                return made_record(function.text, self._spec.records[function.text], given)
            case nodes.Call():
                return self._call(expr, nested=nested)
        raise LookupError(f"no value: {expr}")

    def _call(self, call: nodes.Call, *, nested: bool) -> Value:
        subtask = self._spec.subtasks[call.function.text]
        given = [self._value(a, nested=True) for a in call.arguments]
        missing = (None,) * (len(subtask.parameters) - len(given))
        result, span = subtask.result, call.span
        rules = asks(subtask, self._spec, self._task)

        def value(run: Run) -> Any:
            arguments = (*[argument(run) for argument in given], *missing)
            if rules:
                run.events.append(ApprovalAsked(subtask.name, arguments, rules, span))
                run.events.append(ApprovalAnswered(subtask.name, True, "oracle"))
            run.events.append(CallStarted(subtask.name, arguments, nested, span))
            if run.world.fails():
                run.events.append(CallFailed(subtask.name, effects(subtask, arguments, None), "failed"))
                raise RunOver
            made = None if result is None else run.new(run.world.cell(result))
            run.events.append(CallFinished(subtask.name, effects(subtask, arguments, run.world), made))
            return made

        return value
