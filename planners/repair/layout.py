"""A composition's body written out again: what stays, stays letter for letter, and comments stay with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from p2c_dsl.planners.automaton.units import Kind, Original
from p2c_dsl.source import Source, Span

_INDENT = "    "
AS_WRITTEN = -1
"""Instead of new text: the statement as it stands in the original."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the repaired composition, of the original, or of both.

    `edit` numbers the edit that it belongs to; items of one edit are done and undone together. `old` is the original's
    statement that stands here if the edit is undone; `new` is the text that stands here if it is not (or
    `AS_WRITTEN`). `block` numbers the block that the item opens, continues or closes; `opens_old` and `opens_new`
    say whether it does so in the original and in the repaired composition.
    """

    kind: Kind
    edit: int | None
    old: int | None = None
    new: str | int | None = None
    block: int = -1
    opens_old: bool = False
    opens_new: bool = False
    needs: frozenset[int] = frozenset()
    """The edits that must be undone with this one, because what it reads would be missing."""


class Crossed(Exception):
    """With these edits undone there would be two blocks that cross, or one with nothing in it."""


@dataclass
class _Block:
    number: int
    head: str
    """The indentation of its head."""
    body: str
    lines: int = 0
    """How many lines its open arm has."""


class Layout:
    """Writes the body of a composition with some of its edits done and the others undone."""

    def __init__(self, source: Source, original: Original, items: Sequence[Item]) -> None:
        self.source, self.original, self.items = source, original, items
        self._lines = source.text.split("\n")
        self._places = [
            (
                source.position(w.span.start).line - 1,
                source.position(max(w.span.end - 1, w.span.start)).line - 1,
            )
            for w in original.statements
        ]
        self._end = "\r" if self._lines[0].endswith("\r") else ""
        self._first = self._indent(0)

    @property
    def span(self) -> Span:
        """The lines that the body stands on, without the last line's end."""
        first, last = self._places[0][0], max(last for _, last in self._places)
        starts = self.source.line_starts
        return Span(starts[first], starts[last] + len(self._lines[last]))

    def body(self, undone: Set[int] = frozenset()) -> str:
        """The lines of the body. Raises `Crossed` where it cannot be written."""
        return "\n".join(_Pen(self, [i for i in self.items if _stands(i, undone)], undone).lines())

    def statement(self, statement: int) -> str:
        """A statement of the original on one line."""
        span = self.original.statements[statement].span
        return " ".join(self.source.text[span.start : span.end].split())

    def line(self, statement: int) -> int:
        """The number of the line that a statement of the original starts on."""
        return self._places[statement][0] + 1

    # ------------------------------------------------------------ the original's lines

    def _indent(self, statement: int) -> str:
        line = self._lines[self._places[statement][0]]
        return line[: len(line) - len(line.lstrip())]

    def as_written(self, statement: int, indent: str) -> list[str]:
        """A statement's lines, moved to another indentation where it has changed."""
        first, last = self._places[statement]
        return [self._moved(line, self._indent(statement), indent) for line in self._lines[first : last + 1]]

    def between(self, statement: int, indent: str, stays: bool) -> list[str]:
        """The comments and blank lines above a statement; of one that is dropped, the comments."""
        if statement == 0:
            return []
        above = self._lines[self._places[statement - 1][1] + 1 : self._places[statement][0]]
        own = self._indent(statement)
        return [self._moved(line, own, indent) for line in above if stays or line.strip()]

    def _moved(self, line: str, before: str, after: str) -> str:
        return after + line[len(before) :] if before != after and line.startswith(before) else line

    def new(self, text: str, old: int | None, indent: str) -> str:
        """A new line, with the comment at the end of the line that it replaces."""
        comment = "" if old is None else self._comment(old)
        return f"{indent}{text}{comment}{self._end}"

    def _comment(self, statement: int) -> str:
        line = self._lines[self._places[statement][1]]
        rest = line[self.source.position(self.original.statements[statement].span.end).column - 1 :]
        _, mark, comment = rest.partition("#")
        return f"  #{comment.rstrip()}" if mark else ""

    def body_indent(self, statement: int | None, head: str) -> str:
        """The indentation inside a block, as the original has it there, or else on its first line."""
        if statement is not None and statement + 1 < len(self._places):
            own, inner = self._indent(statement), self._indent(statement + 1)
            if inner.startswith(own) and len(inner) > len(own):
                return head + inner[len(own) :]
        return head + (self._first or _INDENT)

    @property
    def first(self) -> str:
        """The indentation of the body's first line."""
        return self._first


