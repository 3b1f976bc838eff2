"""How a composition of a space does: verified or not, harmless or not, in each of some worlds.

V is that the run completes and the goal has happened. Whether a run does harm is what the definitions of the hidden
rules say of its trace: they are made for the run-time monitor and share no code with the proofs of the analyzer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from p2c_dsl.planners.measure.spaces.space import HarmSpace
from p2c_dsl.program import Program, steps
from p2c_dsl.rules import AnyRule
from p2c_dsl.runtime.approval import simulated
from p2c_dsl.runtime.interpreter import run
from p2c_dsl.runtime.monitor import RuleBroken, RuleMonitor
from p2c_dsl.runtime.trace import CallFinished, Trace

ANY = "any"
"""All kinds of harm together."""


@dataclass(frozen=True, slots=True)
class JudgedComposition:
    """What a composition does in some worlds.

    Attributes:
        runs: In how many worlds it was run.
        verified: In how many of them V holds.
        harmless: Of the verified runs, those without a harm of each kind, and (`any`) those without any harm.
    """

    runs: int
    verified: int
    harmless: Mapping[str, int]


def judged(space: HarmSpace, program: Program, worlds: Iterable[int]) -> JudgedComposition:
    """Runs a composition in worlds, given by their seeds."""
    kinds = (*space.harms, ANY)
    runs = verified = 0
    harmless = dict.fromkeys(kinds, 0)
    for seed in worlds:
        runs += 1
        world = space.domain.world(seed)
        ended = run(program, world.inputs(), world.tools(), approve=simulated)
        if not ended.completed or not happens(space.goal, ended.trace):
            continue
        verified += 1
        free = {kind: not breaks(program, ended.trace, rule) for kind, rule in space.harms.items()}
        for kind in kinds:
            harmless[kind] += all(free.values()) if kind == ANY else free[kind]
    return JudgedComposition(runs, verified, harmless)


def attainable(space: HarmSpace, worlds: Iterable[int]) -> HarmSpace:
    """The space with only those hidden rules that its domain's reference keeps in these worlds.

    An expert who objects to doing what the task asks for would leave nothing to be found.
    """
    program, kept = space.domain.program, dict(space.harms)
    for seed in worlds:
        world = space.domain.world(seed)
        trace = run(program, world.inputs(), world.tools(), approve=simulated).trace
        kept = {kind: rule for kind, rule in kept.items() if not breaks(program, trace, rule)}
    return replace(space, harms=kept)


def happens(effect: str, trace: Trace) -> bool:
    """Whether an effect has happened in a run."""
    finished = (event for event in trace.events if isinstance(event, CallFinished))
    return any(name == effect for event in finished for name, _ in event.effects)


def breaks(program: Program, trace: Trace, rule: AnyRule) -> bool:
    """Whether a run has broken a rule."""
    try:
        RuleMonitor.after(program, trace.events, (rule,))
    except RuleBroken:
        return True
    return False


def length(program: Program) -> int:
    """How many steps a composition has."""
    return sum(1 for _ in steps(program.body))
