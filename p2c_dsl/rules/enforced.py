"""`enforced`, in front of a rule: what lint cannot prove of it is left to the run."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.machine.facet import CallSite, CallsSoFar, Explanation, Narrator, Violation, Violations
from p2c_dsl.machine.facts import Fact
from p2c_dsl.machine.guidance import Place
from p2c_dsl.machine.state import State, Value
from p2c_dsl.rules.around import AroundRule, Watched, Within
from p2c_dsl.spec import Subtask

PREFIX = "enforced"
LEFT = "P2C801"


@dataclass(frozen=True, eq=False)
class Enforced(AroundRule):
    """What lint cannot prove of the rule is left to the run.

    `enforced at most 3 send` forbids the same runs as `at most 3 send`. Where lint cannot prove that no run breaks the
    rule, the composition is accepted all the same, and a note lists the place: there the run-time monitor stops a run
    before the call that would break the rule. What a rule asks for (`at least`, `then`, `return from`) is found at the
    end only: all calls have been made then, and the run does not complete.

    Where every run that comes to a call (or to the end) would be stopped, that stays an error. It is decided from the
    text alone, and in doubt it is a note.

    Rules about the text (`loops`, `steps`, …) cannot be enforced, because no run changes them, and neither can `needs
    approval`, because the run asks in any case. `p2c lint --no-enforced` takes all that is left as errors.
    """

    name = "enforced"
    syntax = "enforced RULE"
    pattern = "enforced"
    summary = "the rule holds; what lint cannot prove of it is left to the run-time monitor"
    code = LEFT
    codes = (
        Code(
            LEFT,
            "left to the monitor",
            "The rule is `enforced`, and lint cannot prove that no run breaks it here. A run is stopped before it "
            "does; where the rule asks for something, a run that ends without it does not complete. `p2c lint "
            "--no-enforced` takes this as an error.",
        ),
    )
    accepted = """
type User
effect notify(User)
subtask send(user: User):
    does notify(user)
task remind(users: Set[User]):
    enforced at most 5 notify

compose remind(users):
    for u in users:
        send(u)
"""
    rejected = """
type User
effect notify(User)
subtask send(user: User):
    does notify(user)
subtask may_write_to(user: User) -> Bool
task remind(user: User):
    enforced notify only if may_write_to(user)

compose remind(user):
    send(user)
"""

    listing: bool = False
    """Whether what is left to the monitor is listed; planners only have to know what is not."""

    # ------------------------------------------------------------ what is certain
    # All knowledge about a composition is the rule's own. Only what it tells planners as certain is not passed on:
    # it says what the rule objects to, and not what is left of that here.

    def _so_far(self, watched: Watched, state: State) -> CallsSoFar:
        possible = watched.possible if state.in_first_iteration else None
        return CallsSoFar(possible, watched.certain, self.spec)

    def hear(
        self,
        found: Violations,
        watched: Watched,
        state: State,
        out: Violations,
        call: CallSite | None = None,
        *,
        at_end: bool = False,
    ) -> None:
        """Passes on those of the rule's objections that are certain, and the others where they are listed."""
        so_far = self._so_far(watched, state)
        first = () if call is None else self.rule.waits_for(call.subtask)
        for violation in found:
            waits = bool(first) and not any(so_far.may(event.happens) for event in first)
            certain = waits or violation.certain(so_far)
            if self.listing:
                out.append(EnforcedFinding(self, violation, not certain, at_end, argument=violation.argument))
            elif certain:
                out.append(violation)

    # ------------------------------------------------------------ for planners

    def needed(self, own: Watched, state: State) -> tuple[frozenset[str], ...]:
        """Where the end is certainly objected to, that can only be changed by a call that concerns the rule."""
        out: Violations = []
        if not state.frames:
            self.finish(own, state, out)
        return (frozenset(name for name, s in self.spec.subtasks.items() if self.concerns(s)),) if out else ()

    def asks_for(self, subtask: Subtask) -> bool:
        return self.rule.asks_for(subtask)

    def key_parameters(self, subtask: Subtask) -> frozenset[int]:
        return self.rule.key_parameters(subtask)

    def eased_by(self, subtask: Subtask) -> frozenset[str]:
        events = self.rule.waits_for(subtask)
        return frozenset(n for n, s in self.spec.subtasks.items() if any(event.happens(s) for event in events))

    def progresses(self, before: Watched, after: Watched, gained: frozenset[Fact]) -> bool:
        return before.possible != after.possible or self.rule.progresses(before.own, after.own, gained)

    def tells_apart(
        self, at: Place[Watched, Any], state: State, subtask: Subtask, parameter: int, value: Value
    ) -> Hashable:
        return self.rule.tells_apart(Within(at.index), state, subtask, parameter, value)

    def splits_loops(self) -> bool:
        return self.rule.splits_loops()

    def serves(self, at: Place[Watched, Any], own: Watched, old: Value, new: Value) -> bool:
        return self.rule.serves(Within(at.index), own.own, old, new)


@dataclass(frozen=True, slots=True, eq=False)
class EnforcedFinding(Violation[Enforced]):
    """An objection of an enforced rule: one that is certain, or one that is `left` to the monitor."""

    objection: Violation[Any]
    left: bool
    at_end: bool

    @property
    def code(self) -> str:
        return LEFT if self.left else self.objection.code

    def explain(self, narrator: Narrator) -> Explanation:
        said = self.objection.explain(narrator)
        if not self.left:
            return said
        line = self.facet.text.removeprefix(f"{PREFIX} ")
        then = "the monitor stops a run before it breaks the rule here"
        if self.at_end:
            then = "found at the end only: all calls have been made then, and the run does not complete"
        proved = "" if said.help is None else f"; to have it proved, {said.help}"
        return Explanation(f"left to the monitor: `{line}`, because {said.message}", then + proved, said.notes)
