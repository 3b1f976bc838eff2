"""Generated tasks with worlds to run them in: the small planner is trained on some, and measured on others.

`domain(seed)` draws a theme, families of goals, names, words and rules. The domains of the test set take their nouns
from themes that training never uses, and half of them have combinations of goals that training never draws.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from p2c_dsl.analysis import analyze
from p2c_dsl.planners.small.generator import shares
from p2c_dsl.planners.small.generator.cast import Cast
from p2c_dsl.planners.small.generator.clutter import add_clutter
from p2c_dsl.planners.small.generator.draft import Draft
from p2c_dsl.planners.small.generator.families import FIRST, LAST, MAIN, RESULT, Family, add_distractors
from p2c_dsl.planners.small.generator.fields import THEMES, UNSEEN_THEMES
from p2c_dsl.planners.small.generator.for_one import stop_if_found
from p2c_dsl.planners.small.generator.phrasing import docstring
from p2c_dsl.planners.small.generator.rule_lines import approval_lines, goal_lines, rule_lines, waiver_lines
from p2c_dsl.planners.small.generator.style import OWN, draw_style
from p2c_dsl.planners.small.generator.wording import Words
from p2c_dsl.planners.small.generator.worlds import UninterpretedWorld
from p2c_dsl.program import Program
from p2c_dsl.resolve import load_text
from p2c_dsl.rules import read_rules
from p2c_dsl.runtime.trial import try_out
from p2c_dsl.spec import Spec, Task
from p2c_dsl.syntax.nodes import ComposeDecl
from p2c_dsl.types import show

NAME = "domain.p2c"
_FIRST_TEST_SEED = 1 << 40
"""Seeds from this one on are for the test set."""
_BOUNDS = ("steps", "loops")
_HELD_OUT_ONE_IN = 5
"""One in this many combinations of families is held out for the test set."""


@dataclass(frozen=True, slots=True)
class GeneratedDomain:
    """A task with its spec's text, a composition that does what its docstring asks for, and worlds to run it in.

    Attributes:
        families: The names of its families of goals, in order.
        reference: In canonical form; accepted, and verified in every world.
    """

    text: str
    spec: Spec
    task: Task
    reference: str
    program: Program
    families: tuple[str, ...]

    def world(self, seed: int) -> UninterpretedWorld:
        """One of the task's worlds."""
        return UninterpretedWorld(self.program, seed)

    def problem(self, composition: str, worlds: Iterable[int] = range(5)) -> str | None:
        """The problem that lint or the first failing world finds in a composition, or `None` if there is none."""
        program, problem = _analyzed(self.text, composition)
        if program is None:
            return problem
        for seed in worlds:
            problem = try_out(program, self.world(seed)).problem
            if problem is not None:
                return problem
        return None


def domain(seed: int, lean: bool = False) -> GeneratedDomain:
    """A training domain. Equal seeds give equal domains.

    A `lean` one has few subtasks beside those that its task needs, and none in the style of imported tools.
    """
    return _domain(seed, unseen=False, lean=lean)


def unseen_domain(seed: int) -> GeneratedDomain:
    """A domain of the test set."""
    return _domain(_FIRST_TEST_SEED + seed, unseen=True)


def _domain(seed: int, *, unseen: bool, lean: bool = False) -> GeneratedDomain:
    rng = Random(seed)
    while True:
        theme = rng.choice(UNSEEN_THEMES if unseen else THEMES)
        families = draw_families(rng, held_out=unseen and seed % 2 == 0)
        draft = Draft(rng, Words(rng, theme), OWN if lean else draw_style(rng))
        cast = Cast(draft)
        for family in families:
            family(cast)
        add_distractors(cast)
        if not lean:
            add_clutter(cast)
        found = _complete(draft, f"{rng.choice(_TASK_VERBS)}_{theme.name}", families)
        if found is not None:
            return found


_TASK_VERBS = ("run", "prepare", "handle", "settle", "organise", "finish", "plan")


def draw_families(rng: Random, *, held_out: bool) -> tuple[Family, ...]:
    """Families of goals in a sensible order; with `held_out`, a combination that training never draws."""
    while True:
        first = [rng.choice(FIRST)] if rng.random() < shares.FIRST else []
        main = [rng.choice(MAIN) for _ in range(rng.choice(shares.MAIN_GOALS))]
        last = [rng.choice(LAST)] if rng.random() < shares.LAST else []
        # Who stops early returns nothing.
        result = [rng.choice(RESULT)] if rng.random() < shares.RESULT and stop_if_found not in first else []
        found = (*first, *main, *last, *result)
        if held_out == (_combination_code(found) % _HELD_OUT_ONE_IN == 0 and len(found) > 1):
            return found


