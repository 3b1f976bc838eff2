"""`at least N E per K in S`."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import NamedTuple, Self

from rpds import HashTrieMap, HashTrieSet

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.elements import of_all
from p2c_dsl.machine.facet import CallSite, CallsSoFar, Explanation, Narrator, Violations
from p2c_dsl.machine.facts import Fact, Facts
from p2c_dsl.machine.guidance import Due, Place
from p2c_dsl.machine.identity import Moment, slot
from p2c_dsl.machine.state import State
from p2c_dsl.rules import debts
from p2c_dsl.rules.base import Names, RuleError
from p2c_dsl.rules.debts import Debt, MetBy, Way
from p2c_dsl.rules.definition import Broken, Completed, Definition, Given, Keys, Resulted, RunEvent
from p2c_dsl.rules.event_keys import Values, keys_of, named_key
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.multiplicity import Count
from p2c_dsl.rules.obligation import Obligation, OnLine, Owed, Unpaid
from p2c_dsl.rules.parts import Places, Range, Waiver
from p2c_dsl.rules.pattern import Match
from p2c_dsl.rules.range import check_elements, read_range, value_of
from p2c_dsl.rules.read_as import event_read, keys_read, range_read, waiver_read
from p2c_dsl.rules.waiver import pays, read_waiver
from p2c_dsl.rules.words import times_words
from p2c_dsl.rules.worst_run import Chance, Demand, Distinct
from p2c_dsl.spec import Spec, Subtask
from p2c_dsl.types import Optional, size_of


class Coverage(NamedTuple):
    """The elements that the event has to happen for, how often it has for each key, and the keys that are waived."""

    elements: HashTrieSet[Hashable] = HashTrieSet()
    often: HashTrieMap[Keys, int] = HashTrieMap()
    waived: HashTrieSet[Keys] = HashTrieSet()

    def lacking(self, least: int) -> int:
        """How many elements still lack some of the events that they need."""
        if () in self.waived:
            return 0
        keys = ((element,) for element in self.elements)
        return sum(key not in self.waived and self.often.get(key, 0) < least for key in keys)


@dataclass(frozen=True)
class ForEachElement(Definition[Coverage]):
    """In a run that completes, the event has happened at least `least` times for each element, unless that is waived.

    Only what has certainly happened counts. What waives does so for its key, or for all where it has none.
    """

    event: Event
    least: int
    places: Places
    range: Range
    waiver: Waiver | None

    def start(self) -> Coverage:
        return Coverage()

    def step(self, seen: Coverage, event: RunEvent) -> Coverage:
        match event:
            case Given(name, datum) if self.range.is_input and name == self.range.name:
                return seen._replace(elements=seen.elements.update(datum.elements(*self.range.fields)))
            case Resulted(call, datum) if not self.range.is_input and call.subtask.name == self.range.name:
                return seen._replace(elements=seen.elements.update(datum.elements()))
            case Completed():
                often = seen.often
                for keys in event.sure_keys(self.event, self.places):
                    often = often.insert(keys, often.get(keys, 0) + 1)
                waived = seen.waived.update(self.waiver.waives(event)) if self.waiver is not None else seen.waived
                return seen._replace(often=often, waived=waived)
        return seen

    def end(self, seen: Coverage) -> None:
        if lacking := seen.lacking(self.least):
            elements = "one element" if lacking == 1 else f"{lacking} elements"
            often = "" if self.least == 1 else f" {times_words(self.least)}"
            raise Broken(f"`{self.event.name}` has not happened{often} for {elements} of `{self.range.name}`")


@dataclass(frozen=True, eq=False)
class AtLeastPer(Obligation[None]):
    """For each element of S, every run that completes does E at least N times with that element as the key.

    `at least 1 back_up per File in files` asks that every file is backed up: a loop over `files` that does it for each,
    on every path of its body. S is a task input, a field of one (`in order.items`), or a subtask: then it has to happen
    for all that its calls return. `may` effects do not count, and a run that fails half-way owes nothing.

    `unless F` waives it where F happens, before or after: for that key alone if F has the rule's key, for the whole run
    if not.
    """

    name = "at-least-per"
    syntax = "at least N E per K in S [unless F]"
    pattern = "at least <count:int> <event:name> per <key:name> in <range:path> [unless <waiver:name>]"
    summary = "for each element of S, an effect or subtask happens at least N times in every run that completes"
    code = "P2C405"
    codes = (
        Code(
            "P2C405",
            "an event can be missing for some element",
            "Some run completes without doing the event for every element as often as an `at least … per … in` rule "
            "requires: no loop covers all of them, or the call is on one path only.",
        ),
    )
    accepted = """
type File
effect copied(File)
subtask back_up(file: File):
    does copied(file)
task save(files: Set[File]):
    at least 1 copied per File in files

compose save(files):
    for f in files:
        back_up(f)
"""
    rejected = """
type File
effect copied(File)
subtask back_up(file: File):
    does copied(file)
subtask is_new(file: File) -> Bool
task save(files: Set[File]):
    at least 1 copied per File in files

compose save(files):
    for f in files:
        if is_new(f):
            back_up(f)
