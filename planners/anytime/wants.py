"""What is wanted of a value besides its type: where it comes from, and how its taker has to run."""

from __future__ import annotations

from typing import NamedTuple

from p2c_dsl.types import UNKNOWN, ListOf, MapOf, Size, Type, show


class Manner(NamedTuple):
    """How something has to happen.

    Attributes:
        rounds: How often at most, `None` without a limit: loops around it may not be longer; 0 outside all loops.
        certain: Whether in every run, so that neither a test nor a loop over what may be empty can be around it.
        apart: Whether in another loop than what some rule forbids to come later: what the latter gives in a loop has to
            be collected there.
        fresh: Whether outside the loops that are open now.
    """

    rounds: int | None = None
    certain: bool = False
    apart: bool = False
    fresh: bool = False

    def suits(self, wanted: Manner) -> bool:
        """Whether what happens like this is good enough."""
        often = wanted.rounds is None or (self.rounds is not None and self.rounds <= wanted.rounds)
        return often and self.certain >= wanted.certain and self.apart >= wanted.apart and self.fresh >= wanted.fresh


ANYHOW, CERTAIN, OUTSIDE = Manner(), Manner(certain=True), Manner(0, certain=True, apart=True, fresh=True)


Call = tuple[str, Manner]
"""A call of a subtask, and how it happens."""


class Want(NamedTuple):
    """A value that somebody takes: its type, the facets that look at its origin, and how its taker has to run."""

    type: Type
    judges: frozenset[int] = frozenset()
    manner: Manner = ANYHOW


def parts_of_accumulator(want: Want, fresh: bool) -> tuple[Want, ...]:
    """What is written into an accumulator that is wanted; nothing for other types.

    Its loop may run at will, and not at all unless the accumulator has to hold something. A loop that is still to come
    needs fresh values.
    """
    match want.type:
        case ListOf(element, size):
            return (Want(element, want.judges, _around(want, size, fresh)),)
        case MapOf(key, value, size):
            manner = _around(want, size, fresh)
            written = Want(value, want.judges, manner)
            return (written,) if key == UNKNOWN else (Want(key, manner=manner), written)
    return ()


def carrier(want: Want) -> Want | None:
    """The map that carries a value from the loop that gives it into a later one, where that may be necessary."""
    if not want.manner.apart or want.manner.rounds in (0, 1) or isinstance(want.type, ListOf | MapOf):
        return None
    return Want(MapOf(UNKNOWN, want.type), want.judges, want.manner)


def _around(want: Want, size: Size, fresh: bool) -> Manner:
    """How the writes into an accumulator that is wanted happen."""
    return Manner(certain=want.manner.certain and size.low > 0, fresh=fresh)


def in_order(want: Want) -> tuple[str, list[int], int, bool, bool, bool]:
    """The key by which wants are sorted."""
    manner = want.manner
    return show(want.type), sorted(want.judges), manner.rounds or 0, manner.certain, manner.apart, manner.fresh
