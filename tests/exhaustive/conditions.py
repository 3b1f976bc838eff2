"""Conditions that a subject's programs have in addition to tests of one value, by the names in `# with:`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.nodes import NOWHERE
from p2c_dsl.types import BOOL, FLOAT, Optional, is_comparable, is_subtype
from tests.exhaustive.scope import Part

_NUMBERS = ("==", "!=", "<", "<=", ">", ">=")
"""The comparisons of numbers; other values have the first two."""


class Joined(NamedTuple):
    """A condition, the names that it uses, and its units of size beyond the line's own."""

    expr: nodes.Expr
    uses: tuple[int, ...]
    size: int


def comparisons(parts: Sequence[Part]) -> Iterator[Joined]:
    """Two values compared, also joined with a Bool."""
    compared = [p for p in parts if is_comparable(p.of) and p.of != BOOL and not isinstance(p.of, Optional)]
    truths = [p for p in parts if p.of == BOOL]
    for one, other in combinations(compared, 2):
        if one.of != other.of or not one.uses:
            continue
        for operator in _NUMBERS if is_subtype(one.of, FLOAT) else _NUMBERS[:2]:
            comparison = nodes.Compare(one.expr, operator, other.expr, NOWHERE)
            uses = one.uses + other.uses
            yield Joined(comparison, uses, 0)
            if isinstance(one.expr, nodes.Subscript) or isinstance(other.expr, nodes.Subscript):
                continue
            for truth in truths:
                for joined in (nodes.And, nodes.Or):
                    yield Joined(joined((truth.expr, comparison), NOWHERE), truth.uses + uses, 1)


def junctions(parts: Sequence[Part]) -> Iterator[Joined]:
    """Two variables joined by `and` or `or`, the second one also negated."""
    truths = [p for p in parts if p.of == BOOL and isinstance(p.expr, nodes.Variable)]
    for one, other in combinations(truths, 2):
        for second in (other.expr, nodes.Not(other.expr, NOWHERE)):
            for joined in (nodes.And, nodes.Or):
                yield Joined(joined((one.expr, second), NOWHERE), one.uses + other.uses, 1)


CONDITIONS: Mapping[str, Callable[[Sequence[Part]], Iterator[Joined]]] = {
    "comparisons": comparisons,
    "junctions": junctions,
}
