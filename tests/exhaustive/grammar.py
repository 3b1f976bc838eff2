"""A small raw grammar of compositions, as an automaton over lines.

A program is a row of lines that open and close blocks; each `Place` says which lines may follow. Raw means:
aliases of anything, calls inside calls, look-ups by every value of the key's type, `if not`, early returns,
names that are used again. What would change nothing is left out: names that nobody reads, an accumulator without a loop
right behind it, inputs of one type in another order than that of their declaration (unless a rule names one).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from p2c_dsl.spec import Spec, Subtask, Task
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.nodes import NOWHERE
from p2c_dsl.types import (
    BOOL,
    NONE,
    ListOf,
    MapOf,
    Optional,
    SetOf,
    Type,
    element_of,
    is_subtype,
    join,
)
from tests.exhaustive.scope import Block, Filling, Local, Narrowed, Part, Parts, Place


_DEEPEST_LOOP = 3


class Line(NamedTuple):
    """One line: a statement (a loop or branch without its blocks), `else`, or a block's end (neither)."""

    statement: nodes.Statement | None = None
    is_else: bool = False


class Move(NamedTuple):
    """A line, how many units of size it takes, and where it leads."""

    line: Line
    size: int
    after: Place


@dataclass(frozen=True, slots=True)
class _Called:
    """A call: its units beyond the line's own."""

    call: nodes.Call
    subtask: Subtask
    uses: tuple[int, ...]
    size: int


