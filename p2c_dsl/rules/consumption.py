"""What a composition has consumed so far, as `shape tree` needs to know it."""

from __future__ import annotations

from dataclasses import dataclass

from rpds import HashTrieSet

from p2c_dsl.machine.identity import Identity, VariableSlot, mentions_slot_from
from p2c_dsl.machine.log import Log, apart, since
from p2c_dsl.machine.state import LoopFrame


@dataclass(frozen=True, slots=True, eq=False)
class Consumption:
    """The consumed values: `wholes` are the values themselves, and `touched` also contains all that they are part of.

    `log` lists the consumptions, newest first, as nested pairs whose tails are shared by all later states, so that a
    join of two arms only looks at what they have added.
    """

    wholes: HashTrieSet[Identity]
    touched: HashTrieSet[Identity]
    log: Log[Identity] = None
    length: int = 0

    def add(self, identity: Identity) -> Consumption:
        """With one more consumption."""
        touched = self.touched
        for whole in _wholes(identity):
            touched = touched.insert(whole)
        return Consumption(self.wholes.insert(identity), touched, (identity, self.log), self.length + 1)

    def conflicts(self, identity: Identity) -> bool:
        """Whether the value, a part of it, or a value that it is part of has been consumed."""
        return identity in self.touched or any(whole in self.wholes for whole in _wholes(identity))

    def join(self, other: Consumption) -> Consumption:
        """The consumptions of both arms."""
        joined = other
        for identity in reversed(apart(self.log, self.length, other.log, other.length)):
            joined = joined.add(identity)
        return joined

    def forget(self, before: Consumption, first: int) -> Consumption:
        """Without what has been consumed since `before` of values in slots from `first` on."""
        added = list(since(self.log, before.log))
        kept = [identity for identity in reversed(added) if not mentions_slot_from(identity, first)]
        if len(kept) == len(added):
            return self
        for identity in kept:
            before = before.add(identity)
        return before


def _wholes(identity: Identity) -> list[Identity]:
    """The value itself and all that it is part of."""
    result = [identity]
    while (whole := _whole(identity)) is not None:
        result.append(whole)
        identity = whole
    return result


def _whole(identity: Identity) -> Identity | None:
    """What a value is a part of."""
    match identity:
        case ("field" | "item", VariableSlot() | tuple() as whole, *_):
            return whole
    return None


def collapsed(identity: Identity) -> Identity:
    """A part's value number without keys: two keys may be equal, so all values of a map count as one."""
    match identity:
        case ("field", VariableSlot() | tuple() as base, name):
            return ("field", collapsed(base), name)
        case ("item", VariableSlot() | tuple() as base, _):
            return ("item", collapsed(base))
    return identity


def once_a_round(identity: Identity, frame: LoopFrame) -> bool:
    """Whether each iteration consumes a different value: one from inside the loop, or under its own key."""
    while True:
        match identity:
            case ("item", _, key) if key is frame.variable and frame.collection.distinct:
                return True
        whole = _whole(identity)
        if whole is None:
            return isinstance(identity, VariableSlot) and identity.number >= frame.first
        identity = whole
