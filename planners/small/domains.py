"""Made-up tasks with a world to try them in: the small planner is trained on some, and measured on others.

`domain(seed)` draws a field of life, families of goals, names, words and rules. Those for the test set have nouns from
fields that training never draws from, and half of them goals in combinations that it never draws.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from p2c_dsl.analysis import analyze
from p2c_dsl.planners.small.cast import Cast
from p2c_dsl.planners.small.draft import Draft
from p2c_dsl.planners.small.families import FIRST, LAST, MAIN, Family, distract
from p2c_dsl.planners.small.fields import FIELDS, UNSEEN
from p2c_dsl.planners.small.rule_lines import rule_lines
from p2c_dsl.planners.small.wording import Words
from p2c_dsl.planners.small.worlds import FreeWorld
from p2c_dsl.program import Program
from p2c_dsl.resolve import load_text
from p2c_dsl.runtime.trial import try_out
from p2c_dsl.spec import Spec, Task
from p2c_dsl.syntax.nodes import ComposeDecl
from p2c_dsl.types import show

NAME = "domain.p2c"
_TEST = 1 << 40
"""Seeds from here on are for the test set."""
_BOUNDS, _BOUNDED = ("steps", "loops"), 0.9
"""How often a task says how long it may get, and how deep: people want to read what is planned."""
_KEPT = 5
"""One in so many combinations of families is kept for the test set."""


@dataclass(frozen=True, slots=True)
class GeneratedDomain:
    """A task with its spec's text, a composition that does what its docstring asks for, and worlds to try it in.

    Attributes:
        families: The names of its families of goals, in their order.
        reference: In canonical form; accepted, and verified in every world.
    """

    text: str
    spec: Spec
    task: Task
    reference: str
    program: Program
    families: tuple[str, ...]

    def world(self, seed: int) -> FreeWorld:
        """One of the task's worlds."""
        return FreeWorld(self.program, seed)

    def problem(self, composition: str, worlds: Iterable[int] = range(5)) -> str | None:
        """What lint or the first world that complains says of a composition; `None` where all is as it should be."""
        program, problem = _checked(self.text, composition)
        if program is None:
            return problem
        for seed in worlds:
            problem = try_out(program, self.world(seed)).problem
            if problem is not None:
                return problem
        return None


def domain(seed: int) -> GeneratedDomain:
    """A training domain: equal seeds give equal domains."""
    return _domain(seed, unseen=False)


def unseen_domain(seed: int) -> GeneratedDomain:
    """A domain of the test set."""
    return _domain(_TEST + seed, unseen=True)


def _domain(seed: int, *, unseen: bool) -> GeneratedDomain:
    chance = Random(seed)
    while True:
        life = chance.choice(UNSEEN if unseen else FIELDS)
        families = draw_families(chance, kept=unseen and seed % 2 == 0)
        draft = Draft(chance, Words(chance, life))
        cast = Cast(draft)
        for family in families:
            family(cast)
        distract(cast)
        found = _finished(draft, f"{chance.choice(_TASKS)}_{life.name}", families)
        if found is not None:
            return found


_TASKS = ("run", "prepare", "handle", "settle", "organise", "finish", "plan")


def draw_families(chance: Random, *, kept: bool) -> tuple[Family, ...]:
    """Families of goals in a fitting order; `kept` asks for a combination that training does not draw."""
    while True:
        first = [chance.choice(FIRST)] if chance.random() < 0.1 else []
        main = [chance.choice(MAIN) for _ in range(chance.choice((1, 1, 1, 1, 2)))]
        last = [chance.choice(LAST)] if chance.random() < 0.15 else []
        found = (*first, *main, *last)
        if kept == (_code(found) % _KEPT == 0 and len(found) > 1):
            return found


def _code(families: tuple[Family, ...]) -> int:
    return sum(3**place * sum(family.__name__.encode()) for place, family in enumerate(families))


def _finished(draft: Draft, name: str, families: tuple[Family, ...]) -> GeneratedDomain | None:
    """The domain of a draft, with those of its possible rules that the reference keeps; `None` if there is none."""
    head, doc, reference = _head(draft), _doc(draft), _reference(draft, name)
    candidates = rule_lines(draft)
    objected = _objections(f"{_whole(draft, head, name, doc, candidates)}\n{reference}")
    kept = [line for line in candidates if line not in objected]
    bounds = [line for line in kept if line.startswith(_BOUNDS)]
    wanted = draft.chance.sample(kept, min(len(kept), draft.chance.choice((0, 0, 1, 1, 2, 3, 4))))
    wanted += [line for line in bounds if draft.chance.random() < _BOUNDED]
    text = _whole(draft, head, name, doc, [line for line in kept if line in wanted])
    program, _ = _checked(text, reference)
    if program is None:
        return None
    spec = load_text(text, NAME, Path()).spec
    named = tuple(family.__name__ for family in families)
    return GeneratedDomain(text, spec, spec.tasks[name], reference, program, named)


def _checked(text: str, composition: str) -> tuple[Program | None, str | None]:
    """The program that a composition of a spec is, or what is wrong with it."""
    loaded = load_text(f"{text}\n{composition}", NAME, Path())
    declaration = next((d for d in loaded.root.declarations if isinstance(d, ComposeDecl)), None)
    if loaded.diagnostics or declaration is None:
        return None, next((d.message for d in loaded.diagnostics), "there is no composition")
    analysis = analyze(loaded.spec, declaration, loaded.root.source)
    if analysis.program is None or not analysis.accepted:
        return None, next((d.message for d in analysis.diagnostics), "it cannot be run")
    return analysis.program, None


def _objections(text: str) -> set[str]:
    """The rules that the composition at the end of a text breaks, as lines."""
    loaded = load_text(text, NAME, Path())
    composition = next(d for d in loaded.root.declarations if isinstance(d, ComposeDecl))
    found = analyze(loaded.spec, composition, loaded.root.source).findings
    return {finding.rule.text for finding in found if finding.rule is not None}


def _head(draft: Draft) -> str:
    """Types, constants, effects and subtasks, the last two in any order."""
    contracts, effects = list(draft.contracts.values()), list(draft.effects.values())
    draft.chance.shuffle(contracts)
    draft.chance.shuffle(effects)
    plain = [line for line in draft.declarations if line.startswith("type")]
    blocks = [line for line in draft.declarations if not line.startswith("type")]
    parts = ["\n".join(plain), *blocks, "\n".join(draft.constants), "\n".join(effects)]
    return "\n\n".join(
        [part for part in parts if part] + [contract.text().rstrip() for contract in contracts]
    )


def _doc(draft: Draft) -> str:
    """What the draft's families say, as sentences."""
    return " ".join(f"{sentence[0].upper()}{sentence[1:]}." for sentence in draft.sentences)


def _whole(draft: Draft, head: str, name: str, doc: str, rules: list[str]) -> str:
    inputs = ", ".join(f"{value.text}: {show(value.type)}" for value in draft.inputs)
    lines = [f"task {name}({inputs}):", f'    """{doc}"""', *(f"    {rule}" for rule in rules)]
    return "\n".join([head, "", *lines, ""])


def _reference(draft: Draft, name: str) -> str:
    inputs = ", ".join(value.text for value in draft.inputs)
    return "\n".join([f"compose {name}({inputs}):", *draft.lines, ""])
