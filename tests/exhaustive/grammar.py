"""A small raw grammar of compositions, as an automaton over lines.

A program is a row of lines that open and close blocks; each `Place` says which lines may follow. Raw means:
aliases of anything, calls inside calls, look-ups by every value of the key's type, `if not`, early returns,
names that are used again. What would change nothing is left out: names that nobody reads, an accumulator without a loop
right behind it, inputs of one type in another order than that of their declaration (unless a rule names one).
"""

from __future__ import annotations

from collections.abc import Iterator
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
)
from tests.exhaustive.blocks import Line, Move, ends, finished
from tests.exhaustive.calls import Called, Calls
from tests.exhaustive.conditions import CONDITIONS
from tests.exhaustive.making import made
from tests.exhaustive.scope import (
    Block,
    Filling,
    Local,
    Narrowed,
    Part,
    Parts,
    Place,
    typed,
)

_DEEPEST_LOOP = 2
"""Four rounds show what two loops do to each other; eight would take a thousand times as many worlds."""


_Value = tuple[Part, int, Subtask | None]
"""An expression, its units of size beyond the line's own, and what it calls."""


class _Words(NamedTuple):
    """What can be written at a place."""

    parts: list[Part]
    called: list[Called]
    values: list[_Value]
    """Parts, and the results of calls."""


