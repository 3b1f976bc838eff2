"""`at most N E per K, L`."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

from p2c_dsl.bounds import MOST, add, times
from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, Explanation, Narrator, Violation, Violations
from p2c_dsl.machine.guidance import Comparand, Compared, Place
from p2c_dsl.machine.state import LoopFrame, State, Value
from p2c_dsl.names import listing
from p2c_dsl.program.conditions import Test
from p2c_dsl.rules.base import Names, Rule
from p2c_dsl.rules.definition import Broken, Completed, Definition, RunEvent, Started
from p2c_dsl.rules.event_keys import key_parameters, keys_of, named_key
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.keys import KeyClass, gives_keys
from p2c_dsl.rules.multiplicity import Count, exceeds, loop_notes, rounds
from p2c_dsl.rules.pattern import Match
from p2c_dsl.rules.per_key import PerKey
from p2c_dsl.rules.read_as import event_read, keys_read
from p2c_dsl.rules.tallies import KeyTally, Tallying, tallying
from p2c_dsl.rules.words import but_allowed, times_words
from p2c_dsl.rules.worst_run import Distinct
from p2c_dsl.spec import Spec, Subtask
from p2c_dsl.types import Type, is_subtype, show


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
            case Completed():
                return seen.completing(event, self.event, self.places)
        return seen


class Limited(NamedTuple):
    """How often the event may have happened for each key, and whether an excess has been objected to."""

    tally: KeyTally = KeyTally()
    reported: bool = False


@dataclass(frozen=True, eq=False)
class AtMostPer(Rule[Limited, None]):
    """For each key, no run does more than N of an effect with that key.

    `at most 1 contact per User` says that no user is contacted twice. The key is one of the keys of an effect
    (`effect contact(User)`) or one of the parameters of a subtask. The rule gives its name or its type.
    Several keys are combined into one: with `effect pay(to: Iban, amount: Money)`, `at most 1 pay per to, amount`
    allows two payments that differ in one of the two.

    To prove the rule, the analyzer needs keys that differ. In a loop over a `Set`, or over the keys of a map, the loop
    variable is different in each iteration; in a loop over a `List` it may repeat. Where a tool only gives a List, its
    elements can be written as keys into a map first (`seen[user] = …`), and a loop over the map has each once. A nested
    loop goes over its keys once per iteration of the outer loop. Two calls may have the same key unless their keys'
    types have no value in common, or a test tells the keys apart: `if first != second:`.
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
        places = tuple(named_key(key, event, names) for key in match["keys"])
        of = tuple(keys_of(event, names.spec)[place][1] for place in places)
        return cls(event, int(match["count"][0].text), places, of)

    def read_as(self, spec: Spec) -> tuple[str, ...]:
        return event_read(self.event, spec), keys_read(self.event, self.places, spec)

    def definition(self) -> HowOftenPerKey:
        return HowOftenPerKey(self.event, self.most, self.places)

    @property
    def reads_elements(self) -> bool:
        return True

    def start(self) -> Limited:
        return Limited()

    def call(self, at: Place[Limited, None], own: Limited, state: State, call: CallSite, out: Violations) -> Limited:
        tally, happenings = self._tallying.called(own.tally, state, call)
        if tally is own.tally:
            return own
        reported, earlier = own.reported, bool(own.tally.counts)
        for keys, values, most, again in happenings:
            if exceeds(most, self.most) and (again or self._none):
                out.append(TooOftenForOneKey(self, earlier, state.loops, keys, values, most))
                reported = True
        return Limited(tally, reported)

    @cached_property
    def _tallying(self) -> Tallying:
        return tallying(self.event, self.places)

    @property
    def _none(self) -> bool:
        """Whether the first event is one too many already, though it repeats none."""
        return self.most == 0

    def tells_apart(
        self, at: Place[Limited, None], state: State, subtask: Subtask, parameter: int, value: Value
    ) -> Hashable:
        is_key = parameter in key_parameters(self.event, self.places, subtask)
        return value.identity if is_key else None

    def enter_loop(self, own: Limited, state: State, frame: LoopFrame, out: Violations) -> Limited:
        return Limited(self._tallying.once(KeyTally.in_loop, own.tally), own.reported)

    def exit_loop(self, at: Place[Limited, None], own: Limited, frame: LoopFrame, end: State) -> Limited:
        return Limited(self._tallying.once(KeyTally.after_loop, own.tally, frame.variable), own.reported)

    def forget(self, own: Limited, before: Limited, first: int, end: State) -> Limited:
        return Limited(self._tallying.once(KeyTally.without, own.tally, first), own.reported)

    def enter_else(self, before: Limited, then: Limited) -> Limited:
        return Limited(self._tallying.once(KeyTally.in_else, before.tally, then.tally), before.reported)

    def join(self, then: Limited, orelse: Limited) -> Limited:
        tally = self._tallying.once(KeyTally.join, then.tally, orelse.tally)
        return Limited(tally, then.reported or orelse.reported)

    def finish(self, own: Limited, state: State, out: Violations) -> None:
        counts, repeats = own.tally
        # Two arms in a loop, each within the limit, can exceed it in different iterations.
        if own.reported or not repeats.any or counts.within(self.most):
            return
        for keys, _ in counts.entries():
            most = counts.most(keys)
            if exceeds(most, self.most):
                out.append(TooOftenForOneKey(self, True, (), keys, (), most))
                return

    def comparisons(self) -> tuple[Compared, ...]:
        keys = map(Comparand, dict.fromkeys(self.of))
        return tuple(Compared(Test.DIFFERENT, key, key) for key in keys)

    def limits(self, subtask: Subtask) -> bool:
        return self.event.happens(subtask)

    def exhausted(self, own: Limited, state: State, subtask: Subtask) -> bool:
        """Whether calls with any values of the keys' types have already used up the limit for every key."""
        again = self._none or own.tally.repeats.certainly(self.event.name)
        if not self.event.happens(subtask) or not again:
            return False
        widest = tuple(KeyClass(of, None) for of in self._key_types(subtask))
        used: int | None = 1
        for keys, often in own.tally.counts.classes:
            if all(k.constant is None and is_subtype(w.type, k.type) for k, w in zip(keys, widest, strict=True)):
                used = add(used, often)
        return exceeds(used, self.most)

    def only_later(self, own: Limited, state: State, subtask: Subtask) -> bool:
        if not self.event.happens(subtask):
            return False
        keys = self._key_types(subtask)
        return exceeds(rounds(f for f in state.loops if not gives_keys(f, keys)).high, max(self.most, 1))

    def _key_types(self, subtask: Subtask) -> tuple[Type, ...]:
        """The widest types that the keys have in a call."""
        if not self.event.is_effect:
            return tuple(subtask.parameters[place].type for place in self.places)
        effect = next(u.effect for u in subtask.effects if u.effect.name == self.event.name)
        return tuple(effect.keys[place] for place in self.places)

    def key(self, own: Limited, state: State) -> Hashable:
        return own.tally.counts.key(self.most + 1), own.tally.repeats

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
        return key_parameters(self.facet.event, self.facet.places, subtask)

    def explain(self, narrator: Narrator) -> Explanation:
        event = self.facet.event.name
        notes = list(loop_notes((f for f in self.loops if f.repeats), narrator))
        if self.earlier:
            notes += [(f"`{event}` may have had the same key here", s) for s in narrator.calls(event)]
        given = [value for value in self.values if value is not None]
        shown = f" ({', '.join(narrator.name(value) for value in given)})" if given else ""
        over_list = next(
            (f for f in self.loops for v in given if f.variable is v.identity and not f.makes_differ(v.identity)), None
        )
        if over_list is not None:
            repeating = f"the elements of {narrator.name(over_list.collection)} may repeat"
            help_ = f"loop over a Set instead, or over a map that they are written into as keys: {repeating}"
        elif self.earlier:
            help_ = "do it in one place only, in a loop over one Set"
        else:
            help_ = "do it in a loop over a Set that is not inside another loop"
        of = listing((show(part.type) for part in self.keys), "and")
        message = f"`{event}` can happen {times_words(self.most)} for one {of}{shown}, {but_allowed(self.facet.most)}"
        return Explanation(message, help_, tuple(notes))
