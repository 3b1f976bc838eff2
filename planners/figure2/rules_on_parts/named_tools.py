"""Rules that name tools, said of the parts that make their calls.

As an event, a tool is the effect of calling it (`tool_events.py`). Where a rule is about a tool's result or about one
of its arguments, it names the parts that give the one or are given the other. What no line can say of a part has
been refused before (`refusals.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from p2c_dsl.planners.figure2.parts import SolvedSubtask
from p2c_dsl.planners.figure2.rules_on_parts.solution_facts import breaks, calls, does, gives, handed_on
from p2c_dsl.planners.figure2.rules_on_parts.tool_events import ToolEvents
from p2c_dsl.rules.at_least_per import AtLeastPer
from p2c_dsl.rules.at_most_per import AtMostPer
from p2c_dsl.rules.before import Before
from p2c_dsl.rules.check_then import CheckThen
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.then import Then
from p2c_dsl.rules.values import ArgumentValue
from p2c_dsl.spec import Spec, Task

_RANGE = re.compile(r" in (\w+)(?= unless |$)")


@dataclass(frozen=True, slots=True)
class NamedTools:
    """The lines of rules that name tools."""

    spec: Spec
    task: Task
    parts: Mapping[str, SolvedSubtask]
    events: ToolEvents

    def giving(self, tool: str) -> tuple[str, ...]:
        """The parts whose result is that of a tool, called with what they are given."""
        return tuple(name for name, part in self.parts.items() if gives(part.program, self.spec.subtasks[tool]))

    def per_element(self, rule: AtMostPer | AtLeastPer) -> Iterator[str]:
        """Elements of a tool's result are those of the parts that give it; without any, only the limit is left."""
        found = _RANGE.search(rule.text)
        if found is None or found[1] not in self.spec.subtasks or self._is_input(found[1]):
            yield self.events.said(rule.text)
            return
        start, end = found.span()
        before, after = self.events.said(rule.text[:start]), self.events.said(rule.text[end:], keyed=True)
        for part in self.giving(found[1]):
            yield f"{before} in {part}{after}"
        if isinstance(rule, AtMostPer):
            yield re.sub(r"^exactly", "at most", before)

    def _is_input(self, name: str) -> bool:
        return any(p.name == name for p in self.task.parameters)

    def before(self, rule: Before) -> Iterator[str]:
        """A part that does the second thing without doing the first before it needs the first done before."""
        late = frozenset(name for name, part in self.parts.items() if breaks(part.program, rule))
        if late and rule.keys.first:
            needing = self.events.done_by(rule.second, "needs_", late)
            first = self.events.named(rule.first.name, keyed=True)
            yield f"{first} before {needing} {rule.text[rule.text.index('per ') :]}"
            return
        for name in late:
            yield f"{self.events.named(rule.first.name, keyed=False)} before {name}"

    def then(self, rule: Then) -> Iterator[str]:
        """What a part does not do by itself after the first thing has to be done after the part."""
        doing = [name for name, part in self.parts.items() if does(part.program, rule.first)]
        owing = frozenset(name for name in doing if breaks(self.parts[name].program, rule))
        if len(owing) == len(doing):
            yield self.events.said(rule.text)
        elif rule.keys.first and owing:
            second = self.events.said(rule.text.split(" then ", 1)[1])
            yield f"{self.events.done_by(rule.first, 'owes_', owing)} then {second}"
        else:
            second = self.events.said(rule.text.split(" then ", 1)[1])
            yield from (f"{name} then {second}" for name in owing)

    def check_then(self, rule: CheckThen) -> Iterator[str]:
        """What a part does not do by itself after the answer that it gives has to be done after the part."""
        check, then = rule.text.split(" then ", 1)
        for part in self.giving(rule.check):
            if breaks(self.parts[part].program, rule):
                asked = re.sub(rf"\b{rule.check}\b", part, check, count=1)
                yield f"{asked} then {self.events.said(then, keyed=bool(rule.places))}"

    def value(self, rule: ArgumentValue) -> Iterator[str]:
        """What an argument has to be is said of the input that a part hands on to it."""
        tool = rule.subtask.name
        for part in self.parts.values():
            if calls(part.program, tool) and breaks(part.program, rule):

                def given(found: re.Match[str], of: SolvedSubtask = part) -> str:
                    return f"{of.name}.{handed_on(of.program, Event(tool, False), found[1])}"

                yield re.sub(rf"\b{tool}\.(\w+)", given, rule.text)
