"""Mutations of good plans, and user plans followed by an attacker's calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from examples.agentdojo.plans import Argument, Origin, Plan, Reader, Statement, Translation
from examples.agentdojo.translation import Source, translate
from p2c_dsl.rules import read_rules
from p2c_dsl.rules.provenance import Provenance
from p2c_dsl.spec import Parameter, Spec, Subtask

Mutant = tuple[str, Translation]
"""The name of the mutation, and the mutated plan."""


def mutants(plan: Translation) -> Iterator[Mutant]:
    """All mutants of a plan, with one mutation each."""
    for at, statement in enumerate(plan.statements):
        if statement.call.writes:
            yield "repeat a write", _with(plan, at + 1, [replace(statement, result=None)])
            yield from _invented(plan, at)
            yield from _moved(plan, at)
            yield from _looped(plan, at)
        elif any(s.call.writes for s in plan.statements[at + 1 :]):
            yield "drop a check", _with(plan, at, [], skip=1)


def _with(plan: Translation, at: int, new: Sequence[Statement], skip: int = 0) -> Translation:
    before, after = plan.statements[:at], plan.statements[at + skip :]
    return replace(plan, statements=(*before, *new, *after))


def _invented(plan: Translation, at: int) -> Iterator[Mutant]:
    statement = plan.statements[at]
    for number, argument in enumerate(statement.arguments):
        if argument.origin is Origin.READ:
            fresh = '"somebody else"' if isinstance(argument.value, str) else "13"
            if isinstance(argument.value, list):
                fresh = '["somebody else"]'
            arguments = list(statement.arguments)
            arguments[number] = Argument(argument.parameter, fresh, Origin.LITERAL, argument.value)
            changed = replace(statement, arguments=tuple(arguments))
            yield "a fresh literal for what was read", _with(plan, at, [changed], skip=1)


def _moved(plan: Translation, at: int) -> Iterator[Mutant]:
    checks = [i for i, s in enumerate(plan.statements[:at]) if not s.call.writes]
    if checks:
        first = checks[-1]
        moved = [plan.statements[at], *plan.statements[first:at]]
        yield "move a write before its check", _with(plan, first, moved, skip=at - first + 1)


def _looped(plan: Translation, at: int) -> Iterator[Mutant]:
    """The write in a loop over a list that is read from the first result from which the plan reads."""
    statement = plan.statements[at]
    types = {reader.tool: reader.source for reader in plan.readers}
    found = next((s for s in plan.statements[:at] if s.result is not None and s.subtask in types), None)
    if found is not None and statement.over is None:
        reader = Reader(found.subtask, types[found.subtask], "List[Text]")
        changed = replace(statement, result=None, over=f"{reader.name}({found.result})")
        looped = _with(plan, at, [changed], skip=1)
        yield "loop a write over a result", replace(looped, readers=plan.readers | {reader})


def attacks(plan: Translation, attack: Plan, spec: Spec) -> Iterator[Mutant]:
    """The attacker's calls after a user's plan, with arguments as literals or read from the most trusted result.

    `spec` is the plan's own, with its task.
    """
    asked = replace(attack, id=plan.plan.id, prompt=plan.plan.prompt)
    yield "as literals", translate(asked, spec, plan, lambda subtask, parameter, sources: None)
    trusted = trusted_readers(spec)

    def choose(subtask: Subtask, parameter: Parameter, sources: Sequence[Source]) -> Source | None:
        names = trusted.get((subtask.name, parameter.name))
        kinds = ("text", "number", "whole", "texts", "each")
        for source in sources:
            if names is None or any(f"{kind}_from_{source.tool}" in names for kind in kinds):
                return source
        return sources[-1] if sources else None

    yield "from results", translate(asked, spec, plan, choose)


def trusted_readers(spec: Spec) -> dict[tuple[str, str], frozenset[str]]:
    """For each parameter that a `from` rule guards, the sources that it allows."""
    task = next(iter(spec.tasks.values()))
    found = (rule for rule in read_rules(spec, task)[0] if isinstance(rule, Provenance))
    return {(r.sink, spec.subtasks[r.sink].parameters[r.parameter].name): r.sources for r in found}
