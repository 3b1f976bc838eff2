"""A complete solution in few enough words for a person to judge it: section 5(3) of the paper."""

from __future__ import annotations

from p2c_dsl.planners.preferences.features import Features
from p2c_dsl.planners.preferences.solution import PartialSolution, declaration, effect_lines
from p2c_dsl.program import Program


def summary_of(program: Program, features: Features) -> PartialSolution:
    """What a complete program does, in the form of a part: a line for each effect, with the loops around it.

    The lines are read from the program's graph; the program itself is left out, because it is too long to judge.
    """
    lines = effect_lines(program)
    text = "".join(f"{line}\n" for line in lines) or "Nothing happens.\n"
    return PartialSolution(declaration(program.task), text, lines, features.of(program), features.names)
