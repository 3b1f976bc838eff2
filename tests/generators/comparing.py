"""Conditions that compare values, and that are put together with `and` and `or`."""

from __future__ import annotations

from p2c_dsl.syntax import nodes
from p2c_dsl.types import BOOL, FLOAT, Record, Type, is_comparable, is_subtype, may_share
from tests.generators.draft import Known, Make
from tests.generators.patterns import Patterns

Tested = tuple[nodes.Expr, Known | None, Known | None]
"""A condition, and a name with the type that it has in the first arm, or in the other."""


class Comparing(Patterns):
    """Conditions on the names in scope."""

    def widened(self, found: Tested) -> Tested:
        """The condition, sometimes with another one, or another one instead."""
        chance = self.random.random()
        further = self._comparison() if chance < 0.35 else None
        if further is None:
            return found
        if self.random.random() < 0.2:
            truths = [k.name for k in self.known if k.type == BOOL]
            further = self.variable(self.random.choice(truths)) if truths else nodes.Not(further, self.span())
        if chance < 0.15:
            return further, None, None
        condition, then, orelse = found
        if chance < 0.25:
            return nodes.And((*_parts(nodes.And, condition), *_parts(nodes.And, further)), self.span()), then, None
        return nodes.Or((*_parts(nodes.Or, condition), *_parts(nodes.Or, further)), self.span()), None, orelse

    def _comparison(self) -> nodes.Expr | None:
        """A comparison of two values at hand, more often of those that came last."""
        values = self._values()
        if not values:
            return None
        make, of = self.random.choice(values[-6:])
        constants = [(c, of) for c in self._constants(of) if not isinstance(c(), nodes.Literal)]
        others = [(m, t) for m, t in values if may_share(t, of) and m is not make] + constants
        if not others:
            return None
        other, also = self.random.choice(others)
        ordered = is_subtype(of, FLOAT) and is_subtype(also, FLOAT) and self.random.random() < 0.7
        operator = self.random.choice(("<", "<=", ">", ">=") if ordered else ("==", "!="))
        return nodes.Compare(make(), operator, other(), self.span())

    def _values(self) -> list[tuple[Make, Type]]:
        found: list[tuple[Make, Type]] = []
        for k in self.known:
            if isinstance(k.type, Record):
                for field, of in self.spec.records[k.type.name].items():
                    found.append((lambda k=k, f=field: self._attribute(k.name, f), of))
            found.append((lambda k=k: self.variable(k.name), k.type))
        return [(make, of) for make, of in found if is_comparable(of)]


def _parts(kind: type[nodes.And] | type[nodes.Or], condition: nodes.Expr) -> tuple[nodes.Expr, ...]:
    if isinstance(condition, nodes.And | nodes.Or) and type(condition) is kind:
        return condition.operands
    return (condition,)
