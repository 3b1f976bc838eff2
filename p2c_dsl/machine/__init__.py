"""The abstract machine: it moves forward through a composition, one step at a time.

Lint folds it over a program, the decoder asks it what may come next, and the run-time monitor
feeds it the steps of an execution. What a rule means is written once, in its facet.
"""

from p2c_dsl.machine.facet import CallSite, Facet, Origin, Part, Violation
from p2c_dsl.machine.machine import Machine
from p2c_dsl.machine.state import Accumulator, BranchFrame, LoopFrame, State, Value

__all__ = [
    "Accumulator",
    "BranchFrame",
    "CallSite",
    "Facet",
    "LoopFrame",
    "Machine",
    "Origin",
    "Part",
    "State",
    "Value",
    "Violation",
]
