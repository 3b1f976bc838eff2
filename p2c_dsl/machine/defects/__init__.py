"""The machine's own objections, independent of rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from p2c_dsl.machine.facet import Violation


@dataclass(frozen=True, slots=True, eq=False)
class Defect(Violation[None]):
    """An objection of the machine's own."""

    facet: None = field(default=None, init=False)
    fixed: ClassVar[str]

    @property
    def code(self) -> str:
        return self.fixed
