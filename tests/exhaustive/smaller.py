"""The smallest program that still shows a fault, by leaving out lines and blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from p2c_dsl.syntax import nodes

_Block = tuple[nodes.Statement, ...]


def smallest(compose: nodes.ComposeDecl, still: Callable[[nodes.ComposeDecl], bool]) -> nodes.ComposeDecl:
    """The composition without whatever can be left out while `still` holds of it."""
    for body in _smaller(compose.body):
        candidate = replace(compose, body=body)
        if body and still(candidate):
            return smallest(candidate, still)
    return compose


def _smaller(block: _Block) -> Iterator[_Block]:
    """The block with one statement left out, replaced by its own block, or made smaller inside."""
    for at, statement in enumerate(block):
        before, after = block[:at], block[at + 1 :]
        yield (*before, *after)
        match statement:
            case nodes.For(body=body):
                yield (*before, *body, *after)
                yield from ((*before, replace(statement, body=b), *after) for b in _smaller(body) if b)
            case nodes.If(body=body, orelse=orelse):
                yield (*before, *body, *after)
                yield (*before, *orelse, *after)
                yield from ((*before, replace(statement, body=b), *after) for b in _smaller(body) if b)
                yield from ((*before, replace(statement, orelse=b), *after) for b in _smaller(orelse))
