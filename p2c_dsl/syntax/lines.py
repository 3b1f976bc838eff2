"""Logical lines: single statements, each on one or more lines of the file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from p2c_dsl.source import Source, Span
from p2c_dsl.syntax.lexer import DEDENT, END, INDENT, NEWLINE, Lexeme, lex
from p2c_dsl.syntax.nodes import Comment, ComposeDecl, File

_LAYOUT = frozenset({NEWLINE, INDENT, DEDENT, END})


class LogicalLines:
    """The logical lines of a text, in order: a statement, a header up to its colon, or a line of a spec."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = spans
        self._starts = [span.start for span in spans]

    def at(self, offset: int) -> Span | None:
        """The logical line at an offset, if there is one."""
        found = bisect_right(self._starts, offset) - 1
        return self._spans[found] if found >= 0 and offset <= self._spans[found].end else None

    def of(self, comment: Comment) -> Span | None:
        """The logical line that a comment is in or after. One on its own line belongs to the next logical line."""
        inside = self.at(comment.span.start)
        if inside is not None:
            return inside
        following = bisect_right(self._starts, comment.span.start)
        index = following if comment.own_line else following - 1
        return self._spans[index] if 0 <= index < len(self._spans) else None


def logical_lines(source: Source) -> LogicalLines:
    """The logical lines of a text, which need not be valid."""
    return LogicalLines(list(_spans(lex(source).lexemes)))


def broken(file: File, lexemes: Sequence[Lexeme], errors: Iterable[Span]) -> File:
    """The file, with those compositions marked that contain errors, or the file itself for errors outside them."""
    starts = [0, *_top_level(lexemes)]
    struck = {starts[bisect_right(starts, error.start) - 1] for error in errors}
    composed = {d.span.start for d in file.declarations if isinstance(d, ComposeDecl)}
    declarations = tuple(
        replace(d, whole=False) if isinstance(d, ComposeDecl) and d.span.start in struck else d
        for d in file.declarations
    )
    return replace(file, declarations=declarations, whole=struck <= composed)


def _top_level(lexemes: Iterable[Lexeme]) -> Iterator[int]:
    """The starts of the lines that are not in a block."""
    depth, fresh = 0, True
    for lexeme in lexemes:
        if lexeme.type in _LAYOUT:
            depth += {INDENT: 1, DEDENT: -1}.get(lexeme.type, 0)
            fresh = True
        else:
            if fresh and depth == 0:
                yield lexeme.start
            fresh = False


def _spans(lexemes: Sequence[Lexeme]) -> Iterator[Span]:
    first: Lexeme | None = None
    for lexeme in lexemes:
        if lexeme.type in _LAYOUT:
            if first is not None:
                yield Span(first.start, lexeme.start)
            first = None
        elif first is None:
            first = lexeme
