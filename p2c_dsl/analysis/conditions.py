"""From conditions in the text to trees of tests over operands."""

from __future__ import annotations

from p2c_dsl.analysis.context import Context
from p2c_dsl.analysis.expressions import Expressions
from p2c_dsl.diagnostics.model import Severity
from p2c_dsl.machine import Violations
from p2c_dsl.program import Operand
from p2c_dsl.program.conditions import COMPARISONS, Condition, Junction, Predicate, Test
from p2c_dsl.source import Span
from p2c_dsl.syntax import nodes


class Conditions:
    """Resolves conditions; the calls in them become steps on the way."""

    def __init__(self, context: Context, expressions: Expressions) -> None:
        self._context = context
        self._expressions = expressions

    def resolved(self, expr: nodes.Expr, *, later: bool = False) -> Condition[Operand]:
        """A condition over operands; tests whose outcome is known already are reported.

        `later` if it stands behind another part of an `and` or `or`, so that it may not be tested.
        """
        match expr:
            case nodes.Not(inner):
                return self.resolved(inner, later=later).negated
            case nodes.And(operands):
                return self._junction(True, operands, later)
            case nodes.Or(operands):
                return self._junction(False, operands, later)
            case nodes.IsNone(inner, negated):
                return self._predicate(Test.SOME if negated else Test.NONE, (inner,), expr.span, later)
            case nodes.Compare(left, operator, right):
                return self._predicate(COMPARISONS[operator], (left, right), expr.span, later)
        return self._predicate(Test.TRUE, (expr,), expr.span, later)

    def _junction(self, every: bool, operands: tuple[nodes.Expr, ...], later: bool) -> Condition[Operand]:
        """The parts of an `and` or `or`, each read knowing that those before it have not decided."""
        context, machine = self._context, self._context.machine
        parts = [self.resolved(operands[0], later=later)]
        facts = context.state.facts
        for operand in operands[1:]:
            _, read = machine.tested(context.state, parts[-1], Violations())
            context.state = machine.going_on(context.state, every, read)
            parts.append(self.resolved(operand, later=True))
        context.state = context.state._replace(facts=facts)
        return Junction(every, tuple(parts))

    def _predicate(self, test: Test, exprs: tuple[nodes.Expr, ...], span: Span, later: bool) -> Condition[Operand]:
        predicate = Predicate(test, tuple(self._operand(exprs, place, later) for place in range(len(exprs))))
        outcome = self._context.machine.outcome(self._context.state, predicate)
        if outcome is not None:
            word = "always" if outcome else "never"
            why = (
                "earlier tests, or the bounds of the types, decide it"
                if test.compares
                else "it has already been tested"
            )
            message = f"this condition is {word} true here: {why}"
            self._context.report("P2C902", span, message, "remove the condition", severity=Severity.WARNING)
        return predicate

    def _operand(self, exprs: tuple[nodes.Expr, ...], place: int, later: bool) -> Operand:
        acting = _acting(exprs[place]) if later else None
        if acting is not None:
            kind = "lookup" if isinstance(acting, nodes.Subscript) else "call"
            message = f"this {kind} may not be made: it stands behind `and` or `or`"
            help_ = "make it in the first part, on a line before the `if`, or in an `if` of its own"
            # It is read all the same, so that what it would have shown is not missed elsewhere.
            self._context.report("P2C176", acting.span, message, help_)
        resolved = self._expressions.value(exprs[place])
        self._expressions.take_out_before(exprs[place + 1 :], resolved)
        return resolved.operand


def _acting(expr: nodes.Expr) -> nodes.Expr | None:
    """The first call or lookup in an expression."""
    match expr:
        case nodes.Call() | nodes.Subscript() | nodes.ListDisplay():
            return expr
        case nodes.Attribute(base=base):
            return _acting(base)
    return None