def _combination_code(families: tuple[Family, ...]) -> int:
    return sum(3**place * sum(family.__name__.encode()) for place, family in enumerate(families))


def _complete(draft: Draft, name: str, families: tuple[Family, ...]) -> GeneratedDomain | None:
    """The domain of a draft, with some of the possible rules that the reference keeps; `None` if it is rejected."""
    head, reference, rng = _declarations(draft), _reference(draft, name), draft.rng
    goals = goal_lines(draft) if rng.random() < shares.GOALS else []
    goals += waiver_lines(draft) if rng.random() < shares.WAIVED else []
    approvals = approval_lines(draft) if rng.random() < shares.APPROVAL else []
    candidates = [*rule_lines(draft), *goals]
    broken = _broken_rules(f"{_spec_text(draft, head, name, 'Nothing.', [*draft.rules, *candidates])}\n{reference}")
    kept = [line for line in candidates if line not in broken]
    chosen = _chosen(rng, kept, goals)
    rules = [*draft.rules, *(line for line in kept if line in chosen), *approvals[:1]]
    doc = docstring(rng, draft.sentences, rules, draft.words.theme.name)
    text = _spec_text(draft, head, name, doc, rules)
    program, _ = _analyzed(text, reference)
    if program is None:
        return None
    spec = load_text(text, NAME, Path()).spec
    if read_rules(spec, spec.tasks[name])[1]:
        return None
    named = tuple(family.__name__ for family in families)
    return GeneratedDomain(text, spec, spec.tasks[name], reference, program, named)


def _chosen(rng: Random, kept: Sequence[str], goals: Collection[str]) -> set[str]:
    """The rules that are in the spec, of those that the reference keeps: all goals, and some of the others."""
    chosen = set(rng.sample(kept, min(len(kept), rng.choice(shares.CHOSEN))))
    chosen |= {line for line in kept if " only if " in line and rng.random() < shares.GUARDED}
    chosen |= {line for line in kept if line.startswith(_BOUNDS) and rng.random() < shares.BOUNDED}
    return chosen.union(line for line in kept if line in goals)


def _analyzed(text: str, composition: str) -> tuple[Program | None, str | None]:
    """The program of a composition, or what is wrong with it."""
    loaded = load_text(f"{text}\n{composition}", NAME, Path())
    declaration = next((d for d in loaded.root.declarations if isinstance(d, ComposeDecl)), None)
    if loaded.diagnostics or declaration is None:
        return None, next((d.message for d in loaded.diagnostics), "the text holds no composition")
    analysis = analyze(loaded.spec, declaration, loaded.root.source)
    if analysis.program is None or not analysis.accepted:
        return None, next((d.message for d in analysis.diagnostics), "the composition cannot be run")
    return analysis.program, None


def _broken_rules(text: str) -> set[str]:
    """The lines of the rules that the composition at the end of a text breaks."""
    loaded = load_text(text, NAME, Path())
    composition = next(d for d in loaded.root.declarations if isinstance(d, ComposeDecl))
    found = analyze(loaded.spec, composition, loaded.root.source).findings
    return {finding.rule.text for finding in found if finding.rule is not None}


def _declarations(draft: Draft) -> str:
    """Types, constants, effects and subtasks, the last two shuffled."""
    subtasks, effects = list(draft.subtasks.values()), list(draft.effects.values())
    draft.rng.shuffle(subtasks)
    draft.rng.shuffle(effects)
    plain = [line for line in draft.declarations if line.startswith("type")]
    blocks = [line for line in draft.declarations if not line.startswith("type")]
    parts = ["\n".join(plain), *blocks, "\n".join(draft.constants), "\n".join(effects)]
    return "\n\n".join([part for part in parts if part] + [subtask.text().rstrip() for subtask in subtasks])


def _spec_text(draft: Draft, head: str, name: str, doc: str, rules: list[str]) -> str:
    inputs = ", ".join(f"{value.text}: {show(value.type)}" for value in draft.inputs)
    result = "" if draft.result is None else f" -> {show(draft.result)}"
    lines = [f"task {name}({inputs}){result}:", f'    """{doc}"""', *(f"    {rule}" for rule in rules)]
    return "\n".join([head, "", *lines, ""])


def _reference(draft: Draft, name: str) -> str:
    inputs = ", ".join(value.text for value in draft.inputs)
    return "\n".join([f"compose {name}({inputs}):", *draft.lines, ""])
