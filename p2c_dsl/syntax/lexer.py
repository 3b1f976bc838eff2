"""From text to tokens: words, numbers, operators, and the indentation of lines.

The terminals' patterns are the grammar's. What lark's contextual lexer and `Indenter` do is done here
with every position kept and every slip reported, so that the parser can go on after it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from p2c_dsl.diagnostics.model import Diagnostic, Location
from p2c_dsl.grammar.tables import OPERATORS, PATTERNS
from p2c_dsl.syntax.nodes import Comment
from p2c_dsl.syntax.span import Source, Span

NEWLINE, INDENT, DEDENT, END, BAD, UNKNOWN = "_NEWLINE", "_INDENT", "_DEDENT", "$END", "BAD", "UNKNOWN"
MOST_NESTED = 40
"""How deep brackets and blocks may nest: enough for people, and no threat to whoever walks the tree."""
MOST_LINKS = 120
"""How many fields, look-ups and calls one logical line may hold."""


class Lexeme(NamedTuple):
    """A token: the grammar's terminal, its text and its place."""

    type: str
    text: str
    start: int
    end: int


class Lexed(NamedTuple):
    """A text's tokens, the last of them `$END`, its comments, and what is wrong with it already."""

    lexemes: list[Lexeme]
    comments: tuple[Comment, ...]
    diagnostics: list[Diagnostic]


