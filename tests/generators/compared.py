"""The comparisons that planners write, by what the rules of a task name; the machine is not asked."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence

from p2c_dsl.rules import read_rules
from p2c_dsl.rules.at_most_per import AtMostPer
from p2c_dsl.rules.parts import ArgumentPath
from p2c_dsl.rules.values import ArgumentValue
from p2c_dsl.spec import ConstantValue, EnumMember, Spec, Subtask, Task
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.nodes import NOWHERE
from p2c_dsl.types import Record, Type, is_subtype

Part = tuple[nodes.Expr, Type]
_KEEPS = {"<=": operator.le, ">=": operator.ge, "==": operator.eq, "!=": operator.eq}
_OPPOSITE = {"<=": ">", ">=": "<", "==": "!="}


class Comparisons:
    """Finds the comparisons of the values at hand."""

    def __init__(self, spec: Spec, task: Task) -> None:
        self._spec, self._constants = spec, spec.constants_of(task)
        self._rules = read_rules(spec, task)[0]

    def __call__(self, parts: Sequence[Part]) -> Iterator[nodes.Compare]:
        for rule in self._rules:
            if isinstance(rule, ArgumentValue) and not isinstance(rule.right, bool | None):
                yield from self._of_argument(rule, parts)
            if isinstance(rule, AtMostPer):
                yield from self._of_keys(rule, parts)

    def _of_argument(self, rule: ArgumentValue, parts: Sequence[Part]) -> Iterator[nodes.Compare]:
        lefts = self._like(rule.left, rule.subtask, parts)
        if isinstance(rule.right, ArgumentPath):
            rights = self._like(rule.right, rule.subtask, parts)
            pairs = [(one, other) for one in lefts for other in rights if one != other]
            if rule.operator == ">=":
                pairs = [(other, one) for one, other in pairs]
            yield from _both(pairs, "<=" if rule.operator in ("<=", ">=") else "==")
        else:
            named = list(self._named(rule.right, rule.operator))
            pairs = [(one, other) for one in lefts for other in named]
            yield from _both(pairs, "==" if rule.operator == "!=" else rule.operator)

    def _of_keys(self, rule: AtMostPer, parts: Sequence[Part]) -> Iterator[nodes.Compare]:
        event, spec = rule.event, self._spec
        of_call = () if event.is_effect else tuple(p.type for p in spec.subtasks[event.name].parameters)
        keys = spec.effects[event.name].keys if event.is_effect else of_call
        for wanted in {keys[place] for place in rule.places}:
            same = [expr for expr, of in parts if is_subtype(of, wanted)]
            yield from _both([(one, other) for n, one in enumerate(same) for other in same[n + 1 :]], "==")

    def _like(self, path: ArgumentPath, subtask: Subtask, parts: Sequence[Part]) -> list[nodes.Expr]:
        """What may be passed for a parameter, or is in a field of the name that the rule names."""
        of = subtask.parameters[path.parameter].type
        for name in path.fields:
            assert isinstance(of, Record)
            of = self._spec.records[of.name][name]
        last = path.fields[-1] if path.fields else None
        return [
            expr
            for expr, own in parts
            if is_subtype(own, of) and (last is None or (isinstance(expr, nodes.Attribute) and expr.name.text == last))
        ]

    def _named(self, value: ConstantValue, op: str) -> Iterator[nodes.Expr]:
        for name, constant in self._constants.items():
            numbers = [isinstance(v, int | float) and not isinstance(v, bool) for v in (constant.value, value)]
            if (all(numbers) and _KEEPS[op](constant.value, value)) or (not any(numbers) and constant.value == value):
                yield nodes.Variable(nodes.Name(name, NOWHERE))
        if isinstance(value, EnumMember):
            enum = nodes.Variable(nodes.Name(value.enum, NOWHERE))
            yield nodes.Attribute(enum, nodes.Name(value.member, NOWHERE), NOWHERE)


def _both(pairs: Sequence[tuple[nodes.Expr, nodes.Expr]], op: str) -> Iterator[nodes.Compare]:
    """Each comparison and its opposite."""
    for one, other in dict.fromkeys(pairs):
        yield nodes.Compare(one, op, other, NOWHERE)
        yield nodes.Compare(one, _OPPOSITE[op], other, NOWHERE)
