"""One walk over a composition: each statement is resolved and moves the machine by its steps."""

from __future__ import annotations

from collections.abc import Sequence

from p2c_dsl.analysis.conditions import Conditions
from p2c_dsl.analysis.context import MOST_FINDINGS, Analysis, Context, Finding
from p2c_dsl.analysis.displays import made_record
from p2c_dsl.analysis.expressions import Expressions
from p2c_dsl.diagnostics.model import Diagnostic, Location, Severity
from p2c_dsl.machine import Violations
from p2c_dsl.names import did_you_mean
from p2c_dsl.program import Branch, Create, Hole, Loop, Operand, Program, Return, Step, Var, Write
from p2c_dsl.rules import read_rules
from p2c_dsl.rules.base import AnyRule
from p2c_dsl.source import Source, Span
from p2c_dsl.spec import Spec
from p2c_dsl.syntax import nodes
from p2c_dsl.types import Enum


def analyze(
    spec: Spec,
    compose: nodes.ComposeDecl,
    source: Source,
    rules: Sequence[AnyRule] | None = None,
    most: int = MOST_FINDINGS,
    *,
    enforced: bool = True,
) -> Analysis:
    """Resolves a composition and folds the machine over it.

    `rules` are those to check, by default all that hold for the task; lines that cannot be read are
    left out here (`read_rules` reports them). `most` is how many findings are listed.
    Unless `enforced` rules are, what they leave to the monitor is an error.
    """
    task = spec.tasks.get(compose.task.text)
    if task is None:
        diagnostic = _no_task(spec, compose, source)
        return Analysis(None, (Finding(diagnostic),))
    if rules is None:
        rules, _ = read_rules(spec, task)
    context = Context(spec, task, rules, source, most, enforced=enforced)
    _Walk(context).compose(compose)
    body = tuple(context.steps[0])
    program = Program(spec, task, body, context.named, source, compose.span)
    findings = sorted(context.findings, key=lambda f: f.diagnostic.location.span)
    return Analysis(program, tuple(findings))


def _no_task(spec: Spec, compose: nodes.ComposeDecl, source: Source) -> Diagnostic:
    name = compose.task
    return Diagnostic(
        "P2C180",
        f"there is no task `{name.text}`",
        Location(source, name.span),
        help=did_you_mean(name.text, spec.tasks) or "declare it, or `use` the file that declares it",
    )


