"""Limits on the size of the complete solution, kept while the composition of its subtasks is written."""

from __future__ import annotations

from collections.abc import Mapping

from p2c_dsl.machine.facet import CallSite, Violation
from p2c_dsl.machine.state import BranchFrame, State
from p2c_dsl.rules.branches import Branches
from p2c_dsl.rules.loops import Loops
from p2c_dsl.rules.steps import Steps


class WholeLoops(Loops):
    """`loops <= k`, where each subtask's solution has loops of its own, nested as deep as `depth` says."""

    def __init__(self, most: int, depth: Mapping[str, int]) -> None:
        super().__init__(most)
        self.depth = depth

    def call(self, own: None, state: State, call: CallSite, out: list[Violation]) -> None:
        if self.depth[call.subtask.name] and len(state.loops) + self.depth[call.subtask.name] > self.most:
            out.append(Violation(self, self.code, (state.loops,)))


class WholeBranches(Branches):
    """`branches <= k`, where each subtask's solution has branches of its own."""

    def __init__(self, most: int, depth: Mapping[str, int]) -> None:
        super().__init__(most)
        self.depth = depth

    def call(self, own: None, state: State, call: CallSite, out: list[Violation]) -> None:
        outer = tuple(f for f in state.frames if isinstance(f, BranchFrame))
        if self.depth[call.subtask.name] and len(outer) + self.depth[call.subtask.name] > self.most:
            out.append(Violation(self, self.code, (outer,)))


class WholeSteps(Steps):
    """`steps <= n`, where a call counts as many steps as its subtask's solution has."""

    def __init__(self, most: int, sizes: Mapping[str, int]) -> None:
        super().__init__(most)
        self.sizes = sizes

    def call(self, own: int, state: State, call: CallSite, out: list[Violation]) -> int:
        # The call itself has been counted as one step before.
        after = own + self.sizes[call.subtask.name] - 1
        if own <= self.most < after:
            out.append(Violation(self, self.code))
        return after
