"""`at most N E per K, L`."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from rpds import HashTrieMap

from p2c_dsl.bounds import MOST, add, times
from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, Explanation, Narrator, Violation, Violations
from p2c_dsl.machine.guidance import Place
from p2c_dsl.machine.identity import constant_identity
from p2c_dsl.machine.state import LoopFrame, State, Value
from p2c_dsl.names import listing
from p2c_dsl.rules import definition
from p2c_dsl.rules.base import Names, Rule
from p2c_dsl.rules.definition import Broken, Completed, Definition, RunEvent, Started
from p2c_dsl.rules.events import Event, Occurrence
from p2c_dsl.rules.keys import Counts, KeyClass, class_of, named_key
from p2c_dsl.rules.multiplicity import Count, exceeds, loop_notes, rounds
from p2c_dsl.rules.pattern import Match
from p2c_dsl.rules.words import but_allowed, times_words
from p2c_dsl.rules.worst_run import Distinct
from p2c_dsl.spec import EffectUse, Subtask
from p2c_dsl.types import NONE, Type, is_subtype, show


class PerKey(NamedTuple):
    """How often the event may have happened for each key, and how often with an unknown key."""

    known: HashTrieMap[definition.Keys, int] = HashTrieMap()
    unknown: int = 0

    def often(self, keys: definition.Keys | None) -> int:
        """How often it may have happened for a key; for an unknown key (`None`), the greatest number for any key."""
        known = max(self.known.values(), default=0) if keys is None else self.known.get(keys, 0)
        return known + self.unknown

    def plus(self, keys: definition.Keys | None, by: int) -> PerKey:
        """The counts with `by` added for a key."""
        if keys is None:
            return self._replace(unknown=self.unknown + by)
        return self._replace(known=self.known.insert(keys, self.known.get(keys, 0) + by))


@dataclass(frozen=True)
class HowOftenPerKey(Definition[PerKey]):
    """For each value of the keys at `places`, the event happens at most `limit` times.

    An unknown key may have any value. A call that is open, that failed, or that does not report its `may` effects
    counts as having done all of them.
    """

    event: Event
    limit: int
    places: tuple[int, ...]

    def start(self) -> PerKey:
        return PerKey()

    def step(self, seen: PerKey, event: RunEvent) -> PerKey:
        match event:
            case Started(call):
                for keys in call.keyed(self.event, self.places):
                    seen = seen.plus(keys, 1)
                    if (often := seen.often(keys)) > self.limit:
                        allowed = but_allowed(self.limit)
                        raise Broken(f"`{self.event.name}` would happen {times_words(often)} for one key, {allowed}")
            case Completed(call):
                clauses = (o.clause for o in self.event.occurrences(call.subtask))
                for clause, keys in zip(clauses, call.keyed(self.event, self.places), strict=True):
                    if not event.may_have_been(clause):
                        seen = seen.plus(keys, -1)
        return seen


@dataclass(frozen=True, eq=False)
class AtMostPer(Rule[Counts, None]):
    """For each key, no run does more than N of an effect with that key.

    `at most 1 contact per User` says that no user is contacted twice. The key is one of the keys of an effect
    (`effect contact(User)`) or one of the parameters of a subtask. The rule gives its name or its type.
    Several keys are combined into one: with `effect pay(to: Iban, amount: Money)`, `at most 1 pay per to, amount`
    allows two payments that differ in one of the two.

    To prove the rule, the analyzer needs keys that differ. In a loop over a `Set`, or over the keys of a map, the loop
    variable is different in each iteration; in a loop over a `List` it may repeat. A nested loop goes over its keys
    once per iteration of the outer loop. Two calls may have the same key unless their keys' types have no value in
    common.
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
            "Some run may do the event more often for one key than an `at most … per` rule allows: "
            "two calls can have the same key, or a loop can repeat it.",
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

    event: Event
    most: int
    places: tuple[int, ...]
    """Which of the effect's keys, or of the subtask's parameters, the rule names."""
    of: tuple[Type, ...] = ()
    """The types of these keys, where the rule was read from a line."""

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        event = names.event(match["event"][0])
        candidates: list[tuple[str | None, Type]]
        if event.is_effect:
            effect = names.spec.effects[event.name]
            candidates = [(effect.label(place), of) for place, of in enumerate(effect.keys)]
        else:
            candidates = [(p.name, p.type) for p in names.spec.subtasks[event.name].parameters]
        places = tuple(named_key(key, candidates, names) for key in match["keys"])
        of = tuple(candidates[place][1] for place in places)
        return cls(event, int(match["count"][0].text), places, of)

    def definition(self) -> HowOftenPerKey:
        return HowOftenPerKey(self.event, self.most, self.places)

    def start(self) -> Counts:
        return Counts()

    def call(self, at: Place[Counts, None], own: Counts, state: State, call: CallSite, out: Violations) -> Counts:
        counts = own
        for occurrence in self.event.occurrences(call.subtask):
            values = self._values(call, occurrence)
            keys = tuple(
                self._default(call, place) if value is None else class_of(value, state)
                for place, value in zip(self.places, values, strict=True)
            )
            own_loops = {part.loop for part in keys}
            often = rounds(f for f in state.loops if f.variable not in own_loops).high
            counts = counts.plus(keys, often)
            if exceeds(most := counts.most(keys), self.most):
                out.append(TooOftenForOneKey(self, bool(own), state.loops, keys, values, most))
                counts = replace(counts, reported=True)
        return counts

    def tells_apart(
        self, at: Place[Counts, None], state: State, subtask: Subtask, parameter: int, value: Value
    ) -> Hashable:
        is_key = any(
            (occurrence.clause is None and parameter in self.places)
            or any(path is not None and path.parameter == parameter for path in occurrence.keys)
            for occurrence in self.event.occurrences(subtask)
        )
        return value.identity if is_key else None

    def _values(self, call: CallSite, occurrence: Occurrence) -> tuple[Value | None, ...]:
        given = call.arguments if occurrence.clause is None else call.keys[occurrence.clause]
        return tuple(given[place] for place in self.places)

    def _default(self, call: CallSite, place: int) -> KeyClass:
        parameter = call.subtask.parameters[place]
        of = NONE if parameter.default is None else parameter.type
        return KeyClass(of, constant_identity(parameter.default))

    def exit_loop(self, at: Place[Counts, None], own: Counts, frame: LoopFrame) -> Counts:
        return own.after_loop(frame.variable)

    def join(self, then: Counts, orelse: Counts) -> Counts:
        return then.join(orelse)

    def finish(self, own: Counts, state: State, out: Violations) -> None:
        # Two arms in a loop, each within the limit, can exceed it in different iterations.
        if own.reported or own.within(self.most):
            return
        for keys, _ in own.entries():
            most = own.most(keys)
            if exceeds(most, self.most):
                out.append(TooOftenForOneKey(self, True, (), keys, (), most))
                return

    def limits(self, subtask: Subtask) -> bool:
        return self.event.happens(subtask)

    def exhausted(self, own: Counts, state: State, subtask: Subtask) -> bool:
        """Whether calls with any values of the keys' types have already used up the limit for every key."""
        if not self.event.happens(subtask):
            return False
        widest = tuple(KeyClass(of, None) for of in self._key_types(subtask))
        used: int | None = 1
        for keys, often in own.classes:
            if all(k.constant is None and is_subtype(w.type, k.type) for k, w in zip(keys, widest, strict=True)):
                used = add(used, often)
        return exceeds(used, self.most)

    def _key_types(self, subtask: Subtask) -> tuple[Type, ...]:
        """The widest types that the keys have in a call."""
        if not self.event.is_effect:
            return tuple(subtask.parameters[place].type for place in self.places)
        effect = next(u.effect for u in subtask.effects if u.effect.name == self.event.name)
        return tuple(effect.keys[place] for place in self.places)

    def key(self, own: Counts, state: State) -> Hashable:
        return own.key(self.most + 1)

    # ------------------------------------------------------------ in the worst run

    def line_start(self, distinct: Distinct) -> int:
        """How many events are left, where keys are equal unless they are known to differ."""
        left: int | None = self.most if self.of else None
        for of in self.of:
            left = times(left, distinct(of))
        return MOST if left is None else left

    def line_call(self, own: Hashable, subtask: Subtask, often: Count) -> int | None:
        assert isinstance(own, int)
        left = own - often.low * len(self.event.occurrences(subtask))
        return MOST if own == MOST else None if left < 0 else left

    def line_minds(self, subtask: Subtask) -> bool:
        return self.event.happens(subtask)

    def line_harms(self, subtask: Subtask) -> bool:
        return self.event.happens(subtask)


