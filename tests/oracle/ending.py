"""The blocks of a composition in which a run may end: by a `return`, or by a look-up that finds nothing."""

from __future__ import annotations

from itertools import count

from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.span import Span
from tests.oracle.text import expressions

Meaning = tuple[object, ...]
"""What an expression stands for: two are equal where names for the same thing are put together in the same way."""
Loops = tuple[tuple[Meaning, Meaning], ...]
"""The open loops' collections and variables."""


def ending(compose: nodes.ComposeDecl) -> frozenset[Span]:
    """The spans of the `if`s and loops in which a run may end."""
    reader = _Reader()
    names = {parameter.text: reader.new() for parameter in compose.parameters}
    reader.block(compose.body, names, ())
    return frozenset(reader.found)


class _Reader:
    def __init__(self) -> None:
        self.found: set[Span] = set()
        self._numbers = count()

    def new(self) -> Meaning:
        return ("new", next(self._numbers))

    def block(
        self,
        block: tuple[nodes.Statement, ...],
        names: dict[str, Meaning],
        loops: Loops,
    ) -> bool:
        """Whether a run may end in the block."""
        names, ends = dict(names), False
        for statement in block:
            own = any(self.fails(e, names, loops) for e in expressions(statement))
            ends |= own or isinstance(statement, nodes.Return)
            match statement:
                case nodes.Assign(target, value):
                    names[target.text] = self.meaning(value, names)
                case nodes.For(variable, iterable, body):
                    over, each = self.meaning(iterable, names), self.new()
                    inside = self.block(body, {**names, variable.text: each}, (*loops, (over, each)))
                    ends |= self.leaves(statement.span, inside)
                case nodes.If(body=body, orelse=orelse):
                    arms = [self.block(arm, names, loops) for arm in (body, orelse)]
                    ends |= self.leaves(statement.span, any(arms))
        return ends

    def leaves(self, span: Span, ends: bool) -> bool:
        if ends:
            self.found.add(span)
        return ends

    def meaning(self, expr: nodes.Expr, names: dict[str, Meaning]) -> Meaning:
        match expr:
            case nodes.Variable(name):
                return names.get(name.text, ("constant", name.text))
            case nodes.Attribute(base, name):
                return ("field", self.meaning(base, names), name.text)
            case nodes.Subscript(base, key):
                return ("item", self.meaning(base, names), self.meaning(key, names))
            case nodes.Literal(value):
                return ("literal", type(value), value)
        return self.new()

    def fails(self, expr: nodes.Expr, names: dict[str, Meaning], loops: Loops) -> bool:
        """Whether a look-up in an expression, or in one that it names, may find nothing."""
        match expr:
            case nodes.Variable():
                return _may_miss(self.meaning(expr, names), loops)
            case nodes.Attribute(base=base):
                return self.fails(base, names, loops)
            case nodes.Subscript(base, key):
                own = _may_miss(self.meaning(expr, names), loops)
                return own or self.fails(base, names, loops) or self.fails(key, names, loops)
            case nodes.Call(arguments=arguments, keywords=keywords):
                given = (*arguments, *(value for _, value in keywords))
                return any(self.fails(argument, names, loops) for argument in given)
            case nodes.Not(operand=operand) | nodes.IsNone(operand=operand):
                return self.fails(operand, names, loops)
        return False


def _may_miss(meaning: object, loops: Loops) -> bool:
    """Whether a look-up may find nothing: any but one by the variable of a loop over the very map."""
    match meaning:
        case ("item", over, each):
            sure = (over, each) in loops
            return not sure or _may_miss(over, loops) or _may_miss(each, loops)
        case ("field", base, _):
            return _may_miss(base, loops)
    return False
