"""The state of `no flow`: which values depend on the source, and whether reaching this point does."""

from __future__ import annotations

from typing import NamedTuple

from p2c_dsl.machine.identity import Identity
from p2c_dsl.machine.state import State, Value


class Tainted(NamedTuple):
    """The mark of a value that depends on the source.

    `keys` says whether its set of keys also depends on the source; if not, `inner` is the mark of the result of a
    lookup in it. `typed` says that it depends on the source only because that is a type which stands in its own.
    `fields` are the marks of what was put into a record that was made, until it is taken out of something itself.
    """

    keys: bool = True
    inner: Mark = None
    typed: bool = False
    fields: tuple[tuple[str, Mark], ...] = ()

    def written(self) -> Tainted:
        """The mark of the value where it comes out of an accumulator again, which may depend on more than it did."""
        return Tainted(self.keys, None if self.inner is None else self.inner.written())


Mark = Tainted | None
TAINTED = Tainted()


class Round(NamedTuple):
    """What the body of an open loop does anywhere, so that a later iteration comes after it."""

    sinks: bool = False
    looks_up: bool = False


class Reach(NamedTuple):
    """Whether reaching this point depends on the source, through an earlier `return` or lookup."""

    returned: bool = False
    looked_up: bool = False
    rounds: tuple[Round, ...] = ()
    found: frozenset[Identity] = frozenset()
    """The lookups made on every path to here, which cannot fail when repeated."""

    def after_look_up(self) -> Reach:
        """The state after a successful lookup that reveals something about the source."""
        return self._replace(looked_up=True, rounds=tuple(r._replace(looks_up=True) for r in self.rounds))

    def after_sink(self) -> Reach:
        """The state after a call of the sink."""
        return self._replace(rounds=tuple(r._replace(sinks=True) for r in self.rounds))

    def other_rounds(self, state: State) -> Round:
        """What other iterations of the open loops may do."""
        other = [r for r, frame in zip(self.rounds, state.loops, strict=True) if frame.repeats]
        return Round(any(r.sinks for r in other), any(r.looks_up for r in other))


def taken_out(mark: Mark) -> Mark:
    """The mark of a value that is a field of a record, whose own fields are not told apart."""
    return None if mark is None else mark._replace(fields=())


def worst(one: Mark, other: Mark) -> Mark:
    """The mark of a value that may be either."""
    if one is None or other is None:
        return other if one is None else one
    keys, typed = one.keys or other.keys, one.typed and other.typed
    return Tainted(keys, None if keys else worst(one.inner, other.inner), typed)


def is_own_key(whole: Value, key: Value, state: State) -> bool:
    """Whether the key is the variable of a loop over the same map, which therefore has the key."""
    return any(f.variable is key.identity and f.collection.identity == whole.identity for f in state.loops)
