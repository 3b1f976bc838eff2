"""From text to a syntax tree, by the grammar's LALR(1) tables, with several errors told in one run.

The driver is the textbook's shift-reduce loop. Its stack is copied at the start of each line: when a
line cannot be read, the copy is put back, the line becomes a BAD one, and the parser goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from p2c_dsl.diagnostics.model import Diagnostic, Location
from p2c_dsl.grammar.tables import END as END_STATE
from p2c_dsl.grammar.tables import KEYWORDS, RULES, START, STATES
from p2c_dsl.syntax import slips
from p2c_dsl.syntax.builder import Builder, Method, Misuse
from p2c_dsl.syntax.lexer import BAD, DEDENT, END, INDENT, NEWLINE, Lexed, Lexeme, lex
from p2c_dsl.syntax.nodes import File, Literal
from p2c_dsl.syntax.span import Source, Span

MOST_ERRORS = 50

_BUILDER = Builder()
_CALLBACKS = tuple(_BUILDER.callback(callback) if callback else None for _, _, callback, _ in RULES)
_EXPRESSIONS = frozenset({"expr", "postfix", "call", "argument", "literal", "value", "expr_name_attribute"})


@dataclass(frozen=True, slots=True)
class ParseResult:
    """The tree of all that could be read, and the errors; with errors, declarations may be missing."""

    file: File
    diagnostics: tuple[Diagnostic, ...]


def parse(source: Source) -> ParseResult:
    """Parses a file's text. Never raises: what cannot be read is reported."""
    lexed = lex(source)
    if any(d.code == "P2C109" for d in lexed.diagnostics):
        return ParseResult(File(source, (), lexed.comments), _first(lexed.diagnostics))
    parser = _Parser(source, lexed)
    declarations = parser.run()
    return ParseResult(File(source, declarations, lexed.comments), _first(parser.diagnostics))


