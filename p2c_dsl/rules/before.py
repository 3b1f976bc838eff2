"""`A before B`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, TypeAlias

from rpds import HashTrieSet

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, Explanation, Narrator, Violation, Violations
from p2c_dsl.machine.facts import Fact, Facts
from p2c_dsl.machine.guidance import Arguments, Due, Place
from p2c_dsl.machine.state import State
from p2c_dsl.rules.base import Names, Rule
from p2c_dsl.rules.definition import Broken, Completed, Definition, Keys, RunEvent, Started
from p2c_dsl.rules.event_keys import (
    NO_KEYS,
    Pairing,
    Values,
    arguments_for,
    has_happened,
    key_parameters,
    keyed_occurrences,
    values_of,
)
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.pattern import Match
from p2c_dsl.rules.read_as import event_read, pairing_read
from p2c_dsl.spec import Spec, Subtask

Happened: TypeAlias = "HashTrieSet[Keys]"
"""The keys with which the first event has happened; without keys, the empty tuple."""


@dataclass(frozen=True)
class HappensFirst(Definition[Happened]):
    """When `second` happens, or may happen, `first` has certainly happened in an earlier call that has completed.

    The keys of the two events at `first_places` and `second_places` are equal; an unknown key equals none.
    """

    first: Event
    second: Event
    first_places: tuple[int, ...] = ()
    second_places: tuple[int, ...] = ()

    def start(self) -> Happened:
        return HashTrieSet()

    def step(self, happened: Happened, event: RunEvent) -> Happened:
        match event:
            case Started(call):
                if any(keys not in happened for keys in call.keyed(self.second, self.second_places)):
                    key = " for the same key" if self.first_places else ""
                    raise Broken(f"`{self.second.name}` would happen without `{self.first.name}` before it{key}")
            case Completed():
                return happened.update(event.sure_keys(self.first, self.first_places))
        return happened


@dataclass(frozen=True, eq=False)
class Before(Rule[bool, None]):
    """Whenever B happens, A has already happened in a call that completed earlier, on every path.

    With `per K`, A has happened with the same key: `back_up before erase per File` says that each file has been backed
    up before that file is erased, while without `per` one backup would allow everything to be erased. K is the name or
    the type of a key that both events have; `per a = b` names a key of A and one of B.

    A call in one arm of an `if`, or in a loop over a collection that may be empty, is not certain to have happened
    afterwards. It is certain, though, inside a later loop over the same collection and under the same condition. A
    `may` effect never counts as having happened; the call of a subtask always does. What a loop has done with each
    element of a collection is known in a later loop over the same collection, and of what has been gathered from it.
    """

    name = "before"
    syntax = "A before B [per K]"
    pattern = "<first:name> before <second:name> [per <keys:keys>]"
    summary = "when B happens, A has already happened, on every path"
    unkeyed = "`{first}` of one {key} allows `{second}` of another"
    code = "P2C501"
    codes = (
        Code(
            "P2C501",
            "an event can happen before the one it requires",
            "Some path reaches an event without having completed the one that a `before` rule requires.",
        ),
    )
    accepted = """
type File
effect erase(File) irreversible
subtask back_up(file: File)
subtask delete(file: File):
    does erase(file)
task clean(files: Set[File]):
    back_up before erase per File

compose clean(files):
    for f in files:
        back_up(f)
    for f in files:
        delete(f)
"""
    rejected = """
type File
effect erase(File) irreversible
subtask back_up(file: File)
subtask delete(file: File):
    does erase(file)
task clean(file: File, other: File):
    back_up before erase per File

compose clean(file, other):
    back_up(other)
    delete(file)
