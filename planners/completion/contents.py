"""What may be taken out of a value, by its type."""

from __future__ import annotations

from p2c_dsl.machine import Machine
from p2c_dsl.planners.lines.makers import parts_of
from p2c_dsl.types import Type, element_of, is_subtype


def may_hold(of: Type, wanted: Type | None, machine: Machine) -> bool:
    """Whether a value of the wanted type (`None`: any collection) may be taken out of one of type `of`."""
    seen, pending = set[Type](), [of]
    while pending:
        part = pending.pop()
        if (element_of(part) is not None) if wanted is None else is_subtype(part, wanted):
            return True
        if part not in seen:
            seen.add(part)
            pending += parts_of(part, machine.spec)
    return False
