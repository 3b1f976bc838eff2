"""From text to a syntax tree, by the grammar's LALR(1) tables, with several errors reported in one run.

The driver is the textbook's shift-reduce loop. Its stack is copied at the start of each line: if the line
cannot be read, the copy is restored, the line becomes a BAD one, and the parser continues.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from p2c_dsl.diagnostics.model import Diagnostic, Location, Note
from p2c_dsl.source import Source, Span
from p2c_dsl.syntax import foreign, slips
from p2c_dsl.syntax.building import Misuse, place_of
from p2c_dsl.syntax.lexer import (
    BAD,
    DEDENT,
    END,
    INDENT,
    MOST_ERRORS,
    NEWLINE,
    OPEN_TEXT,
    OTHERWISE,
    TOO_DEEP,
    Lexed,
    Lexeme,
    lex,
)
from p2c_dsl.syntax.lines import broken
from p2c_dsl.syntax.nodes import File
from p2c_dsl.syntax.tables import CALL, FIRST, NEXT, START, Reduce, Row
from p2c_dsl.syntax.tables import END as END_ROW

MOST_STACKED = 500
"""How deep the stack may be where a line begins: only an endless chain of `elif`s gets there."""

_STOP = Lexeme("", "", 0, 0)
"""Fits nowhere."""
_LINE_ENDS = frozenset({NEWLINE, INDENT, DEDENT, END})


@dataclass(frozen=True, slots=True)
class ParseResult:
    """The tree of everything that could be read, and the errors; with errors, declarations may be missing."""

    file: File
    diagnostics: tuple[Diagnostic, ...]


def parse(source: Source) -> ParseResult:
    """Parses a file's text. Never raises: errors are reported."""
    lexed = lex(source)
    parser = _Parser(source, lexed)
    if any(d.code == TOO_DEEP for d in lexed.diagnostics):
        return ParseResult(File(source, (), lexed.comments, whole=False), _reported(lexed.diagnostics))
    file = File(source, parser.run(), lexed.comments)
    if parser.diagnostics:
        file = broken(file, lexed.lexemes, [d.location.span for d in parser.diagnostics])
        if any(d.code == OPEN_TEXT and d.location.span.end - d.location.span.start > 1 for d in parser.diagnostics):
            # An unterminated string in triple quotes contains the rest of the file.
            file = replace(file, whole=False)
    return ParseResult(file, _reported(parser.diagnostics))


