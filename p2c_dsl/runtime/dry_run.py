"""A dry run: the calls that a composition would make, with made-up values and without calling tools."""

from __future__ import annotations

from random import Random

from p2c_dsl.program import Program
from p2c_dsl.runtime.approval import Approver, simulated
from p2c_dsl.runtime.counterexample.small_worlds import SmallWorld, TooLarge
from p2c_dsl.runtime.interpreter import BindingError, Observer, Run, run

SIZE = 2


def dry_run(program: Program, seed: int = 0, observer: Observer | None = None, approve: Approver = simulated) -> Run:
    """Runs a program in a small world of placeholder values (`user#1`), chosen by the seed.

    Calls that need approval are approved, unless `approve` says otherwise.
    Raises `BindingError` when the inputs' types have no small values.
    """
    random = Random(seed)
    world = SmallWorld(program.spec, lambda n: random.randrange(n), SIZE)
    try:
        inputs = world.inputs(program.task)
    except TooLarge as error:
        raise BindingError(f"cannot make up inputs: {error}") from None
    return run(program, inputs, world.tools(), observer, approve)
