"""`at most N E per K, L`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, Explanation, Narrator, Violation
from p2c_dsl.machine.facts import constant_identity
from p2c_dsl.machine.state import LoopFrame, State, Value
from p2c_dsl.rules.base import Event, Names, Occurrence, Rule, RuleError
from p2c_dsl.rules.keys import Counts, KeyClass, class_of
from p2c_dsl.rules.multiplicity import add, exceeds, loop_notes, rounds, times_words
from p2c_dsl.rules.pattern import Match
from p2c_dsl.spec import EffectUse, Subtask
from p2c_dsl.syntax.nodes import Token
from p2c_dsl.types import Type, is_subtype, show


class AtMostPer(Rule):
    """For each key, no run does more than N of an effect with that key.

    `at most 1 contact per User` says that nobody is contacted twice. The key is one of the effect's own
    (`effect contact(User)`) or one of a subtask's parameters, named by its name or its type.
    Several keys make one together: with `effect pay(to: Iban, amount: Money)`, `at most 1 pay per to, amount` allows
    two payments that differ in one of the two.

    To prove it, the analyzer needs keys that differ. The variable of a loop over a `Set`, or over a map's keys, differs
    from round to round; one over a `List` may not. A loop nested in another goes over its keys once for each
    round of the outer one. Two calls may have the same key unless their keys' types have no value in common.
    """

    name = "at-most-per"
    syntax = "at most N E per K, L"
    pattern = "at most <count:int> <event:name> per <keys:names>"
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

    def __init__(self, event: Event, most: int, positions: Mapping[str, tuple[int, ...]]) -> None:
        self.event, self.most, self.positions = event, most, positions

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        event = names.event(match["event"][0])
        performers = {s.name: s for s in names.performers(event)}
        candidates: list[tuple[str | None, Type]]
        if event.is_effect:
            effect = names.spec.effects[event.name]
            candidates = [(effect.label(place), of) for place, of in enumerate(effect.keys)]
        else:
            candidates = [(p.name, p.type) for p in performers[event.name].parameters]
        places = tuple(_position(key, candidates, names) for key in match["keys"])
        return cls(event, int(match["count"][0].text), dict.fromkeys(performers, places))

    def start(self) -> Counts:
        return Counts()

    def call(self, own: Counts, state: State, call: CallSite, out: list[Violation]) -> Counts:
        counts = own
        for occurrence in self.event.occurrences(call.subtask):
            values = self._values(call, occurrence)
            keys = tuple(
                self._default(call, place) if value is None else class_of(value, state)
                for place, value in zip(self.positions[call.subtask.name], values, strict=True)
            )
            own_loops = {part.loop for part in keys}
            often = rounds(f for f in state.loops if f.first not in own_loops).high
            counts = counts.plus(keys, often)
            if exceeds(most := counts.most(keys), self.most):
                out.append(Violation(self, self.code, (bool(own), state.loops, keys, values, most)))
                counts = replace(counts, told=True)
        return counts

    def _values(self, call: CallSite, occurrence: Occurrence) -> tuple[Value | None, ...]:
        given = call.arguments if occurrence.clause is None else call.keys[occurrence.clause]
        return tuple(given[place] for place in self.positions[call.subtask.name])

    def _default(self, call: CallSite, place: int) -> KeyClass:
        parameter = call.subtask.parameters[place]
        return KeyClass(parameter.type, constant_identity(parameter.default))

    def exit_loop(self, own: Counts, frame: LoopFrame) -> Counts:
        return own.after_loop(frame.first)

    def join(self, then: Counts, orelse: Counts) -> Counts:
        return then.join(orelse)

    def finish(self, own: Counts, state: State, out: list[Violation]) -> None:
        # Two arms in a loop, each within the limit, can exceed it in different rounds.
        if own.told:
            return
        for keys, _ in own.entries():
            most = own.most(keys)
            if exceeds(most, self.most):
                out.append(Violation(self, self.code, (True, (), keys, (), most)))
                return

    def exhausted(self, own: Counts, state: State, subtask: Subtask) -> bool:
        """Whether values of the whole types that the keys have here have used every one of them up."""
        if not self.event.happens(subtask):
            return False
        widest = tuple(KeyClass(of, None) for of in self._key_types(subtask))
        used: int | None = 1
        for keys, often in own.classes:
            if all(
                k.constant is None and is_subtype(w.type, k.type) for k, w in zip(keys, widest, strict=True)
            ):
                used = add(used, often)
        return exceeds(used, self.most)

    def _key_types(self, subtask: Subtask) -> tuple[Type, ...]:
        """The widest types that the keys have in a call."""
        places = self.positions[subtask.name]
        if not self.event.is_effect:
            return tuple(subtask.parameters[place].type for place in places)
        effect = next(u.effect for u in subtask.effects if u.effect.name == self.event.name)
        return tuple(effect.keys[place] for place in places)

    def blames(self, violation: Violation, subtask: Subtask) -> frozenset[int] | None:
        places = self.positions[subtask.name]
        if not self.event.is_effect:
            return frozenset(places)
        paths = [u.arguments[place] for u in subtask.effects if self._is(u) for place in places]
        return frozenset(path.parameter for path in paths if path is not None)

    def _is(self, use: EffectUse) -> bool:
        return use.effect.name == self.event.name

    def key(self, own: Counts, state: State) -> Any:
        return own.key(self.most + 1)

    def explain(self, violation: Violation, narrator: Narrator) -> Explanation:
        earlier, loops, keys, values, after = violation.details
        notes = list(loop_notes((f for f in loops if f.repeats), narrator))
        if earlier:
            notes.extend(
                (f"`{self.event.name}` may have had the same key here", s)
                for s in narrator.calls(self.event.name)
            )
        given = [value for value in values if value is not None]
        shown = f" ({', '.join(narrator.name(value) for value in given)})" if given else ""
        over_list = next(
            (f for f in loops for v in given if f.first == v.identity and not v.distinct),
            None,
        )
        if over_list is not None:
            help_ = f"loop over a Set: the elements of {narrator.name(over_list.collection)} may repeat"
        elif earlier:
            help_ = "do it in one place only, for each element of one Set"
        else:
            help_ = "do it once for each element of a Set, outside any other loop"
        of = " and ".join(show(part.type) for part in keys)
        message = (
            f"`{self.event.name}` can happen {times_words(after)} for one {of}{shown}, "
            f"but the rule allows {times_words(self.most)}"
        )
        return Explanation(message, help_, tuple(notes))


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
