"""`A then B`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, CallsSoFar, Explanation, Narrator
from p2c_dsl.machine.guidance import Place
from p2c_dsl.machine.state import State
from p2c_dsl.rules import debts
from p2c_dsl.rules.base import Names
from p2c_dsl.rules.debts import Way
from p2c_dsl.rules.definition import Completed, Keys, RunEvent
from p2c_dsl.rules.event_keys import NO_KEYS, Pairing, key_parameters, keyed_occurrences, keys_of
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.obligation import Obligation, Owed
from p2c_dsl.rules.owed import PaidLater
from p2c_dsl.rules.parts import Places
from p2c_dsl.rules.pattern import Match
from p2c_dsl.rules.read_as import event_read, pairing_read, waiver_read
from p2c_dsl.rules.waiver import pays, read_waiver
from p2c_dsl.spec import Spec, Subtask


@dataclass(frozen=True)
class HappensLater(PaidLater):
    """Each `first` owes; one that no tool has reported counts as having happened."""

    first: Event
    first_places: Places = ()

    def owes(self, event: RunEvent) -> Iterator[Keys | None]:
        if isinstance(event, Completed):
            yield from event.possible_keys(self.first, self.first_places)

    def reason(self) -> str:
        return f"`{self.first.name}` has happened"


@dataclass(frozen=True, eq=False)
class Then(Obligation[None]):
    """Whenever A happens, B happens later, in every run that completes: a lock is released, an opened file closed.

    With `per K`, B happens with the same key. A `may` effect counts as having happened where it obliges, and as not
    having happened where it would fulfil. *Later* is in a later call: a call that does both still owes. A run that
    fails half-way owes nothing, so that it can leave a lock held; its report says what was owed.

    What has to happen between the two needs rules of its own: `lock before write per Table` and
    `no write after unlock per Table`. Without them, a plan may lock, unlock, and write afterwards.

    `unless F` waives it where F happens, before or after: for that key alone if F has the rule's key, for the whole run
    if not.
    """

    name = "then"
    syntax = "A then B [per K] [unless F]"
    pattern = "<first:name> then <second:name> [per <keys:keys>] [unless <waiver:name>]"
    summary = "whenever A happens, B happens later in every run that completes"
    unkeyed = "`{second}` of one {key} is enough after `{first}` of another"
    code = "P2C505"
    codes = (
        Code(
            "P2C505",
            "an event can stay without the one that must follow it",
            "Some run completes after an event without having done, later, what a `then` rule asks for.",
        ),
    )
    accepted = """
type Table
effect lock(Table)
effect unlock(Table)
subtask close(table: Table):
    does lock(table)
subtask open(table: Table):
    does unlock(table)
subtask write(table: Table)
task change(tables: Set[Table]):
    lock then unlock per Table

compose change(tables):
    for table in tables:
        close(table)
        write(table)
        open(table)
"""
    rejected = """
type Table
effect lock(Table)
effect unlock(Table)
subtask close(table: Table):
    does lock(table)
subtask open(table: Table):
    does unlock(table)
subtask write(table: Table) -> Bool
task change(tables: Set[Table]):
    lock then unlock per Table

compose change(tables):
    for table in tables:
        close(table)
        if write(table):
            open(table)
"""

    first: Event
    keys: Pairing = NO_KEYS

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        first, second = names.event(match["first"][0]), names.event(match["second"][0])
        tokens = match.get("keys", ())
        keys = Pairing.read(tokens, first, second, names)
        types = keys_of(second, names.spec)
        waiver = read_waiver(match.get("waiver", ()), tokens[1::2], [types[p][1] for p in keys.second], names)
        surely = pays(second, waiver, names)
        return cls(first, keys, asked=second, places=keys.second, waiver=waiver, surely=surely)

    def read_as(self, spec: Spec) -> tuple[str, ...]:
        events = event_read(self.first, spec), event_read(self.asked, spec)
        keys = pairing_read(self.first, self.asked, self.keys, spec)
        return *events, *keys, *waiver_read(self.waiver, spec)

    def definition(self) -> HappensLater:
        return HappensLater(self.first, self.keys.first, asked=self.asked, places=self.places, waiver=self.waiver)

    def incurs(self, at: Place[Owed, None], state: State, call: CallSite) -> frozenset[Way]:
        guard = debts.guard(state)
        return frozenset(debts.owe(values, guard) for _, values in keyed_occurrences(call, self.first, self.keys.first))

    def makes_debt(self, subtask: Subtask) -> bool:
        return self.first.happens(subtask)

    def key_parameters(self, subtask: Subtask) -> frozenset[int]:
        return super().key_parameters(subtask) | key_parameters(self.first, self.keys.first, subtask)

    def surely_owes(self, so_far: CallsSoFar) -> bool:
        return so_far.must(self.first.surely)

    def objection(self, narrator: Narrator) -> Explanation:
        first, second = self.first.name, self.asked.name
        key = " with the same key" if self.places else ""
        notes = tuple((f"`{first}` may happen here", span) for span in narrator.calls(first))
        return Explanation(
            f"a run can complete after `{first}` without `{second}`{key} after it",
            f"do `{second}`{key} later on every path, once for every `{first}`",
            notes,
        )
