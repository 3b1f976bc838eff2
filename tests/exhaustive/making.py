"""The lists and records that can be made from some expressions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from p2c_dsl.spec import Spec
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.nodes import NOWHERE
from p2c_dsl.types import ListOf, Optional, Record
from tests.exhaustive.scope import Part, Parts


def made(parts: list[Part], among: Parts, spec: Spec, kinds: frozenset[str]) -> Iterator[Part]:
    """Lists of two values of one type, where `kinds` has `made`, and records, where it has `records`."""
    if "made" in kinds:
        for one, other in product(parts, repeat=2):
            if one.of == other.of:
                yield Part(nodes.ListDisplay((one.expr, other.expr), NOWHERE), ListOf(one.of), one.uses + other.uses)
    if "records" in kinds:
        for of in spec.types.values():
            if isinstance(of, Record):
                yield from _records(of, parts, among, spec)


def _records(record: Record, parts: list[Part], among: Parts, spec: Spec) -> Iterator[Part]:
    """Records of one type, with and without each optional field."""
    options: list[Sequence[tuple[str, Part] | None]] = [
        [*[None] * isinstance(of, Optional), *((name, part) for part in among.fitting(parts, of))]
        for name, of in spec.records[record.name].items()
    ]
    for row in product(*options):
        given = [field for field in row if field is not None]
        named = tuple((nodes.Name(name, NOWHERE), part.expr) for name, part in given)
        value = nodes.Call(nodes.Name(record.name, NOWHERE), (), named, NOWHERE)
        yield Part(value, record, tuple(use for _, part in given for use in part.uses))
