"""What a raw program may say at one place: the names in scope, and the expressions that they make.

A scope knows types and blocks only, and shares nothing with the machine. Names are numbered by their place in
the scope, so that a block uses the names of the blocks before it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from p2c_dsl.spec import Spec, Task
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.nodes import NOWHERE
from p2c_dsl.types import BOTTOM, Enum, ListOf, MapOf, Optional, Record, Type, is_subtype, join

_DEEPEST_LOOKUP = 2


class Filling(NamedTuple):
    """An accumulator that waits for its loop (`open` is false) or is being filled."""

    is_map: bool
    open: bool = False
    key: Type = BOTTOM
    value: Type = BOTTOM

    @property
    def written(self) -> bool:
        """Whether something has been written into it."""
        return self.value != BOTTOM

    @property
    def type(self) -> Type:
        """What it is once it is full."""
        return MapOf(self.key, self.value) if self.is_map else ListOf(self.value)

    def after(self, key: Part | None, value: Part) -> Filling | None:
        """The accumulator after a write; `None` where what is written has no common type with the rest."""
        value_type = join(self.value, value.of)
        key_type = self.key if key is None else join(self.key, key.of)
        if value_type is None or key_type is None:
            return None
        return self._replace(key=key_type, value=value_type)


class Local(NamedTuple):
    """A name in scope. A name of the program's own that is never `used` would change nothing."""

    text: str
    of: Type
    used: bool = False
    filling: Filling | None = None


class Narrowed(NamedTuple):
    """A branch tests whether a name is `None`: its types in the two arms, and around them."""

    at: int
    then: Type
    orelse: Type
    around: Type


class Block(NamedTuple):
    """An open block: a loop's body or an arm. `outside` is how many names are visible around it."""

    kind: str
    outside: int
    fills: tuple[int, ...] = ()
    """A loop's accumulators, by their places."""
    narrowed: Narrowed | None = None
    may_else: bool = False
    restores: tuple[tuple[int, Type], ...] = ()
    """The types that names get back at its end: behind a return in it they were narrowed to what is left."""


class Place(NamedTuple):
    """A place between two lines of a program."""

    names: tuple[Local, ...]
    blocks: tuple[Block, ...] = ()
    empty: bool = True
    """Whether the innermost block has no statement yet."""
    returned: bool = False
    creating: bool = False
    """Whether the last line created an accumulator."""
    acted: bool = False
    """Whether some call is one of those that the spec is about."""

    @property
    def in_loop(self) -> bool:
        """Whether some open block is a loop's."""
        return any(block.kind == "for" for block in self.blocks)

    @property
    def fresh(self) -> str:
        """The next name."""
        return f"v{len(self.names)}"


class Part(NamedTuple):
    """An expression without calls: its type, and the names that it uses, in the order of the text."""

    expr: nodes.Expr
    of: Type
    uses: tuple[int, ...] = ()


def typed(names: tuple[Local, ...], at: int, of: Type) -> tuple[Local, ...]:
    """The names, one of which has another type now."""
    return (*names[:at], names[at]._replace(of=of), *names[at + 1 :])


def variable(text: str) -> nodes.Variable:
    """A name as an expression."""
    return nodes.Variable(nodes.Name(text, NOWHERE))


class Parts:
    """The expressions that can be written with what a spec declares."""

    def __init__(self, spec: Spec, task: Task) -> None:
        self.spec, self.task = spec, task
        self._constants = [Part(variable(c.name), c.type) for c in spec.constants_of(task).values()]
        for of in spec.types.values():
            if isinstance(of, Enum):
                named = [(variable(of.name), nodes.Name(member, NOWHERE)) for member in of.members]
                self._constants += [Part(nodes.Attribute(*name, NOWHERE), of) for name in named]

    def all(self, place: Place) -> list[Part]:
        """Names, constants, fields one deep, and look-ups by any of these: two deep in maps of maps."""
        named = [p for i, n in enumerate(place.names) if n.filling is None for p in self._whole(n, i)]
        keys = found = [*named, *self._constants]
        holders = keys
        for _ in range(_DEEPEST_LOOKUP):
            holders = [p for holder in holders for p in self._lookups(holder, keys)]
            found = [*found, *holders]
        return found

    def _whole(self, name: Local, at: int) -> Iterator[Part]:
        whole = Part(variable(name.text), name.of, (at,))
        yield whole
        yield from self._fields(whole)

    def _fields(self, whole: Part) -> Iterator[Part]:
        fields = self.spec.records[whole.of.name] if isinstance(whole.of, Record) else {}
        for field, of in fields.items():
            expr = nodes.Attribute(whole.expr, nodes.Name(field, NOWHERE), NOWHERE)
            yield whole._replace(expr=expr, of=of)

    def _lookups(self, holder: Part, keys: list[Part]) -> Iterator[Part]:
        if not isinstance(holder.of, MapOf):
            return
        for key in keys:
            if is_subtype(key.of, holder.of.key):
                expr = nodes.Subscript(holder.expr, key.expr, NOWHERE)
                item = Part(expr, holder.of.value, holder.uses + key.uses)
                yield item
                yield from self._fields(item)

    def fitting(self, parts: list[Part], wanted: Type) -> list[Part]:
        """Those of the parts that may stand where a type is wanted; `None` where it may be."""
        none = [Part(nodes.Literal(None, NOWHERE), wanted)] if isinstance(wanted, Optional) else []
        return [p for p in parts if is_subtype(p.of, wanted)] + none