def _reported(diagnostics: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """One error per line (the others usually follow from it), and a limited number in all."""
    by_line: dict[int, Diagnostic] = {}
    for d in sorted(diagnostics, key=lambda d: (d.code != TOO_DEEP, d.location.span)):
        by_line.setdefault(d.location.source.position(d.location.span.start).line, d)
    shown = sorted(by_line.values(), key=lambda d: d.location.span)
    if len(shown) <= MOST_ERRORS:
        return tuple(shown)
    last = shown[MOST_ERRORS - 1]
    note = Note(f"too many errors: only the first {MOST_ERRORS} are listed", last.location)
    return (*shown[: MOST_ERRORS - 1], replace(last, notes=(*last.notes, note)))


@dataclass(slots=True)
class _Stack:
    """The parser's stack: a row, a value and its place for each symbol; `rows` has the start's as well.

    A place is any tuple that ends in two offsets: a token, or a span.
    """

    rows: list[Row]
    values: list[Any]
    places: list[Any]

    def copy(self) -> _Stack:
        return _Stack(self.rows.copy(), self.values.copy(), self.places.copy())


class _Parser:
    def __init__(self, source: Source, lexed: Lexed) -> None:
        self.source = source
        self.lexemes = lexed.lexemes
        self.diagnostics = list(lexed.diagnostics)
        self.stack = _Stack([START], [], [])
        self.unread: tuple[int, str] = (-1, "")
        """The end of the last unreadable line and its block, and the first word of that line."""

    def run(self) -> tuple[Any, ...]:
        """Reads all lines. Returns the result of the `start` rule."""
        position, size = 0, len(self.lexemes)
        while position < size:
            if len(self.stack.rows) > MOST_STACKED:
                place = self.lexemes[position]
                message = "this chain of `elif` branches is too long"
                self._report(TOO_DEEP, place_of(place), message, "call a subtask that decides")
                return ()
            position = self._line(position)
        done: tuple[Any, ...] = self.stack.values[-1] if self.stack.rows[-1] is END_ROW else ()
        return done

    def _line(self, first: int) -> int:
        """Reads a line from its first token on, or skips it. Returns the start of the next one."""
        before = self.stack.copy()
        position = self._feed(self.lexemes, first)
        while position == first or self.lexemes[position - 1].type not in _LINE_ENDS:
            if not self._added_colon(position):
                return self._recover(before, first, position)
            position = self._feed(self.lexemes, position)
        return position

    # ------------------------------------------------------------ shift and reduce

    def _feed(self, lexemes: Sequence[Lexeme], position: int) -> int:
        """Reads tokens to the end of a line, or up to one that does not fit. Returns the first not read."""
        rows, values, places = self.stack.rows, self.stack.values, self.stack.places
        while True:
            lexeme = lexemes[position]
            kind = lexeme.type
            action = rows[-1].get(kind) or rows[-1].get(OTHERWISE.get(kind, ""))
            while type(action) is not dict:
                if action is None:
                    return position
                self._reduce(action)
                row = rows[-1]
                if row is END_ROW and kind == END:
                    return position + 1
                action = row.get(kind) or row.get(OTHERWISE.get(kind, ""))
            rows.append(action)
            values.append(lexeme)
            places.append(lexeme)
            position += 1
            if kind in _LINE_ENDS:
                return position

    def _reduce(self, action: Reduce) -> None:
        """Replaces the topmost parts by what a rule makes of them."""
        rows, values, places = self.stack.rows, self.stack.values, self.stack.places
        how, origin, size, kept, callback, instead = action
        if size == 1:
            if how == FIRST:
                values[-1] = (None, values[-1])
            elif how == CALL:
                span = places[-1] = Span(*places[-1][-2:])
                parts = [None if k else values[-1] for k in kept]
                values[-1] = self._called(callback, instead, span, parts)
            rows[-1] = rows[-2][origin]
            return
        first = len(values) - size
        place = (places[first][-2], places[-1][-1]) if size else (0, 0)
        if how == CALL:
            place = Span(*place)
            value = self._called(callback, instead, place, [None if k < 0 else values[first + k] for k in kept])
        elif how == NEXT:
            value = (values[first], values[first + kept[1]])
        else:
            value = values[first + kept[0]]
        del rows[first + 1 :], values[first:], places[first:]
        rows.append(rows[-1][origin])
        values.append(value)
        places.append(place)

    def _called(
        self, callback: Callable[..., Any], instead: Callable[[Span], Any], span: Span, parts: Iterable[Any]
    ) -> Any:
        try:
            return callback(span, *parts)
        except Misuse as misuse:
            self._report(misuse.code, misuse.span, misuse.message, misuse.help)
            return instead(span)

    # ------------------------------------------------------------ errors

    def _added_colon(self, position: int) -> bool:
        """Whether only a colon was missing at the end of a line before its block; if so, it is inserted."""
        lexeme = self.lexemes[position]
        if lexeme.type != NEWLINE or self.lexemes[position + 1].type != INDENT:
            return False
        if not self._try(Lexeme("COLON", ":", lexeme.start, lexeme.start)):
            return False
        place = Span(lexeme.start, lexeme.start + 1)
        self._report("P2C108", place, "expected `:` at the end of this line", "add it")
        return True

    def _recover(self, before: _Stack, first: int, position: int) -> int:
        """Reports the token that does not fit. Returns the position at which the parser can continue."""
        accepted = frozenset(self.stack.rows[-1])
        head = self.lexemes[first]
        goes_on = self.unread[0] == first and foreign.goes_on(self.unread[1], head.text)
        if len(self.diagnostics) <= 2 * MOST_ERRORS and not goes_on:
            slip = slips.explain(self.lexemes, first, position, accepted)
            self._report(slip.code, slip.span, slip.message, slip.help)
        self.stack = before
        if INDENT in accepted and position == first:
            following = self._missing_body(first)
            self.unread = (following, foreign.NO_BLOCK)
            return following
        following = self._around(first, position, whole_block=goes_on or foreign.is_foreign(head))
        self.unread = (following, self.unread[1] if goes_on else head.text)
        return following

    def _around(self, first: int, position: int, *, whole_block: bool) -> int:
        """Skips a line; the block that it opens is read like that of an `if`, if possible."""
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
        if not whole_block and self._try(Lexeme("IF", "if", head.start, head.end), bad, colon):
            return stop
        self._try(bad, end)
        return self._after_block(stop + 1)

    def _missing_body(self, position: int) -> int:
        """Gives the line above an empty body in place of the one that could not be read."""
        place = self.lexemes[position]
        parts = (INDENT, BAD, NEWLINE, DEDENT)
        if self._try(*(Lexeme(part, "", place.start, place.start) for part in parts)):
            return position
        return position + 1

    def _try(self, *lexemes: Lexeme) -> bool:
        """Reads all tokens, or none."""
        before = self.stack.copy()
        for lexeme in lexemes:
            if not self._feed((lexeme, _STOP), 0):
                self.stack = before
                return False
        return True

    def _after_block(self, position: int) -> int:
        """The position after the block that starts here with its INDENT."""
        depth = 0
        while position < len(self.lexemes):
            depth += {INDENT: 1, DEDENT: -1}.get(self.lexemes[position].type, 0)
            position += 1
            if depth == 0:
                return position
        return position

    def _report(self, code: str, span: Span, message: str, help: str | None) -> None:
        self.diagnostics.append(Diagnostic(code, message, Location(self.source, span), help=help))
