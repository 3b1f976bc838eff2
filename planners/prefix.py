"""The lines after a node by their words: a trie that grows where somebody looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from p2c_dsl.planners.estimate import NEVER
from p2c_dsl.planners.pattern import Line, Pattern
from p2c_dsl.planners.terms import Lexemes, Term


class Thread(NamedTuple):
    """One way to read the words so far: a pattern, the terms chosen in it, and the words up to the next place."""

    pattern: Pattern
    chosen: tuple[Term, ...]
    pending: Lexemes


class Prefix:
    """The beginning of a line. No line is the beginning of another.

    Attributes:
        written: How many words it has.
        line: The whole line, where this is one.
        best, cost: A line that goes on from here and can be completed, and how many lexemes that takes.
        failed: The greatest number of lexemes within which it is known (or held, see `Completions`) that none can.
    """

    __slots__ = ("_branches", "_threads", "best", "cost", "failed", "line", "written")

    def __init__(self, threads: Iterable[Thread], written: int = 0, line: Line | None = None) -> None:
        self._threads = tuple(threads)
        self._branches: dict[str, Prefix] | None = None
        self.written, self.line = written, line
        self.best: Line | None = None
        self.cost, self.failed = NEVER, -1

    @property
    def branches(self) -> dict[str, Prefix]:
        """What may come next, by the next word."""
        if self._branches is None:
            found: dict[str, list[Thread]] = {}
            for pattern, chosen, (word, *rest) in self._threads:
                found.setdefault(word, []).extend(_opened(Thread(pattern, chosen, tuple(rest))))
            self._branches = {}
            self._branches = {word: self._branch(threads) for word, threads in found.items()}
        if self.best is not None and self.line is None:
            self._branches[self.best.words[self.written]].promise(self.best, self.cost - 1)
        return self._branches

    def promise(self, line: Line, cost: int) -> None:
        """Keeps a line that can be completed, with what is left of it and its completion, if that is less."""
        if cost < self.cost:
            self.best, self.cost = line, cost

    def _branch(self, threads: list[Thread]) -> Prefix:
        whole = next((t for t in threads if not t.pending), None)
        line = None if whole is None else next(whole.pattern.lines(whole.chosen), None)
        return Prefix([t for t in threads if t.pending], self.written + 1, line)

    def lines(self) -> Iterator[Line]:
        """The lines that go on from here."""
        if self.line is not None:
            yield self.line
        for thread in self._threads:
            yield from thread.pattern.lines(thread.chosen)


def opening(patterns: Iterable[Pattern]) -> Prefix:
    """The beginning of all lines of some patterns."""
    return Prefix(t for p in patterns for t in _opened(Thread(p, (), p.pieces[0])))


def _opened(thread: Thread) -> Iterator[Thread]:
    """The thread, or where its words have come to a place one for each term that may stand there."""
    pattern, chosen, pending = thread
    if pending or len(chosen) == len(pattern.choices):
        yield thread
        return
    for term in pattern.choices[len(chosen)]:
        further = (*chosen, term)
        yield Thread(pattern, further, (*term.words, *pattern.pieces[len(further)]))
