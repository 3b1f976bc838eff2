"""AgentDojo's ground-truth plans, and compositions that do the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

_KINDS = {"Text": "text", "Float": "number", "Int": "whole", "List[Text]": "texts", "Set[Text]": "each"}


@dataclass(frozen=True, slots=True)
class Call:
    """A ground-truth call: the function, its arguments, whether it writes, and its result as text."""

    function: str
    args: Mapping[str, Any]
    writes: bool
    result: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A task's request and its calls, in order."""

    id: str
    prompt: str
    calls: tuple[Call, ...]


class Origin(StrEnum):
    """Where an argument comes from."""

    CONSTANT = "constant"
    LITERAL = "literal"
    READ = "read"
    LOOP = "loop"


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument as written in the composition, and the `value` that it stands for."""

    parameter: str
    text: str
    origin: Origin
    value: Any


@dataclass(frozen=True, slots=True)
class Statement:
    """A call, the name of its result, and the set that it is repeated over, if any: `for each in over`."""

    call: Call
    subtask: str
    arguments: tuple[Argument, ...]
    result: str | None
    over: str | None = None
    reads: tuple[tuple[str, str], ...] = ()
    """Values read before a loop, so that they are read once: names and readers' calls."""

    @property
    def text(self) -> str:
        """The call without its result's name."""
        return f"{self.subtask}({', '.join(f'{a.parameter}={a.text}' for a in self.arguments)})"


@dataclass(frozen=True, slots=True, order=True)
class Reader:
    """A subtask that reads a value of a type out of a tool's result."""

    tool: str
    source: str
    result: str

    @property
    def name(self) -> str:
        """`text_from_read_file`."""
        kind = _KINDS.get(self.result) or re.sub(r"\W+", "_", self.result).strip("_").lower()
        return f"{kind}_from_{self.tool}"


@dataclass(frozen=True, slots=True)
class Translation:
    """A plan as a composition.

    `constants` are the request's values: name, type and text. `replies` are the values that the readers must return,
    in the order of their calls, for the plan to do what the ground truth does.
    """

    plan: Plan
    constants: tuple[tuple[str, str, str], ...] = ()
    statements: tuple[Statement, ...] = ()
    readers: frozenset[Reader] = frozenset()
    replies: tuple[Any, ...] = ()

    def text(self) -> str:
        """The task with its constants, and its composition."""
        lines = [f"task {self.plan.id}():" if self.constants else f"task {self.plan.id}()"]
        lines += [f"    constant {name}: {of} = {value}" for name, of, value in self.constants]
        lines += ["", f"compose {self.plan.id}():"]
        for number, statement in enumerate(self.statements):
            lines += [f"    {name} = {read}" for name, read in statement.reads]
            if statement.over is not None:
                lines += [f"    for each in {statement.over}:", f"        {statement.text}"]
            elif statement.result is not None and _used(statement.result, self.statements[number + 1 :]):
                lines.append(f"    {statement.result} = {statement.text}")
            else:
                lines.append(f"    {statement.text}")
        return "\n".join(lines) + "\n"


def _used(name: str, later: Iterable[Statement]) -> bool:
    return any(re.search(rf"\b{name}\b", f"{s.text} {s.over} {s.reads}") for s in later)


def plans_of(suite: Mapping[str, Any]) -> list[Plan]:
    """The plans in a suite's JSON."""
    return [
        Plan(
            entry["id"],
            entry["prompt"],
            tuple(
                Call(c["function"], c["args"], c["mutates"], result)
                for c, result in zip(entry["calls"], entry["results"], strict=True)
            ),
        )
        for entry in suite["plans"]
    ]


def reader_file(readers: Iterable[Reader]) -> str:
    """Declarations of the readers."""
    lines = ["# What a model may read out of the tools' results."]
    lines += [f"subtask {r.name}(source: {r.source}) -> {r.result}" for r in sorted(set(readers))]
    return "\n".join(lines) + "\n"