class Grammar:
    """All raw programs of a spec's task that call one of the `acting` subtasks.

    `without` names kinds of lines that are left out, so that what is left goes deeper: `aliases`, `returns`,
    `lists`, `nested` (calls inside calls), `else`, `not`, `plain` (writes of values that are not collections).
    `also` names those that come in addition: kinds of conditions, lists that are `made` from two values, and `records`.
    """

    def __init__(
        self,
        spec: Spec,
        task: Task,
        acting: frozenset[str],
        without: frozenset[str] = frozenset(),
        also: frozenset[str] = frozenset(),
    ) -> None:
        self.spec, self.task, self._acting, self._without, self._also = spec, task, acting, without, also
        self._parts = Parts(spec, task)
        self._calls = Calls(spec, self._parts, nested="nested" not in without)
        named = {token.text for rule in spec.rules_of(task) for token in rule.tokens}
        self._known: dict[tuple[tuple[str, Type] | None, ...], _Words] = {}
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
        return done and place.acted and not place.blocks and finished(place, len(self.task.parameters))

    def needs(self, place: Place) -> int:
        """How many units are needed at least until the end."""
        waiting = [n.filling for n in place.names if n.filling is not None and not n.filling.written]
        unread = any(not n.used for n in place.names[len(self.task.parameters) :])
        return (len(waiting) + (not all(f.open for f in waiting))) + (unread or not place.acted)

    def moves(self, place: Place, units: int) -> Iterator[Move]:
        """The lines that may follow, where the program is to have that many units more.

        The last unit is a line that needs no other: no loop, no branch, no name that has yet to be read.
        """
        if units and not place.returned:
            words = self._words(place)
            if units > 1:
                yield from self._created(place)
                yield from self._loops(place, words)
            if not place.creating:
                yield from self._statements(place, words, units)
        if place.blocks and not place.empty and not place.creating:
            yield from ends(place, may_else="else" not in self._without)

    def _words(self, place: Place) -> _Words:
        """The expressions at a place, which are the same wherever the same names are in scope."""
        names = tuple((n.text, n.of) if n.filling is None else None for n in place.names)
        if names not in self._known:
            parts = self._parts.all(place)
            called = self._calls.all(parts)
            results = [(c, c.subtask.result) for c in called]
            values: list[_Value] = [(part, 0, None) for part in parts]
            values += [(Part(c.call, of, c.uses), c.size, c.subtask) for c, of in results if of is not None]
            self._known[names] = _Words(parts, called, values)
        return self._known[names]

    def _statements(self, place: Place, words: _Words, units: int) -> Iterator[Move]:
        for c in words.called:
            after = self._used(place, c.uses, c.subtask)
            if after is None:
                continue
            if c.subtask.result is None or c.subtask.effects or c.subtask.name in self._acting:
                yield Move(Line(nodes.ExprStatement(c.call, NOWHERE)), 1 + c.size, after)
            if c.subtask.result is not None and units > 1:
                yield self._assigned(after, c.call, c.subtask.result, 1 + c.size)
        if units > 1:
            yield from self._aliases(place, words)
            yield from self._made(place, words)
            yield from self._branches(place, words)
        yield from self._writes(place, words)
        yield from self._returns(place, words.parts)

    def _aliases(self, place: Place, words: _Words) -> Iterator[Move]:
        for part in words.parts if "aliases" not in self._without else ():
            after = self._used(place, part.uses)
            if after is not None and part.uses:
                yield self._assigned(after, part.expr, part.of, 1)

    def _made(self, place: Place, words: _Words) -> Iterator[Move]:
        for part in made(words.parts, self._parts, self.spec, self._also):
            after = self._used(place, part.uses)
            if after is not None and part.uses:
                yield self._assigned(after, part.expr, part.of, 1)

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

    def _assigned(self, place: Place, value: nodes.Expr, of: Type, size: int) -> Move:
        statement = nodes.Assign(nodes.Name(place.fresh, NOWHERE), value, NOWHERE)
        return Move(Line(statement), size, place._replace(names=(*place.names, Local(place.fresh, of))))

    # ------------------------------------------------------------ accumulators

    def _created(self, place: Place) -> Iterator[Move]:
        for is_map in (True,) if "lists" in self._without else (True, False):
            empty = nodes.EmptyMap(NOWHERE) if is_map else nodes.EmptyList(NOWHERE)
            created = nodes.Assign(nodes.Name(place.fresh, NOWHERE), empty, NOWHERE)
            names = (*place.names, Local(place.fresh, NONE, filling=Filling(is_map)))
            yield Move(Line(created), 0, place._replace(names=names, empty=False, creating=True))

    def _writes(self, place: Place, words: _Words) -> Iterator[Move]:
        plain = "plain" not in self._without
        values = [v for v in words.values if v[2] is not None or plain or isinstance(v[0].of, MapOf | ListOf)]
        keys = [p for p in words.parts if not isinstance(p.of, SetOf | MapOf | ListOf)]
        for at, name in enumerate(place.names):
            filling = name.filling
            if filling is None or not filling.open:
                continue
            for value, size, subtask in values:
                for key in keys if filling.is_map else (None,):
                    after = self._used(place, value.uses + (key.uses if key else ()), subtask)
                    filled = filling.after(key, value)
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

    def _loops(self, place: Place, words: _Words) -> Iterator[Move]:
        if sum(block.kind == "for" for block in place.blocks) == _DEEPEST_LOOP:
            return
        first = place.blocks[-1].outside if place.blocks else 0
        fills = tuple(at for at, n in enumerate(place.names) if at >= first and n.filling and not n.filling.open)
        for collection, size, subtask in words.values:
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

    def _branches(self, place: Place, words: _Words) -> Iterator[Move]:
        for kind in sorted(CONDITIONS.keys() & self._also):
            for condition in CONDITIONS[kind](words.parts):
                yield from self._tested(place, *condition)
        for part, size, subtask in words.values:
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

    def _tested(self, place: Place, condition: nodes.Expr, uses: tuple[int, ...], size: int) -> Iterator[Move]:
        after = self._used(place, uses)
        if after is not None:
            yield self._branch(after, condition, size, Block("then", len(place.names), may_else=True))

    def _branch(self, place: Place, condition: nodes.Expr, size: int, block: Block) -> Move:
        names = place.names if block.narrowed is None else typed(place.names, block.narrowed.at, block.narrowed.then)
        after = place._replace(names=names, blocks=(*place.blocks, block), empty=True)
        return Move(Line(nodes.If(condition, (), (), False, NOWHERE)), 1 + size, after)

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
