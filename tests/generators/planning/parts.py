"""A spec in parts, so that rules and tools can be added, left out and shuffled; and what a composition costs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random


@dataclass(frozen=True)
class Parts:
    """The declarations of a spec with one task, `job`, as texts.

    Attributes:
        effects: The effects' names with the types of their keys.
    """

    declarations: tuple[str, ...]
    subtasks: tuple[str, ...]
    inputs: tuple[str, ...]
    result: str | None
    rules: tuple[str, ...]
    effects: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The spec."""
        return self.under(self.rules)

    def under(self, rules: Sequence[str]) -> str:
        """The spec with these rules instead of its own."""
        result = "" if self.result is None else f" -> {self.result}"
        head = f"task job({', '.join(self.inputs)}){result}"
        lines = [*self.declarations, *self.subtasks, head + ":" if rules else head]
        return "\n".join([*lines, *(f"    {rule}" for rule in rules)]) + "\n"

    def shuffled(self, random: Random) -> Parts:
        """The same with its subtasks, effects and rules in another order. Types stay, for some need others."""
        subtasks, rules = list(self.subtasks), list(self.rules)
        random.shuffle(subtasks)
        random.shuffle(rules)
        return replace(self, subtasks=tuple(subtasks), rules=tuple(rules))


def subtask_text(
    name: str,
    parameters: Sequence[str],
    result: str | None = None,
    effects: Sequence[str] = (),
    cost: int = 0,
    about: str = "",
) -> str:
    """A subtask's declaration; `effects` are clauses such as `does notify(user)`."""
    body = [*([f'"""{about}"""'] if about else []), *effects, *([f"cost {cost}"] if cost else [])]
    head = f"subtask {name}({', '.join(parameters)})" + ("" if result is None else f" -> {result}")
    return "\n    ".join([head + ":", *body]) if body else head


_WORD = re.compile(r'\w+ = (?:\w+\((?:\w+=)?|\[(?!\]))?|\w+\.append\(|\w+\((?:\w+=)?|[\w.]+\[|\] = |\]\.[\w.]+|'
                   r'for \w+ in |if |not | is (?:not )?None:|else:|return\b ?|\{\}|\[\]?|, (?:\w+=)?|""|[:\])]|'
                   r'\w[\w.]*')  # fmt: skip


def cost_of(composition: str) -> int:
    """What planners count: the lexemes of a canonical composition's body."""
    found = 0
    for line in composition.splitlines()[1:]:
        words = _WORD.findall(line.strip())
        assert "".join(words) == line.strip(), line
        found += sum(2 if re.fullmatch(r"\w+ = .+", word) else 1 for word in words)
    return found
