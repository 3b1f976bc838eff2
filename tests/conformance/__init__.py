"""Traps in a neutral form, and what reads them: `README.md` beside this explains the format."""

from tests.conformance.reading import Objection, Trap, TrapError, traps_of
from tests.conformance.world import GivenWorld

__all__ = ["GivenWorld", "Objection", "Trap", "TrapError", "traps_of"]
