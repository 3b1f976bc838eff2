"""`E needs approval`."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Self

from p2c_dsl.rules.base import Names, Rule, RuleError
from p2c_dsl.rules.definition import Approved, Broken, Definition, RunCall, RunEvent, Started
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.pattern import Match, NoMatch, match
from p2c_dsl.rules.reading import shown
from p2c_dsl.spec import Spec, Subtask, Task

Waiting = frozenset[tuple[Hashable, ...]]
"""The calls that have been approved and not been made yet."""


@dataclass(frozen=True)
class AskedAbout(Definition[Waiting]):
    """A call that is, or may be, the event has been approved, with these values. Making it uses the approval up."""

    event: Event

    def start(self) -> Waiting:
        return frozenset()

    def step(self, approved: Waiting, event: RunEvent) -> Waiting:
        match event:
            case Approved(call):
                return approved | {_this(call)}
            case Started(call):
                if call.most(self.event) and _this(call) not in approved:
                    raise Broken(f"`{self.event.name}` would happen in a call that nobody has approved")
                return approved - {_this(call)}
        return approved


def _this(call: RunCall) -> tuple[Hashable, ...]:
    """The call itself: its place in the run, its subtask and all values."""
    return call.number, call.subtask.name, *map(call.value, range(len(call.arguments)))


@dataclass(frozen=True, eq=False)
class NeedsApproval(Rule[None, None]):
    """Before each call that does E, the run asks somebody whether to make it.

    What is shown is this one call: its subtask, what it does, and the values of its arguments. A yes allows this call,
    once, and nothing else; after a no, the run ends before the call. A `may` effect is asked about as if it happened.

    The rule limits no composition, so lint accepts what it accepts without the rule. The run keeps it: it asks a
    person on the terminal, or a function that is given to it, and the monitor stops a call that nobody has approved.
    Use it where a person has to see the values. Where a tool can decide, use a check and `only if`, which nobody has to
    wait for.
    """

    name = "approval"
    syntax = "E needs approval"
    pattern = "<event:name> needs approval"
    summary = "somebody is asked before each call that does an effect, or of a subtask"
    codes = ()
    accepted = """
type Account
effect pay(Account) irreversible
subtask transfer(to: Account, amount: Int):
    does pay(to)
task settle(accounts: Set[Account], amount: Int):
    pay needs approval

compose settle(accounts, amount):
    for account in accounts:
        transfer(account, amount)
"""
    rejected = ""

    event: Event

    @classmethod
    def read(cls, match: Match, names: Names) -> Self:
        return cls(names.event(match["event"][0]))

    def definition(self) -> AskedAbout:
        return AskedAbout(self.event)

    @property
    def unenforceable(self) -> str:
        return "the run asks in any case"


@dataclass(frozen=True, slots=True)
class ApprovalPoints:
    """Which calls of a task need approval, and by which rules."""

    events: tuple[tuple[str, Event], ...]
    """The rules' lines, each with its event."""

    @classmethod
    def of(cls, spec: Spec, task: Task) -> Self:
        """Those of a task. Lines that cannot be read are left to lint."""
        return cls(tuple(dict.fromkeys(_asking(spec, task))))

    def rules(self, subtask: Subtask) -> tuple[str, ...]:
        """The rules by which a call of `subtask` needs approval; empty if it needs none."""
        return tuple(line for line, event in self.events if event.happens(subtask))


def _asking(spec: Spec, task: Task) -> Iterator[tuple[str, Event]]:
    names = Names(spec, task)
    for text in spec.rules_of(task):
        found = match(NeedsApproval.pattern, text.tokens)
        if not isinstance(found, NoMatch):
            try:
                yield shown(text.tokens), names.event(found["event"][0])
            except RuleError:
                continue