"""

    first: Event
    second: Event
    surely: frozenset[str]
    """The subtasks whose calls are `first` for certain."""
    keys: Pairing = NO_KEYS

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        first, second = names.event(match["first"][0]), names.event(match["second"][0])
        keys = Pairing.read(match.get("keys", ()), first, second, names)
        return cls(first, second, names.sure_performers(first), keys)

    def read_as(self, spec: Spec) -> tuple[str, ...]:
        events = event_read(self.first, spec), event_read(self.second, spec)
        return *events, *pairing_read(self.first, self.second, self.keys, spec)

    def definition(self) -> HappensFirst:
        return HappensFirst(self.first, self.second, *self.keys)

    @property
    def reads_elements(self) -> bool:
        return bool(self.keys.first)

    def start(self) -> bool:
        """Whether `first` has happened with some key, on some path to here."""
        return False

    def call(self, at: Place[bool, None], own: bool, state: State, call: CallSite, out: Violations) -> bool:
        for _, values in keyed_occurrences(call, self.second, self.keys.second):
            if has_happened(self.first, self.keys.first, values) not in state.facts.known:
                out.append(TooEarly(self, tuple(values)))
        return own or (self.reads_elements and self.first.surely(call.subtask))

    def join(self, then: bool, orelse: bool) -> bool:
        return then or orelse

    def gains(self, at: Place[bool, None], state: State, call: CallSite) -> frozenset[Fact]:
        occurrences = keyed_occurrences(call, self.first, self.keys.first)
        return frozenset(has_happened(self.first, self.keys.first, values) for o, values in occurrences if o.certain)

    def waits_for(self, subtask: Subtask) -> tuple[Event, ...]:
        return (self.first,) if self.second.happens(subtask) else ()

    # ------------------------------------------------------------ for planners

    def prerequisites(self, at: Place[bool, None], state: State, subtask: Subtask) -> tuple[frozenset[str], ...]:
        missing = self.second.happens(subtask) and not self._may_have_happened(at, state)
        return (self.surely,) if missing else ()

    def due_before(self, facts: Facts, subtask: Subtask, arguments: Arguments) -> tuple[Due, ...]:
        found = values_of(self.second, self.keys.second, subtask, arguments) if self.keys.first else ()
        missing = (v for v in found if has_happened(self.first, self.keys.first, v) not in facts.known)
        return tuple(Due(self.surely, values=values) for values in missing)

    def passed(self, due: Due, subtask: Subtask) -> Arguments:
        return arguments_for(self.first, self.keys.first, subtask, due.values)

    def _may_have_happened(self, at: Place[bool, None], state: State) -> bool:
        return at.state(state) if self.reads_elements else has_happened(self.first, (), ()) in state.facts.known

    def progresses(self, before: bool, after: bool, gained: frozenset[Fact]) -> bool:
        return any(fact[:3] == ("happened", self.first.name, self.keys.first) for fact in gained)

    def key_parameters(self, subtask: Subtask) -> frozenset[int]:
        first = key_parameters(self.first, self.keys.first, subtask)
        return first | key_parameters(self.second, self.keys.second, subtask)

    def line_needs(self, subtask: Subtask, *, checked: bool) -> tuple[frozenset[str], ...]:
        return (self.surely,) if self.second.happens(subtask) else ()


@dataclass(frozen=True, slots=True, eq=False)
class TooEarly(Violation[Before]):
    """A path on which the second event happens without the first."""

    values: Values

    def blames(self, subtask: Subtask) -> frozenset[int]:
        return key_parameters(self.facet.second, self.facet.keys.second, subtask)

    def explain(self, narrator: Narrator) -> Explanation:
        rule = self.facet
        first, second = rule.first.name, rule.second.name
        places = narrator.calls(first)
        key = " for the same key" if self.values else ""
        if not places:
            message = f"`{second}` happens here without `{first}` before it"
            what = f"a subtask that does `{first}`" if rule.first.is_effect else f"`{first}`"
            return Explanation(message, f"call {what} first")
        where = "this does not run on every path, so"
        if self.values:
            where = "this does not run on every path, or not with the same key, so"
        notes = tuple((f"{where} `{first}` may not have happened{key}", s) for s in places)
        message = f"`{second}` can happen here before `{first}` has happened{key}"
        return Explanation(message, f"do `{first}`{key} first on every path that leads here", notes)
