"""The one way to write a file: `p2c fmt`.

A file is a sequence of logical lines. Each is laid out by `layout`; here they get their indentation, the comments
between and behind them, and the blank lines: at most one where the author left some, and always one around a
declaration with a body.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wadler_lindig import AbstractDoc, TextDoc

from p2c_dsl.diagnostics.model import Diagnostic
from p2c_dsl.syntax import layout, nodes
from p2c_dsl.syntax.comments import Comments
from p2c_dsl.syntax.parser import parse
from p2c_dsl.syntax.span import Source, Span
from p2c_dsl.syntax.text import quote


class SyntaxErrors(ValueError):
    """A text that cannot be formatted, because it cannot be read."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__(diagnostics[0].message)
        self.diagnostics = diagnostics


def format_source(source: Source) -> str:
    """The text, formatted. Raises `SyntaxErrors` when it does not parse."""
    result = parse(source)
    if result.diagnostics:
        raise SyntaxErrors(result.diagnostics)
    return format_file(result.file)


def format_file(file: nodes.File) -> str:
    """The text of a tree. Comments and blank lines come from the places that the tree's spans name."""
    comments = Comments(file.source, file.comments)
    lines = list(_Writer(layout.Layout(comments)).file(file.declarations))
    pieces = list(_with_comments(lines, comments, file.source))
    return "".join(_spaced(pieces))


@dataclass(frozen=True, slots=True)
class _Line:
    """A logical line: `opens` when it is a declaration with a body, `joined` when it goes on with one."""

    depth: int
    doc: AbstractDoc
    start: int
    opens: bool = False
    joined: bool = False


@dataclass(frozen=True, slots=True)
class _Piece:
    """Rendered lines, and whether the author left a blank line above them; `line` is None for a comment."""

    text: str
    depth: int
    blank_above: bool
    line: _Line | None


# ---------------------------------------------------------------- from the tree to lines