def _first(diagnostics: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """One error for each line (the rest follow from it), and not without end."""
    ordered = sorted(diagnostics, key=lambda d: d.location.span)
    by_line: dict[int, Diagnostic] = {}
    for d in ordered:
        by_line.setdefault(d.location.source.position(d.location.span.start).line, d)
    return tuple(by_line.values())[:MOST_ERRORS]


class _Parser:
    def __init__(self, source: Source, lexed: Lexed) -> None:
        self.source = source
        self.lexemes = lexed.lexemes
        self.diagnostics = list(lexed.diagnostics)
        self.states: list[int] = [START]
        self.values: list[Any] = []
        self.spans: list[Span] = []
        self.line = ([START], list[Any](), list[Span](), 0)

    def run(self) -> tuple[Any, ...]:
        """Feeds all tokens. The result is the `start` rule's."""
        position = 0
        while position < len(self.lexemes):
            lexeme = self.lexemes[position]
            if self._begins_line(position):
                self.line = (self.states.copy(), self.values.copy(), self.spans.copy(), position)
            if self._feed(lexeme):
                position += 1
            else:
                position = self._recover(position)
        found: tuple[Any, ...] = self.values[-1] if self.states[-1] == END_STATE else ()
        return found

    def _begins_line(self, position: int) -> bool:
        return position == 0 or self.lexemes[position - 1].type in (NEWLINE, INDENT, DEDENT)

    # ------------------------------------------------------------ shift and reduce

    def _feed(self, lexeme: Lexeme) -> bool:
        """Shifts one token, after all reductions that it calls for; whether it fits."""
        while True:
            row = STATES[self.states[-1]]
            kind = lexeme.type
            if kind == "NAME" and lexeme.text in KEYWORDS and KEYWORDS[lexeme.text] in row:
                kind = KEYWORDS[lexeme.text]
            action = row.get(kind)
            if action is None:
                return False
            if action >= 0:
                self.states.append(action)
                self.values.append(lexeme)
                self.spans.append(Span(lexeme.start, lexeme.end))
                return True
            self._reduce(~action)
            if kind == END and self.states[-1] == END_STATE:
                return True

    def _reduce(self, number: int) -> None:
        origin, size, name, kept = RULES[number]
        span, values = Span(0, 0), []
        if size:
            span = Span(self.spans[-size].start, self.spans[-1].end)
            values = self.values[-size:]
            del self.states[-size:], self.values[-size:], self.spans[-size:]
        callback = _CALLBACKS[number]
        if callback is None:
            value = values[kept[0]]
        else:
            value = self._build(callback, origin, name, span, [None if k < 0 else values[k] for k in kept])
        self.states.append(STATES[self.states[-1]][origin])
        self.values.append(value)
        self.spans.append(span)

    def _build(self, callback: Any, origin: str, name: str, span: Span, parts: list[Any]) -> Any:
        try:
            if name != "call_statement":
                for part in parts:
                    if type(part) is Method:
                        raise part.misuse()
            return callback(span, *parts)
        except Misuse as misuse:
            self._report(misuse.code, misuse.span, misuse.message, misuse.help)
            return Literal(None, span) if origin in _EXPRESSIONS else None

    # ------------------------------------------------------------ errors

    def _recover(self, position: int) -> int:
        """Reports the token that does not fit and makes the parser ready to go on; returns where."""
        lexeme = self.lexemes[position]
        if "COLON" in self._accepted() and lexeme.type == NEWLINE:
            place = Span(lexeme.start, lexeme.start + 1)
            self._report("P2C108", place, "a `:` is missing at the end of this line", "add it")
            self._feed(Lexeme("COLON", ":", lexeme.start, lexeme.start))
            return position
        self._tell(position)
        states, values, spans, first = self.line
        self.states, self.values, self.spans = states.copy(), values.copy(), spans.copy()
        stop = position
        while self.lexemes[stop].type not in (NEWLINE, INDENT, DEDENT, END):
            stop += 1
        has_block = stop + 1 < len(self.lexemes) and self.lexemes[stop + 1].type == INDENT
        if self.lexemes[stop].type in (INDENT, DEDENT, END):
            return self._skip(stop)
        head = self.lexemes[first]
        bad = Lexeme(BAD, "", head.start, head.end)
        if has_block and self._feed_all(Lexeme("NAME", "if", head.start, head.end), bad, _colon(head)):
            return stop
        self.states, self.values, self.spans = states.copy(), values.copy(), spans.copy()
        self._feed_all(bad, self.lexemes[stop])
        return self._after_block(stop + 1) if has_block else stop + 1

    def _feed_all(self, *lexemes: Lexeme) -> bool:
        return all(self._feed(lexeme) for lexeme in lexemes)

    def _skip(self, position: int) -> int:
        """Past an indentation that stands where none may, or past the end."""
        if self.lexemes[position].type == INDENT:
            return self._after_block(position)
        return position + 1

    def _after_block(self, position: int) -> int:
        """The position after the block that begins here with its INDENT."""
        depth = 0
        while position < len(self.lexemes):
            depth += {INDENT: 1, DEDENT: -1}.get(self.lexemes[position].type, 0)
            position += 1
            if depth == 0:
                return position
        return position

    def _accepted(self) -> frozenset[str]:
        """The terminals that the parser could take now (as the tables have it: before reductions)."""
        return frozenset(STATES[self.states[-1]])

    def _tell(self, position: int) -> None:
        first = self.line[3]
        slip = slips.explain(self.source, self.lexemes, first, position, self._accepted())
        self._report(slip.code, slip.span, slip.message, slip.help)

    def _report(self, code: str, span: Span, message: str, help: str | None) -> None:
        self.diagnostics.append(Diagnostic(code, message, Location(self.source, span), help=help))


def _colon(place: Lexeme) -> Lexeme:
    return Lexeme("COLON", ":", place.end, place.end)
