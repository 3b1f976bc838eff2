"""How blocks end: what becomes of their names, and of the accumulators that a loop has filled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from p2c_dsl.syntax import nodes
from tests.exhaustive.scope import Block, Local, Place, typed


class Line(NamedTuple):
    """One line: a statement (a loop or branch without its blocks), `else`, or a block's end (neither)."""

    statement: nodes.Statement | None = None
    is_else: bool = False


class Move(NamedTuple):
    """A line, how many units of size it takes, and where it leads."""

    line: Line
    size: int
    after: Place


def finished(place: Place, first: int) -> bool:
    """Whether the names from `first` on are used, and no accumulator of theirs is unfinished."""
    return all(n.used and n.filling is None for n in place.names[first:])


def ends(place: Place, *, may_else: bool) -> Iterator[Move]:
    """The lines that close the innermost block: `else`, where there may be one, and its end."""
    block = place.blocks[-1]
    if not finished(place, block.outside):
        return
    outer, names = place.blocks[:-1], place.names[: block.outside]
    for at, of in block.restores:
        names = typed(names, at, of)
    if block.kind == "for":
        fillings = [names[at].filling for at in block.fills]
        if all(f is not None and f.written for f in fillings):
            names = tuple(_full(n) if at in block.fills else n for at, n in enumerate(names))
            yield Move(Line(), 0, place._replace(names=names, blocks=outer, returned=False))
        return
    if block.kind == "then" and may_else and block.may_else and not place.returned:
        narrowed = block.narrowed
        orelse = names if narrowed is None else typed(names, narrowed.at, narrowed.orelse)
        inner = block._replace(kind="else", restores=())
        yield Move(Line(is_else=True), 0, place._replace(names=orelse, blocks=(*outer, inner), empty=True))
    yield Move(Line(), 0, _after_branch(place, block, names, outer))


def _full(name: Local) -> Local:
    assert name.filling is not None
    return Local(name.text, name.filling.type)


def _after_branch(place: Place, block: Block, names: tuple[Local, ...], outer: tuple[Block, ...]) -> Place:
    """The place after a branch: a tested name keeps the type of the one arm that goes on."""
    narrowed = block.narrowed
    if narrowed is not None:
        goes_on = narrowed.orelse if block.kind == "then" else narrowed.then
        names = typed(names, narrowed.at, goes_on if place.returned else narrowed.around)
        if place.returned and outer and narrowed.at < outer[-1].outside:
            restores = (*outer[-1].restores, (narrowed.at, narrowed.around))
            outer = (*outer[:-1], outer[-1]._replace(restores=restores))
    return place._replace(names=names, blocks=outer, returned=False)