class _Writer:
    def __init__(self, parts: layout.Layout) -> None:
        self.parts = parts

    def file(self, declarations: Iterable[nodes.Declaration]) -> Iterator[_Line]:
        for declaration in declarations:
            yield from self.declaration(declaration)

    def declaration(self, declared: nodes.Declaration) -> Iterator[_Line]:
        start = declared.span.start
        match declared:
            case nodes.Use(path):
                yield _Line(0, TextDoc(f"use {quote(path)}"), start)
            case nodes.TypeDecl(name, parent, base):
                doc: AbstractDoc = TextDoc(f"type {name.text}")
                if parent is not None:
                    doc += TextDoc(f" < {parent.text}")
                if base is not None:
                    doc += TextDoc(" = ") + self.parts.type(base)
                yield _Line(0, doc, start)
            case nodes.RecordDecl(name, fields=fields):
                yield _Line(0, TextDoc(f"record {name.text}:"), start, opens=True)
                yield from self.docstring(declared)
                for field in fields:
                    doc = (
                        layout.name(field.name, field.original) + TextDoc(": ") + self.parts.type(field.type)
                    )
                    yield _Line(1, doc, field.span.start)
            case nodes.EnumDecl(name, members=members):
                yield _Line(0, TextDoc(f"enum {name.text}:"), start, opens=True)
                yield from self.docstring(declared)
                for member in members:
                    yield _Line(1, layout.name(member.name, member.original), member.name.span.start)
            case nodes.ConstantDecl():
                yield self.constant(declared, 0)
            case nodes.EffectDecl(name, keys, irreversible):
                items = [self.key(key) for key in keys]
                doc = TextDoc(f"effect {name.text}")
                tail = TextDoc(" irreversible" if irreversible else "")
                doc += self.parts.brackets("(", items, ")", name.span.end, tail) if items else tail
                yield _Line(0, doc, start)
            case nodes.SubtaskDecl():
                yield from self.subtask(declared)
            case nodes.OverrideDecl(name):
                yield _Line(0, TextDoc(f"override subtask {name.text}:"), start, opens=True)
                yield from self.contract(declared)
            case nodes.RulesDecl(rules):
                yield _Line(0, TextDoc("rules:"), start, opens=True)
                yield from map(self.rule, rules)
            case nodes.TaskDecl():
                yield from self.task(declared)
            case nodes.ComposeDecl(task, parameters, body):
                items = [(p.span, TextDoc(p.text)) for p in parameters]
                inputs = self.parts.brackets("(", items, ")", task.span.end, TextDoc(":"))
                yield _Line(0, TextDoc(f"compose {task.text}") + inputs, start, opens=True)
                yield from self.block(body, 1)

    def docstring(
        self,
        declared: nodes.RecordDecl | nodes.EnumDecl | nodes.SubtaskDecl | nodes.OverrideDecl | nodes.TaskDecl,
    ) -> Iterator[_Line]:
        if declared.doc is not None:
            yield _Line(1, layout.docstring(declared.doc), declared.doc_span.start)

    def constant(self, declared: nodes.ConstantDecl, depth: int) -> _Line:
        doc = TextDoc(f"constant {declared.name.text}: ") + self.parts.type(declared.type)
        return _Line(depth, doc + TextDoc(" = ") + self.parts.expression(declared.value), declared.span.start)

    def rule(self, rule: nodes.RuleLine) -> _Line:
        return _Line(1, layout.rule(rule.tokens), rule.span.start)

    def key(self, key: nodes.Key) -> tuple[Span, AbstractDoc]:
        if key.name is None:
            return key.type.span, self.parts.type(key.type)
        return key.name.span.to(key.type.span), TextDoc(f"{key.name.text}: ") + self.parts.type(key.type)

    def subtask(self, declared: nodes.SubtaskDecl) -> Iterator[_Line]:
        body = list(self.contract(declared))
        header = self.parts.signature(declared, "subtask", ":" if body else "")
        yield _Line(0, header, declared.span.start, opens=bool(body))
        yield from body

    def contract(self, declared: nodes.SubtaskDecl | nodes.OverrideDecl) -> Iterator[_Line]:
        yield from self.docstring(declared)
        lines = [self.clause(clause) for clause in declared.effects]
        if declared.pure is not None:
            lines.append(_Line(1, TextDoc("pure"), declared.pure.start))
        if declared.cost is not None:
            lines.append(_Line(1, TextDoc(f"cost {declared.cost}"), declared.cost_span.start))
        for claims in declared.claims if isinstance(declared, nodes.SubtaskDecl) else ():
            listed = ", ".join(name.text for name in claims.names)
            lines.append(_Line(1, TextDoc(f"claims {listed}"), claims.span.start))
        if isinstance(declared, nodes.OverrideDecl) and declared.literals:
            listed = ", ".join(name.text for name in declared.literals)
            lines.append(_Line(1, TextDoc(f"literal {listed}"), declared.literal_span.start))
        yield from sorted(lines, key=lambda line: line.start)

    def clause(self, clause: nodes.EffectClause) -> _Line:
        doc: AbstractDoc = TextDoc(f"{'does' if clause.certain else 'may'} {clause.effect.text}")
        if clause.arguments:
            items = [(a.span, self.parts.expression(a)) for a in clause.arguments]
            doc += self.parts.brackets("(", items, ")", clause.effect.span.end)
        return _Line(1, doc, clause.span.start)

    def task(self, declared: nodes.TaskDecl) -> Iterator[_Line]:
        has_body = declared.doc is not None or declared.constants or declared.rules
        header = self.parts.signature(declared, "task", ":" if has_body else "")
        yield _Line(0, header, declared.span.start, opens=bool(has_body))
        yield from self.docstring(declared)
        lines = [*(self.constant(c, 1) for c in declared.constants), *map(self.rule, declared.rules)]
        yield from sorted(lines, key=lambda line: line.start)

    def block(self, statements: Iterable[nodes.Statement], depth: int) -> Iterator[_Line]:
        for statement in statements:
            yield from self.statement(statement, depth)

    def statement(self, statement: nodes.Statement, depth: int) -> Iterator[_Line]:
        parts, start = self.parts, statement.span.start
        match statement:
            case nodes.Assign(target, value):
                yield _Line(depth, TextDoc(f"{target.text} = ") + parts.expression(value), start)
            case nodes.SetItem(target, key, value):
                place = parts.subscript(TextDoc(target.text), key)
                yield _Line(depth, place + TextDoc(" = ") + parts.expression(value), start)
            case nodes.Append(target, value):
                items = [(value.span, parts.expression(value))]
                doc = TextDoc(f"{target.text}.append") + parts.brackets("(", items, ")", target.span.end)
                yield _Line(depth, doc, start)
            case nodes.ExprStatement(value):
                yield _Line(depth, parts.expression(value), start)
            case nodes.For(variable, iterable, body):
                doc = TextDoc(f"for {variable.text} in ") + parts.expression(iterable) + TextDoc(":")
                yield _Line(depth, doc, start)
                yield from self.block(body, depth + 1)
            case nodes.If():
                yield from self.conditional(statement, depth)
            case nodes.Return(None):
                yield _Line(depth, TextDoc("return"), start)
            case nodes.Return(value) if value is not None:
                yield _Line(depth, TextDoc("return ") + parts.expression(value), start)

    def conditional(self, statement: nodes.If, depth: int) -> Iterator[_Line]:
        word = "elif" if statement.is_elif else "if"
        doc = TextDoc(f"{word} ") + self.parts.expression(statement.condition) + TextDoc(":")
        yield _Line(depth, doc, statement.span.start, joined=statement.is_elif)
        yield from self.block(statement.body, depth + 1)
        match statement.orelse:
            case ():
                return
            case (nodes.If(is_elif=True) as inner,):
                yield from self.conditional(inner, depth)
            case orelse:
                yield _Line(depth, TextDoc("else:"), statement.else_span.start, joined=True)
                yield from self.block(orelse, depth + 1)


