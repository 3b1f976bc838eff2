"""The parts of a logical line as `wadler_lindig` documents: on one line, or broken inside brackets."""

from __future__ import annotations

from collections.abc import Sequence

from wadler_lindig import AbstractDoc, BreakDoc, ConcatDoc, GroupDoc, NestDoc, TextDoc, pformat

from p2c_dsl.source import Span
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.comments import Comments
from p2c_dsl.syntax.text import docstring_lines, quote

WIDTH = 100
INDENT = 4

_CONDITIONS = (nodes.Not, nodes.IsNone, nodes.Compare, nodes.And, nodes.Or)
Item = tuple[Span, AbstractDoc]


def joined(*docs: AbstractDoc) -> AbstractDoc:
    """Documents one after the other."""
    return ConcatDoc(*docs)  # type: ignore[no-untyped-call]


def render(doc: AbstractDoc, depth: int) -> str:
    """A line at a depth of indentation, laid out."""
    indent = INDENT * depth
    whole = joined(TextDoc(" " * indent), NestDoc(doc, indent))
    laid_out = pformat(whole, width=WIDTH, custom=lambda part: part)
    return "\n".join(line.rstrip() for line in laid_out.split("\n"))


def docstring(doc: str) -> AbstractDoc:
    """A docstring, its further lines indented like its first."""
    first, *rest = map(TextDoc, docstring_lines(doc))
    return GroupDoc(joined(first, *(BreakDoc("") + line for line in rest)), force_vertical=True)


def rule(tokens: Sequence[nodes.Token]) -> AbstractDoc:
    """A rule's tokens, spaced as in `pay.to from ask, find`, `*.to from ask` and `B only if C(x, _)`."""
    text = tokens[0].text
    for before, token, after in zip(tokens, tokens[1:], (*tokens[2:], None), strict=False):
        tight = (
            token.text in (",", ")")
            or before.text == "("
            or (token.text == "(" and before.kind == "name")
            or (token.text == "." and _ends_subtask(before) and after is not None and after.kind == "name")
            or (before.text == "." and token.kind == "name" and text.endswith("."))
        )
        text += token.text if tight else f" {token.text}"
    return TextDoc(text)


def _ends_subtask(token: nodes.Token) -> bool:
    return token.kind == "name" or token.text == "*"


def name(written: nodes.Name, original: str | None) -> AbstractDoc:
    """`get_env as "get-env"`, or the name alone."""
    return TextDoc(written.text if original is None else f"{written.text} as {quote(original)}")


def _bracketed(doc: AbstractDoc) -> AbstractDoc:
    return joined(TextDoc("("), doc, TextDoc(")"))


def _chained(word: str, docs: Sequence[AbstractDoc]) -> AbstractDoc:
    first, *others = docs
    return joined(first, *(TextDoc(word) + other for other in others))


