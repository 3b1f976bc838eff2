"""From text to tokens: words, numbers, operators, and the indentation of lines.

The patterns of the terminals come from the grammar. This module does the work of lark's contextual lexer and
`Indenter`, but keeps every position and reports every error, so that the parser can continue after it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from keyword import kwlist
from typing import NamedTuple, NoReturn

from p2c_dsl.diagnostics.model import Diagnostic, Location
from p2c_dsl.grammar.tables import KEYWORDS, OPERATORS, PATTERNS
from p2c_dsl.source import Source, Span
from p2c_dsl.syntax import hiding
from p2c_dsl.syntax.nodes import Comment

NEWLINE, INDENT, DEDENT, END, BAD = "_NEWLINE", "_INDENT", "_DEDENT", "$END", "BAD"
NAME, RESERVED, UNKNOWN = "NAME", "RESERVED", "UNKNOWN"
WORDS: Mapping[str, str] = {**dict.fromkeys(kwlist, RESERVED), **KEYWORDS}
"""The terminal of each word that is not always a name."""
OTHERWISE: Mapping[str, str] = {terminal: RESERVED if word in kwlist else NAME for word, terminal in KEYWORDS.items()}
"""The terminal of a keyword where the grammar does not expect it."""
OPEN_TEXT, TOO_DEEP = "P2C105", "P2C109"
MOST_NESTED = 40
"""How deep brackets and blocks may nest: enough for people, but safe for recursion over the tree."""
MOST_LINKS = 120
"""How many fields, lookups and calls may be chained."""

MOST_TOKENS = 5000
"""How many tokens one statement may have."""
MOST_ERRORS = 50
"""How many errors are reported for one file."""


class Lexeme(NamedTuple):
    """A token: the grammar's terminal, its text and its place."""

    type: str
    text: str
    start: int
    end: int


class Lexed(NamedTuple):
    """A text's tokens, the last of them `$END`, its comments, and the errors found so far."""

    lexemes: list[Lexeme]
    comments: tuple[Comment, ...]
    diagnostics: list[Diagnostic]


