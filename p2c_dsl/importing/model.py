"""A tool as its server or its code describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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
    """

    name: str
    input: Mapping[str, Schema]
    output: Schema | None = None
    title: str = ""
    description: str = ""
    untyped: str = "text"
    annotations: Mapping[str, bool] = field(default_factory=dict)

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
