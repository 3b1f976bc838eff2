"""What is wanted of a value besides its type: where it comes from, and how its taker has to run."""

from __future__ import annotations

from typing import NamedTuple

from p2c_dsl.types import UNKNOWN, ListOf, MapOf, Size, Type, is_subtype, show


class Manner(NamedTuple):
    """How something has to happen.

    Attributes:
        rounds: How often at most, `None` without a limit: loops around it may not be longer; 0 outside all loops.
        certain: Whether in every run, so that neither a test nor a loop over what may be empty can be around it.
        apart: Whether in another loop than what some rule forbids to come later: what the latter gives in a loop has to
            be collected there.
        fresh: Whether outside the loops that are open now.
        steady: Whether in every iteration of the loops that rules ask for, so that nothing else is around it that may
            not run. What is certain is steady.
        inside: Whether in the loops that are open now.
    """

    rounds: int | None = None
    certain: bool = False
    apart: bool = False
    fresh: bool = False
    steady: bool = False
    inside: bool = False

    def suits(self, wanted: Manner) -> bool:
        """Whether what happens like this is good enough."""
        often = wanted.rounds is None or (self.rounds is not None and self.rounds <= wanted.rounds)
        own, others = self[1:], wanted[1:]
        return often and all(one >= other for one, other in zip(own, others, strict=True))

    @property
    def before(self) -> Manner:
        """How something happens that has to come before what happens like this."""
        return Manner(certain=self.certain, steady=self.steady)

    @property
    def strictness(self) -> tuple[float | bool, ...]:
        """The key by which manners are compared: what suits few others comes last."""
        often = float("-inf") if self.rounds is None else -self.rounds
        return often, *self[1:]


ANYHOW, STEADY, CERTAIN = Manner(), Manner(steady=True), Manner(certain=True, steady=True)
OUTSIDE = Manner(0, certain=True, apart=True, fresh=True, steady=True)
AT_HAND = OUTSIDE._replace(inside=True)
"""How what stands outside all blocks is there: all of what is in scope can be used in the loops that are open."""


Call = tuple[str, Manner]
"""A call of a subtask, and how it happens."""


class Want(NamedTuple):
    """A value that somebody takes: its type, the facets that look at its origin, and how its taker has to run.

    `named`: whether it must be a variable or a field of one, as keys of look-ups must be.
    """

    type: Type
    judges: frozenset[int] = frozenset()
    manner: Manner = ANYHOW
    named: bool = False

    def serves(self, other: Want) -> bool:
        """Whether a value that is wanted like this is good enough for somebody else."""
        good = self.judges >= other.judges and self.named >= other.named and self.manner.suits(other.manner)
        return good and is_subtype(self.type, other.type)


def parts_of_accumulator(want: Want, fresh: bool) -> tuple[Want, ...]:
    """What is written into an accumulator that is wanted; nothing for other types.

    Its loop may run at will, and not at all unless the accumulator has to hold something. A loop that is still to come
    needs fresh values.
    """
    match want.type:
        case ListOf(element, size):
            return (Want(element, want.judges, _around(want, size, fresh)),)
        case MapOf(key, value, size):
            # What carries values from one loop into another has one for each key.
            manner = _around(want, Size(1) if key == UNKNOWN else size, fresh)
            written = Want(value, want.judges, manner)
            return (written,) if key == UNKNOWN else (Want(key, manner=manner), written)
    return ()


def key_of(want: Want, of: Type) -> Want:
    """The key that a look-up takes which gives what is wanted."""
    return Want(of, manner=want.manner, named=True)


def carrier(want: Want) -> Want | None:
    """The map that carries a value from the loop that gives it into a later one, where that may be necessary."""
    elsewhere = want.manner.apart and want.manner.rounds not in (0, 1)
    if want.named or not elsewhere or isinstance(want.type, ListOf | MapOf):
        return None
    return Want(MapOf(UNKNOWN, want.type), want.judges, want.manner)


def _around(want: Want, size: Size, fresh: bool) -> Manner:
    """How the writes into an accumulator that is wanted happen."""
    filled = size.low > 0
    inside = want.manner.inside or not fresh
    certain, steady = want.manner.certain and filled, want.manner.steady and filled
    return Manner(certain=certain, fresh=not inside, steady=steady, inside=inside)


def in_order(want: Want) -> tuple[str, list[int], bool, int, tuple[float | bool, ...]]:
    """The key by which wants are sorted."""
    manner = want.manner
    return show(want.type), sorted(want.judges), want.named, manner.rounds or 0, manner.strictness[1:]
