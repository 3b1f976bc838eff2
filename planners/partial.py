"""Where a planner starts: at the header, or where somebody has begun."""

from __future__ import annotations

from p2c_dsl.planners.automaton import Automaton
from p2c_dsl.planners.begun import Begun, begun


def beginning(automaton: Automaton, partial: str = "") -> Begun:
    """What has been written already, and the position after it. Raises `NoContinuation`."""
    return begun(automaton, partial) if partial.strip() else Begun(automaton.header, automaton.start)
