"""The lines after a node by their words: a trie that is built lazily."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from p2c_dsl.planners.lines.pattern import NEVER, Line, Pattern, Weigh
from p2c_dsl.planners.lines.terms import Lexemes, Term


class Thread(NamedTuple):
    """One way to read the words so far: a pattern, the terms chosen in it, and the words up to the next place."""

    pattern: Pattern
    chosen: tuple[Term, ...]
    pending: Lexemes


class LinePrefix:
    """The first words of a line. No line is a prefix of another.

    Attributes:
        written, spent: How many words it has, and what they weigh.
        line: The whole line, where this is one.
        best, cost: A line with this prefix that can be completed, and what the rest of it and its completion cost.
        failed: The greatest budget within which it is known (or held, see `Completions`) that none can.
    """

    __slots__ = ("_branches", "_threads", "_weigh", "best", "cost", "failed", "line", "spent", "written")

    def __init__(
        self,
        threads: Iterable[Thread],
        weigh: Weigh,
        written: int = 0,
        spent: int = 0,
        line: Line | None = None,
    ) -> None:
        self._threads, self._weigh, self.spent = tuple(threads), weigh, spent
        self._branches: dict[str, LinePrefix] | None = None
        self.written, self.line = written, line
        self.best: Line | None = None
        self.cost, self.failed = NEVER, -1

    @property
    def branches(self) -> dict[str, LinePrefix]:
        """What may come next, by the next word."""
        if self._branches is None:
            threads_by_word: dict[str, list[Thread]] = {}
            for pattern, chosen, (word, *rest) in self._threads:
                threads_by_word.setdefault(word, []).extend(_opened(Thread(pattern, chosen, tuple(rest))))
            self._branches = {}
            self._branches = {word: self._branch(word, threads) for word, threads in threads_by_word.items()}
        if self.best is not None and self.line is None:
            word = self.best.words[self.written]
            self._branches[word].record(self.best, self.cost - self._weigh(word))
        return self._branches

    def record(self, line: Line, cost: int) -> None:
        """Keeps a line that can be completed, with the cost of the rest of it and its completion, if that is lower."""
        if cost < self.cost:
            self.best, self.cost = line, cost

    def _branch(self, word: str, threads: list[Thread]) -> LinePrefix:
        whole = next((t for t in threads if not t.pending), None)
        line = None if whole is None else next(whole.pattern.lines(whole.chosen), None)
        going_on, spent = [t for t in threads if t.pending], self.spent + self._weigh(word)
        return LinePrefix(going_on, self._weigh, self.written + 1, spent, line)

    def lines(self) -> Iterator[Line]:
        """The lines with this prefix."""
        if self.line is not None:
            yield self.line
        for thread in self._threads:
            yield from thread.pattern.lines(thread.chosen)


def opening(patterns: Iterable[Pattern], weigh: Weigh) -> LinePrefix:
    """The empty prefix of all lines of some patterns."""
    return LinePrefix((t for p in patterns for t in _opened(Thread(p, (), p.pieces[0]))), weigh)


def _opened(thread: Thread) -> Iterator[Thread]:
    """The thread; or if its words end at a place, one thread for each term that may stand there."""
    pattern, chosen, pending = thread
    if pending or len(chosen) == len(pattern.choices):
        yield thread
        return
    for term in pattern.choices[len(chosen)]:
        further = (*chosen, term)
        yield Thread(pattern, further, (*term.words, *pattern.pieces[len(further)]))
