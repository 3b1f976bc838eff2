"""A tool as its server or its code describes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from p2c_dsl.importing.json_schema.documents import Document

Schema = Any
"""A JSON Schema: a mapping, or `True` for anything."""


class ImportProblem(Exception):
    """A description that is not a valid tool; the message says where and what was expected."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool.

    Attributes:
        name: Its outside name, any text.
        input: The JSON Schema of its arguments, an object's.
        output: The JSON Schema of its structured result; `None` without one.
        untyped: What it returns if it has no `output`: `text`, `nothing` or `anything`.
        annotations: Its claims about itself, by the names of the Model Context Protocol.
        section: The tag or folder that it stands under; empty without one.
        document: What its schemas' references point into; `None` if that is each schema itself.
    """

    name: str
    input: Mapping[str, Schema]
    output: Schema | None = None
    title: str = ""
    description: str = ""
    untyped: str = "text"
    annotations: Mapping[str, bool] = field(default_factory=dict)
    section: str = ""
    document: Document | None = None

    @property
    def claims(self) -> tuple[str, ...]:
        """Its annotations by their names in the language.

        Defaults are the protocol's (2026-07): not read-only, destructive, not idempotent, open world. The middle two
        are meaningful only for a tool that is not read-only.
        """
        said = self.annotations
        reads = said.get("readOnlyHint") is True
        found = ["read_only"] if reads else []
        if not reads and said.get("destructiveHint") is False:
            found.append("additive")
        if not reads and said.get("idempotentHint") is True:
            found.append("idempotent")
        if said.get("openWorldHint") is False:
            found.append("closed_world")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A tool that was left out: its name, or its place in the list, and the reason."""

    tool: str
    reason: str


@dataclass(frozen=True, slots=True)
class ToolList:
    """What was read, and what could not be."""

    tools: tuple[Tool, ...]
    refused: tuple[Refusal, ...] = ()

    def chosen(self, only: Sequence[str], skip: Sequence[str]) -> ToolList:
        """The tools whose names match one of the patterns (`get_*`) in `only`, if there are any, and none in `skip`.

        Raises `ImportProblem` for a pattern that no tool matches.
        """
        names = [*(tool.name for tool in self.tools), *(refusal.tool for refusal in self.refused)]
        for pattern in (*only, *skip):
            if not any(fnmatchcase(name, pattern) for name in names):
                raise ImportProblem(f"no tool matches `{pattern}`: the names are those that the list has")

        def wanted(name: str) -> bool:
            chosen = not only or any(fnmatchcase(name, pattern) for pattern in only)
            return chosen and not any(fnmatchcase(name, pattern) for pattern in skip)

        refused = tuple(refusal for refusal in self.refused if wanted(refusal.tool))
        return ToolList(tuple(tool for tool in self.tools if wanted(tool.name)), refused)

    def strict(self) -> list[Tool]:
        """All tools. Raises `ImportProblem` if one was left out."""
        if self.refused:
            raise ImportProblem(self.refused[0].reason)
        return list(self.tools)