_OPERATORS = "|".join(re.escape(op) for op in sorted(OPERATORS, key=len, reverse=True))
_FOREIGN = r"\*\*|//|[-+*/%|&^@]=|!=|:=|==|&&|\|\||\+\+|<<|>>|<>"
_TOKEN = re.compile(
    rf"""(?P<blank>(?:[ \t\f\r]|\\\r?\n)*)(?:
      (?P<NAME>{PATTERNS["NAME"]})
    | (?P<OPERATOR>{_FOREIGN}|{_OPERATORS}|[-+*/%|&^~@;!])
    | (?P<LINE>\n)
    | (?P<STRING>{PATTERNS["STRING"]})
    | (?P<FLOAT>{PATTERNS["FLOAT"]}) | (?P<INT>{PATTERNS["INT"]})
    | (?P<COMMENT>\#[^\n]*)
    | (?P<UNCLOSED>(?P<quotes>\"\"\"|''').* | ["'][^\n]*)
    | (?P<UNKNOWN>(?P<character>.)(?P=character)*)
    | (?P<END>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_OPEN = {"(": ")", "[": "]", "{": "}"}
_CLOSE = frozenset(_OPEN.values())
_BYTE_ORDER_MARK = "\ufeff"


def lex(source: Source) -> Lexed:
    """Splits a text into tokens. Never raises."""
    return _Lexer(source).run()


class _Lexer:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.out: list[Lexeme] = []
        self.comments: list[Comment] = []
        self.diagnostics: list[Diagnostic] = []
        self.levels = [0]
        self.brackets: list[tuple[Lexeme, int]] = []
        """The open brackets, and the number of chained links before each."""
        self.links = 0
        self.line_first = 0
        self.end = 0
        """Where the last token ended."""
        self.starts_line = True
        self.reported_until = -1
        """The end of the line of the last report: further errors in the same line usually follow from the first."""

    def run(self) -> Lexed:
        try:
            self.tokens()
            self.finish()
        except _LexingStopped:
            self.out.append(Lexeme(END, "", self.end, self.end))
        return Lexed(self.out, tuple(self.comments), self.diagnostics)

    def tokens(self) -> None:
        text, out = self.source.text, self.out
        for found in _TOKEN.finditer(text, int(text.startswith(_BYTE_ORDER_MARK))):
            kind = found.lastgroup
            assert kind is not None
            start, end = found.span(kind)
            if kind == "LINE":
                self.line_end()
                continue
            if kind == "COMMENT":
                self.comment(found[kind], start)
                continue
            if kind == "END":
                break
            piece = found[kind]
            if self.starts_line:
                self.line_start(found["blank"], piece, start)
            if kind == "OPERATOR":
                self.operator(piece, start, end)
                continue
            if kind == NAME:
                kind = WORDS.get(piece, NAME)
                if not piece.isascii() and not piece.isidentifier():
                    self.unknown(piece, start, end)
                    continue
            elif kind == UNKNOWN:
                self.unknown(piece, start, end)
                continue
            elif kind == "UNCLOSED":
                kind, piece = self.unclosed_text(piece, start)
            out.append(Lexeme(kind, piece, start, end))
            self.end = end

    # ------------------------------------------------------------ lines

    def line_start(self, blank: str, piece: str, start: int) -> None:
        """Handles the first token of a line, which continues an open bracket, or opens or closes blocks."""
        self.starts_line = False
        indentation = blank.rpartition("\f")[2].partition("\\")[0].rstrip("\r")
        width = len(indentation.expandtabs(8))
        if self.brackets:
            if width > self.levels[-1] or piece in _CLOSE:
                return
            self.unclosed()
        if "\t" in indentation:
            message = "this line is indented with a tab"
            place = start - len(blank)
            self.report("P2C101", place, start, message, "indent with spaces only, four per level")
        self.indentation(width, start)

    def indentation(self, width: int, start: int) -> None:
        if width > self.levels[-1]:
            self.levels.append(width)
            if len(self.levels) == MOST_NESTED + 2:
                message = f"blocks are nested more than {MOST_NESTED} levels deep"
                self.give_up(start, start + 1, message, "move the inner part into a subtask")
            self.layout(INDENT)
        while width < self.levels[-1]:
            self.levels.pop()
            self.layout(DEDENT)
            if width > self.levels[-1]:
                message = "this line's indentation does not match any block above it"
                help_ = f"indent it by {self.levels[-1]} spaces, like the rest of its block"
                self.report("P2C102", start - width, start, message, help_)
                return

    def line_end(self) -> None:
        self.starts_line = True
        if not self.brackets:
            self.links = 0
            if len(self.out) - self.line_first > MOST_TOKENS:
                first = self.out[self.line_first]
                message = f"this statement has more than {MOST_TOKENS} parts"
                self.give_up(first.start, first.end, message, "split it into several statements")
            if self.out and self.out[-1].type not in (NEWLINE, INDENT, DEDENT):
                self.layout(NEWLINE)
            self.line_first = len(self.out)

    def layout(self, kind: str) -> None:
        self.out.append(Lexeme(kind, "", self.end, self.end))

    def unclosed(self) -> None:
        """Closes the brackets that are still open at the end of a statement, and reports that."""
        opened = self.brackets[-1][0]
        message = f"this `{opened.text}` is never closed"
        help_ = f"add `{_OPEN[opened.text]}`, or indent the lines that continue the statement"
        self.report("P2C103", opened.start, opened.end, message, help_)
        while self.brackets:
            missing = _OPEN[self.brackets.pop()[0].text]
            self.out.append(Lexeme(OPERATORS[missing], missing, self.end, self.end))
        self.line_end()
        self.starts_line = False

    def finish(self) -> None:
        if self.brackets:
            self.unclosed()
        self.line_end()
        for _ in self.levels[1:]:
            self.layout(DEDENT)
        size = len(self.source.text)
        self.out.append(Lexeme(END, "", size, size))

    # ------------------------------------------------------------ tokens

    def comment(self, text: str, start: int) -> None:
        text = text.rstrip()
        self.comments.append(Comment(text, Span(start, start + len(text)), self.starts_line))

    def operator(self, text: str, start: int, end: int) -> None:
        lexeme = Lexeme(OPERATORS.get(text, UNKNOWN), text, start, end)
        if text in _CLOSE:
            if not self.closes(lexeme):
                return
        elif text == ",":
            self.links = self.brackets[-1][1] if self.brackets else 0
        elif text == ".":
            self.link(lexeme)
        elif text in _OPEN:
            self.link(lexeme)
            self.brackets.append((lexeme, self.links))
            if len(self.brackets) == MOST_NESTED + 1:
                message = f"brackets are nested more than {MOST_NESTED} levels deep"
                help_ = "assign the results of inner calls to variables first"
                self.give_up(start, end, message, help_)
        self.out.append(lexeme)
        self.end = end

    def closes(self, lexeme: Lexeme) -> bool:
        """Whether a closing bracket fits the open one."""
        text = lexeme.text
        if self.brackets and _OPEN[self.brackets[-1][0].text] == text:
            self.links = self.brackets.pop()[1]
            return True
        message = f"this `{text}` does not close any bracket"
        if self.brackets:
            message = f"expected `{_OPEN[self.brackets[-1][0].text]}` to close the bracket, but found `{text}`"
        self.report("P2C104", lexeme.start, lexeme.end, message, "remove it, or add the opening bracket")
        return False

    def link(self, lexeme: Lexeme) -> None:
        self.links += 1
        if self.links == MOST_LINKS + 1:
            message = f"this expression chains more than {MOST_LINKS} calls, fields and lookups"
            self.give_up(lexeme.start, lexeme.end, message, "assign its parts to variables first")

    def unclosed_text(self, piece: str, start: int) -> tuple[str, str]:
        quotes = piece[:3] if piece.startswith(('"""', "'''")) else piece[0]
        where = "" if len(quotes) == 3 else " on its line"
        help_ = f"end it with `{quotes}`{where}"
        self.report(OPEN_TEXT, start, start + len(quotes), "this string is never closed", help_)
        return "STRING", quotes * 2

    def unknown(self, text: str, start: int, end: int) -> None:
        hidden = hiding.hides(text[0])
        if hidden is not None:
            self.report(hiding.CODE, start, end, hidden, "remove it")
            return
        shown = f"`{text[0]}`" if text.isprintable() else f"U+{ord(text[0]):04X}"
        if text[0].isalnum():
            shown = f"`{text[:40]}`"
        self.report("P2C106", start, end, f"unexpected character {shown}", "remove it")

    def report(self, code: str, start: int, end: int, message: str, help: str) -> None:
        """Reports an error: at most one per line, and a limited number in all."""
        if start < self.reported_until or len(self.diagnostics) > MOST_ERRORS:
            return
        line_end = self.source.text.find("\n", start)
        self.reported_until = len(self.source.text) if line_end < 0 else line_end
        self.diagnostics.append(Diagnostic(code, message, Location(self.source, Span(start, end)), help=help))

    def give_up(self, start: int, end: int, message: str, help: str) -> NoReturn:
        """Reports an error after which nothing more is read."""
        location = Location(self.source, Span(start, end))
        self.diagnostics.append(Diagnostic(TOO_DEEP, message, location, help=help))
        raise _LexingStopped


class _LexingStopped(Exception):
    """Nothing more is read."""