# ---------------------------------------------------------------- comments and blank lines


def _with_comments(lines: list[_Line], comments: Comments, source: Source) -> Iterator[_Piece]:
    """The lines and the comments that no bracket has taken, in order."""
    columns: list[int] = []
    end = len(source.text) + 1
    yield from _own_lines(comments.take(0, lines[0].start if lines else end), columns, 0, source)
    for index, line in enumerate(lines):
        following = lines[index + 1] if index + 1 < len(lines) else None
        after = comments.take(line.start, end if following is None else following.start)
        behind = [c for c in after if not c.own_line]
        depth = line.depth
        columns = [*columns[:depth], _column(source, line.start)]
        for comment in behind[:-1]:
            yield _Piece(layout.render(TextDoc(comment.text), depth), depth, False, None)
        doc = layout.joined(line.doc, *(TextDoc(f"  {c.text}", width=False) for c in behind[-1:]))
        yield _Piece(layout.render(doc, depth), depth, _blank_above(source, line.start), line)
        least = 0 if following is None else following.depth
        yield from _own_lines([c for c in after if c.own_line], columns, least, source)


def _own_lines(
    found: list[nodes.Comment], columns: list[int], least: int, source: Source
) -> Iterator[_Piece]:
    """Comments between two lines, each as deep as the deepest open block that it is indented for."""
    for comment in found:
        column = _column(source, comment.span.start)
        depth = max([least, *(d for d, start in enumerate(columns) if start <= column)])
        text = layout.render(TextDoc(comment.text), depth)
        yield _Piece(text, depth, _blank_above(source, comment.span.start), None)


def _spaced(pieces: list[_Piece]) -> Iterator[str]:
    forced = set(_forced_blanks(pieces))
    for index, piece in enumerate(pieces):
        before = pieces[index - 1] if index else None
        opens_block = before is not None and before.line is not None and before.depth < piece.depth
        kept = piece.blank_above and not opens_block and not (piece.line is not None and piece.line.joined)
        if before is not None and (kept or index in forced):
            yield "\n"
        yield piece.text + "\n"


def _forced_blanks(pieces: list[_Piece]) -> Iterator[int]:
    """Where a declaration with a body begins or has ended, above the comments that belong to what follows."""
    after_body = False
    for index, piece in enumerate(pieces):
        if piece.line is None or piece.depth > 0:
            continue
        if after_body or piece.line.opens:
            first = index
            while first and not pieces[first].blank_above and _leads(pieces[first - 1]):
                first -= 1
            yield first
        after_body = piece.line.opens


def _leads(piece: _Piece) -> bool:
    return piece.line is None and piece.depth == 0


def _column(source: Source, offset: int) -> int:
    return source.position(offset).column


def _blank_above(source: Source, offset: int) -> bool:
    line = source.position(offset).line
    return line > 1 and not source.line(line - 1).strip()
