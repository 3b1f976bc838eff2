"""An automaton for training: what no rule objects to so far, whether or not a composition can be completed with it.

To judge whether a lexeme can be completed takes a search, and most of the time of a training example. Nearly all that
no rule objects to can be completed, so that training may leave the searches out; decoding never does.
"""

from __future__ import annotations

from p2c_dsl.planners.automaton.automaton import Automaton, Position
from p2c_dsl.planners.automaton.protocol import END
from p2c_dsl.planners.lines.node import ends


class UnjudgedAutomaton(Automaton):
    """An automaton whose lexemes are those that continue some line to which the machine does not object.

    The end is offered where an accepted composition ends. Compositions may be of any length.
    """

    def _find_first(self, budget: int, effort: int) -> None:
        """Does not search: no lexeme is left out for want of a completion."""

    def legal(self, position: Position) -> tuple[str, ...]:
        words = self.words(position)
        return (*words, END) if not position.words and ends(self.machine, position.node) else words

    def cost(self, position: Position) -> int:
        return 0
