"""How many different values of a type a run is sure to meet."""

from __future__ import annotations

from p2c_dsl.feasibility.hand import Hand, having
from p2c_dsl.feasibility.world import Asked
from p2c_dsl.spec import Spec
from p2c_dsl.types import (
    BOOL,
    FLOAT,
    INT,
    TEXT,
    Base,
    Bounded,
    Enum,
    NewType,
    Optional,
    Type,
    allows_literal,
    is_subtype,
)


def distinct(asked: Asked, hand: Hand, of: Type) -> int | None:
    """How many different values of a type the worst run meets at most, `None` without a limit.

    All values of a type are equal, except elements of one set, keys of one map, and constants.
    """
    if isinstance(of, Optional):
        inner = distinct(asked, hand, of.inner)
        return None if inner is None else inner + 1
    if isinstance(of, Enum):
        return len(of.members)
    if _has_literals(asked.spec, of):
        return None
    types = {t for t in hand.types if is_subtype(t, of)} | {of}
    many = sum(max(1, having(hand, lambda element, t=t: is_subtype(element, t))) for t in types)  # type: ignore[misc]
    fixed = sum(is_subtype(c.type, of) for c in asked.spec.constants_of(asked.task).values())
    defaults = sum(is_subtype(p.type, of) for s in asked.spec.subtasks.values() for p in s.parameters if p.optional)
    return many + fixed + defaults


def _has_literals(spec: Spec, of: Type) -> bool:
    """Whether free literals can be values of a type."""
    if isinstance(of, Bounded):
        return _has_literals(spec, of.base)
    if not isinstance(of, Base | NewType):
        return False
    if of in (BOOL, INT, FLOAT, TEXT):
        return True
    declared = [t for t in spec.types.values() if is_subtype(t, of)]
    given = [p.type for s in spec.subtasks.values() for p in s.parameters if p.literal]
    return any(map(allows_literal, (of, *declared))) or any(is_subtype(of, t) or is_subtype(t, of) for t in given)
