"""`B only if C(x, …)`."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import NamedTuple, Self

from rpds import HashTrieSet

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, Explanation, ItemPart, Narrator, Part, Violation, Violations
from p2c_dsl.machine.facts import EITHER, MOST_ALTERNATIVES, NOTHING, Fact
from p2c_dsl.machine.guidance import Arguments, Place
from p2c_dsl.machine.identity import mentions_slot_from
from p2c_dsl.machine.state import State, Value
from p2c_dsl.names import listing
from p2c_dsl.program import Test
from p2c_dsl.program.conditions import Predicate
from p2c_dsl.rules.answers import EMPTY, Answer, Mark, ReadMark
from p2c_dsl.rules.base import NO_ARGUMENT, Names, Rule, RuleError
from p2c_dsl.rules.check_facts import answer_facts, fact_of, is_known, is_refuted, read_for, wanted_facts
from p2c_dsl.rules.checks import Alternative, ReadFor, Subject, read_alternatives
from p2c_dsl.rules.definition import Broken, Definition, Resulted, RunCall, RunEvent, Started, Tested
from p2c_dsl.rules.event_keys import argument
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.pattern import Match, span_of
from p2c_dsl.rules.read_as import event_read
from p2c_dsl.spec import Spec, Subtask
from p2c_dsl.types import Type


class FoundSoFar(NamedTuple):
    """The outcomes that have been found, with the values at the compared positions; and what has been read for what."""

    outcomes: HashTrieSet[tuple[Alternative, tuple[Hashable, ...]]] = HashTrieSet()
    read: HashTrieSet[tuple[ReadFor, tuple[Hashable, ...], Hashable]] = HashTrieSet()


@dataclass(frozen=True)
class FoundOut(Definition[FoundSoFar]):
    """Before a call of a subtask that does or may do the event, a check of its values has had one of the outcomes."""

    event: Event
    alternatives: tuple[Alternative, ...]

    def start(self) -> FoundSoFar:
        return FoundSoFar()

    def step(self, found: FoundSoFar, event: RunEvent) -> FoundSoFar:
        match event:
            case Tested(datum, test) if datum.answers is not None:
                call, outcomes = datum.answers, found.outcomes
                for one in self.alternatives:
                    if (one.check, one.outcome) == (call.subtask.name, test):
                        outcomes = outcomes.insert((one, tuple(map(call.value, one.positions))))
                return found._replace(outcomes=outcomes)
            case Resulted(call, datum):
                read = found.read
                for subject in (subject for one in self.alternatives for subject in one.subjects):
                    if isinstance(subject, ReadFor) and subject.subtask == call.subtask.name:
                        read = read.insert((subject, tuple(map(call.value, subject.positions)), datum.value))
                return found._replace(read=read)
            case Started(call) if call.most(self.event):
                if not any(self._is_met(one, call, found) for one in self.alternatives):
                    names = " and ".join(f"`{one.check}` has not been found {one.outcome}" for one in self.alternatives)
                    raise Broken(f"`{self.event.name}` would happen, but {names} for these values")
        return found

    def _is_met(self, one: Alternative, call: RunCall, found: FoundSoFar) -> bool:
        possible = [self._possible(subject, call, found) for subject in one.subjects]
        return any((one, values) in found.outcomes for values in product(*possible))

    def _possible(self, subject: Subject, call: RunCall, found: FoundSoFar) -> list[Hashable]:
        """The values that a subject may stand for: of what has been read, any will do."""
        if not isinstance(subject, ReadFor):
            return [subject.path(call.subtask).value(call)]
        of = tuple(part.path(call.subtask).value(call) for part in subject.of)
        return [result for by, given, result in found.read if (by, given) == (subject, of)]


@dataclass(frozen=True, eq=False)
class OnlyIf(Rule[None, Mark]):
    """B happens only where the check C has been called with the same values, and its result was tested to be true.

    `pay only if approve(order, amount)` means: a subtask that does (or may do) `pay` is only called where a call of
    `approve` has been tested and was true. The first two arguments of that call must be the same values as the
    arguments `order` and `amount` of this call. `_` leaves a position open; positions at the end may be omitted. An
    argument of the check may be a field (`known(order.shop)`), or what a subtask has returned for an argument:
    `cancel only if pending(get(id))` means a check of what `get` has returned for the same id. The
    values must be the same: an alias is fine, and so is a value that a comparison (`==`) has found equal, but another
    value of the same type is not. The test may be an `if`, the `else` of an `if not`, or an `if not` that has
    returned. Storing the result of a check does not test it.

    `roll_back only if not healthy(stage)` asks for the opposite outcome. With `or`, one of several checks has to have
    its outcome: `cancel only if insured(order) or not paid(order)`; a condition `if a or not b:` tests both.
    """

    name = "only-if"
    syntax = "B only if [not] C(x, …) [or D(y, …)]"
    pattern = "<event:name> only if <checks:checks>"
    summary = "B happens only after the check C has returned true (or, with `not`, false) for the same values"
    code = "P2C503"
    codes = (
        Code(
            "P2C503",
            "an event can happen unchecked",
            "Some path reaches an event although the check that an `only if` rule requires was not called with "
            "these values, or its result was not tested.",
        ),
    )
    accepted = """
