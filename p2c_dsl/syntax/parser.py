"""From text to a syntax tree, by the grammar's LALR(1) tables, with several errors told in one run.

The driver is the textbook's shift-reduce loop. Its stack is copied at the start of each line: when a
line cannot be read, the copy is put back, the line becomes a BAD one, and the parser goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from p2c_dsl.diagnostics.model import Diagnostic, Location, Note
from p2c_dsl.syntax import slips
from p2c_dsl.syntax.building import Misuse
from p2c_dsl.syntax.lexer import BAD, DEDENT, END, INDENT, NEWLINE, OTHERWISE, Lexed, Lexeme, lex
from p2c_dsl.syntax.nodes import File
from p2c_dsl.syntax.span import Source, Span
from p2c_dsl.syntax.tables import END as END_ROW
from p2c_dsl.syntax.tables import START, Row

MOST_ERRORS = 50
MOST_STACKED = 500
"""How deep the stack may be where a line begins: only an endless chain of `elif`s gets there."""

_TOO_DEEP = "P2C109"
_LINE_ENDS = frozenset({NEWLINE, INDENT, DEDENT, END})


@dataclass(frozen=True, slots=True)
class ParseResult:
    """The tree of all that could be read, and the errors; with errors, declarations may be missing."""

    file: File
    diagnostics: tuple[Diagnostic, ...]


def parse(source: Source) -> ParseResult:
    """Parses a file's text. Never raises: what cannot be read is reported."""
    lexed = lex(source)
    parser = _Parser(source, lexed)
    if any(d.code == _TOO_DEEP for d in lexed.diagnostics):
        return ParseResult(File(source, (), lexed.comments), _reported(lexed.diagnostics))
    declarations = parser.run()
    return ParseResult(File(source, declarations, lexed.comments), _reported(parser.diagnostics))


