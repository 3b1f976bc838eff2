"""What `no flow` knows of a composition: which values depend on the source, and whether getting here does."""

from __future__ import annotations

from typing import NamedTuple

from p2c_dsl.machine.identity import Identity
from p2c_dsl.machine.state import State, Value


class Tainted(NamedTuple):
    """The mark of a value that depends on the source.

    `keys` says whether it depends on the source as well which keys it has; where not, `inner` is the mark of what a
    look-up in it gives.
    """

    keys: bool = True
    inner: Mark = None


Mark = Tainted | None
TAINTED = Tainted()


class Round(NamedTuple):
    """What the body of an open loop does somewhere, so that another round comes after it."""

    sinks: bool = False
    looks_up: bool = False


class Reach(NamedTuple):
    """Whether getting here depends on the source: an earlier branch on it may have returned, or a look-up failed."""

    returned: bool = False
    looked_up: bool = False
    rounds: tuple[Round, ...] = ()
    found: frozenset[Identity] = frozenset()
    """What has been looked up on every path to here: looking it up again cannot fail."""

    def after_look_up(self) -> Reach:
        """Once a look-up that tells of the source has not failed."""
        return self._replace(looked_up=True, rounds=tuple(r._replace(looks_up=True) for r in self.rounds))

    def after_sink(self) -> Reach:
        """Once the sink has been called."""
        return self._replace(rounds=tuple(r._replace(sinks=True) for r in self.rounds))

    def other_rounds(self, state: State) -> Round:
        """What other rounds of the open loops may do."""
        other = [r for r, frame in zip(self.rounds, state.loops, strict=True) if frame.repeats]
        return Round(any(r.sinks for r in other), any(r.looks_up for r in other))


def worst(one: Mark, other: Mark) -> Mark:
    """The mark of what may be either."""
    if one is None or other is None:
        return other if one is None else one
    return TAINTED if one.keys or other.keys else Tainted(False, worst(one.inner, other.inner))


def is_own_key(whole: Value, key: Value, state: State) -> bool:
    """Whether the key is the variable of a loop over the very map, which has it for certain."""
    return any(f.variable is key.identity and f.collection.identity == whole.identity for f in state.loops)
