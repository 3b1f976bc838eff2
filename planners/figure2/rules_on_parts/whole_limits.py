"""Limits on the size of the complete solution, kept while the composition of its subtasks is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from p2c_dsl.machine import BranchFrame, CallSite, Place, State, Violations
from p2c_dsl.rules.branches import Branches, BranchesTooDeep
from p2c_dsl.rules.loops import Loops, LoopsTooDeep
from p2c_dsl.rules.steps import Steps, TooLong


@dataclass(frozen=True, eq=False)
class WholeLoops(Loops):
    """`loops <= k`, where each subtask's solution has loops of its own, nested up to its `depth`."""

    depth: Mapping[str, int] = field(default_factory=dict)

    def call(self, at: Place[None, None], own: None, state: State, call: CallSite, out: Violations) -> None:
        if self.depth[call.subtask.name] and len(state.loops) + self.depth[call.subtask.name] > self.most:
            out.append(LoopsTooDeep(self, state.loops))


@dataclass(frozen=True, eq=False)
class WholeBranches(Branches):
    """`branches <= k`, where each subtask's solution has branches of its own."""

    depth: Mapping[str, int] = field(default_factory=dict)

    def call(self, at: Place[None, None], own: None, state: State, call: CallSite, out: Violations) -> None:
        outer = tuple(f for f in state.frames if isinstance(f, BranchFrame))
        if self.depth[call.subtask.name] and len(outer) + self.depth[call.subtask.name] > self.most:
            out.append(BranchesTooDeep(self, outer))


@dataclass(frozen=True, eq=False)
class WholeSteps(Steps):
    """`steps <= n`, where a call counts as many steps as its subtask's solution has."""

    sizes: Mapping[str, int] = field(default_factory=dict)

    def call(self, at: Place[int, None], own: int, state: State, call: CallSite, out: Violations) -> int:
        # The call itself has been counted as one step before.
        after = own + self.sizes[call.subtask.name] - 1
        if own <= self.most < after:
            out.append(TooLong(self))
        return after
