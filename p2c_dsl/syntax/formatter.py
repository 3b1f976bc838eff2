"""The one way to write a file: `p2c fmt`.

A file is a sequence of logical lines. Each is laid out by `layout`; this module adds their indentation, the comments
between and after them, and blank lines: at most one where the author left some, and always one around a
declaration with a body.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wadler_lindig import TextDoc

from p2c_dsl.diagnostics.model import Diagnostic
from p2c_dsl.source import Source
from p2c_dsl.syntax import layout, nodes
from p2c_dsl.syntax.comments import Comments
from p2c_dsl.syntax.lines import logical_lines
from p2c_dsl.syntax.parser import parse
from p2c_dsl.syntax.text import line_end, with_line_ends
from p2c_dsl.syntax.writing import LogicalLine, Writer


class SyntaxErrors(ValueError):
    """A text that cannot be formatted because it has syntax errors."""

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
    """The text of a tree. Comments and blank lines come from the places that the tree's spans name.

    Its lines end as the first one of the source does.
    """
    comments = Comments(file.source, file.comments)
    lines = list(Writer(layout.DocumentBuilder(comments)).file(file.declarations))
    pieces = list(_with_comments(lines, comments, file.source))
    return with_line_ends("".join(_spaced(pieces)), line_end(file.source.text))


@dataclass(frozen=True, slots=True)
class _Piece:
    """Rendered lines, and whether the author left a blank line above them; `line` is None for a comment."""

    text: str
    depth: int
    blank_above: bool
    line: LogicalLine | None


# ---------------------------------------------------------------- comments and blank lines


def _with_comments(lines: list[LogicalLine], comments: Comments, source: Source) -> Iterator[_Piece]:
    """The lines and the comments that no bracket has taken, in order.

    A comment inside or after a statement stays with it: after it, or above it if it does not fit.
    """
    columns: list[int] = []
    end = len(source.text) + 1
    yield from _own_lines(comments.take(0, lines[0].start if lines else end), columns, 0, source)
    extents = logical_lines(source) if comments.left else None
    for index, line in enumerate(lines):
        following = lines[index + 1] if index + 1 < len(lines) else None
        extent = None if extents is None else extents.at(line.start)
        inside = [] if extent is None else comments.take(*extent)
        after = comments.take(line.start, end if following is None else following.start)
        above = inside + [c for c in after if not c.own_line]
        behind = [above.pop()] if above and not above[-1].own_line else []
        depth = line.depth
        columns = [*columns[:depth], _column(source, line.start)]
        blank = _blank_above(source, line.start)
        for number, comment in enumerate(above):
            text = layout.render(TextDoc(comment.text), depth)
            yield _Piece(text, depth, blank and number == 0, None)
        doc = layout.joined(line.doc, *(TextDoc(f"  {c.text}", width=False) for c in behind))
        yield _Piece(layout.render(doc, depth), depth, blank and not above, line)
        least = 0 if following is None else following.depth
        yield from _own_lines([c for c in after if c.own_line], columns, least, source)


def _own_lines(found: list[nodes.Comment], columns: list[int], least: int, source: Source) -> Iterator[_Piece]:
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
    """Where a declaration with a body starts or has ended, above the comments that belong to the next line."""
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
