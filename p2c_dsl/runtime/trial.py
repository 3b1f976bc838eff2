"""A composition tried out: one run in a world of its own, rules watching, and the world's verdict on the outcome."""

from __future__ import annotations

from dataclasses import dataclass

from p2c_dsl.program import Program
from p2c_dsl.runtime.approval import of_world
from p2c_dsl.runtime.domain import DomainError
from p2c_dsl.runtime.interpreter import Observer, Run, run
from p2c_dsl.runtime.monitor import RuleMonitor
from p2c_dsl.runtime.values import shown
from p2c_dsl.runtime.world import World


@dataclass(frozen=True, slots=True)
class Trial:
    """One run in a world.

    Attributes:
        problem: Why the run did not complete, or what is wrong with its outcome; `None` if nothing is.
    """

    run: Run
    world: World
    problem: str | None

    @property
    def verified(self) -> bool:
        """Whether the run completed and the world is content with its outcome."""
        return self.problem is None


def try_out(program: Program, world: World, observer: Observer | None = None) -> Trial:
    """Runs a program in a fresh world under the monitor (or another observer), and verifies the outcome.

    Raises `BindingError` or `DomainError` for a world of no use.
    """
    watch = observer or RuleMonitor(program)
    result = run(program, world.inputs(), world.tools(), watch, of_world(world))
    return Trial(result, world, verdict(world, result.result) if result.completed else result.error)


def verdict(world: World, returned: object) -> str | None:
    """What is wrong with the outcome of a run that returned a value, `None` if nothing is.

    A world with a method `returned` is handed the value first. Raises `DomainError` for another answer.
    """
    own = getattr(world, "returned", None)
    if callable(own):
        own(returned)
    found: object = world.verify()
    if found is not None and not isinstance(found, str):
        raise DomainError(f"`verify` must return `None` or a text that says what is wrong, not {shown(found)}")
    return found
