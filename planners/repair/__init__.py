"""Repair: the accepted composition that is nearest to a rejected one."""

from p2c_dsl.planners.repair.model import Edit, Repair, Unrepairable
from p2c_dsl.planners.repair.nearest import EFFORT, MOST_EDITS, recompose

__all__ = ["EFFORT", "MOST_EDITS", "Edit", "Repair", "Unrepairable", "recompose"]
