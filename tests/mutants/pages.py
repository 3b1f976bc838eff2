"""Mutants and their killers, read from the pages beside this file and written back.

A page has a section for each mutant:

    ## at most: bound off by one

    In `p2c_dsl.rules.multiplicity:exceeds`:

    ```diff
    - return limit is not None and (high is None or high > limit)
    + return limit is not None and (high is None or high > limit + 1)
    ```

    ```p2c
    (its killer: a small file with one composition)
    ```

The lines with `-`, and those with neither sign, occur exactly once in the function; those with `+` replace those
with `-`. A part of a line will do; several lines keep the indentation that they have in the function. A strict
mutant begins with "In `…`, which then rejects too much:". Everything else is prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

from p2c_dsl.resolve import load_text
from p2c_dsl.syntax.nodes import ComposeDecl
from tests.mutants.mutate import Mutant
from tests.properties.soundness import Case

PAGES = tuple(sorted(Path(__file__).parent.glob("*.md")))

_HEADING = re.compile(r"## +(?P<name>.+)")
_TARGET = re.compile(r"In `(?P<target>[\w.]+:[\w.]+)`(?P<strict>, which then rejects too much)?:")
_WANTED = "'In `module:function`:' or 'In `module:function`, which then rejects too much:'"


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block: its kind, the line (from 1) on which it opens, and what stands in it."""

    kind: str
    line: int
    lines: tuple[str, ...]

    @property
    def end(self) -> int:
        """The line that closes it."""
        return self.line + len(self.lines) + 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A mutant's section of a page; `killer` is `None` as long as none is known."""

    page: Path
    line: int
    mutant: Mutant
    diff: Fence
    killer: Fence | None

    def __str__(self) -> str:
        return self.mutant.name


@dataclass(frozen=True, slots=True)
class _Section:
    page: Path
    line: int
    name: str
    prose: dict[int, str]
    fences: list[Fence]


def entries(page: Path) -> Iterator[Entry]:
    """The mutants of a page. Raises `ValueError` with file and line where the page is malformed."""
    return map(_entry, _sections(page))


def case_of(entry: Entry) -> Case:
    """A mutant's killer. Raises `ValueError` when there is none, or it has errors or not one composition."""
    if entry.killer is None:
        search = f'python -m tests.mutants.search "{entry}"'
        _fail(entry.page, entry.line, f"`{entry}` has no killer: write a `p2c` block, or run {search}")
    above = "\n" * entry.killer.line  # So that the lines of errors are those of the page.
    text = "\n".join((*entry.killer.lines, ""))
    loaded = load_text(above + text, str(entry.page), entry.page.parent)
    for error in loaded.diagnostics:
        place = error.location.source.position(error.location.span.start)
        _fail(entry.page, place.line, error.message)
    composes = [d for d in loaded.root.declarations if isinstance(d, ComposeDecl)]
    if len(composes) != 1:
        _fail(entry.page, entry.killer.line, f"a killer has one composition, not {len(composes)}")
    return Case(loaded.spec, composes[0])


def keep_killer(page: Path, name: str, text: str) -> None:
    """Writes a mutant's killer into its section, and changes nothing else on the page.

    The page is read anew, as it may have changed during a search. Raises `ValueError` when it has no such mutant.
    """
    entry = next((e for e in entries(page) if e.mutant.name == name), None)
    if entry is None:
        raise ValueError(f"{page}: there is no mutant `{name}`")
    lines = _lines(page)
    killer = text.rstrip("\n").split("\n")
    if entry.killer is None:
        lines[entry.diff.end : entry.diff.end] = ["", "```p2c", *killer, "```"]
    else:
        lines[entry.killer.line : entry.killer.end - 1] = killer
    page.write_bytes("\n".join(lines).encode())


def _lines(page: Path) -> list[str]:
    return page.read_bytes().decode().split("\n")  # As bytes, so that writing them back changes no line end.


def _sections(page: Path) -> Iterator[_Section]:
    prose, fences = _split(page)
    headings = {line: match["name"] for line, text in prose.items() if (match := _HEADING.fullmatch(text))}
    for fence in fences:
        if fence.line < min(headings, default=fence.line + 1):
            _fail(page, fence.line, "a block before the first mutant: put it below a heading '## name'")
    last = max([*prose, *(f.end for f in fences)], default=0)
    for start, end in pairwise([*headings, last + 1]):
        within = {line: text for line, text in prose.items() if start < line < end}
        yield _Section(page, start, headings[start], within, [f for f in fences if start < f.line < end])


def _split(page: Path) -> tuple[dict[int, str], list[Fence]]:
    """The lines outside of fenced blocks by their numbers, and the blocks."""
    prose: dict[int, str] = {}
    fences: list[Fence] = []
    numbered = enumerate((line.rstrip() for line in _lines(page)), 1)
    for number, line in numbered:
        if not line.startswith("```"):
            prose[number] = line
            continue
        inside = []
        for _, text in numbered:
            if text == "```":
                break
            inside.append(text)
        else:
            _fail(page, number, "a block that is not closed: end it with a line '```'")
        fences.append(Fence(line[3:], number, tuple(inside)))
    return prose, fences


def _entry(section: _Section) -> Entry:
    for fence in section.fences:
        if fence.kind not in ("diff", "p2c"):
            _fail(section.page, fence.line, f"expected '```diff' or '```p2c', found '```{fence.kind}'")
    diff, killer = _only(section, "diff"), _only(section, "p2c")
    if diff is None:
        _fail(section.page, section.line, f"`{section.name}` has no mutation: write it as a `diff` block")
    target, strict = _target(section)
    old, new = _sides(section.page, diff)
    return Entry(section.page, section.line, Mutant(section.name, target, old, new, strict), diff, killer)


def _only(section: _Section, kind: str) -> Fence | None:
    found = [f for f in section.fences if f.kind == kind]
    if len(found) > 1:
        _fail(section.page, found[1].line, f"a second `{kind}` block for `{section.name}`: leave one")
    return found[0] if found else None


def _target(section: _Section) -> tuple[str, bool]:
    written = [line for line, text in section.prose.items() if text.startswith("In `")]
    if len(written) != 1:
        where = written[1] if written else section.line
        _fail(section.page, where, f"`{section.name}` needs one line {_WANTED}, and has {len(written)}")
    match = _TARGET.fullmatch(section.prose[written[0]])
    if match is None:
        _fail(section.page, written[0], f"expected {_WANTED}")
    return match["target"], match["strict"] is not None


def _sides(page: Path, diff: Fence) -> tuple[str, str]:
    for number, line in enumerate(diff.lines, diff.line + 1):
        if line[:1] not in ("-", "+", " ", "") or line[1:2] not in (" ", ""):
            _fail(page, number, "a line of a diff begins with '- ', '+ ' or two spaces")
    if not any(line.startswith("-") for line in diff.lines):
        _fail(page, diff.line, "a diff that takes nothing away: write the line that changes with '- '")
    old, new = ("\n".join(line[2:] for line in diff.lines if line[:1] != sign) for sign in "+-")
    if old == new:
        _fail(page, diff.line, "a diff that changes nothing")
    return old, new


def _fail(page: Path, line: int, message: str) -> NoReturn:
    raise ValueError(f"{page}:{line}: {message}")
