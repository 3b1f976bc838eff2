"""What has changed between a spec on disk and a fresh import: a tool, a schema, a description, a claim."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from p2c_dsl.importing.model import ImportProblem
from p2c_dsl.source import Source
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.formatter import format_file
from p2c_dsl.syntax.parser import parse

Declared = dict[tuple[str, str], nodes.Declaration]
_KINDS: dict[type[nodes.Declaration], str] = {
    nodes.SubtaskDecl: "tool",
    nodes.TypeDecl: "type",
    nodes.RecordDecl: "record",
    nodes.EnumDecl: "enum",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference; `line` is its place in the file on disk (1 for something that is not in the file)."""

    line: int
    message: str


def drift(on_disk: Source, fresh: str) -> list[Difference]:
    """How the spec on disk differs from the text of a fresh import, in the file's order.

    Raises `ImportProblem` when what is on disk cannot be read.
    """
    written = _read(on_disk)
    old, new = _declared(written), _declared(_read(Source("import", fresh)))
    found = [*_gone(old, new, on_disk), *_changed(old, new, on_disk), *_by_hand(written, on_disk)]
    return [*sorted(found, key=lambda d: d.line), *_added(old, new)]


def names_of(on_disk: Source) -> dict[str, str]:
    """The names of an import's tools, by their outside names. Raises `ImportProblem`."""
    tools = [d for d in _read(on_disk) if isinstance(d, nodes.SubtaskDecl)]
    return {tool.name.text if tool.original is None else tool.original: tool.name.text for tool in tools}


def _read(source: Source) -> tuple[nodes.Declaration, ...]:
    parsed = parse(source)
    if parsed.diagnostics:
        first = parsed.diagnostics[0]
        line = source.position(first.location.span.start).line
        raise ImportProblem(f"{source.name}:{line}: {first.message}")
    return parsed.file.declarations


def _declared(declarations: Iterable[nodes.Declaration]) -> Declared:
    return {(_KINDS[type(d)], _name(d)): d for d in declarations if type(d) in _KINDS}


def _name(declared: nodes.Declaration) -> str:
    assert isinstance(declared, nodes.SubtaskDecl | nodes.TypeDecl | nodes.RecordDecl | nodes.EnumDecl)
    return declared.name.text


def _by_hand(declarations: Iterable[nodes.Declaration], source: Source) -> Iterator[Difference]:
    seen: set[tuple[str, str]] = set()
    for declared in declarations:
        key = (_KINDS[type(declared)], _name(declared)) if type(declared) in _KINDS else None
        if key is None or key in seen:
            message = "this line does not come from the import: move it to a file that uses this one"
            yield Difference(_line(declared, source), message)
        else:
            seen.add(key)


def _gone(old: Declared, new: Declared, source: Source) -> Iterator[Difference]:
    for (kind, name), declared in old.items():
        if (kind, name) not in new:
            yield Difference(_line(declared, source), f"the {kind} `{name}` has been removed")


def _added(old: Declared, new: Declared) -> Iterator[Difference]:
    for kind, name in new:
        if (kind, name) not in old:
            yield Difference(1, f"the {kind} `{name}` has been added")


def _changed(old: Declared, new: Declared, source: Source) -> Iterator[Difference]:
    for key, declared in old.items():
        other = new.get(key)
        if other is None or _text(declared) == _text(other):
            continue
        kind, name = key
        line = _line(declared, source)
        if isinstance(declared, nodes.SubtaskDecl) and isinstance(other, nodes.SubtaskDecl):
            for what in _differences(declared, other):
                yield Difference(line, f"`{name}`: {what}")
        else:
            yield Difference(line, f"the {kind} `{name}` has changed: it is now `{_one_line(_text(other))}`")


def _differences(old: nodes.SubtaskDecl, new: nodes.SubtaskDecl) -> Iterator[str]:
    before = {p.name.text: _parameter(p) for p in old.parameters}
    after = {p.name.text: _parameter(p) for p in new.parameters}
    for name in {**before, **after}:
        if name not in after:
            yield f"its parameter `{name}` has been removed"
        elif name not in before:
            yield f"its parameter `{after[name]}` has been added"
        elif before[name] != after[name]:
            yield f"its parameter `{before[name]}` is now `{after[name]}`"
    heads = [_head(old), _head(new)]
    if heads[0] != heads[1]:
        yield f"its name or result has changed: it is now `{heads[1]}`"
    claims = [{n.text for c in d.claims for n in c.names} for d in (old, new)]
    for claim in sorted(claims[0] - claims[1]):
        yield f"it no longer claims to be {claim}"
    for claim in sorted(claims[1] - claims[0]):
        yield f"it now claims to be {claim}"
    if old.doc != new.doc:
        yield "its description has changed"
    if list(before) != list(after) and before == after:
        yield "the order of its parameters has changed"
    if _edited(old) != _edited(new):
        yield "its effects or cost were edited: move them to an override, which the next import does not overwrite"


def _head(declared: nodes.SubtaskDecl) -> str:
    bare = replace(declared, parameters=(), doc=None, effects=(), cost=None, pure=None, claims=())
    return _one_line(_text(bare))


def _edited(declared: nodes.SubtaskDecl) -> str:
    """The parts of a subtask that an import always writes in the same way."""
    return _text(replace(declared, parameters=(), result=None, doc=None, claims=(), original=None))


def _parameter(parameter: nodes.ParameterDecl) -> str:
    whole = nodes.SubtaskDecl(nodes.Name("f", nodes.NOWHERE), (parameter,), None, None, (), None, nodes.NOWHERE)
    return _one_line(_text(whole)).removeprefix("subtask f(").removesuffix(")").strip()


def _text(declared: nodes.Declaration) -> str:
    return format_file(nodes.File(Source("", ""), (declared,), ())).strip()


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _line(declared: nodes.Declaration, source: Source) -> int:
    return source.position(declared.span.start).line