class Grammar:
    """All raw programs of a spec's task that call one of the `acting` subtasks.

    `without` names kinds of lines that are left out, so that what is left goes deeper: `aliases`, `returns`,
    `lists`, `nested` (calls inside calls), `else`, `not`, `plain` (writes of values that are no collections).
    """

    def __init__(
        self, spec: Spec, task: Task, acting: frozenset[str], without: frozenset[str] = frozenset()
    ) -> None:
        self.spec, self.task, self._acting, self._without = spec, task, acting, without
        self._parts = Parts(spec, task)
        named = {token.text for rule in spec.rules_of(task) for token in rule.tokens}
        self._at: Place | None = None
        self._after: dict[tuple[tuple[int, ...], bool], Place | None] = {}
        """What has been worked out for one place, for many of its lines read the same names."""
        self._alike = [
            [i for i, p in enumerate(task.parameters[:at]) if p.type == q.type and not {p.name, q.name} & named]
            for at, q in enumerate(task.parameters)
        ]

    def start(self) -> Place:
        """Before the first line."""
        names = tuple(Local(p.name, p.type) for p in self.task.parameters)
        return Place(names, acted=not self._acting)

    def is_end(self, place: Place) -> bool:
        """Whether the program may end here."""
        done = place.returned if self.task.result is not None else not place.empty
        return done and place.acted and not place.blocks and self._finished(place, len(self.task.parameters))

    def needs(self, place: Place) -> int:
        """How many units are needed at least until the end."""
        waiting = [n.filling for n in place.names if n.filling is not None and not n.filling.written]
        unread = any(not n.used for n in place.names[len(self.task.parameters) :])
        return (len(waiting) + (not all(f.open for f in waiting))) + (unread or not place.acted)

    def moves(self, place: Place, *, statements: bool = True) -> Iterator[Move]:
        """The lines that may follow; without statements, those that only close a block."""
        if statements and not place.returned:
            yield from self._created(place)
            parts = self._parts.all(place)
            called = list(self._calls(place, parts))
            yield from self._loops(place, parts, called)
            if not place.creating:
                yield from self._statements(place, parts, called)
        if place.blocks and not place.empty and not place.creating:
            yield from self._ends(place)

    def _statements(self, place: Place, parts: list[Part], called: list[_Called]) -> Iterator[Move]:
        for c in called:
            after = self._used(place, c.uses, c.subtask)
            if after is None:
                continue
            if c.subtask.result is None or c.subtask.effects or c.subtask.name in self._acting:
                yield Move(Line(nodes.ExprStatement(c.call, NOWHERE)), 1 + c.size, after)
            if c.subtask.result is not None:
                yield self._assigned(after, c.call, Part(c.call, c.subtask.result), 1 + c.size)
        for part in parts if "aliases" not in self._without else ():
            after = self._used(place, part.uses)
            if after is not None and part.uses:
                yield self._assigned(after, part.expr, part, 1)
        yield from self._branches(place, parts, called)
        yield from self._writes(place, parts, called)
        yield from self._returns(place, parts)

    # ------------------------------------------------------------ names

    def _used(self, place: Place, uses: tuple[int, ...], subtask: Subtask | None = None) -> Place | None:
        """The place after a line that reads these names; `None` if like inputs would be out of order."""
        acted = place.acted or (subtask is not None and subtask.name in self._acting)
        if self._at is not place:
            self._at, self._after = place, {}
        if (uses, acted) not in self._after:
            self._after[uses, acted] = self._reading(place, uses, acted)
        return self._after[uses, acted]

    def _reading(self, place: Place, uses: tuple[int, ...], acted: bool) -> Place | None:
        names = list(place.names)
        for at in uses:
            if at < len(self._alike) and not all(names[i].used for i in self._alike[at]):
                return None
            if not names[at].used:
                names[at] = names[at]._replace(used=True)
        return Place(tuple(names), place.blocks, empty=False, acted=acted)

    def _assigned(self, place: Place, value: nodes.Expr, part: Part, size: int) -> Move:
        statement = nodes.Assign(nodes.Name(place.fresh, NOWHERE), value, NOWHERE)
        names = (*place.names, Local(place.fresh, part.of))
        return Move(Line(statement), size, place._replace(names=names))

    def _finished(self, place: Place, first: int) -> bool:
        """Whether the names from `first` on are used, and no accumulator of theirs is unfinished."""
        return all(n.used and n.filling is None for n in place.names[first:])

    # ------------------------------------------------------------ calls

    def _calls(self, place: Place, parts: list[Part]) -> Iterator[_Called]:
        plain = [c for s in self.spec.subtasks.values() for c in self._given(s, parts)]
        yield from plain
        if "nested" in self._without:
            return
        inner = [
            Part(c.call, c.subtask.result, c.uses)
            for c in plain
            if c.subtask.result is not None and c.subtask.result != BOOL
        ]
        for subtask in self.spec.subtasks.values():
            for at, parameter in enumerate(subtask.parameters):
                for part in inner:
                    if is_subtype(part.of, parameter.type):
                        yield from self._given(subtask, parts, (at, part))

    def _given(
        self, subtask: Subtask, parts: list[Part], inner: tuple[int, Part] | None = None
    ) -> Iterator[_Called]:
        """The subtask's calls; `inner` is an argument that is a call."""
        rows: list[tuple[Part, ...]] = [()]
        for at, parameter in enumerate(subtask.parameters):
            options = [inner[1]] if inner and inner[0] == at else self._parts.fitting(parts, parameter.type)
            rows = [(*row, option) for row in rows for option in options]
        for row in rows:
            call = nodes.Call(nodes.Name(subtask.name, NOWHERE), tuple(p.expr for p in row), (), NOWHERE)
            yield _Called(call, subtask, tuple(u for p in row for u in p.uses), int(inner is not None))

    # ------------------------------------------------------------ accumulators

    def _created(self, place: Place) -> Iterator[Move]:
        for is_map in (True,) if "lists" in self._without else (True, False):
            empty = nodes.EmptyMap(NOWHERE) if is_map else nodes.EmptyList(NOWHERE)
            created = nodes.Assign(nodes.Name(place.fresh, NOWHERE), empty, NOWHERE)
            names = (*place.names, Local(place.fresh, NONE, filling=Filling(is_map)))
            yield Move(Line(created), 0, place._replace(names=names, empty=False, creating=True))

    def _writes(self, place: Place, parts: list[Part], called: list[_Called]) -> Iterator[Move]:
        plain = "plain" not in self._without
        values = [(p, 0, None) for p in parts if plain or isinstance(p.of, MapOf | ListOf)]
        results = [(c, c.subtask.result) for c in called if c.subtask.result is not None]
        values += [(Part(c.call, of, c.uses), c.size, c.subtask) for c, of in results]
        for at, name in enumerate(place.names):
            filling = name.filling
            if filling is None or not filling.open:
                continue
            keys = [p for p in parts if not isinstance(p.of, SetOf | MapOf | ListOf)] if filling.is_map else [None]
            for value, size, subtask in values:
                for key in keys:
                    after = self._used(place, value.uses + (key.uses if key else ()), subtask)
                    filled = _filled(filling, key, value)
                    if after is None or filled is None:
                        continue
                    target = nodes.Name(name.text, NOWHERE)
                    statement: nodes.Statement = nodes.Append(target, value.expr, NOWHERE)
                    if key is not None:
                        statement = nodes.SetItem(target, key.expr, value.expr, NOWHERE)
                    changed = after.names[at]._replace(filling=filled)
                    names = (*after.names[:at], changed, *after.names[at + 1 :])
                    yield Move(Line(statement), 1 + size, after._replace(names=names))

    # ------------------------------------------------------------ blocks

    def _loops(self, place: Place, parts: list[Part], called: list[_Called]) -> Iterator[Move]:
        if sum(block.kind == "for" for block in place.blocks) == _DEEPEST_LOOP:
            return
        over = [(p, 0, None) for p in parts]
        results = [(c, c.subtask.result) for c in called if c.subtask.result is not None]
        over += [(Part(c.call, of, c.uses), c.size, c.subtask) for c, of in results]
        first = place.blocks[-1].outside if place.blocks else 0
        fills = tuple(
            at for at, n in enumerate(place.names) if at >= first and n.filling and not n.filling.open
        )
        for collection, size, subtask in over:
            element = element_of(collection.of)
            after = self._used(place, collection.uses, subtask)
            if element is None or after is None:
                continue
            names = tuple(
                n._replace(filling=n.filling._replace(open=True)) if at in fills and n.filling else n
                for at, n in enumerate(after.names)
            )
            statement = nodes.For(nodes.Name(place.fresh, NOWHERE), collection.expr, (), NOWHERE)
            block = Block("for", len(names), fills)
            inside = (*names, Local(place.fresh, element, used=True))
            yield Move(
                Line(statement),
                1 + size,
                after._replace(names=inside, blocks=(*place.blocks, block), empty=True),
            )

    def _branches(self, place: Place, parts: list[Part], called: list[_Called]) -> Iterator[Move]:
        tested = [(p, 0, None) for p in parts]
        tested += [
            (Part(c.call, BOOL, c.uses), c.size, c.subtask) for c in called if c.subtask.result == BOOL
        ]
        for part, size, subtask in tested:
            after = self._used(place, part.uses, subtask)
            if after is None:
                continue
            if part.of == BOOL:
                yield self._branch(after, part.expr, size, Block("then", len(place.names), may_else=True))
                if "not" not in self._without:
                    negated = nodes.Not(part.expr, NOWHERE)
                    yield self._branch(after, negated, size, Block("then", len(place.names)))
            elif isinstance(part.of, Optional):
                at = part.uses[0] if isinstance(part.expr, nodes.Variable) else None
                for some in (True, False):
                    then, orelse = (part.of.inner, NONE) if some else (NONE, part.of.inner)
                    narrowed = None if at is None else Narrowed(at, then, orelse, part.of)
                    block = Block("then", len(place.names), narrowed=narrowed, may_else=some)
                    yield self._branch(after, nodes.IsNone(part.expr, some, NOWHERE), size, block)

    def _branch(self, place: Place, condition: nodes.Expr, size: int, block: Block) -> Move:
        names = place.names if block.narrowed is None else _typed(place.names, block.narrowed.at, block.narrowed.then)
        after = place._replace(names=names, blocks=(*place.blocks, block), empty=True)
        return Move(Line(nodes.If(condition, (), (), False, NOWHERE)), 1 + size, after)

    def _ends(self, place: Place) -> Iterator[Move]:
        block = place.blocks[-1]
        if not self._finished(place, block.outside):
            return
        outer, names = place.blocks[:-1], place.names[: block.outside]
        if block.kind == "for":
            fillings = [names[at].filling for at in block.fills]
            if all(f is not None and f.written for f in fillings):
                names = tuple(_full(n) if at in block.fills else n for at, n in enumerate(names))
                yield Move(Line(), 0, place._replace(names=names, blocks=outer, returned=False))
            return
        may_else = block.may_else and "else" not in self._without
        if block.kind == "then" and may_else and not place.returned:
            narrowed = block.narrowed
            orelse = names if narrowed is None else _typed(names, narrowed.at, narrowed.orelse)
            inner = block._replace(kind="else")
            yield Move(
                Line(is_else=True), 0, place._replace(names=orelse, blocks=(*outer, inner), empty=True)
            )
        yield Move(Line(), 0, _after_branch(place, block, names, outer))

    def _returns(self, place: Place, parts: list[Part]) -> Iterator[Move]:
        if place.in_loop or not (place.blocks or self.task.result):
            return
        if self.task.result is None and "returns" in self._without:
            return
        if self.task.result is None:
            yield Move(Line(nodes.Return(None, NOWHERE)), 1, place._replace(returned=True, empty=False))
            return
        for part in self._parts.fitting(parts, self.task.result):
            after = self._used(place, part.uses)
            if after is not None:
                yield Move(Line(nodes.Return(part.expr, NOWHERE)), 1, after._replace(returned=True))


def _filled(filling: Filling, key: Part | None, value: Part) -> Filling | None:
    joined = join(filling.value, value.of)
    key_type = filling.key if key is None else join(filling.key, key.of)
    if joined is None or key_type is None:
        return None
    return filling._replace(key=key_type, value=joined)


def _full(name: Local) -> Local:
    assert name.filling is not None
    return Local(name.text, name.filling.type)


def _typed(names: tuple[Local, ...], at: int, of: Type) -> tuple[Local, ...]:
    return (*names[:at], names[at]._replace(of=of), *names[at + 1 :])


def _after_branch(place: Place, block: Block, names: tuple[Local, ...], outer: tuple[Block, ...]) -> Place:
    """The place after a branch: a tested name keeps the type of the one arm that goes on."""
    narrowed = block.narrowed
    if narrowed is not None:
        goes_on = narrowed.orelse if block.kind == "then" else narrowed.then
        names = _typed(names, narrowed.at, goes_on if place.returned else narrowed.around)
    return place._replace(names=names, blocks=outer, returned=False)