def _stands(item: Item, undone: Set[int]) -> bool:
    """Whether an item writes anything; where a statement is dropped, its comments may stay."""
    if item.kind is Kind.STEP:
        return True
    return item.opens_old if item.edit in undone else item.opens_new


class _Pen:
    """One writing of the body."""

    def __init__(self, layout: Layout, items: Sequence[Item], undone: Set[int]) -> None:
        self.layout, self.items, self.undone = layout, items, undone
        self._blocks = [_Block(-1, "", layout.first)]
        self._waiting: tuple[Item, _Block] | None = None
        """An `else:` that is written once its arm has a line."""

    def lines(self) -> Iterator[str]:
        for place, item in enumerate(self.items):
            match item.kind:
                case Kind.STEP:
                    yield from self._statement(item, place)
                case Kind.ELSE:
                    self._ended(item)
                    self._waiting = item, self._blocks[-1]
                    self._blocks[-1].lines = 0
                case _:
                    if self._waiting is not None and self._waiting[1] is self._blocks[-1]:
                        self._waiting = None
                        self._blocks[-1].lines = 1
                    self._ended(item)
                    self._blocks.pop()

    def _ended(self, item: Item) -> None:
        block = self._blocks[-1]
        if block.number != item.block or not block.lines:
            raise Crossed

    def _statement(self, item: Item, place: int) -> Iterator[str]:
        undone = item.edit in self.undone
        shown = AS_WRITTEN if undone and item.old is not None else None if undone else item.new
        opens = item.opens_old if undone else item.opens_new
        is_elif = item.old is not None and self.layout.original.statements[item.old].is_elif
        joined = is_elif and shown == AS_WRITTEN and self._goes_on(place)
        if shown is not None and not joined:
            yield from self._else()
        block = self._blocks[-1]
        indent = block.head if joined else block.body
        if item.old is not None:
            yield from self.layout.between(item.old, indent, shown is not None)
        if shown is None:
            return
        block.lines += 1
        if joined:
            self._waiting = None
        if isinstance(shown, str):
            yield self.layout.new(shown, item.old, indent)
        elif item.old is not None:
            first, *rest = self.layout.as_written(item.old, indent)
            yield first.replace("elif", "if", 1) if is_elif and not joined else first
            yield from rest
        if opens:
            self._blocks.append(_Block(item.block, indent, self.layout.body_indent(item.old, indent)))

    def _else(self) -> Iterator[str]:
        if self._waiting is None:
            return
        item, block = self._waiting
        self._waiting = None
        if item.old is None:
            yield self.layout.new("else:", None, block.head)
            return
        yield from self.layout.between(item.old, block.head, True)
        yield from self.layout.as_written(item.old, block.head)

    def _goes_on(self, place: int) -> bool:
        """Whether an `elif` is still all that its `else` holds."""
        if self._waiting is None:
            return False
        own, outer = self.items[place].block, self._waiting[1].number
        ends = [i for i, item in enumerate(self.items) if item.kind is Kind.END and item.block == own]
        return bool(ends) and self._next_end(ends[0] + 1) == outer

    def _next_end(self, place: int) -> int | None:
        for item in self.items[place:]:
            if item.kind is not Kind.STEP:
                return item.block if item.kind is Kind.END else None
            undone = item.edit in self.undone
            if (item.old if undone else item.new) is not None:
                return None
        return None