class DocumentBuilder:
    """Expressions, types and signatures as documents, with the comments inside their brackets."""

    def __init__(self, comments: Comments) -> None:
        self._comments = comments

    def expression(self, expr: nodes.Expr) -> AbstractDoc:
        """Any expression; a condition in brackets."""
        match expr:
            case nodes.Variable(name):
                return TextDoc(name.text)
            case nodes.Literal(value):
                return TextDoc(quote(value) if isinstance(value, str) else repr(value))
            case nodes.Call(function, arguments, keywords):
                items = [(a.span, self.expression(a)) for a in arguments]
                items += [(n.span.to(v.span), TextDoc(f"{n.text}=") + self.expression(v)) for n, v in keywords]
                return TextDoc(function.text) + self.brackets("(", items, ")", function.span.end)
            case nodes.Attribute(base, name):
                return self.expression(base) + TextDoc(f".{name.text}")
            case nodes.Subscript(base, key):
                return self.subscript(self.expression(base), key)
            case nodes.EmptyMap():
                return TextDoc("{}")
            case nodes.EmptyList():
                return TextDoc("[]")
            case nodes.ListDisplay(elements, span):
                return self.brackets("[", [(e.span, self.expression(e)) for e in elements], "]", span.start)
            case nodes.Not() | nodes.IsNone() | nodes.Compare() | nodes.And() | nodes.Or():
                return _bracketed(self.condition(expr))

    def condition(self, expr: nodes.Expr) -> AbstractDoc:
        """The condition of an `if`."""
        match expr:
            case nodes.Not(operand):
                return TextDoc("not ") + self._operand(operand, *_CONDITIONS)
            case nodes.IsNone(operand, negated):
                return self.expression(operand) + TextDoc(" is not None" if negated else " is None")
            case nodes.Compare(left, operator, right):
                return self.expression(left) + TextDoc(f" {operator} ") + self.expression(right)
            case nodes.And(operands):
                return _chained(" and ", [self._operand(o, nodes.Or) for o in operands])
            case nodes.Or(operands):
                return _chained(" or ", [self._operand(o) for o in operands])
        return self.expression(expr)

    def _operand(self, operand: nodes.Expr, *looser: type) -> AbstractDoc:
        """A condition within another one, in brackets if it is of a kind that binds less tightly."""
        doc = self.condition(operand)
        return _bracketed(doc) if isinstance(operand, looser) else doc

    def subscript(self, base: AbstractDoc, key: nodes.Expr) -> AbstractDoc:
        """`base[key]`."""
        return base + TextDoc("[") + self.expression(key) + TextDoc("]")

    def type(self, of: nodes.TypeExpr) -> AbstractDoc:
        """`literal Map[K, V] <= 20`."""
        doc: AbstractDoc = TextDoc(f"literal {of.name.text}" if of.literal else of.name.text)
        if of.arguments:
            items = [(a.span, self.type(a)) for a in of.arguments]
            doc += self.brackets("[", items, "]", of.name.span.end)
        return joined(doc, *(TextDoc(f" {bound.op} {bound.value}") for bound in of.bounds))

    def signature(
        self, declared: nodes.SubtaskDecl | nodes.OverrideDecl | nodes.TaskDecl, word: str, end: str
    ) -> AbstractDoc:
        """`subtask f(p: T, q: U = 3) -> R`, and a colon where a body follows."""
        items = [(p.span, self.parameter(p)) for p in declared.parameters]
        result = TextDoc("") if declared.result is None else TextDoc(" -> ") + self.type(declared.result)
        original = declared.original if isinstance(declared, nodes.SubtaskDecl) else None
        tail, start = result + TextDoc(end), declared.name.span.end
        head = TextDoc(f"{word} ") + name(declared.name, original)
        if isinstance(declared, nodes.OverrideDecl) and not items:
            # Brackets without parameters would look as if the subtask had none.
            return head + tail
        return head + self.brackets("(", items, ")", start, tail)

    def parameter(self, parameter: nodes.ParameterDecl) -> AbstractDoc:
        """`q: U = 3`."""
        doc = name(parameter.name, parameter.original) + TextDoc(": ") + self.type(parameter.type)
        return doc if parameter.default is None else doc + TextDoc(" = ") + self.expression(parameter.default)

    def brackets(
        self, opening: str, items: Sequence[Item], closing: str, start: int, tail: AbstractDoc | None = None
    ) -> AbstractDoc:
        """Items in brackets that begin at `start`: all on one line, or each on its own.

        The `tail` follows the closing bracket and counts in what must fit. Comments force lines of their own.
        """
        end = TextDoc(closing) if tail is None else TextDoc(closing) + tail
        if not items:
            return TextDoc(opening) + end
        close = self._comments.closing(items[-1][0].end)
        parts: list[AbstractDoc] = []
        bounds = [*(span.start for span, _ in items), close]
        before = self._comments.take(start, bounds[0])
        for index, (span, doc) in enumerate(items):
            gap = self._comments.take(span.end, bounds[index + 1])
            behind = [c for c in gap if not c.own_line]
            # One comment fits after an item, but there may be two around the comma.
            parts += [BreakDoc("") + TextDoc(c.text) for c in (*before, *behind[:-1])]
            parts += [BreakDoc(" " if index else ""), doc, TextDoc("," if index + 1 < len(items) else "")]
            parts += [TextDoc(f"  {c.text}") for c in behind[-1:]]
            before = [c for c in gap if c.own_line]
        parts += [BreakDoc("") + TextDoc(c.text) for c in before]
        broken = self._comments.given_out(start, close)
        inner = NestDoc(joined(*parts), INDENT)
        return GroupDoc(joined(TextDoc(opening), inner, BreakDoc(""), end), force_vertical=broken)
