"""From the tree to logical lines: the content of each, its depth, and its place in the source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from wadler_lindig import AbstractDoc, TextDoc

from p2c_dsl.source import Span
from p2c_dsl.syntax import layout, nodes
from p2c_dsl.syntax.text import quote


@dataclass(frozen=True, slots=True)
class LogicalLine:
    """A logical line: `opens` if it is a declaration with a body, `joined` if it continues a statement such as `if`."""

    depth: int
    doc: AbstractDoc
    start: int
    opens: bool = False
    joined: bool = False


class Writer:
    """The logical lines of declarations, laid out by `parts`."""

    def __init__(self, parts: layout.DocumentBuilder) -> None:
        self.parts = parts

    def file(self, declarations: Iterable[nodes.Declaration]) -> Iterator[LogicalLine]:
        for declaration in declarations:
            yield from self.declaration(declaration)

    def declaration(self, declared: nodes.Declaration) -> Iterator[LogicalLine]:
        start = declared.span.start
        match declared:
            case nodes.Use(path):
                yield LogicalLine(0, TextDoc(f"use {quote(path)}"), start)
            case nodes.TypeDecl(name, parent, base):
                doc: AbstractDoc = TextDoc(f"type {name.text}")
                if parent is not None:
                    doc += TextDoc(f" < {parent.text}")
                if base is not None:
                    doc += TextDoc(" = ") + self.parts.type(base)
                yield LogicalLine(0, doc, start)
            case nodes.RecordDecl(name, fields=fields):
                yield LogicalLine(0, TextDoc(f"record {name.text}:"), start, opens=True)
                yield from self.docstring(declared)
                yield from map(self.field, fields)
            case nodes.EnumDecl(name, members=members):
                yield LogicalLine(0, TextDoc(f"enum {name.text}:"), start, opens=True)
                yield from self.docstring(declared)
                for member in members:
                    yield LogicalLine(1, layout.name(member.name, member.original), member.name.span.start)
            case nodes.ConstantDecl():
                yield self.constant(declared, 0)
            case nodes.EffectDecl(name, keys, irreversible):
                items = [self.key(key) for key in keys]
                doc = TextDoc(f"effect {name.text}")
                tail = TextDoc(" irreversible" if irreversible else "")
                doc += self.parts.brackets("(", items, ")", name.span.end, tail) if items else tail
                yield LogicalLine(0, doc, start)
            case nodes.SubtaskDecl():
                yield from self.subtask(declared)
            case nodes.OverrideDecl():
                yield from self.override(declared)
            case nodes.RecordOverrideDecl():
                yield from self.record_override(declared)
            case nodes.RulesDecl(rules):
                yield LogicalLine(0, TextDoc("rules:"), start, opens=True)
                yield from map(self.rule, rules)
            case nodes.TaskDecl():
                yield from self.task(declared)
            case nodes.ComposeDecl(task, parameters, body):
                items = [(p.span, TextDoc(p.text)) for p in parameters]
                inputs = self.parts.brackets("(", items, ")", task.span.end, TextDoc(":"))
                yield LogicalLine(0, TextDoc(f"compose {task.text}") + inputs, start, opens=True)
                yield from self.block(body, 1)

    def docstring(
        self,
        declared: nodes.RecordDecl | nodes.EnumDecl | nodes.SubtaskDecl | nodes.OverrideDecl | nodes.TaskDecl,
    ) -> Iterator[LogicalLine]:
        if declared.doc is not None:
            yield LogicalLine(1, layout.docstring(declared.doc), declared.doc_span.start)

    def constant(self, declared: nodes.ConstantDecl, depth: int) -> LogicalLine:
        doc = TextDoc(f"constant {declared.name.text}: ") + self.parts.type(declared.type)
        return LogicalLine(depth, doc + TextDoc(" = ") + self.parts.expression(declared.value), declared.span.start)

    def rule(self, rule: nodes.RuleLine) -> LogicalLine:
        return LogicalLine(1, layout.rule(rule.tokens), rule.span.start)

    def key(self, key: nodes.Key) -> tuple[Span, AbstractDoc]:
        if key.name is None:
            return key.type.span, self.parts.type(key.type)
        return key.name.span.to(key.type.span), TextDoc(f"{key.name.text}: ") + self.parts.type(key.type)

    def subtask(self, declared: nodes.SubtaskDecl) -> Iterator[LogicalLine]:
        body = list(self.contract(declared))
        header = self.parts.signature(declared, "subtask", ":" if body else "")
        yield LogicalLine(0, header, declared.span.start, opens=bool(body))
        yield from body

    def contract(self, declared: nodes.SubtaskDecl | nodes.OverrideDecl) -> Iterator[LogicalLine]:
        yield from self.docstring(declared)
        lines = [self.clause(clause) for clause in declared.effects]
        if declared.pure is not None:
            lines.append(LogicalLine(1, TextDoc("pure"), declared.pure.start))
        if declared.cost is not None:
            lines.append(LogicalLine(1, TextDoc(f"cost {declared.cost}"), declared.cost_span.start))
        for claims in declared.claims if isinstance(declared, nodes.SubtaskDecl) else ():
            listed = ", ".join(name.text for name in claims.names)
            lines.append(LogicalLine(1, TextDoc(f"claims {listed}"), claims.span.start))
        if isinstance(declared, nodes.OverrideDecl):
            lines += self.listed("literal", declared.literals, declared.literal_span)
            lines += self.listed("required", declared.required, declared.required_span)
        yield from sorted(lines, key=lambda line: line.start)

    def override(self, declared: nodes.OverrideDecl) -> Iterator[LogicalLine]:
        body = list(self.contract(declared))
        header = self.parts.signature(declared, "override subtask", ":" if body else "")
        yield LogicalLine(0, header, declared.span.start, opens=bool(body))
        yield from body

    def record_override(self, declared: nodes.RecordOverrideDecl) -> Iterator[LogicalLine]:
        header = TextDoc(f"override record {declared.name.text}:")
        yield LogicalLine(0, header, declared.span.start, opens=True)
        lines = [self.field(field) for field in declared.fields]
        lines += self.listed("required", declared.required, declared.required_span)
        yield from sorted(lines, key=lambda line: line.start)

    def field(self, field: nodes.FieldDecl) -> LogicalLine:
        doc = layout.name(field.name, field.original) + TextDoc(": ") + self.parts.type(field.type)
        return LogicalLine(1, doc, field.span.start)

    def listed(self, word: str, names: Sequence[nodes.Name], place: Span) -> list[LogicalLine]:
        listed = ", ".join(name.text for name in names)
        return [LogicalLine(1, TextDoc(f"{word} {listed}"), place.start)] if names else []

    def clause(self, clause: nodes.EffectClause) -> LogicalLine:
        doc: AbstractDoc = TextDoc(f"{'does' if clause.certain else 'may'} {clause.effect.text}")
        if clause.arguments:
            items = [(a.span, self.parts.expression(a)) for a in clause.arguments]
            doc += self.parts.brackets("(", items, ")", clause.effect.span.end)
        return LogicalLine(1, doc, clause.span.start)

    def task(self, declared: nodes.TaskDecl) -> Iterator[LogicalLine]:
        has_body = declared.doc is not None or declared.constants or declared.rules
        header = self.parts.signature(declared, "task", ":" if has_body else "")
        yield LogicalLine(0, header, declared.span.start, opens=bool(has_body))
        yield from self.docstring(declared)
        lines = [*(self.constant(c, 1) for c in declared.constants), *map(self.rule, declared.rules)]
        yield from sorted(lines, key=lambda line: line.start)

    def block(self, statements: Iterable[nodes.Statement], depth: int) -> Iterator[LogicalLine]:
        for statement in statements:
            yield from self.statement(statement, depth)

    def statement(self, statement: nodes.Statement, depth: int) -> Iterator[LogicalLine]:
        parts, start = self.parts, statement.span.start
        match statement:
            case nodes.Assign(target, value):
                yield LogicalLine(depth, TextDoc(f"{target.text} = ") + parts.expression(value), start)
            case nodes.SetItem(target, key, value):
                place = parts.subscript(TextDoc(target.text), key)
                yield LogicalLine(depth, place + TextDoc(" = ") + parts.expression(value), start)
            case nodes.Append(target, value):
                items = [(value.span, parts.expression(value))]
                doc = TextDoc(f"{target.text}.append") + parts.brackets("(", items, ")", target.span.end)
                yield LogicalLine(depth, doc, start)
            case nodes.ExprStatement(value):
                yield LogicalLine(depth, parts.expression(value), start)
            case nodes.For(variable, iterable, body):
                doc = TextDoc(f"for {variable.text} in ") + parts.expression(iterable) + TextDoc(":")
                yield LogicalLine(depth, doc, start)
                yield from self.block(body, depth + 1)
            case nodes.If():
                yield from self.conditional(statement, depth)
            case nodes.Return(None):
                yield LogicalLine(depth, TextDoc("return"), start)
            case nodes.Return(value) if value is not None:
                yield LogicalLine(depth, TextDoc("return ") + parts.expression(value), start)

    def conditional(self, statement: nodes.If, depth: int) -> Iterator[LogicalLine]:
        word = "elif" if statement.is_elif else "if"
        doc = TextDoc(f"{word} ") + self.parts.condition(statement.condition) + TextDoc(":")
        yield LogicalLine(depth, doc, statement.span.start, joined=statement.is_elif)
        yield from self.block(statement.body, depth + 1)
        match statement.orelse:
            case ():
                return
            case (nodes.If(is_elif=True) as inner,):
                yield from self.conditional(inner, depth)
            case orelse:
                yield LogicalLine(depth, TextDoc("else:"), statement.else_span.start, joined=True)
                yield from self.block(orelse, depth + 1)