def _reported(diagnostics: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """One error for each line (the rest follow from it), and not without end."""
    by_line: dict[int, Diagnostic] = {}
    for d in sorted(diagnostics, key=lambda d: (d.code != _TOO_DEEP, d.location.span)):
        by_line.setdefault(d.location.source.position(d.location.span.start).line, d)
    shown = sorted(by_line.values(), key=lambda d: d.location.span)
    if len(shown) <= MOST_ERRORS:
        return tuple(shown)
    last = shown[MOST_ERRORS - 1]
    note = Note(f"there are further errors; these are the first {MOST_ERRORS}", last.location)
    return (*shown[: MOST_ERRORS - 1], replace(last, notes=(*last.notes, note)))


@dataclass(slots=True)
class _Stack:
    """The parser's stack: a row, a value and its bounds for each symbol; `rows` has the start's as well."""

    rows: list[Row]
    values: list[Any]
    starts: list[int]
    ends: list[int]

    def copy(self) -> _Stack:
        return _Stack(self.rows.copy(), self.values.copy(), self.starts.copy(), self.ends.copy())


class _Parser:
    def __init__(self, source: Source, lexed: Lexed) -> None:
        self.source = source
        self.lexemes = lexed.lexemes
        self.diagnostics = list(lexed.diagnostics)
        self.stack = _Stack([START], [], [], [])

    def run(self) -> tuple[Any, ...]:
        """Reads all lines. The result is the `start` rule's."""
        position, size = 0, len(self.lexemes)
        while position < size:
            if len(self.stack.rows) > MOST_STACKED:
                place = self.lexemes[position]
                message = "this chain of branches is too long"
                self._report(_TOO_DEEP, _span(place), message, "let a subtask decide")
                return ()
            position = self._line(position)
        done: tuple[Any, ...] = self.stack.values[-1] if self.stack.rows[-1] is END_ROW else ()
        return done

    def _line(self, first: int) -> int:
        """Reads a line from its first token on, or goes around it. Returns where the next one begins."""
        before = self.stack.copy()
        position = first
        while True:
            lexeme = self.lexemes[position]
            if not self._feed(lexeme):
                if not self._added_colon(lexeme):
                    return self._recover(before, first, position)
                continue
            position += 1
            if lexeme.type in _LINE_ENDS:
                return position

    # ------------------------------------------------------------ shift and reduce

    def _feed(self, lexeme: Lexeme) -> bool:
        """Shifts one token, after all reductions that it calls for; whether it fits."""
        rows, values = self.stack.rows, self.stack.values
        starts, ends = self.stack.starts, self.stack.ends
        kind = lexeme.type
        otherwise = OTHERWISE.get(kind, kind)
        while True:
            row = rows[-1]
            action = row.get(kind)
            if action is None:
                action = row.get(otherwise)
                if action is None:
                    return False
            if type(action) is dict:
                rows.append(action)
                values.append(lexeme)
                starts.append(lexeme.start)
                ends.append(lexeme.end)
                return True
            origin, size, callback, kept, instead = action
            if callback is None and size == 1:
                rows[-1] = rows[-2][origin]
                continue
            parts = values[-size:] if size else []
            span = Span(starts[-size], ends[-1]) if size else Span(0, 0)
            if callback is None:
                value = parts[kept[0]]
            else:
                if kept is not None:
                    parts = [parts[k] if k >= 0 else None for k in kept]
                try:
                    value = callback(span, *parts)
                except Misuse as misuse:
                    self._report(misuse.code, misuse.span, misuse.message, misuse.help)
                    value = instead(span)
            if size:
                del rows[-size:], values[-size:], starts[-size:], ends[-size:]
            row = rows[-1][origin]
            rows.append(row)
            values.append(value)
            starts.append(span.start)
            ends.append(span.end)
            if row is END_ROW and kind == END:
                return True

    # ------------------------------------------------------------ errors

    def _added_colon(self, lexeme: Lexeme) -> bool:
        """Whether only a colon was missing at a line's end; it is there now."""
        if lexeme.type != NEWLINE or "COLON" not in self.stack.rows[-1]:
            return False
        if not self._feed(Lexeme("COLON", ":", lexeme.start, lexeme.start)):
            return False
        place = Span(lexeme.start, lexeme.start + 1)
        self._report("P2C108", place, "a `:` is missing at the end of this line", "add it")
        return True

    def _recover(self, before: _Stack, first: int, position: int) -> int:
        """Reports the token that does not fit and makes the parser ready to go on; returns where."""
        accepted = frozenset(self.stack.rows[-1])
        slip = slips.explain(self.lexemes, first, position, accepted)
        self._report(slip.code, slip.span, slip.message, slip.help)
        self.stack = before
        if INDENT in accepted and position == first:
            return self._missing_body(first)
        stop = position
        while self.lexemes[stop].type not in _LINE_ENDS:
            stop += 1
        end = self.lexemes[stop]
        if end.type == INDENT:
            return self._after_block(stop)
        if end.type != NEWLINE:
            return stop + 1
        head = self.lexemes[first]
        bad = Lexeme(BAD, "", head.start, head.end)
        if self.lexemes[stop + 1].type != INDENT:
            self._try(bad, end)
            return stop + 1
        colon = Lexeme("COLON", ":", head.end, head.end)
        if self._try(Lexeme("IF", "if", head.start, head.end), bad, colon):
            return stop
        self._try(bad, end)
        return self._after_block(stop + 1)

    def _missing_body(self, position: int) -> int:
        """Gives the line above a body that could not be read."""
        place = self.lexemes[position]
        parts = (INDENT, BAD, NEWLINE, DEDENT)
        if self._try(*(Lexeme(part, "", place.start, place.start) for part in parts)):
            return position
        return position + 1

    def _try(self, *lexemes: Lexeme) -> bool:
        """Feeds all tokens, or none."""
        before = self.stack.copy()
        if all(self._feed(lexeme) for lexeme in lexemes):
            return True
        self.stack = before
        return False

    def _after_block(self, position: int) -> int:
        """The position after the block that begins here with its INDENT."""
        depth = 0
        while position < len(self.lexemes):
            depth += {INDENT: 1, DEDENT: -1}.get(self.lexemes[position].type, 0)
            position += 1
            if depth == 0:
                return position
        return position

    def _report(self, code: str, span: Span, message: str, help: str | None) -> None:
        self.diagnostics.append(Diagnostic(code, message, Location(self.source, span), help=help))


def _span(lexeme: Lexeme) -> Span:
    return Span(lexeme.start, lexeme.end)
