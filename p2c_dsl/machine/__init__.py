"""The abstract machine: it moves forward through a composition, one step at a time.

Lint folds it over a program, and the decoder asks it what may come next. How a rule is proved is written once,
in its facet. What a rule means of a run is its definition, beside it in the rule's file, and knows nothing of this.
"""

from p2c_dsl.machine.facet import AnyFacet, CallSite, Facet, Origin, Part, Place, Violation, Violations
from p2c_dsl.machine.machine import Machine
from p2c_dsl.machine.state import Accumulator, BranchFrame, LoopFrame, State, Value

__all__ = [
    "Accumulator",
    "AnyFacet",
    "BranchFrame",
    "CallSite",
    "Facet",
    "LoopFrame",
    "Machine",
    "Origin",
    "Part",
    "Place",
    "State",
    "Value",
    "Violation",
    "Violations",
]