type Order
effect pay(Order) irreversible
subtask approved(order: Order) -> Bool
subtask refund(order: Order):
    does pay(order)
task settle(orders: List[Order]):
    pay only if approved(order)

compose settle(orders):
    for order in orders:
        if approved(order):
            refund(order)
"""
    rejected = """
type Order
effect pay(Order) irreversible
subtask approved(order: Order) -> Bool
subtask refund(order: Order):
    does pay(order)
task settle(order: Order, other: Order):
    pay only if approved(order)

compose settle(order, other):
    if approved(other):
        refund(order)
"""

    event: Event
    alternatives: tuple[Alternative, ...]

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        event = names.event(match["event"][0])
        alternatives = read_alternatives(match["checks"], names.performers(event), names)
        if len(alternatives) > MOST_ALTERNATIVES:
            message = f"the rule lists {len(alternatives)} checks, but {MOST_ALTERNATIVES} are the most"
            raise RuleError(message, span_of(match["checks"]), "declare a subtask that makes several of these checks")
        return cls(event, alternatives)

    def read_as(self, spec: Spec) -> tuple[str, ...]:
        return (event_read(self.event, spec),)

    def definition(self) -> FoundOut:
        return FoundOut(self.event, self.alternatives)

    @property
    def checks(self) -> frozenset[str]:
        """The names of the checks."""
        return frozenset(one.check for one in self.alternatives)

    def wanted(self, subtask: Subtask) -> frozenset[int]:
        """The parameters of a subtask that does the event of which a check has to be."""
        names = {name for one in self.alternatives for name in one.parameters}
        return frozenset(place for place, own in enumerate(subtask.parameters) if own.name in names)

    @cached_property
    def readings(self) -> tuple[ReadFor, ...]:
        """What is read for the checks."""
        subjects = (subject for one in self.alternatives for subject in one.subjects)
        return tuple(dict.fromkeys(subject for subject in subjects if isinstance(subject, ReadFor)))

    @property
    def reads_elements(self) -> bool:
        return True

    # ------------------------------------------------------------ marks: which values a result is about

    def result(self, at: Place[None, Mark], call: CallSite, spec: Spec) -> Mark:
        name = call.subtask.name
        if name in self.checks:
            places = sorted({place for one in self.alternatives if one.check == name for place in one.positions})
            return Answer(name, tuple((place, argument(call, place), read_for(at, call, place)) for place in places))
        if any(reading.subtask == name for reading in self.readings):
            return ReadMark(name, tuple(argument(call, place) for place in range(len(call.arguments))))
        return None

    def empty(self) -> Mark:
        return EMPTY

    def gather(self, at: Place[None, Mark], state: State, mark: Mark, key: Value | None, value: Value) -> Mark:
        """A map from checked values to results of the check counts like the results."""
        own = at.mark(value)
        return self.merge(mark, own.under(key.identity) if isinstance(own, Answer) and key is not None else None)

    def merge(self, one: Mark, other: Mark) -> Mark:
        if one is EMPTY or other is EMPTY:
            return other if one is EMPTY else one
        return one if one == other else None

    def outlive(self, mark: Mark, first: int) -> Mark:
        if isinstance(mark, Answer) and mentions_slot_from(mark.about, first):
            return None
        return None if isinstance(mark, ReadMark) and mentions_slot_from(mark.arguments, first) else mark

    def part(self, at: Place[None, Mark], mark: Mark, part: Part, of: Type, spec: Spec) -> Mark:
        if not isinstance(part, ItemPart) or not isinstance(mark, Answer) or not mark.height:
            return None
        return mark.at(part.key.identity)

    # ------------------------------------------------------------ steps

    def learns(self, at: Place[None, Mark], outcome: Predicate[Value]) -> frozenset[Fact]:
        mark = at.mark(outcome.of[0])
        if outcome.test.compares or not isinstance(mark, Answer) or mark.height:
            return NOTHING
        return answer_facts(self.alternatives, mark, outcome.test)

    def call(self, at: Place[None, Mark], own: None, state: State, call: CallSite, out: Violations) -> None:
        happens = self.event.happens(call.subtask)
        if happens and not is_known(wanted_facts(self.alternatives, call), state.facts):
            given = zip(call.subtask.parameters, call.arguments, strict=True)
            out.append(Unchecked(self, {parameter.name: value for parameter, value in given}))

    def waits_for(self, subtask: Subtask) -> tuple[Event, ...]:
        return tuple(Event(name, False) for name in sorted(self.checks)) if self.event.happens(subtask) else ()

    def prerequisites(self, at: Place[None, Mark], state: State, subtask: Subtask) -> tuple[frozenset[str], ...]:
        if not self.event.happens(subtask):
            return ()
        answered = any(isinstance(at.mark(v), Answer) for v in state.values.values())
        gathered = any(a.filled and at.mark(a) is not None for a in state.accumulators.values())
        return () if answered or gathered or self._has_checked(state) else (self.checks,)

    def tells_apart(
        self, at: Place[None, Mark], state: State, subtask: Subtask, parameter: int, value: Value
    ) -> Hashable:
        own = self.wanted(subtask) if self.event.happens(subtask) else NO_ARGUMENT
        named = [(one.check, one.positions) for one in self.alternatives]
        named += [(one.subtask, one.positions) for one in self.readings]
        compared = own.union(*(places for name, places in named if name == subtask.name))
        return value.identity if parameter in compared else None

    def untested(self, at: Place[None, Mark], state: State, subtask: Subtask) -> bool:
        return self.event.happens(subtask) and not self._has_checked(state)

    def refuted(self, at: Place[None, Mark], state: State, subtask: Subtask, arguments: Arguments) -> bool:
        if not self.event.happens(subtask):
            return False
        answers = [(value.identity, at.mark(value)) for value in state.values.values()]
        return all(is_refuted(one, subtask, arguments, answers, state.facts) for one in self.alternatives)

    def _has_checked(self, state: State) -> bool:
        """Whether a check is known to have had its outcome for any values."""
        kinds = {fact_of(one, (), self.alternatives)[:3] for one in self.alternatives}
        return any(fact[:3] in kinds or fact[0] == EITHER for fact in state.facts.known)

    def line_checks(self) -> frozenset[str]:
        return self.checks

    def line_needs(self, subtask: Subtask, *, checked: bool) -> tuple[frozenset[str], ...]:
        """Where the check says no, the event cannot happen (with `not`: only then)."""
        if not self.event.happens(subtask):
            return ()
        return (frozenset(one.check for one in self.alternatives if checked or one.outcome is Test.FALSE),)


@dataclass(frozen=True, slots=True, eq=False)
class Unchecked(Violation[OnlyIf]):
    """A path on which no check is known to have its outcome for these values, `None` for a default."""

    arguments: Mapping[str, Value | None]
    """Those of the call, by the names of their parameters."""

    def blames(self, subtask: Subtask) -> frozenset[int]:
        return self.facet.wanted(subtask)

    def explain(self, narrator: Narrator) -> Explanation:
        rule = self.facet

        def shown(parameter: str) -> str:
            value = self.arguments[parameter]
            return "its default" if value is None else narrator.name(value).strip("`")

        texts = [one.text(shown) for one in rule.alternatives]
        called = (s for check in sorted(rule.checks) for s in narrator.calls(check))
        notes = tuple(("it is called here, but with other values, or its result is not tested", s) for s in called)
        known = f"neither {_quoted(texts, 'nor')} is known to hold"
        if len(texts) == 1:
            known = f"`{texts[0].removeprefix('not ')}` is not known to be {rule.alternatives[0].outcome}"
        help_ = "put this call inside " + _quoted([f"if {text}:" for text in texts], "or")
        return Explanation(f"`{rule.event.name}` can happen here although {known}", help_, notes)


def _quoted(texts: Sequence[str], last: str) -> str:
    return listing((f"`{text}`" for text in texts), last)
