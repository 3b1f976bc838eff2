"""How many programs of each size a grammar has, and each of them by its number."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate

from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.nodes import NOWHERE
from tests.exhaustive.blocks import Line
from tests.exhaustive.grammar import Grammar
from tests.exhaustive.scope import Place


@dataclass(frozen=True, slots=True)
class _Fork:
    """The ways on from a place with some units left: lines that lead to one place stand together."""

    total: int
    ends: bool
    ways: tuple[tuple[tuple[Line, ...], _Fork], ...]
    bounds: tuple[int, ...]
    """How many programs there are up to the end of each way."""


_NOTHING = _Fork(0, False, (), ())


_Grouped = tuple[tuple[tuple[int, Place], tuple[Line, ...]], ...]
"""Lines by their sizes and by where they lead."""


class Programs:
    """The programs of a grammar. Programs of one size are numbered from 0."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self._forks: dict[tuple[Place, int], _Fork] = {}
        self._moves: dict[tuple[Place, int], _Grouped] = {}

    def count(self, size: int) -> int:
        """How many programs have exactly that size."""
        return self._fork(self._grammar.start(), size).total

    def program(self, size: int, number: int) -> nodes.ComposeDecl:
        """One of them."""
        lines: list[Line] = []
        fork = self._fork(self._grammar.start(), size)
        while not (fork.ends and number == fork.total - 1):
            way = bisect_right(fork.bounds, number)
            choices, after = fork.ways[way]
            number -= fork.bounds[way - 1] if way else 0
            choice, number = divmod(number, after.total)
            lines.append(choices[choice])
            fork = after
        task = self._grammar.task
        parameters = tuple(nodes.Name(p.name, NOWHERE) for p in task.parameters)
        body = _block(iter(lines))[0]
        return nodes.ComposeDecl(nodes.Name(task.name, NOWHERE), parameters, body, NOWHERE)

    def _fork(self, place: Place, size: int) -> _Fork:
        known = self._forks.get((place, size))
        if known is not None:
            return known
        ways = []
        for (used, after), lines in self._grouped(place, size):
            if used <= size and self._grammar.needs(after) <= size - used:
                fork = self._fork(after, size - used)
                if fork.total:
                    ways.append((lines, fork))
        ends = size == 0 and self._grammar.is_end(place)
        bounds = tuple(accumulate(len(lines) * fork.total for lines, fork in ways))
        total = (bounds[-1] if bounds else 0) + ends
        result = _Fork(total, ends, tuple(ways), bounds) if total else _NOTHING
        self._forks[place, size] = result
        return result

    def _grouped(self, place: Place, units: int) -> _Grouped:
        """The lines that may follow; from two units on, how many there are makes no difference."""
        key = place, min(units, 2)
        if key not in self._moves:
            groups: dict[tuple[int, Place], list[Line]] = {}
            for move in self._grammar.moves(*key):
                groups.setdefault((move.size, move.after), []).append(move.line)
            self._moves[key] = tuple((way, tuple(lines)) for way, lines in groups.items())
        return self._moves[key]


def _block(lines: Iterator[Line]) -> tuple[tuple[nodes.Statement, ...], Line | None]:
    """The statements up to the line that closes the block, and that line."""
    statements: list[nodes.Statement] = []
    for line in lines:
        statement = line.statement
        if statement is None:
            return tuple(statements), line
        if isinstance(statement, nodes.For):
            statement = replace(statement, body=_block(lines)[0])
        elif isinstance(statement, nodes.If):
            body, last = _block(lines)
            orelse = _block(lines)[0] if last is not None and last.is_else else ()
            statement = replace(statement, body=body, orelse=orelse)
        statements.append(statement)
    return tuple(statements), None
