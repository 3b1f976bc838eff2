"""What a solution breaks by itself, whatever the composition that it is a part of does."""

from __future__ import annotations

from collections.abc import Sequence

from p2c_dsl.planners.figure2.parts import SolvedSubtask
from p2c_dsl.planners.figure2.rules_on_parts.call_keys import calls_with_keys
from p2c_dsl.planners.figure2.rules_on_parts.solution_facts import (
    breaks,
    calls,
    cost_of,
    count,
    gives,
    handed_on,
    handed_to_check,
    once_each,
    sources_of,
)
from p2c_dsl.program import Branch, Program, steps
from p2c_dsl.rules import AnyRule
from p2c_dsl.rules.at_least import AtLeast
from p2c_dsl.rules.at_least_per import AtLeastPer
from p2c_dsl.rules.at_most import AtMost
from p2c_dsl.rules.at_most_per import AtMostPer
from p2c_dsl.rules.before import Before
from p2c_dsl.rules.check_then import CheckThen
from p2c_dsl.rules.cost import Cost
from p2c_dsl.rules.enforced import Enforced
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.exactly import Exactly
from p2c_dsl.rules.flow import NoFlow
from p2c_dsl.rules.no_after import NoAfter
from p2c_dsl.rules.not_both import NotBoth
from p2c_dsl.rules.only_if import OnlyIf
from p2c_dsl.rules.provenance import Provenance
from p2c_dsl.rules.shape import Shape
from p2c_dsl.rules.then import Then
from p2c_dsl.rules.values import ArgumentValue


def refused(part: SolvedSubtask, rules: Sequence[AnyRule]) -> str | None:
    """Why a solution cannot be part of any composition that keeps the rules; `None` if it can."""
    return next((why for rule in rules if (why := _refused(part.program, rule)) is not None), None)


def _refused(program: Program, rule: AnyRule) -> str | None:
    match rule:
        case Enforced():
            return _refused(program, rule.rule)
        case Shape(kind="tree") if not once_each(program, rule):
            return f"it uses something twice, but the rule is `{rule.text}`"
        case Shape(kind="sequence") if any(isinstance(step, Branch) for step in steps(program.body)):
            return f"it branches, but the rule is `{rule.text}`"
        case AtMost() | AtLeast() | Exactly() if not rule.event.is_effect and count(program, rule.event).high is None:
            return f"it calls `{rule.event.name}` in a loop, but the rule is `{rule.text}`"
        case Cost() if cost_of(program) is None:
            return f"its cost has no bound, but the rule is `{rule.text}`"
        case Provenance() if sources_of(program, rule) is None:
            return f"it breaks `{rule.text}`"
        case NoAfter() | NotBoth() | NoFlow() if breaks(program, rule):
            return f"it breaks `{rule.text}`"
        case CheckThen() | AtLeastPer() | OnlyIf() | ArgumentValue() if _past_mending(program, rule):
            return f"it breaks `{rule.text}`"
    hidden = next((event for event in _keyed(program, rule) if _hides(program, event)), None)
    if hidden is not None:
        return f"it calls `{hidden.name}` with arguments that are not visible from outside: `{rule.text}`"
    return None


def _past_mending(program: Program, rule: AnyRule) -> bool:
    """Whether a solution breaks a rule in a way that nothing around it can mend."""
    spec = program.spec
    match rule:
        case CheckThen():
            mended = gives(program, spec.subtasks[rule.check]) or not calls(program, rule.check)
        case AtLeastPer(range=of):
            # The elements of an input are those of the whole task, not of a part.
            mended = of.is_input or not calls(program, of.name) or gives(program, spec.subtasks[of.name])
        case OnlyIf():
            mended = any(handed_to_check(program, rule.event, one) is not None for one in rule.alternatives)
        case ArgumentValue():
            own = rule.subtask
            looked_at = (own.parameters[place].name for place in rule.parameters)
            mended = all(handed_on(program, Event(own.name, False), name) is not None for name in looked_at)
        case _:
            mended = True
    return not mended and breaks(program, rule)


def _keyed(program: Program, rule: AnyRule) -> tuple[Event, ...]:
    """The events of a keyed rule whose keys have to be seen where a solution does them."""
    match rule:
        case AtMostPer():
            return (rule.event,)
        case NoAfter() | NotBoth() if " per " in rule.text:
            return tuple(Event(name, False) for name in rule.text.split() if name in program.spec.subtasks)
        case Then(keys=keys) if keys.first and breaks(program, rule):
            return (rule.first,)
        case Before(keys=keys) if keys.first and breaks(program, rule):
            return (rule.second,)
    return ()


def _hides(program: Program, event: Event) -> bool:
    """Whether a solution calls a tool with arguments that are not visible from outside."""
    return not event.is_effect and any(keys is None for keys, _ in calls_with_keys(program, event.name))
