"""P2 as a measurement: of all small compositions that the analyzer rejects, how many does no world break?

    python -m tests.properties.precision SPEC.p2c … [--steps N] [--jobs N] [--show]

prints, for each spec's tasks, how often each rule was objected to and how often no small world broke it.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random

from p2c_dsl.analysis import analyze
from p2c_dsl.diagnostics.model import Severity
from p2c_dsl.resolve import load
from p2c_dsl.rules import Rule, read_rules
from p2c_dsl.source import Source
from p2c_dsl.spec import Spec, Task
from p2c_dsl.syntax.nodes import ComposeDecl
from tests.generators.enumeration import all_compositions
from tests.generators.spans import with_own_spans
from tests.generators.text import compose_text, rule_text
from tests.generators.worlds import SmallWorld, all_choices, random_world
from tests.oracle import is_broken
from tests.oracle.interpreter import World, run
from tests.oracle.judge import words

_SOURCE = Source("enumerated", "")


@dataclass
class Precision:
    """How many compositions there were, and how each rule's objections fared."""

    compositions: int = 0
    ill_typed: int = 0
    rejected: int = 0
    undeserved: int = 0
    objections: Counter[str] = field(default_factory=Counter)
    unbroken: Counter[str] = field(default_factory=Counter)
    examples: dict[str, ComposeDecl] = field(default_factory=dict)

    def merge(self, other: Precision) -> None:
        """Another measurement's numbers, put in."""
        self.compositions += other.compositions
        self.ill_typed += other.ill_typed
        self.rejected += other.rejected
        self.undeserved += other.undeserved
        self.objections += other.objections
        self.unbroken += other.unbroken
        self.examples = other.examples | self.examples

    @property
    def share(self) -> float:
        """The share of rejected compositions that break no rule in any world that was tried."""
        return self.undeserved / self.rejected if self.rejected else 0.0

    def table(self) -> str:
        """The measurement as text."""
        lines = [
            f"{self.compositions} compositions, {self.ill_typed} ill-typed, {self.rejected} rejected by rules, "
            f"{self.undeserved} of them undeserved ({self.share:.2%})"
        ]
        width = max(map(len, self.objections), default=0)
        for rule, number in sorted(self.objections.items()):
            unbroken = self.unbroken[rule]
            lines.append(
                f"  {rule:<{width}}  {number:>7} objections  {unbroken:>5} undeserved  {unbroken / number:7.2%}"
            )
        return "\n".join(lines)


def measure(spec: Spec, task: Task, compositions: Iterable[ComposeDecl], *, worlds: int = 300) -> Precision:
    """Lints each composition, and looks for worlds that break the rules objected to."""
    rules, _ = read_rules(spec, task)
    lines = {_squeezed(rule_text(r)): words(r) for r in spec.rules_of(task)}
    result = Precision()
    for compose in compositions:
        compose = with_own_spans(compose)
        result.compositions += 1
        objected = _objections(spec, compose, rules)
        if objected is None:
            result.ill_typed += 1
            continue
        if not objected:
            continue
        unbroken = {text: lines[_squeezed(text)] for text in objected}
        _break(spec, task, compose, unbroken, worlds)
        result.rejected += 1
        result.undeserved += len(unbroken) == len(objected)
        result.objections.update(objected)
        result.unbroken.update(unbroken.keys())
        for text in unbroken:
            result.examples.setdefault(text, compose)
    return result


def _objections(spec: Spec, compose: ComposeDecl, rules: tuple[Rule, ...]) -> set[str] | None:
    """The rules that the analyzer objects to; `None` where the composition makes no sense in itself."""
    findings = analyze(spec, compose, _SOURCE, rules).findings
    if any(f.rule is None and f.diagnostic.severity is Severity.ERROR for f in findings):
        return None
    return {f.rule.text for f in findings if f.rule is not None}


def _break(spec: Spec, task: Task, compose: ComposeDecl, unbroken: dict[str, list[str]], worlds: int) -> None:
    """Takes out the rules that some world breaks."""
    for world in _worlds(spec, worlds):
        trace = run(spec, task, compose, world)
        for text in [t for t, line in unbroken.items() if is_broken(line, trace, spec, task, compose)]:
            del unbroken[text]
        if not unbroken:
            return


def _worlds(spec: Spec, worlds: int) -> Iterator[World]:
    """Random worlds first, which break most; then systematically all small ones, as far as that goes.

    A few large ones at the end are for limits that only larger collections reach.
    """
    random = Random(0)
    yield from (random_world(spec, random) for _ in range(worlds))
    for choose in all_choices(worlds):
        yield SmallWorld(spec, choose, largest=2, atoms=2)
    for largest in (3,) * (3 * worlds) + (8,) * 10:
        yield SmallWorld(spec, random.randrange, largest=largest, atoms=largest)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def measure_part(path: Path, task: str, steps: int, part: int, parts: int) -> Precision:
    """The measurement on every `parts`-th composition of a spec's task."""
    spec = load(path).spec
    compositions = all_compositions(spec, spec.tasks[task], steps)
    return measure(spec, spec.tasks[task], islice(compositions, part, None, parts))


def measure_all(path: Path, task: str, steps: int, jobs: int) -> Precision:
    """The measurement on all compositions up to so many steps, in so many processes."""
    precision = Precision()
    with ProcessPoolExecutor(jobs) as pool:
        parts = [pool.submit(measure_part, path, task, steps, part, jobs) for part in range(jobs)]
        for done in parts:
            precision.merge(done.result())
    return precision


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("specs", nargs="+", type=Path)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="show one undeserved rejection for each rule")
    options = parser.parse_args()
    for path in options.specs:
        for task in load(path).spec.tasks:
            precision = measure_all(path, task, options.steps, options.jobs)
            print(f"{path.name}, {task}, up to {options.steps} steps: {precision.table()}", flush=True)
            if options.show:
                for text, compose in precision.examples.items():
                    print(f"\n`{text}` is never broken by\n{compose_text(compose)}")


if __name__ == "__main__":
    main()
