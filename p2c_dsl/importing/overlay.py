"""The skeleton of a file in which a person signs off what imported tools do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from p2c_dsl.importing.json_schema.declared import comment
from p2c_dsl.importing.model import Tool
from p2c_dsl.source import Source
from p2c_dsl.syntax.formatter import format_source
from p2c_dsl.syntax.text import quote

_GROUPS = {
    "reads": "say that they only read: write `pure` where that is so",
    "adds": "say that they change things, and destroy nothing",
    "changes": "may change or destroy things, or say nothing of themselves",
}
_LONGEST = 90


def overlay_of(listed: Sequence[tuple[Tool, str]], spec: str) -> str:
    """The overlay for tools and their names, which uses the spec at the path `spec`.

    Each tool has one line to sign: as it stands, it may do anything, which is what an import says, too.
    """
    lines = [
        "# What the tools do, signed off by a person: no import overwrites this file.",
        "# Declare the effects that matter, such as `effect mail(to: Text) irreversible`. Then replace each tool's",
        "# `may anything` by `pure`, or by effects, such as `does mail(to)`.",
        f"use {quote(spec)}",
    ]
    grouped: dict[str, list[tuple[Tool, str]]] = {group: [] for group in _GROUPS}
    for tool, name in listed:
        claims = tool.claims
        group = "reads" if "read_only" in claims else "adds" if "additive" in claims else "changes"
        grouped[group].append((tool, name))
    for group, members in grouped.items():
        if members:
            lines += ["", f"# {'-' * 12} {len(members)} tools {_GROUPS[group]}", ""]
            lines += [line for tool, name in members for line in _entry(tool, name)]
    return format_source(Source("overlay", "\n".join(lines) + "\n"))


def _entry(tool: Tool, name: str) -> Iterator[str]:
    said = " ".join((tool.title or tool.description).split())
    told = said if len(said) <= _LONGEST else said[:_LONGEST].rsplit(" ", 1)[0] + " …"
    yield f"override subtask {name}:"
    yield f"    may anything{f'  # {comment(told)}' if told else ''}"
