"""A tool list as the text of a spec."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from p2c_dsl.importing.json_schema.declared import DeclaredTypes, comment
from p2c_dsl.importing.json_schema.place import ImportReport
from p2c_dsl.importing.json_schema.types import ImportedTypes
from p2c_dsl.importing.model import ImportProblem, Refusal, Tool, ToolList
from p2c_dsl.importing.naming import distinct
from p2c_dsl.importing.subtasks import subtask_of, unions_in_results
from p2c_dsl.source import Source
from p2c_dsl.syntax.formatter import SyntaxErrors, format_source

MARK = "# Imported from "
"""The start of the text of every import."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A spec's text, the tools in it, those left out, and a report of which schemas it could express."""

    text: str
    listed: tuple[tuple[Tool, str], ...]
    refused: tuple[Refusal, ...]
    report: ImportReport

    @property
    def tools(self) -> int:
        """The number of tools in the spec."""
        return len(self.listed)


@dataclass(slots=True)
class _Section:
    """A section's declarations: types, subtasks, and the enums behind them."""

    types: list[str]
    subtasks: list[str]
    enums: list[str]


def spec_of(tools: Sequence[Tool], origin: str, known: Mapping[str, str] | None = None) -> Imported:
    """The spec of a tool list; `origin` says where it comes from.

    `known` are the tools' names in an earlier import, by their outside names. The tools keep them, and no other tool
    may take one, because overrides rely on what a name means. Raises `ImportProblem` for a tool that cannot be
    declared.
    """
    imported = spec_of_list(ToolList(tuple(tools)), origin, known)
    if imported.refused:
        raise ImportProblem(imported.refused[0].reason)
    return imported


def spec_of_list(found: ToolList, origin: str, known: Mapping[str, str] | None = None) -> Imported:
    """The spec of those tools of a list that can be declared, in an order that is not the list's.

    Raises `ImportProblem` if there is none at all, unless the list is empty.
    """
    tools, refused = _unique(found)
    names = distinct([tool.name for tool in tools], known)
    text, kept, odd, report = _written(tools, names, origin)
    try:
        text = format_source(Source(origin, text))
    except SyntaxErrors as error:
        faulty = [_alone(tool, names[tool.name], origin) for tool in kept]
        further = [refusal for refusal in faulty if refusal is not None]
        if not further:
            raise ImportProblem(_message(text, error)) from None
        gone = {refusal.tool for refusal in further}
        rest = ToolList(tuple(t for t in tools if t.name not in gone), (*refused, *further))
        return spec_of_list(rest, origin, known)
    if not kept and (refused or odd):
        raise ImportProblem((*refused, *odd)[0].reason)
    return Imported(text, tuple((tool, names[tool.name]) for tool in kept), (*refused, *odd), report)


def _unique(found: ToolList) -> tuple[list[Tool], list[Refusal]]:
    """The tools in the spec's order, without those whose name does not say which one is meant."""
    times = Counter(tool.name for tool in found.tools)
    several = sorted(name for name, n in times.items() if n > 1)
    refused = [*found.refused, *(Refusal(name, f"two tools are called {name!r}") for name in several)]
    tools = sorted((t for t in found.tools if times[t.name] == 1), key=lambda t: (t.section, t.name))
    return tools, refused


def _written(
    tools: Sequence[Tool], names: Mapping[str, str], origin: str
) -> tuple[str, list[Tool], list[Refusal], ImportReport]:
    # Enums share a namespace with subtasks, so subtasks are named first.
    declared = DeclaredTypes({name: [] for name in sorted(names.values())})
    returned = unions_in_results(tools)
    sections: dict[str, _Section] = {}
    kept, odd = [], []
    for tool in tools:
        more = declared.copy()
        try:
            lines = list(subtask_of(tool, names[tool.name], ImportedTypes(more, returned)))
        except ImportProblem as problem:
            odd.append(Refusal(tool.name, str(problem)))
            continue
        section = sections.setdefault(tool.section, _Section([], [], []))
        for name, of in more.lines.items():
            if name not in declared.lines:
                (section.enums if of[0].startswith("enum ") else section.types).extend(of)
        section.subtasks += lines
        declared = more
        kept.append(tool)
    body = [line for name, section in sections.items() for line in _section(name, section, len(sections))]
    return "\n".join([*_head(origin), *body]) + "\n", kept, odd, declared.report


def _section(name: str, section: _Section, of: int) -> Iterator[str]:
    if of > 1:
        yield f"# {'-' * 12} {comment(name) or 'without a section'}"
        yield ""
    yield from (*section.types, *section.subtasks, *section.enums)


def _head(origin: str) -> Iterator[str]:
    yield f"{MARK}{comment(origin)}. Do not edit: `p2c import` overwrites it. `--check` shows what has changed."
    yield "# What the tools state about themselves is only a claim. Sign off what they do in a file that uses this one:"
    yield "# write `override subtask NAME:` with `pure` or its effects."
    yield ""


def _alone(tool: Tool, name: str, origin: str) -> Refusal | None:
    """Why a tool cannot be written, even by itself; `None` if it can."""
    text, *_ = _written([tool], {tool.name: name}, origin)
    try:
        format_source(Source(origin, text))
    except SyntaxErrors as error:
        return Refusal(tool.name, _message(text, error))
    return None


def _message(text: str, error: SyntaxErrors) -> str:
    first = error.diagnostics[0]
    line = text.splitlines()[first.location.source.position(first.location.span.start).line - 1]
    return f"`{line.strip()[:60]}…`: {first.message}"
