"""Which restrictions the analyzer proves of a composition: those of section 5(1), and the domain's own rules."""

from __future__ import annotations

from collections.abc import Sequence

from p2c_dsl.analysis import analyze
from p2c_dsl.analysis.read import the_composition
from p2c_dsl.planners.figure2.conditions import ALL_RULES, CONDITIONS
from p2c_dsl.planners.measure.spaces.space import HarmSpace
from p2c_dsl.rules import AnyRule, read_rules
from p2c_dsl.source import Source
from p2c_dsl.spec import Spec

NAMES = (*(c.name for c in CONDITIONS if c.lines), ALL_RULES.name)


class Restrictions:
    """The restrictions of a space."""

    def __init__(self, space: HarmSpace) -> None:
        self._rules: dict[str, tuple[Spec, tuple[AnyRule, ...]]] = {}
        for condition in CONDITIONS:
            if condition.lines:
                spec, task = condition.applied(space.spec, space.task)
                self._rules[condition.name] = spec, read_rules(spec, task)[0]
        domain = space.domain
        self._rules[ALL_RULES.name] = domain.spec, read_rules(domain.spec, domain.task)[0]

    def kept(self, text: str) -> tuple[str, ...]:
        """The names of those that a composition of the space keeps."""
        return tuple(name for name in NAMES if _keeps(text, *self._rules[name]))


def _keeps(text: str, spec: Spec, rules: Sequence[AnyRule]) -> bool:
    source = Source("<composition>", text)
    # What is not about a rule is not looked at: the space's task has no result, and the domain's may have one.
    return not any(f.rule is not None for f in analyze(spec, the_composition(source), source, rules).findings)
