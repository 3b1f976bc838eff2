"""A spec to which a conflict is added: what it takes for many kinds of conflicts."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

from tests.generators.planning.parts import Parts, subtask_text
from tests.generators.planning.words import ACT, LIST, MAKE, Words, type_name


class Plant:
    """Adds to a spec."""

    def __init__(self, random: Random, parts: Parts) -> None:
        self.random = random
        self.parts = parts
        self.words = Words(random)
        for name in re.findall(r"\w+", parts.text):
            self.words.free(name)
        self.rules: tuple[str, ...] = ()

    def noun(self) -> str:
        """A noun whose type is new, too."""
        while not self.words.free(type_name(noun := self.words.noun())):
            pass
        return noun

    def type(self, noun: str) -> str:
        """Declares a type."""
        name = type_name(noun)
        self.parts = replace(self.parts, declarations=(*self.parts.declarations, f"type {name}"))
        return name

    def effect(self, *keys: str) -> str:
        """Declares an effect."""
        name = self.words.effect()
        listed = f"({', '.join(keys)})" if keys else ""
        self.parts = replace(
            self.parts,
            declarations=(*self.parts.declarations, f"effect {name}{listed}"),
            effects={**self.parts.effects, name: keys},
        )
        return name

    def input(self, noun: str, of: str) -> None:
        """Gives the task one more input."""
        self.parts = replace(self.parts, inputs=(*self.parts.inputs, f"{noun}: {of}"))

    def subtask(
        self,
        verbs: tuple[str, ...],
        parameters: dict[str, str],
        result: str | None = None,
        effect: str = "",
        cost: int = 0,
        noun: str = "",
    ) -> str:
        """Declares a subtask; `effect` is a clause without its verb."""
        name = self.words.verb(verbs, noun or next(iter(parameters)))
        listed = [f"{label}: {of}" for label, of in parameters.items()]
        text = subtask_text(name, listed, result, [f"does {effect}"] if effect else [], cost)
        self.parts = replace(self.parts, subtasks=(*self.parts.subtasks, text))
        return name

    def conflict(self, *rules: str) -> None:
        """Adds rules that conflict; some may be there already."""
        self.rules = rules
        self.parts = replace(self.parts, rules=tuple(dict.fromkeys((*self.parts.rules, *rules))))

    # ------------------------------------------------------------ what many kinds need

    def asked(self) -> str:
        """An event that has to happen: one that the spec asks for already, or that of a new subtask."""
        there = [r for r in self.parts.rules if re.fullmatch(r"(at least|exactly) [1-9]\d* \w+", r)]
        if there and self.random.random() < 0.5:
            return self.random.choice(there).split()[-1]
        effect, _ = self.actor()
        return effect

    def asks(self, event: str, times: int = 1) -> str:
        """A rule that asks for an event, as it is there already or a new one."""
        there = [r for r in self.parts.rules if re.fullmatch(rf"(at least|exactly) \d+ {event}", r)]
        if there and int(there[0].split()[-2]) >= times:
            return there[0]
        return f"{self.random.choice(('at least', 'at least', 'exactly'))} {times} {event}"

    def actor(self, inputs: int = 1) -> tuple[str, str]:
        """A new effect, with a subtask that does it to a new input; and the type of its key."""
        noun = self.noun()
        of = self.type(noun)
        self.input(noun, of)
        for number in range(1, inputs):
            self.input(f"{noun}_{number}", of)
        effect = self.effect(of)
        self.subtask(ACT, {noun: of}, effect=f"{effect}({noun})")
        return effect, of

    def makers(self, length: int, cost: int = 0) -> tuple[str, str]:
        """A chain of calls from a new input to a new effect; the effect, and the last type."""
        noun = self.noun()
        of = self.type(noun)
        self.input(noun, of)
        for _ in range(length):
            further = self.noun()
            result = self.type(further)
            self.subtask(MAKE, {noun: of}, result, cost=cost, noun=further)
            noun, of = further, result
        effect = self.effect()
        self.subtask(ACT, {noun: of}, effect=effect, cost=cost)
        return effect, of

    def unknown(self) -> tuple[str, str]:
        """A noun and a new type that nothing gives, though some subtasks seem to: they need it themselves."""
        noun = self.noun()
        of = self.type(noun)
        if self.random.random() < 0.6:
            other = self.noun()
            between = self.type(other)
            self.subtask(MAKE, {noun: of}, between, noun=other)
            self.subtask(LIST, {other: between}, f"Set[{of}] >= 1" if self.random.random() < 0.3 else of, noun=noun)
        return noun, of
