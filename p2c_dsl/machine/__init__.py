"""The abstract machine: it moves forward through a composition, one step at a time.

Lint folds it over a program, and the decoder asks it what may come next. The proof of a rule is written once, in
its facet. The meaning of a rule for a run is its definition, in the same file, which does not depend on the machine.
"""

from p2c_dsl.machine.facet import AnyFacet, CallSite, Facet, Origin, Part, Violation, Violations
from p2c_dsl.machine.guidance import Place
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