@dataclass(frozen=True, slots=True, eq=False)
class TooOftenForOneKey(Violation[AtMostPer]):
    """Calls that can have a key in common; `values` are the keys of this call, `None` for a default."""

    earlier: bool
    loops: tuple[LoopFrame, ...]
    keys: tuple[KeyClass, ...]
    values: tuple[Value | None, ...]
    most: int | None

    def blames(self, subtask: Subtask) -> frozenset[int]:
        rule = self.facet
        if not rule.event.is_effect:
            return frozenset(rule.places)
        paths = [use.arguments[place] for use in self._uses(subtask) for place in rule.places]
        return frozenset(path.parameter for path in paths if path is not None)

    def _uses(self, subtask: Subtask) -> list[EffectUse]:
        return [use for use in subtask.effects if use.effect.name == self.facet.event.name]

    def explain(self, narrator: Narrator) -> Explanation:
        event = self.facet.event.name
        notes = list(loop_notes((f for f in self.loops if f.repeats), narrator))
        if self.earlier:
            notes += [(f"`{event}` may have had the same key here", s) for s in narrator.calls(event)]
        given = [value for value in self.values if value is not None]
        shown = f" ({', '.join(narrator.name(value) for value in given)})" if given else ""
        over_list = next(
            (f for f in self.loops for v in given if f.variable is v.identity and not f.makes_differ(v)), None
        )
        if over_list is not None:
            help_ = f"loop over a Set instead: the elements of {narrator.name(over_list.collection)} may repeat"
        elif self.earlier:
            help_ = "do it in one place only, in a loop over one Set"
        else:
            help_ = "do it in a loop over a Set that is not inside another loop"
        of = listing((show(part.type) for part in self.keys), "and")
        message = f"`{event}` can happen {times_words(self.most)} for one {of}{shown}, {but_allowed(self.facet.most)}"
        return Explanation(message, help_, tuple(notes))
