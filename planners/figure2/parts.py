"""Parts of a complete solution: subtasks that were asked for, with their solutions."""

from __future__ import annotations

from dataclasses import dataclass

from p2c_dsl.planners.figure2.contracts import Contract
from p2c_dsl.program import Program


@dataclass(frozen=True, slots=True)
class SolvedSubtask:
    """A subtask that was asked for, and its solution over the domain's tools."""

    contract: Contract
    program: Program

    @property
    def name(self) -> str:
        return self.contract.name