_OPERATORS = "|".join(re.escape(op) for op in sorted(OPERATORS, key=len, reverse=True))
_FOREIGN = r"\*\*|//|\+=|-=|\*=|/=|!=|:=|=="
_TOKEN = re.compile(
    rf"(?P<BLANK>[ \t\f\r]+|\\\r?\n)|(?P<LINE>\n)|(?P<COMMENT>\#[^\n]*)|(?P<STRING>{PATTERNS['STRING']})"
    rf"|(?P<FLOAT>{PATTERNS['FLOAT']})|(?P<INT>{PATTERNS['INT']})|(?P<NAME>{PATTERNS['NAME']})"
    rf"|(?P<OPERATOR>{_FOREIGN}|{_OPERATORS})|(?P<UNKNOWN>.)"
)
_INDENTATION = re.compile(r"[ \t\f]*")
_NEXT_LINE = re.compile(r"(?:[ \t\f\r]*(?:\#[^\n]*)?\n)*(?P<indentation>[ \t]*)(?P<first>[^\s#])")
_OPEN = {"(": ")", "[": "]", "{": "}"}
_CLOSE = frozenset(_OPEN.values())


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
        self.brackets: list[Lexeme] = []
        self.links = 0
        self.end = 0
        self.starts_line = True

    def run(self) -> Lexed:
        text, position, size = self.source.text, 0, len(self.source.text)
        while position < size:
            if self.starts_line and not self.brackets:
                position = self.indentation(position)
                if position >= size:
                    break
            found = _TOKEN.match(text, position)
            assert found is not None and found.lastgroup is not None
            position = self.token(found.lastgroup, found.group(), position, found.end())
        self.close()
        return Lexed(self.out, tuple(self.comments), self.diagnostics)

    def token(self, kind: str, text: str, start: int, end: int) -> int:
        """Takes in one match; returns where to go on."""
        match kind:
            case "BLANK":
                pass
            case "LINE":
                self.line_end(end)
            case "COMMENT":
                self.comments.append(
                    Comment(
                        text.rstrip("\r"),
                        Span(start, start + len(text.rstrip("\r"))),
                        self.blank_before(start),
                    )
                )
            case "OPERATOR":
                self.operator(text, start, end)
            case "UNKNOWN":
                return self.unknown(text, start)
            case _:
                self.add(kind, text, start, end)
        return end

    def add(self, kind: str, text: str, start: int, end: int) -> None:
        self.out.append(Lexeme(kind, text, start, end))
        self.end = end
        self.starts_line = False

    # ------------------------------------------------------------ lines

    def indentation(self, position: int) -> int:
        """The start of a line: its indentation opens or closes blocks, unless nothing else stands on it."""
        text = self.source.text
        found = _INDENTATION.match(text, position)
        assert found is not None
        first = found.end()
        following = text[first : first + 1]
        if following in ("", "\n", "#") or text.startswith(("\r\n", "\\\n"), first):
            self.starts_line = following != "#" and self.starts_line
            return first
        self.starts_line = False
        width = len(found.group())
        if "\t" in found.group():
            message = "this line is indented with a tab"
            self.report("P2C101", position, first, message, "indent with spaces only, four for each level")
            width = len(found.group().expandtabs(8))
        if width > self.levels[-1]:
            self.levels.append(width)
            if len(self.levels) == MOST_NESTED + 2:
                message = f"blocks are nested more than {MOST_NESTED} deep"
                self.report("P2C109", position, first, message, "move the inner part into a subtask")
            self.out.append(Lexeme(INDENT, "", self.end, self.end))
            return first
        while width < self.levels[-1]:
            self.levels.pop()
            self.out.append(Lexeme(DEDENT, "", self.end, self.end))
        if width != self.levels[-1]:
            message = "this line's indentation fits no block above it"
            help_ = f"indent it by {self.levels[-1]} spaces, like the block it belongs to"
            self.report("P2C102", position, first, message, help_)
        return first

    def line_end(self, end: int) -> None:
        if self.brackets:
            if self.goes_on(end):
                return
            self.unclosed()
        self.starts_line = True
        self.links = 0
        if self.out and self.out[-1].type not in (NEWLINE, INDENT, DEDENT):
            self.out.append(Lexeme(NEWLINE, "", self.end, self.end))

    def goes_on(self, position: int) -> bool:
        """Whether the next line continues an open bracket: it is indented deeper, or closes it."""
        found = _NEXT_LINE.match(self.source.text, position)
        if found is None:
            return False
        return len(found["indentation"]) > self.levels[-1] or found["first"] in _CLOSE

    def unclosed(self) -> None:
        opened = self.brackets[-1]
        message = f"this `{opened.text}` is never closed"
        self.report("P2C103", opened.start, opened.end, message, f"add `{_OPEN[opened.text]}`")
        while self.brackets:
            missing = _OPEN[self.brackets.pop().text]
            self.add(OPERATORS[missing], missing, self.end, self.end)

    def close(self) -> None:
        if self.brackets:
            self.unclosed()
        self.starts_line = True
        if self.out and self.out[-1].type not in (NEWLINE, INDENT, DEDENT):
            self.out.append(Lexeme(NEWLINE, "", self.end, self.end))
        self.out.extend(Lexeme(DEDENT, "", self.end, self.end) for _ in self.levels[1:])
        self.out.append(Lexeme(END, "", len(self.source.text), len(self.source.text)))

    # ------------------------------------------------------------ tokens

    def operator(self, text: str, start: int, end: int) -> None:
        if text in _OPEN:
            self.brackets.append(Lexeme(OPERATORS[text], text, start, end))
            if len(self.brackets) == MOST_NESTED + 1:
                message = f"brackets are nested more than {MOST_NESTED} deep"
                self.report("P2C109", start, end, message, "give the inner calls names of their own")
        elif text in _CLOSE:
            if not self.brackets or _OPEN[self.brackets[-1].text] != text:
                message = f"this `{text}` closes nothing"
                if self.brackets:
                    message = (
                        f"this `{text}` stands where `{_OPEN[self.brackets[-1].text]}` closes the bracket"
                    )
                self.report("P2C104", start, end, message, "remove it, or open the bracket that it closes")
                return
            self.brackets.pop()
        if text in (".", "[", "("):
            self.links += 1
            if self.links == MOST_LINKS + 1:
                message = f"one statement holds more than {MOST_LINKS} calls, fields and look-ups"
                self.report("P2C109", start, end, message, "split it up")
        self.add(OPERATORS.get(text, UNKNOWN), text, start, end)

    def unknown(self, text: str, start: int) -> int:
        whole = self.source.text
        if text in "\"'":
            stop = whole.find("\n", start)
            stop = len(whole) if stop < 0 else stop
            if whole.startswith(text * 3, start):
                stop = len(whole)
            self.report(
                "P2C105", start, start + 1, "this text is never closed", f"end it with `{text}` on its line"
            )
            self.add("STRING", text + text, start, stop)
            return stop
        stop = start + 1
        while stop < len(whole) and whole[stop] == text:
            stop += 1
        shown = f"`{text}`" if text.isprintable() else f"U+{ord(text):04X}"
        self.report("P2C106", start, stop, f"the character {shown} has no meaning here", "remove it")
        return stop

    def blank_before(self, start: int) -> bool:
        return not self.source.text[self.source.text.rfind("\n", 0, start) + 1 : start].strip()

    def report(self, code: str, start: int, end: int, message: str, help: str) -> None:
        location = Location(self.source, Span(start, end))
        self.diagnostics.append(Diagnostic(code, message, location, help=help))