"""

    least: int
    range: Range

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        event, count = names.event(match["event"][0]), match["count"][0]
        if count.text == "0":
            raise RuleError("this asks for nothing", count.span, "write a number from 1 on")
        range_ = read_range(match["range"], names)
        place = named_key(match["key"][0], event, names)
        of = keys_of(event, names.spec)[place][1]
        check_elements(range_, of, match["range"])
        waiver = read_waiver(match.get("waiver", ()), match["key"], [of], names)
        surely = pays(event, waiver, names)
        return cls(int(count.text), range_, asked=event, places=(place,), waiver=waiver, surely=surely)

    def read_as(self, spec: Spec) -> tuple[str, ...]:
        key = keys_read(self.asked, self.places, spec)
        return event_read(self.asked, spec), key, range_read(self.range), *waiver_read(self.waiver, spec)

    def definition(self) -> ForEachElement:
        return ForEachElement(self.asked, self.least, self.places, self.range, self.waiver)

    # ------------------------------------------------------------ what is owed

    def incurs(self, at: Place[Owed, None], state: State, call: CallSite) -> frozenset[Way]:
        if self.range.is_input or call.subtask.name != self.range.name:
            return frozenset()
        return frozenset({debts.owe_elements(self.range.of, slot(state.slots), debts.guard(state))})

    def pays_since(self, own: Owed) -> tuple[Moment | None, ...]:
        return (None,)

    def gains(self, at: Place[Owed, None], state: State, call: CallSite) -> frozenset[Fact]:
        gained = super().gains(at, state, call)
        if self.waived(()) in gained:
            return gained | self._all_met()
        return gained if self.least == 1 else frozenset(self._counted(fact, state.moment) for fact in gained)

    def _counted(self, fact: Fact, site: int) -> Fact:
        """That a call has happened once at this place of the text; calls at different places add up."""
        return ("count", self.text, site, fact[3], 1) if fact[0] == "met" else fact

    def _all_met(self) -> frozenset[Fact]:
        """What waives for the whole run counts as payment for each element, so that one arm may pay and one waive."""
        value = value_of(self.range)
        if value is None:
            return frozenset()
        if self.range.is_collection:
            return frozenset({of_all(value, self.met(None, (slot(0),)), slot(0))})
        return frozenset({self.met(None, (value,))})

    def _met_by(self, debt: Debt) -> MetBy:
        return lambda values: self.met(None, values)

    def is_met(self, facts: Facts, since: Moment | None, values: Values) -> bool:
        # It does not matter when the event happens.
        return super().is_met(facts, None, values) or (self.least > 1 and self._often(facts, values) >= self.least)

    def _often(self, facts: Facts, values: Values) -> int:
        assert facts.elements is not None
        often: dict[object, int] = {}
        for fact in facts.elements.about(values[0]):
            match fact:
                case ("count", self.text, site, found, int(times)) if found == values:
                    often[site] = max(often.get(site, 0), times)
        return sum(often.values())

    def finish(self, own: Owed, state: State, out: Violations) -> None:
        before = len(out)
        super().finish(own, state, out)
        if len(out) == before and not self._covers_input(state):
            out.append(Unpaid(self))

    def _covers_input(self, state: State) -> bool:
        value = value_of(self.range)
        if value is None:
            return True
        way = debts.owe_elements(self.range.of, value)
        return debts.paid([way], state.facts, state.slots, lambda known, values: self.is_met(known, None, values))

    # ------------------------------------------------------------ in the worst run

    def asks_if(self) -> Chance | None:
        return Chance(filled=self.range) if self.range.may_be_empty else None

    def makes_debt(self, subtask: Subtask) -> bool:
        return not self.range.is_input and subtask.name == self.range.name

    def line_start(self, distinct: Distinct) -> OnLine:
        return OnLine(owes=self.range.is_input)

    def line_call(self, own: Hashable, subtask: Subtask, often: Count) -> OnLine:
        assert isinstance(own, OnLine)
        # It does not matter when the event happens.
        done = own.done + often.low * sum(o.certain for o in self.asked.occurrences(subtask))
        waived = own.waived or self.waives(subtask)
        return OnLine(own.owes or self.makes_debt(subtask), min(done, self.least), waived)

    def line_ends(self, own: Hashable) -> bool:
        assert isinstance(own, OnLine)
        return not own.owes or own.waived or own.done >= self.least

    def demands(self) -> tuple[Demand, ...]:
        # One call waives them all.
        often = self.least if self.waiver is None else 1
        return (Demand(self.surely, often),) if self.range.is_input else ()

    # ------------------------------------------------------------ for planners

    def missing(self, own: Owed) -> int:
        return self.least

    def progresses(self, before: Owed, after: Owed, gained: frozenset[Fact]) -> bool:
        counted = any(fact[:2] == ("count", self.text) for fact in gained)
        return counted or super().progresses(before, after, gained)

    def dues(self, at: Place[Owed, None], state: State) -> tuple[Due, ...]:
        value = value_of(self.range)
        if value is None:
            return super().dues(at, state)
        lacking = self._lacking([debts.owe_elements(self.range.of, value)], None, state)
        return () if lacking is None else (Due(self.surely, *lacking),)

    def surely_owes(self, so_far: CallsSoFar) -> bool:
        has_elements = not self.range.is_collection or size_of(self.range.of).low > 0
        reached = self.range.is_input or so_far.must(lambda subtask: subtask.name == self.range.name)
        return reached and has_elements and not isinstance(self.range.of, Optional)

    def objection(self, narrator: Narrator) -> Explanation:
        event, whole = self.asked.name, self.range.shown
        places = narrator.calls(event)
        often = "" if self.least == 1 else f" {times_words(self.least)}"
        for_element, for_run = "", ""
        if self.waiver is not None and self.waiver.places:
            for_element = f", or `{self.waiver.event.name}`"
        elif self.waiver is not None:
            for_run = f"; or one that does `{self.waiver.event.name}`, once"
        doing = f"call a subtask that does `{event}`{often}{for_element} for each element, on every path{for_run}"
        help_ = f"loop over {whole}, and {doing}"
        if not places:
            return Explanation(f"`{event}` never happens, but the rule asks for it for each element of {whole}", help_)
        notes = tuple(("this may not run for every element", span) for span in places)
        message = f"a run can complete without `{event}`{often} for some element of {whole}"
        return Explanation(message, help_, notes)
