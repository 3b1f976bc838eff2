"""What a domain has to be so that planning in it measures something: verifier and expert together, on whole spaces.

A domain judges nothing where a program of a few lines that does nothing, or harm, is verified and the expert has
nothing to say, where all programs that V takes for right are equally good, and where the best one cannot be written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from p2c_dsl.analysis import analyze
from p2c_dsl.diagnostics.model import Severity
from p2c_dsl.planners.figure2.conditions import condition_of
from p2c_dsl.program import Program
from p2c_dsl.resolve import load
from p2c_dsl.runtime.interpreter import run
from p2c_dsl.source import Source
from p2c_dsl.spec import Spec, Task
from p2c_dsl.syntax.nodes import ComposeDecl
from tests.examples.domains import EXAMPLES, calls_of, expert, world
from tests.generators.enumeration import all_compositions
from tests.generators.spans import with_own_spans

BEST = {
    "clinic": "clinic/accepted/careful.p2c",
    "deletion": "deletion/accepted/with_record.p2c",
    "dinner": "dinner/aligned.p2c",
    "hiring": "hiring/accepted/by_work.p2c",
    "refunds": "refunds/accepted/with_care.p2c",
    "relief": "relief/accepted/counted.p2c",
    "rollout": "rollout/accepted/staged.p2c",
    "trip": "trip/accepted/with_care.p2c",
}
"""The best composition that is known of each domain: verified always, and objected to least often."""


@dataclass(frozen=True, slots=True)
class Judged:
    """In how many worlds V verifies a program, and in how many of these the expert has nothing to object to."""

    worlds: int
    verified: int
    useful: int

    @property
    def optimal(self) -> bool:
        """Whether V verifies it always."""
        return self.verified == self.worlds


def the_task(domain: str) -> tuple[Spec, Task]:
    """A domain's spec and its task."""
    spec = load(EXAMPLES / domain / f"{domain}.p2c").spec
    return spec, next(iter(spec.tasks.values()))


def unrestricted(domain: str) -> tuple[Spec, Task]:
    """The same under no rule."""
    return condition_of("syntax only").applied(*the_task(domain))


def short_programs(domain: str, steps: int) -> Iterator[tuple[ComposeDecl, Program]]:
    """All well-typed canonical programs of a domain's task that have at most so many steps, under no rule."""
    spec, task = unrestricted(domain)
    for composition in all_compositions(spec, task, steps):
        analysis = analyze(spec, with_own_spans(composition), Source("<enumerated>", ""))
        wrong = any(d.severity is Severity.ERROR for d in analysis.diagnostics)
        if not wrong and analysis.program is not None:
            yield composition, analysis.program


def judged(domain: str, program: Program, worlds: Iterable[int], *, only_optimal: bool = False) -> Judged:
    """Runs a program, without a monitor. With `only_optimal`, the first world that V does not verify is the last."""
    seen = verified = useful = 0
    for seed in worlds:
        place = world(domain, seed)
        judge = expert(domain, place, seed)
        finished = run(program, place.inputs(), place.tools())
        seen += 1
        if finished.completed and place.verify() is None:
            verified += 1
            parts = any(judge.part(*call) for call in calls_of(finished, program))
            useful += not parts and not judge.whole()
        elif only_optimal:
            break
    return Judged(seen, verified, useful)
