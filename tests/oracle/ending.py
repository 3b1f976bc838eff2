"""The blocks of a composition in which a run may end: by a `return`, or by a look-up that finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from p2c_dsl.source import Span
from p2c_dsl.syntax import nodes
from tests.oracle.text import expressions

Meaning = tuple[object, ...]
"""What an expression stands for: two are equal where names for the same thing are put together in the same way."""
Loops = tuple[tuple[Meaning, Meaning], ...]
"""The open loops' collections and variables."""
Found = frozenset[Meaning]
"""What has been looked up on every way to here."""


def ending(compose: nodes.ComposeDecl) -> frozenset[Span]:
    """The spans of the `if`s and loops in which a run may end."""
    reader = _Reader()
    names = {parameter.text: reader.new() for parameter in compose.parameters}
    reader.block(compose.body, names, (), frozenset())
    return frozenset(reader.found)


class _Reader:
    def __init__(self) -> None:
        self.found: set[Span] = set()
        self._numbers = count()

    def new(self) -> Meaning:
        return ("new", next(self._numbers))

    def block(
        self, block: tuple[nodes.Statement, ...], names: dict[str, Meaning], loops: Loops, found: Found
    ) -> tuple[bool, Found | None]:
        """Whether a run may end in the block, and what has been looked up after it, `None` where it always returns."""
        names, ends = dict(names), False
        for statement in block:
            looked = (i for e in expressions(statement) for i in self.look_ups(e, names))
            new = {item for item in looked if (item[1], item[2]) not in loops} - found
            found |= new
            ends |= bool(new)
            match statement:
                case nodes.Return():
                    return True, None
                case nodes.Assign(target, value):
                    names[target.text] = self.meaning(value, names)
                case nodes.For(variable, iterable, body):
                    over, each = self.meaning(iterable, names), self.new()
                    inner, around = {**names, variable.text: each}, (*loops, (over, each))
                    ends |= self.leaves(statement.span, self.block(body, inner, around, found)[0])
                case nodes.If(body=body, orelse=orelse):
                    arms = [self.block(arm, names, loops, found) for arm in (body, orelse)]
                    ends |= self.leaves(statement.span, any(end for end, _ in arms))
                    after = [known for _, known in arms if known is not None]
                    if not after:
                        return ends, None
                    found = frozenset.intersection(*after)
        return ends, found

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

    def look_ups(self, expr: nodes.Expr, names: dict[str, Meaning]) -> Iterator[Meaning]:
        """The look-ups that an expression makes, or names."""
        match expr:
            case nodes.Variable():
                yield from _items(self.meaning(expr, names))
            case nodes.Attribute(base=base):
                yield from self.look_ups(base, names)
            case nodes.Subscript(base, key):
                yield from self.look_ups(base, names)
                yield from self.look_ups(key, names)
                yield self.meaning(expr, names)
            case nodes.Call(arguments=arguments, keywords=keywords):
                for argument in (*arguments, *(value for _, value in keywords)):
                    yield from self.look_ups(argument, names)
            case nodes.ListDisplay(elements):
                for element in elements:
                    yield from self.look_ups(element, names)
            case nodes.Not(operand=operand) | nodes.IsNone(operand=operand):
                yield from self.look_ups(operand, names)
            case nodes.Compare(left=left, right=right):
                yield from self.look_ups(left, names)
                yield from self.look_ups(right, names)
            case nodes.And(operands=operands) | nodes.Or(operands=operands):
                for operand in operands:
                    yield from self.look_ups(operand, names)


def _items(meaning: object) -> Iterator[Meaning]:
    match meaning:
        case ("item", over, each):
            yield from _items(over)
            yield from _items(each)
            yield ("item", over, each)
        case ("field", base, _):
            yield from _items(base)