class _Walk:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._expressions = Expressions(context)
        self._conditions = Conditions(context, self._expressions)

    def compose(self, compose: nodes.ComposeDecl) -> None:
        context = self._context
        self._inputs(compose)
        self._block(compose.body)
        self._unfilled()
        out: Violations = []
        context.machine.end(context.state, out)
        context.object(out, compose.span)
        if context.unlisted is not None:
            message, help_ = "too many findings: only the first are listed", "fix the listed ones first"
            context.report("P2C182", compose.task.span, message, help_, severity=context.unlisted)

    def _inputs(self, compose: nodes.ComposeDecl) -> None:
        context = self._context
        expected = tuple(p.name for p in context.task.parameters)
        given = tuple(n.text for n in compose.parameters)
        if given != expected:
            span = compose.parameters[0].span if compose.parameters else compose.task.span
            takes = f"`{context.task.name}` takes the inputs ({', '.join(expected)})"
            message = f"{takes}, but got ({', '.join(given)})"
            context.report("P2C181", span, message, f"write `compose {context.task.name}({', '.join(expected)}):`")
        for slot, name in enumerate(compose.parameters[: len(expected)]):
            if context.scope.find(name.text) is None:
                context.names[slot] = name.text
                context.scope.bind(name, Var(slot))

    # ------------------------------------------------------------ blocks

    def _block(self, statements: Sequence[nodes.Statement]) -> None:
        for statement in statements:
            if self._context.state.returned:
                help_ = "remove this code, or return later"
                self._context.report("P2C175", statement.span, "unreachable code after `return`", help_)
                return
            self._statement(statement)

    def _inner(self, statements: Sequence[nodes.Statement], variable: nodes.Name | None = None) -> tuple[Step, ...]:
        """A loop's body or a branch's arm, with names of its own."""
        context = self._context
        context.scope.open()
        context.steps.append([])
        if variable is not None:
            self._bind(variable, Var(context.state.slots - 1))
        self._block(statements)
        self._unfilled()
        block = context.scope.block()
        context.scope.close({n: context.machine.value(context.state, b.operand).type for n, b in block.items()})
        return tuple(context.steps.pop())

    def _unfilled(self) -> None:
        context = self._context
        for name, binding in context.scope.block().items():
            slot = binding.operand.slot if isinstance(binding.operand, Var) else None
            acc = None if slot is None else context.state.accumulators.get(slot)
            if acc is None or acc.filled or binding.span in context.attempted:
                continue
            if context.names.get(slot or 0) == name:
                message = f"nothing is ever written to `{name}`"
                help_ = "remove it, or write to it in the loop that follows"
                context.report("P2C901", binding.span, message, help_, severity=Severity.WARNING)

    def _bind(self, name: nodes.Name, operand: Operand, size: int = 1, *, fresh: bool = True) -> None:
        context, text = self._context, name.text
        earlier = context.scope.find(text)
        if earlier is not None:
            context.report(
                "P2C163",
                name.span,
                f"`{text}` is already assigned",
                "variables are assigned only once: choose another name",
                notes=[("first assigned here", earlier.span)],
            )
            return
        spec = context.spec
        for kind, taken in (
            ("a subtask", text in spec.subtasks),
            ("a constant", text in context.constants),
            ("an enum", isinstance(spec.types.get(text), Enum)),
        ):
            if taken:
                context.report("P2C164", name.span, f"`{text}` is already the name of {kind}", "choose another name")
        if isinstance(operand, Var) and fresh:
            context.names[operand.slot] = text
        context.scope.bind(name, operand, size)

    # ------------------------------------------------------------ statements

    def _statement(self, statement: nodes.Statement) -> None:
        match statement:
            case nodes.Assign(target, value, span):
                self._assign(target, value, span)
            case nodes.SetItem(target, key, value, span):
                self._write(target, key, value, span)
            case nodes.Append(target, value, span):
                self._write(target, None, value, span)
            case nodes.ExprStatement(value, span):
                self._expression(value, span)
            case nodes.For():
                self._for(statement)
            case nodes.If():
                self._if(statement)
            case nodes.Return():
                self._return(statement)

    def _assign(self, target: nodes.Name, value: nodes.Expr, span: Span) -> None:
        context = self._context
        if isinstance(value, nodes.EmptyMap | nodes.EmptyList):
            is_map, slot = isinstance(value, nodes.EmptyMap), context.state.slots
            out: Violations = []
            context.state = context.machine.create(context.state, is_map, out)
            context.object(out, span)
            context.add(Create(slot, is_map, span))
            context.named[span] = target.text
            self._bind(target, Var(slot))
            return
        resolved = self._expressions.value(value)
        if not isinstance(resolved.operand, Var):
            # An alias of a part takes it out now, not where the alias is used.
            self._expressions.take_out(resolved)
        fresh = isinstance(value, nodes.Call | nodes.ListDisplay)
        if fresh:
            context.named[value.span] = target.text
        self._bind(target, resolved.operand, resolved.size, fresh=fresh)

    def _expression(self, value: nodes.Expr, span: Span) -> None:
        if isinstance(value, nodes.Call) and made_record(value, self._context.spec) is None:
            self._expressions.call(value)
        else:
            self._expressions.value(value)
            self._context.report(
                "P2C165",
                span,
                "this statement has no effect",
                "call a subtask, or assign the value to a variable",
            )

    def _write(self, target: nodes.Name, key: nodes.Expr | None, value: nodes.Expr, span: Span) -> None:
        context = self._context
        new = self._expressions.value(value)
        if key is not None:
            self._expressions.take_out_before((key,), new)
        at = None if key is None else self._expressions.value(key)
        slot = self._accumulator(target)
        if slot is None:
            return
        operand = None if at is None else at.operand
        direct = isinstance(value, nodes.Call) and made_record(value, context.spec) is None
        out: Violations = []
        context.state = context.machine.write(context.state, slot, operand, new.operand, out, direct=direct)
        context.object(out, span)
        context.add(Write(slot, operand, new.operand, direct, span))

    def _accumulator(self, target: nodes.Name) -> int | None:
        context = self._context
        binding = context.scope.find(target.text)
        if binding is None:
            self._expressions.value(nodes.Variable(target))
            return None
        operand = binding.operand
        if isinstance(operand, Var) and operand.slot in context.state.accumulators:
            context.attempted.add(binding.span)
            return operand.slot
        if not isinstance(operand, Hole):
            message = f"`{target.text}` is not an accumulator"
            help_ = "create one with `m = {}` or `xs = []` before the loop that fills it"
            context.report("P2C167", target.span, message, help_)
        return None

    def _for(self, loop: nodes.For) -> None:
        context = self._context
        collection = self._expressions.value(loop.iterable)
        out: Violations = []
        slot = context.state.slots
        context.named[loop.span] = loop.variable.text
        context.state = context.machine.enter_loop(context.state, collection.operand, out, loop.span)
        context.object(out, loop.span)
        body = self._inner(loop.body, loop.variable)
        context.state = context.machine.exit_loop(context.state)
        context.add(Loop(collection.operand, slot, body, loop.span))

    def _if(self, branch: nodes.If) -> None:
        context = self._context
        condition = self._conditions.resolved(branch.condition)
        out: Violations = []
        context.state = context.machine.enter_branch(context.state, condition, out, branch.span)
        context.object(out, branch.condition.span)
        body = self._inner(branch.body)
        orelse: tuple[Step, ...] = ()
        if branch.orelse:
            context.state = context.machine.enter_else(context.state)
            orelse = self._inner(branch.orelse)
            context.state = context.machine.exit_branch(context.state)
        else:
            context.state = context.machine.without_else(context.state)
        context.add(Branch(condition, body, orelse, branch.span))

    def _return(self, statement: nodes.Return) -> None:
        context = self._context
        operand = None
        if statement.value is not None:
            operand = self._expressions.value(statement.value).operand
        out: Violations = []
        context.state = context.machine.ret(context.state, operand, out)
        context.object(out, statement.span)
        context.add(Return(operand, statement.span))
