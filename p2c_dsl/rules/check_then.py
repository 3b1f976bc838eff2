"""`[not] C(x, …) then B`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, Explanation, Narrator
from p2c_dsl.machine.facts import tested
from p2c_dsl.machine.guidance import Place
from p2c_dsl.machine.identity import slot
from p2c_dsl.machine.state import State
from p2c_dsl.program import Test
from p2c_dsl.rules import debts
from p2c_dsl.rules.base import Names
from p2c_dsl.rules.checks import read_check
from p2c_dsl.rules.debts import Way
from p2c_dsl.rules.definition import Keys, Resulted, RunEvent
from p2c_dsl.rules.event_keys import argument, keys_of, named_key
from p2c_dsl.rules.obligation import Obligation, Owed
from p2c_dsl.rules.owed import PaidLater
from p2c_dsl.rules.parts import Places
from p2c_dsl.rules.pattern import Match
from p2c_dsl.rules.read_as import event_read, keys_read, waiver_read
from p2c_dsl.rules.waiver import pays, read_waiver
from p2c_dsl.rules.worst_run import Chance
from p2c_dsl.spec import Spec, Subtask


@dataclass(frozen=True)
class FollowsAnswer(PaidLater):
    """Each call of the check that has given the answer owes, tested or not, with its arguments at `positions`."""

    check: str
    positions: Places
    answer: bool = True

    def owes(self, event: RunEvent) -> Iterator[Keys | None]:
        match event:
            case Resulted(call, datum) if call.subtask.name == self.check and datum.value is self.answer:
                yield tuple(call.value(position) for position in self.positions)

    def reason(self) -> str:
        return f"`{self.check}` has returned {_word(self.answer)}"


def _word(answer: bool) -> str:
    return "true" if answer else "false"


@dataclass(frozen=True, eq=False)
class CheckThen(Obligation[None]):
    """Whenever the check C of some values has come out true, B of these values happens later, in every completed run.

    `verify(file, _) then delete` means: after a call of `verify` that has returned true, its first argument is deleted.
    `not healthy(stage) then roll_back` asks for it where the check has come out false.
    The names are those of the keys of B, or their types, in the order of the check's parameters; `_` leaves one open.
    It does not matter whether the answer is tested: a composition that ignores it is rejected, because nobody knows
    then whether B has to happen.

    `unless F` waives it where F happens, before or after: for that key alone if F has the rule's key, for the whole run
    if not.
    """

    name = "check-then"
    syntax = "[not] C(x, …) then B [unless F]"
    pattern = "[not] <check:check> then <event:name> [unless <waiver:name>]"
    summary = "whenever the check C returns true for some values, B happens for them later in every run that completes"
    code = "P2C506"
    codes = (
        Code(
            "P2C506",
            "an event can stay out although a check that asks for it came out true",
            "Some run completes after a check has returned true, without having done later what the rule asks for.",
        ),
    )
    accepted = """
type File
effect delete(File)
subtask is_stale(file: File) -> Bool
subtask remove(file: File):
    does delete(file)
task clean(files: Set[File]):
    is_stale(file) then remove

compose clean(files):
    for f in files:
        if is_stale(f):
            remove(f)
"""
    rejected = """
type File
effect delete(File)
subtask is_stale(file: File) -> Bool
subtask remove(file: File):
    does delete(file)
task clean(files: Set[File]):
    is_stale(file) then remove

compose clean(files):
    for f in files:
        stale = is_stale(f)
"""

    check: str
    positions: Places
    answer: bool = True
    """The answer after which the event has to happen."""

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        event = names.event(match["event"][0])
        check, named = read_check(match["check"], names)
        tokens = tuple(token for _, token in named)
        positions = tuple(position for position, _ in named)
        own = {parameter.name: parameter.type for parameter in check.parameters}
        places = tuple(named_key(token, event, names, own.get(token.text)) for token in tokens)
        types = keys_of(event, names.spec)
        waiver = read_waiver(match.get("waiver", ()), tokens, [types[place][1] for place in places], names)
        surely = pays(event, waiver, names)
        answer = "not" not in match
        return cls(check.name, positions, answer, asked=event, places=places, waiver=waiver, surely=surely)

    def read_as(self, spec: Spec) -> tuple[str, ...]:
        keys = (keys_read(self.asked, self.places, spec),) if self.places else ()
        return event_read(self.asked, spec), *keys, *waiver_read(self.waiver, spec)

    def definition(self) -> FollowsAnswer:
        return FollowsAnswer(
            self.check, self.positions, self.answer, asked=self.asked, places=self.places, waiver=self.waiver
        )

    def incurs(self, at: Place[Owed, None], state: State, call: CallSite) -> frozenset[Way]:
        if call.subtask.name != self.check:
            return frozenset()
        test = Test.TRUE if self.answer else Test.FALSE
        guard = debts.guard(state) | {tested(test, slot(state.slots))}
        return frozenset({debts.owe(tuple(argument(call, position) for position in self.positions), guard)})

    def makes_debt(self, subtask: Subtask) -> bool:
        return subtask.name == self.check

    def asks_if(self) -> Chance:
        return Chance(yes=self.check) if self.answer else Chance(no=self.check)

    def key_parameters(self, subtask: Subtask) -> frozenset[int]:
        own = frozenset(self.positions) if subtask.name == self.check else frozenset()
        return super().key_parameters(subtask) | own

    def objection(self, narrator: Narrator) -> Explanation:
        event = self.asked.name
        notes = tuple(
            (f"`{self.check}` may return {_word(self.answer)} here", span) for span in narrator.calls(self.check)
        )
        return Explanation(
            f"a run can complete without `{event}` although `{self.check}` has returned {_word(self.answer)}",
            f"test the answer, and do `{event}` for the same values where it is {_word(self.answer)}",
            notes,
        )
