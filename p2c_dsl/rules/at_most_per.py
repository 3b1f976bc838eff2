"""`at most N E per K`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, Explanation, Narrator, Violation
from p2c_dsl.machine.facts import Identity
from p2c_dsl.machine.state import LoopFrame, State, Value
from p2c_dsl.rules.base import Event, Names, Occurrence, Rule, RuleError
from p2c_dsl.rules.multiplicity import add, exceeds, greatest, loop_notes, rounds, times_words
from p2c_dsl.rules.pattern import Match
from p2c_dsl.spec import Subtask
from p2c_dsl.syntax.nodes import Token
from p2c_dsl.types import Type, is_subtype, may_share, show


@dataclass(frozen=True, slots=True)
class KeyClass:
    """Keys that the analyzer cannot tell apart: all of a type, or one constant.

    `loop` is the open loop (by its variable's slot) whose distinct variable the key is: only one of
    its rounds has a given key. Two arms of a branch inside it exclude each other only if they agree in that.
    """

    type: Type
    constant: Identity | None
    loop: int | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """The greatest number for each class of keys; `told` once an excess has been objected to."""

    most: tuple[tuple[KeyClass, int | None], ...] = ()
    told: bool = False


def _counts(most: Mapping[KeyClass, int | None], told: bool) -> Counts:
    return Counts(tuple(sorted(most.items(), key=repr)), told)


class AtMostPer(Rule):
    """For each key, no run does more than N of an effect with that key.

    `at most 1 contact per User` says that nobody is contacted twice. The key is one of the effect's own
    (`effect contact(User)`), named by its type, or for a subtask one of its parameters, named by its name or its type.

    To prove it, the analyzer needs keys that differ. The variable of a loop over a `Set`, or over a map's keys, differs
    from round to round; one over a `List` may not. A loop nested in another goes over its keys once for each
    round of the outer one. Two calls may have the same key unless their keys' types have no value in common.
    """

    name = "at-most-per"
    syntax = "at most N E per K"
    pattern = "at most <count:int> <event:name> per <key:name>"
    summary = "for each key value, an effect or subtask happens at most N times in a run"
    code = "P2C404"
    codes = (
        Code(
            "P2C404",
            "an event can happen too often for one key",
            "Some run may do the event more often with one and the same key than an `at most … per` rule allows: "
            "two calls can have the same key, or a loop comes back to it.",
        ),
    )
    accepted = """
type User
effect contact(User)
subtask ask(user: User):
    does contact(user)
task survey(users: Set[User]):
    at most 1 contact per User

compose survey(users):
    for u in users:
        ask(u)
"""
    rejected = """
type User
effect contact(User)
subtask ask(user: User):
    does contact(user)
task survey(users: List[User]):
    at most 1 contact per User

compose survey(users):
    for u in users:
        ask(u)
"""

    def __init__(self, event: Event, most: int, positions: Mapping[str, int]) -> None:
        self.event, self.most, self.positions = event, most, positions

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        event = names.event(match["event"][0])
        performers = {s.name: s for s in names.performers(event)}
        key = match["key"][0]
        if event.is_effect:
            place = _position(key, [(None, t) for t in names.spec.effects[event.name].keys], names)
            positions = dict.fromkeys(performers, place)
        else:
            parameters = performers[event.name].parameters
            positions = {event.name: _position(key, [(p.name, p.type) for p in parameters], names)}
        return cls(event, int(match["count"][0].text), positions)

    def start(self) -> Counts:
        return Counts()

    def call(self, own: Counts, state: State, call: CallSite, out: list[Violation]) -> Counts:
        counts, told = dict(own.most), own.told
        for occurrence in self.event.occurrences(call.subtask):
            key = self._key(call, occurrence)
            key_class = self._default(call) if key is None else _class_of(key, state)
            often = rounds(f for f in state.loops if f.first != key_class.loop).high
            counts[key_class] = add(counts.get(key_class, 0), often)
            most = _most(counts, key_class)
            if exceeds(most, self.most) and not told:
                out.append(Violation(self, self.code, (bool(own.most), state.loops, key, most)))
                told = True
        return _counts(counts, told)

    def _key(self, call: CallSite, occurrence: Occurrence) -> Value | None:
        place = self.positions[call.subtask.name]
        return call.arguments[place] if occurrence.clause is None else call.keys[occurrence.clause][place]

    def _default(self, call: CallSite) -> KeyClass:
        return KeyClass(call.subtask.parameters[self.positions[call.subtask.name]].type, None)

    def exit_loop(self, own: Counts, frame: LoopFrame) -> Counts:
        counts: dict[KeyClass, int | None] = {}
        for key, often in own.most:
            outside = replace(key, loop=None) if key.loop == frame.first else key
            counts[outside] = add(counts.get(outside, 0), often)
        return _counts(counts, own.told)

    def join(self, then: Counts, orelse: Counts) -> Counts:
        one, two = dict(then.most), dict(orelse.most)
        joined = {k: greatest(one.get(k, 0), two.get(k, 0)) for k in one.keys() | two.keys()}
        return _counts(joined, then.told or orelse.told)

    def finish(self, own: Counts, state: State, out: list[Violation]) -> None:
        # Two arms in a loop, each within the limit, can exceed it in different rounds.
        counts = dict(own.most)
        for key in counts:
            most = _most(counts, key)
            if exceeds(most, self.most) and not own.told:
                out.append(Violation(self, self.code, (True, (), key, most)))
                return

    def exhausted(self, own: Counts, state: State, subtask: Subtask) -> bool:
        """Whether values of the whole type that the key has here have used every one of them up."""
        if not self.event.happens(subtask):
            return False
        used: int | None = 1
        for other, often in own.most:
            if other.constant is None and is_subtype(self._key_type(subtask), other.type):
                used = add(used, often)
        return exceeds(used, self.most)

    def _key_type(self, subtask: Subtask) -> Type:
        """The widest type that the key has in a call."""
        place = self.positions[subtask.name]
        if not self.event.is_effect:
            return subtask.parameters[place].type
        return next(u.effect.keys[place] for u in subtask.effects if u.effect.name == self.event.name)

    def key(self, own: Counts, state: State) -> Any:
        limit = self.most + 1
        return tuple((k, limit if n is None else min(n, limit)) for k, n in own.most)

    def explain(self, violation: Violation, narrator: Narrator) -> Explanation:
        earlier, loops, key, after = violation.details
        notes = list(loop_notes((f for f in loops if f.repeats), narrator))
        if earlier:
            notes.extend(
                (f"`{self.event.name}` may have had the same key here", s)
                for s in narrator.calls(self.event.name)
            )
        shown = f" ({narrator.name(key)})" if isinstance(key, Value) else ""
        over_list = next((f for f in loops if shown and f.first == key.identity and not key.distinct), None)
        if over_list is not None:
            help_ = f"loop over a Set: the elements of {narrator.name(over_list.collection)} may repeat"
        elif earlier:
            help_ = "do it in one place only, for each element of one Set"
        else:
            help_ = "do it once for each element of a Set, outside any other loop"
        of = show(key.type) if key else "key"
        message = (
            f"`{self.event.name}` can happen {times_words(after)} for one {of}{shown}, "
            f"but the rule allows {times_words(self.most)}"
        )
        return Explanation(message, help_, tuple(notes))


def _class_of(key: Value, state: State) -> KeyClass:
    is_constant = isinstance(key.identity, tuple) and key.identity[0] == "constant"
    loop = next((f.first for f in state.loops if key.distinct and key.identity == f.first), None)
    return KeyClass(key.type, key.identity if is_constant else None, loop)


def _most(counts: Mapping[KeyClass, int | None], called: KeyClass) -> int | None:
    """The greatest count that one key value of a class, or of one that it covers, can reach."""
    best: int | None = 0
    for key in counts:
        if _covers(called, key):
            total: int | None = 0
            for other, often in counts.items():
                if _covers(other, key):
                    total = add(total, often)
            best = greatest(best, total)
    return best


def _covers(other: KeyClass, key: KeyClass) -> bool:
    """Whether a value of `key` (of no narrower a type than that) may be one of `other`'s."""
    if key.constant is not None and other.constant is not None:
        return bool(key.constant == other.constant)
    if is_subtype(key.type, other.type):
        return True
    return may_share(key.type, other.type) and not is_subtype(other.type, key.type)


def _position(key: Token, candidates: list[tuple[str | None, Type]], names: Names) -> int:
    """Which of an event's keys the rule means. Raises `RuleError`."""
    by_name = [i for i, (name, _) in enumerate(candidates) if name == key.text]
    by_type = [i for i, (_, t) in enumerate(candidates) if show(t) == key.text]
    found = by_name or by_type
    if len(found) == 1:
        return found[0]
    if found:
        raise RuleError(f"`{key.text}` fits {len(found)} of the keys", key.span, "name the parameter instead")
    known = [name for name, _ in candidates if name] + [show(t) for _, t in candidates]
    raise names.unknown("key of it", key, known)
