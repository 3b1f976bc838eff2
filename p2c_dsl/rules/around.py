"""A facet around a rule: it hands every step on, hears the rule's objections first, and counts calls."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from p2c_dsl.machine.facet import CallSite, MadeOf, Origin, Part, Violations
from p2c_dsl.machine.facts import Fact
from p2c_dsl.machine.guidance import Place
from p2c_dsl.machine.state import BranchFrame, LoopFrame, State, Value
from p2c_dsl.program.conditions import Predicate
from p2c_dsl.rules.base import AnyRule, Rule
from p2c_dsl.rules.definition import AnyDefinition
from p2c_dsl.spec import Spec, Subtask
from p2c_dsl.types import Type

_NOBODY: frozenset[str] = frozenset()
_OWN_STEPS = frozenset({"start", "call", "join", "exit_loop"})


class Watched(NamedTuple):
    """The rule's own state, and which of the subtasks that concern it have been called: possibly, and certainly."""

    own: Any
    possible: frozenset[str] = _NOBODY
    certain: frozenset[str] = _NOBODY


class Within(Place[Any, Any]):
    """The place of the rule's own state and marks, inside the state of `Enforced`."""

    def state(self, state: State) -> Any:
        return state.facets[self.index].own


@dataclass(frozen=True, eq=False)
class AroundRule(Rule[Watched, Any]):
    """Knows of a composition what the rule knows, and which subtasks have been called. Says nothing to planners."""

    rule: AnyRule
    spec: Spec = field(repr=False)

    def read_as(self, spec: Spec) -> tuple[str, ...]:
        return self.rule.read_as(spec)

    @abstractmethod
    def hear(
        self,
        found: Violations,
        own: Watched,
        state: State,
        out: Violations,
        call: CallSite | None = None,
        *,
        at_end: bool = False,
    ) -> None:
        """What becomes of the rule's objections to a step from this state."""

    def definition(self) -> AnyDefinition | None:
        return self.rule.definition()

    @property
    def textual(self) -> bool:
        return self.rule.textual

    @property
    def minds_text(self) -> bool:
        return self.rule.minds_text

    @property
    def reads_elements(self) -> bool:
        return self.rule.reads_elements

    def takes(self, hook: str) -> bool:
        return super().takes(hook) and (hook in _OWN_STEPS or self.rule.takes(hook))

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(re.findall(r"\w+", self.text))

    def concerns(self, subtask: Subtask) -> bool:
        """Whether the rule's line names a subtask, or one of its effects."""
        return subtask.name in self._words or any(use.effect.name in self._words for use in subtask.effects)

    def _moved(
        self,
        own: Watched,
        state: State,
        out: Violations,
        move: Callable[[Violations], Any],
        call: CallSite | None = None,
    ) -> Watched:
        """After the rule has moved its own state."""
        found: Violations = []
        after = own._replace(own=move(found))
        self.hear(found, own, state, out, call)
        return after

    # ------------------------------------------------------------ values

    def source(self, origin: Origin, name: str | None, of: Type, spec: Spec) -> Any:
        return self.rule.source(origin, name, of, spec)

    def result(self, at: Place[Watched, Any], call: CallSite, spec: Spec) -> Any:
        return self.rule.result(Within(at.index), call, spec)

    def part(self, at: Place[Watched, Any], mark: Any, part: Part, of: Type, spec: Spec) -> Any:
        return self.rule.part(Within(at.index), mark, part, of, spec)

    def made(self, at: Place[Watched, Any], parts: MadeOf, of: Type, spec: Spec) -> Any:
        return self.rule.made(Within(at.index), parts, of, spec)

    def empty(self) -> Any:
        return self.rule.empty()

    def gather(self, at: Place[Watched, Any], state: State, mark: Any, key: Value | None, value: Value) -> Any:
        return self.rule.gather(Within(at.index), state, mark, key, value)

    def outlive(self, mark: Any, first: int) -> Any:
        return self.rule.outlive(mark, first)

    def merge(self, one: Any, other: Any) -> Any:
        return self.rule.merge(one, other)

    # ------------------------------------------------------------ steps

    def start(self) -> Watched:
        return Watched(self.rule.start())

    def step(self, own: Watched, state: State, out: Violations) -> Watched:
        return self._moved(own, state, out, lambda found: self.rule.step(own.own, state, found))

    def look_up(
        self, at: Place[Watched, Any], own: Watched, state: State, whole: Value, key: Value, out: Violations
    ) -> Watched:
        return self._moved(
            own, state, out, lambda found: self.rule.look_up(Within(at.index), own.own, state, whole, key, found)
        )

    def call(self, at: Place[Watched, Any], own: Watched, state: State, call: CallSite, out: Violations) -> Watched:
        inner = Within(at.index)
        after = self._moved(own, state, out, lambda found: self.rule.call(inner, own.own, state, call, found), call)
        if not self.concerns(call.subtask):
            return after
        called = frozenset({call.subtask.name})
        return Watched(after.own, own.possible | called, own.certain | called)

    def gains(self, at: Place[Watched, Any], state: State, call: CallSite) -> frozenset[Fact]:
        return self.rule.gains(Within(at.index), state, call)

    def consume(
        self,
        at: Place[Watched, Any],
        own: Watched,
        state: State,
        value: Value,
        out: Violations,
        argument: int | None,
    ) -> Watched:
        return self._moved(
            own, state, out, lambda found: self.rule.consume(Within(at.index), own.own, state, value, found, argument)
        )

    def enter_loop(self, own: Watched, state: State, frame: LoopFrame, out: Violations) -> Watched:
        return self._moved(own, state, out, lambda found: self.rule.enter_loop(own.own, state, frame, found))

    def exit_loop(self, at: Place[Watched, Any], own: Watched, frame: LoopFrame, end: State) -> Watched:
        inner, before = Within(at.index), at.state(frame.entry)
        return Watched(self.rule.exit_loop(inner, own.own, frame, end), own.possible, before.certain)

    def enter_branch(self, own: Watched, state: State, frame: BranchFrame, out: Violations) -> Watched:
        return self._moved(own, state, out, lambda found: self.rule.enter_branch(own.own, state, frame, found))

    def learns(self, at: Place[Watched, Any], outcome: Predicate[Value]) -> frozenset[Fact]:
        return self.rule.learns(Within(at.index), outcome)

    def enter_else(self, before: Watched, then: Watched) -> Watched:
        return before._replace(own=self.rule.enter_else(before.own, then.own))

    def join(self, then: Watched, orelse: Watched) -> Watched:
        own = self.rule.join(then.own, orelse.own)
        return Watched(own, then.possible | orelse.possible, then.certain & orelse.certain)

    def resume(self, at: Place[Watched, Any], own: Watched, frame: BranchFrame, last: Watched) -> Watched:
        return own._replace(own=self.rule.resume(Within(at.index), own.own, frame, last.own))

    def forget(self, own: Watched, before: Watched, first: int, end: State) -> Watched:
        return own._replace(own=self.rule.forget(own.own, before.own, first, end))

    def give(self, at: Place[Watched, Any], state: State, value: Value, out: Violations) -> None:
        found: Violations = []
        self.rule.give(Within(at.index), state, value, found)
        self.hear(found, at.state(state), state, out, at_end=True)

    def finish(self, own: Watched, state: State, out: Violations) -> None:
        found: Violations = []
        self.rule.finish(own.own, state, found)
        self.hear(found, own, state, out, at_end=True)
