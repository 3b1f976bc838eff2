"""Repair: the accepted composition that is nearest to a rejected one."""

from p2c_dsl.planners.repair.model import Edit, Interrupted, Repair, Stop, Unrepairable, steps
from p2c_dsl.planners.repair.nearest import EFFORT, MOST_EDITS, recompose
from p2c_dsl.planners.repair.search import RepairProgress

__all__ = [
    "EFFORT",
    "MOST_EDITS",
    "Edit",
    "Interrupted",
    "Repair",
    "RepairProgress",
    "Stop",
    "Unrepairable",
    "recompose",
    "steps",
]
