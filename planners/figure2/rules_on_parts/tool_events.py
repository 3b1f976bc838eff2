"""The calls of tools that parts make inside, as effects that rules about parts can name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from p2c_dsl.planners.figure2.parts import SolvedSubtask
from p2c_dsl.planners.figure2.rules_on_parts.call_keys import calls_with_keys
from p2c_dsl.planners.figure2.rules_on_parts.solution_facts import count
from p2c_dsl.rules.event_keys import keys_of
from p2c_dsl.rules.events import Event
from p2c_dsl.spec import Spec
from p2c_dsl.spec_data import EffectData, EffectUseData
from p2c_dsl.types import show

CALLED = "calls_"
"""The prefix of the effect of calling a tool."""
KEYED = "call_of_"
"""The prefix of the same with the tool's arguments as keys, for rules that compare them."""
_KEYS = re.compile(r"( per .*?)(?= in | unless |$)")


@dataclass
class ToolEvents:
    """The effects that the parts get for the sake of the rules."""

    spec: Spec
    parts: Mapping[str, SolvedSubtask]
    _tools: set[tuple[str, bool]] = field(default_factory=set)
    _own: dict[str, tuple[Event, frozenset[str]]] = field(default_factory=dict)

    def named(self, word: str, keyed: bool) -> str:
        """What an event of a rule is called: an effect has its own name."""
        if word not in self.spec.subtasks or word in self.spec.effects:
            return word
        self._tools.add((word, keyed))
        return (KEYED if keyed else CALLED) + word

    def said(self, line: str, keyed: bool = False) -> str:
        """A line, or a part of one, with the events that it names; the keys after `per` stay."""
        keyed = keyed or " per " in line
        pieces = _KEYS.split(line)
        pieces[::2] = [re.sub(r"\w+", lambda word: self.named(word.group(), keyed), piece) for piece in pieces[::2]]
        return "".join(pieces)

    def done_by(self, event: Event, prefix: str, parts: frozenset[str]) -> str:
        """An effect for an event as far as these parts do it."""
        name = f"{prefix}{len(self._own)}"
        self._own[name] = event, parts
        return name

    def effects(self) -> Iterator[EffectData]:
        """The declarations of the effects that have been named."""
        for tool, keyed in sorted(self._tools):
            name = self.named(tool, keyed)
            yield self._declared(name, Event(tool, False)) if keyed else EffectData(name=name)
        for name, (event, _) in self._own.items():
            yield self._declared(name, event)

    def _declared(self, name: str, event: Event) -> EffectData:
        keys = keys_of(event, self.spec)
        labels = tuple(label for label, _ in keys)
        return EffectData(name=name, keys=tuple(show(of) for _, of in keys), labels=labels if all(labels) else ())

    def of(self, part: SolvedSubtask) -> Iterator[EffectUseData]:
        """The effects of a part: `does` as often as they happen in every run, then `may`."""
        for tool, keyed in sorted(self._tools):
            name = self.named(tool, keyed)
            yield from self._keyed(name, part, tool) if keyed else self._counted(name, part, tool)
        for name, (event, parts) in self._own.items():
            if part.name in parts:
                for use in self._uses(name, part, event):
                    yield use.model_copy(update={"certain": False})

    def _uses(self, name: str, part: SolvedSubtask, event: Event) -> Iterator[EffectUseData]:
        if not event.is_effect:
            yield from self._keyed(name, part, event.name)
            return
        for clause in part.contract.effects:
            if clause.effect == event.name:
                yield EffectUseData(effect=name, arguments=clause.keys, certain=clause.certain)

    def _keyed(self, name: str, part: SolvedSubtask, tool: str) -> Iterator[EffectUseData]:
        # What cannot be seen is not told: where that would be too little, the part has been refused.
        for keys, certain in calls_with_keys(part.program, tool):
            if keys is not None:
                yield EffectUseData(effect=name, arguments=keys, certain=certain)

    def _counted(self, name: str, part: SolvedSubtask, tool: str) -> Iterator[EffectUseData]:
        often = count(part.program, Event(tool, False))
        high = max(often.low, 1) if often.high is None else often.high
        for number in range(high):
            yield EffectUseData(effect=name, certain=number < often.low)
