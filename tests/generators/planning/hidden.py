"""Specs of 10 to 100 subtasks around a hidden composition that keeps all their rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from p2c_dsl.diagnostics.model import Severity
from p2c_dsl.lint import lint_text
from tests.generators.planning.acts import ACTS, act_on
from tests.generators.planning.distractors import add_distractors
from tests.generators.planning.draft import Draft
from tests.generators.planning.further_rules import further
from tests.generators.planning.goals import ACTS_WITH_GOALS, asks_by_key, further_goals
from tests.generators.planning.parts import Parts, cost_of

BUDGET = 200
"""The most lexemes that a hidden composition may have: what planners may use by default."""


@dataclass(frozen=True)
class Hidden:
    """A spec, a composition that keeps its rules, and what the composition costs and is made of."""

    parts: Parts
    plan: str
    cost: int
    acts: tuple[str, ...]


class Discarded(Exception):
    """The composition that was drawn cannot be used."""


def hidden(seed: int, *, goals: bool = False) -> tuple[Hidden, int]:
    """The spec of a seed, and how many drafts were discarded before it.

    With `goals`, rules ask for something for each element of a collection, or after something else.
    """
    kind = "goals" if goals else "hidden"
    for tried in range(100):
        random = Random(f"{kind} {seed} {tried}")
        try:
            return _hidden(random, goals), tried
        except Discarded:
            continue
    raise AssertionError(f"nothing can be drawn for {seed}")


def _hidden(random: Random, goals: bool) -> Hidden:
    size = random.randint(10, 100)
    draft = Draft(random)
    acts: list[str] = []
    wanted = random.randint(1, max(1, min(6, size // 10 + 1)))
    while len(acts) < wanted:
        act = random.choice(ACTS_WITH_GOALS if goals else ACTS)
        act(draft)
        acts.append(act.__name__)
    _finish(draft)
    if len(draft.subtasks) > size:
        raise Discarded
    cost = cost_of(draft.plan)
    if cost > BUDGET:
        raise Discarded
    own = tuple(draft.subtasks)
    add_distractors(draft, size - len(draft.subtasks))
    more = further_goals(draft) if goals else []
    rules = _kept(draft, [*draft.musts, *_some(random, draft.extras, 0.7), *further(draft, own), *more])
    asked = asks_by_key(rules) if goals else any(rule.startswith(("at least", "exactly")) for rule in rules)
    if not asked and (goals or draft.result is None):
        raise Discarded("nothing is asked for")
    return Hidden(draft.parts(rules).shuffled(random), draft.plan, cost, tuple(acts))


def _finish(draft: Draft) -> None:
    """Uses what was made for its own sake: one value may be the result, the others are acted on."""
    random = draft.random
    results = [v for v in draft.wanted if v.type == draft.result]
    if draft.result is None and draft.wanted and random.random() < 0.6:
        results = [random.choice(draft.wanted)]
        draft.result = results[0].type
    for value in draft.wanted:
        if value not in results[-1:]:
            act_on(draft, value)
    if results:
        draft.write(f"return {results[-1].text}")


def _some(random: Random, rules: list[list[str]], share: float) -> Iterator[list[str]]:
    return (rule for rule in rules if random.random() < share)


def _kept(draft: Draft, wanted: list[list[str]]) -> list[str]:
    """Of each rule, the strongest form that the composition keeps. Raises `Discarded` if lint has other errors."""
    forms = [list(dict.fromkeys(form)) for form in wanted]
    parts = draft.parts()
    while True:
        rules = list(dict.fromkeys(form[0] for form in forms if form))
        report = lint_text(parts.under(rules) + "\n" + draft.plan, "hidden", Path(), counterexamples=False)
        errors = [d for d in report.diagnostics if d.severity is Severity.ERROR]
        if not errors:
            return rules
        broken = {d.rule for d in errors}
        if not broken <= set(rules):
            raise Discarded(f"{errors[0].code} {errors[0].message}")
        for form in forms:
            if form and form[0] in broken:
                del form[0]
