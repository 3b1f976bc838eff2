"""The verifier V: rule-based, it runs the complete solution in the domain's sandbox and checks the outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from p2c_dsl.analysis.read import NotAccepted, read_composition
from p2c_dsl.planners.figure2.inlining import inlined
from p2c_dsl.planners.figure2.translation import Recomposition
from p2c_dsl.program import Program
from p2c_dsl.program_text import text_of
from p2c_dsl.runtime.interpreter import BindingError
from p2c_dsl.runtime.trial import Trial, try_out
from p2c_dsl.spec import Spec, Task


@dataclass(frozen=True, slots=True)
class Complete:
    """A complete solution S: the composition of subtasks, and the same with their solutions inlined.

    Attributes:
        composition: Of subtasks, as the planner wrote it.
        text: The program over the domain's tools; empty where there is none.
        problem: Why there is no program, or which rule it breaks.
        sound: Whether the complete program keeps the condition's own rules, not only their translation.
    """

    composition: str
    text: str = ""
    program: Program | None = None
    problem: str | None = None
    sound: bool = False


def complete(composition: str, space: Recomposition, spec: Spec, task: Task) -> Complete:
    """The complete solution that a composition of subtasks stands for, in a domain with a condition's rules."""
    try:
        # The rules are checked on the complete program: text written without a mask may break any.
        parts = read_composition(space.spec, composition, ())
        solutions: Mapping[str, Program] = {name: part.program for name, part in space.parts.items()}
        text = text_of(inlined(parts, solutions, spec, task))
        program = read_composition(spec, text, ())
    except NotAccepted as error:
        return Complete(composition, problem=str(error))
    try:
        read_composition(spec, text)
    except NotAccepted as error:
        return Complete(composition, text, program, str(error))
    return Complete(composition, text, program, None, True)


@dataclass(frozen=True, slots=True)
class WorldVerifier:
    """V. `world` makes the world of a seed.

    The monitor watches the rules of the condition and no others: V knows no more than the space that it verifies in.
    """

    world: Callable[[int], Any]

    def verify(self, solution: Complete, seed: int) -> float:
        """R: 1 for a solution that runs to its end and leaves the world as the task wants it, else 0."""
        trial = self.trial(solution, seed)
        return float(trial is not None and trial.verified)

    def trial(self, solution: Complete, seed: int) -> Trial | None:
        """The run, `None` for a solution that is not a program. Raises `DomainError` for a world of no use."""
        if solution.program is None:
            return None
        try:
            return try_out(solution.program, self.world(seed))
        except BindingError as error:
            raise ValueError(f"the world does not fit its spec: {error}") from error
